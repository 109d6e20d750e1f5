//! Progress on standard error, for people only: on anything but a terminal nothing is drawn.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// How often a spinner turns.
const TICK: Duration = Duration::from_millis(100);

const STEPS: &str = "{msg} {wide_bar} {human_pos}/{human_len} {prefix}";
const BYTES: &str = "{msg} {wide_bar} {binary_bytes}/{binary_total_bytes} {binary_bytes_per_sec} {eta}";

/// A bar over `length` steps of something.
pub fn steps(length: u64, what: &'static str) -> ProgressBar {
    bar(length, STEPS).with_prefix(what)
}

/// A bar over bytes.
pub fn bytes(length: u64) -> ProgressBar {
    bar(length, BYTES)
}

/// A spinner for a wait of unknown length.
pub fn spinner() -> ProgressBar {
    let spinner = ProgressBar::new_spinner();
    spinner.enable_steady_tick(TICK);
    spinner
}

fn bar(length: u64, template: &str) -> ProgressBar {
    let bar = ProgressBar::new(length);
    // The templates are ours; one that did not parse would cost looks only.
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_templates_parse() {
        for template in [STEPS, BYTES] {
            assert!(ProgressStyle::with_template(template).is_ok(), "{template}");
        }
    }
}
