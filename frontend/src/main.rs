//! Puts the page into the document.

use echoclock_frontend::app::App;
use echoclock_frontend::browser::{NUMERALS, crash, later, take_root};
use echoclock_frontend::{between, language, numerals};
use echoclock_shared::text;
use leptos::mount::mount_to;

fn main() {
    crash::install(
        text!("The page has crashed"),
        text!("What was said but not echoed is lost. Reload the page to go on."),
    );
    numerals::write_by(&NUMERALS);
    language::speak_at_start(&[between::PAGE_TEXTS]);
    // To start the program has kept the browser for long enough.
    later(|| {
        // The page stands until the browser lets the whole document go.
        mount_to(take_root("app"), App).forget();
    });
}
