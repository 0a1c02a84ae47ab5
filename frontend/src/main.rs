//! Puts the page into the document.

use echoclock_frontend::app::App;
use echoclock_frontend::browser::{crash, take_root};
use leptos::mount::mount_to;

fn main() {
    crash::install(
        "The page has crashed",
        "What was said but not echoed is lost. Reload the page to go on.",
    );
    // The page stands until the browser lets the whole document go.
    mount_to(take_root("app"), App).forget();
}
