//! Puts the Check view into the page that has fetched it.

use echoclock_frontend::browser::{NUMERALS, crash, take_root};
use echoclock_frontend::check_app::CheckApp;
use echoclock_frontend::{between, language, numerals};
use echoclock_shared::text;
use leptos::mount::mount_to;

fn main() {
    crash::install(
        text!("The Check view has crashed"),
        text!("All else goes on. Reload the page to check again."),
    );
    numerals::write_by(&NUMERALS);
    language::speak_at_start(&[between::PAGE_TEXTS, between::CHECK_TEXTS]);
    // The view stands until the browser lets the whole document go.
    mount_to(take_root(between::ROOT), CheckApp).forget();
}
