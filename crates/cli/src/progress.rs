//! Progress of long work, on the terminal alone.

use indicatif::{ProgressBar, ProgressStyle};

/// Returns a bar of `total` parts that counts `what`; the template may show a message by `{msg}`.
pub fn bar(total: u64, what: &str) -> ProgressBar {
    let template = format!("{{bar:40}} {{pos}}/{{len}} {what}, {{eta}} left");
    ProgressBar::new(total).with_style(
        ProgressStyle::with_template(&template).unwrap_or_else(|_| ProgressStyle::default_bar()),
    )
}
