//! Puts the Check view into the page that has fetched it.

use echoclock_frontend::between;
use echoclock_frontend::browser::{crash, take_root};
use echoclock_frontend::check_app::CheckApp;
use leptos::mount::mount_to;

fn main() {
    crash::install(
        "The Check view has crashed",
        "All else goes on. Reload the page to check again.",
    );
    // The view stands until the browser lets the whole document go.
    mount_to(take_root(between::ROOT), CheckApp).forget();
}
