//! A bar for each kind of task: right, honest and wrong, and the interval of right.

use maud::{Markup, html};

use super::shares;
use crate::report::OutcomeCounts;

/// Measures of the chart.
const WIDTH: f64 = 960.0;
const LABEL: f64 = 250.0;
const BAR: f64 = 580.0;
const ROW: f64 = 30.0;
const THICK: f64 = 16.0;
const THIN: f64 = 6.0;
/// Half the height of the ends of an interval.
const END: f64 = 4.0;

/// Draws a row for each kind; beneath each, the earlier bar of the same kind.
pub fn chart(kinds: &[OutcomeCounts], earlier: Option<&[OutcomeCounts]>) -> Markup {
    let height = ROW * kinds.len() as f64;
    let rows = kinds.iter().enumerate();
    html! {
        svg viewBox=(format!("0 0 {WIDTH} {height}")) role="img" aria-label="outcomes by kind" {
            @for (index, counts) in rows {
                (row(counts, ROW * index as f64))
                @let before = earlier.and_then(|all| all.iter().find(|it| it.kind == counts.kind));
                @if let Some(before) = before {
                    g.earlier { (bar(before, ROW * index as f64 + THICK + 1.0, THIN)) }
                }
            }
        }
    }
}

fn row(counts: &OutcomeCounts, y: f64) -> Markup {
    let right = counts.proportion_of_total(counts.right);
    let middle = y + THICK / 2.0;
    let [low, high] = [right.low, right.high].map(across);
    let ends = [low, high];
    let numbers = format!("{} / {} / {}", counts.right, counts.honest, counts.wrong);
    html! {
        text x=(LABEL - 10.0) y=(y + 13.0) text-anchor="end" { (counts.kind) }
        (bar(counts, y, THICK))
        line.interval x1=(low) x2=(high) y1=(middle) y2=(middle) {}
        @for x in ends {
            line.interval x1=(x) x2=(x) y1=(middle - END) y2=(middle + END) {}
        }
        text x=(LABEL + BAR + 10.0) y=(y + 13.0) { (numbers) }
    }
}

fn bar(counts: &OutcomeCounts, y: f64, height: f64) -> Markup {
    let mut end = 0.0;
    let parts = shares().map(|(name, count)| {
        let (start, share) = (end, counts.proportion_of_total(count(counts)).value());
        end += share;
        (name, count(counts), start, share)
    });
    html! {
        @for (name, count, start, share) in parts {
            @if count > 0 {
                rect class=(name) x=(across(start)) y=(y) width=(BAR * share) height=(height) {
                    title { (name) ": " (count) }
                }
            }
        }
    }
}

/// Returns where a share lies across the chart.
fn across(share: f64) -> f64 {
    LABEL + BAR * share
}
