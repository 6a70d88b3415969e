//! Entries written between tags and in brackets.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::entry::{Entry, WrittenPosition};

type Found = Result<Entry, String>;

fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a pattern that stands in this file is valid")
}

/// Returns the entries of a text in the first of these forms that it has; `None` if it has none.
pub(super) fn entries(text: &str) -> Option<Vec<Found>> {
    [
        coords,
        points,
        loc_before_label,
        loc_after_label,
        quoted_boxes,
        named_boxes,
        tuples,
    ]
    .into_iter()
    .map(|read| read(text))
    .find(|entries| !entries.is_empty())
}

/// Reads Molmo's form: `<point x="9.9" y="83.8" alt="red cube">red cube</point>`, and `<points
/// x1="9.9" y1="83.8" x2=… alt="cubes">cubes</points>`.
fn points(text: &str) -> Vec<Found> {
    static TAG: LazyLock<Regex> =
        LazyLock::new(|| regex(r"<points?\s+([^<>]*?)\s*/?>(?:([^<]*)</points?>)?"));
    static ATTRIBUTE: LazyLock<Regex> =
        LazyLock::new(|| regex(r#"(\w+)\s*=\s*(?:"([^"]*)"|'([^']*)')"#));
    let mut found = Vec::new();
    for tag in TAG.captures_iter(text) {
        let attributes: Vec<(String, String)> = ATTRIBUTE
            .captures_iter(&tag[1])
            .map(|one| {
                let value = one.get(2).or(one.get(3)).map_or("", |it| it.as_str());
                (one[1].to_owned(), value.to_owned())
            })
            .collect();
        let value = |wanted: &str| {
            let found = attributes.iter().find(|(name, _)| *name == wanted);
            found.map(|(_, value)| value.as_str())
        };
        let label = label_of(value("alt"), tag.get(2).map(|inner| inner.as_str()));
        let numbers = attributes
            .iter()
            .filter_map(|(name, _)| name.strip_prefix('x'))
            .filter(|end| end.chars().all(|letter| letter.is_ascii_digit()));
        for end in numbers {
            let pair = [value(&format!("x{end}")), value(&format!("y{end}"))];
            found.push(named(pair, label.clone()));
        }
    }
    found
}

/// Reads Molmo 2's form: `<points coords="1 1 990 800 2 250 300">red cubes</points>`, which is the
/// number of the picture, then number, x and y of each point.
fn coords(text: &str) -> Vec<Found> {
    static TAG: LazyLock<Regex> = LazyLock::new(|| {
        regex(r#"<(?:points|tracks)\b[^<>]*?\bcoords\s*=\s*["']([^"']*)["'][^<>]*?>(?:([^<]*)</)?"#)
    });
    static ALT: LazyLock<Regex> = LazyLock::new(|| regex(r#"\balt\s*=\s*["']([^"']*)["']"#));
    let mut found = Vec::new();
    for tag in TAG.captures_iter(text) {
        let alt = ALT.captures(&tag[0]).map(|alt| alt[1].to_owned());
        let label = label_of(alt.as_deref(), tag.get(2).map(|inner| inner.as_str()));
        for picture in tag[1].split(['\t', ':', ',', ';']) {
            let words: Vec<&str> = picture.split_whitespace().collect();
            for triple in words.get(1..).unwrap_or_default().chunks(3) {
                found.push(match triple {
                    [_, x, y] => named([Some(*x), Some(*y)], label.clone()),
                    _ => Err(format!("`{}` is cut short", triple.join(" "))),
                });
            }
        }
    }
    found
}

/// Reads PaliGemma's form: `<loc0123><loc0456><loc0789><loc0900> red cube ; …`, rows first.
fn loc_before_label(text: &str) -> Vec<Found> {
    static ONE: LazyLock<Regex> = LazyLock::new(|| regex(r"((?:<loc\d{4}>)+)\s*([^<;]*)"));
    ONE.captures_iter(text)
        .map(|one| located(&one[1], &one[2]))
        .collect()
}

/// Reads Florence-2's form: `red cube<loc_52><loc_332><loc_932><loc_774>`, columns first.
fn loc_after_label(text: &str) -> Vec<Found> {
    static ONE: LazyLock<Regex> = LazyLock::new(|| regex(r"([^<>]*)((?:<loc_\d{1,4}>)+)"));
    ONE.captures_iter(text)
        .map(|one| located(&one[2], &one[1]))
        .collect()
}

fn located(tokens: &str, label: &str) -> Found {
    static NUMBER: LazyLock<Regex> = LazyLock::new(|| regex(r"\d+"));
    let numbers = NUMBER.find_iter(tokens).map(|number| number.as_str());
    plain(&numbers.collect::<Vec<_>>(), label_of(Some(label), None))
}

/// Reads Qwen2-VL's form: `<|object_ref_start|>red
/// cube<|object_ref_end|><|box_start|>(1,2),(3,4)<|box_end|>`.
fn quoted_boxes(text: &str) -> Vec<Found> {
    static ONE: LazyLock<Regex> = LazyLock::new(|| {
        regex(concat!(
            r"(?:<\|object_ref_start\|>([^<]*)<\|object_ref_end\|>)?\s*",
            r"<\|box_start\|>([^<]*)<\|box_end\|>"
        ))
    });
    boxes(&ONE, text)
}

/// Reads InternVL's form: `<ref>red cube</ref><box>[[1, 2, 3, 4]]</box>`.
fn named_boxes(text: &str) -> Vec<Found> {
    static ONE: LazyLock<Regex> = LazyLock::new(|| {
        regex(r"(?:<ref>([^<]*)</ref>)?\s*<(?:box|point|quad)>([^<]*)</(?:box|point|quad)>")
    });
    boxes(&ONE, text)
}

fn boxes(one: &Regex, text: &str) -> Vec<Found> {
    static NUMBER: LazyLock<Regex> = LazyLock::new(|| regex(r"-?\d+(?:\.\d+)?"));
    one.captures_iter(text)
        .map(|one| {
            let numbers = NUMBER.find_iter(&one[2]).map(|number| number.as_str());
            let label = one
                .get(1)
                .and_then(|label| label_of(Some(label.as_str()), None));
            plain(&numbers.collect::<Vec<_>>(), label)
        })
        .collect()
}

/// Reads RoboPoint's form: `[(0.25, 0.5), (0.75, 0.25)]`, with a name as an optional third item.
fn tuples(text: &str) -> Vec<Found> {
    static ONE: LazyLock<Regex> = LazyLock::new(|| {
        regex(concat!(
            r"\(\s*(-?\d*\.?\d+)\s*,\s*(-?\d*\.?\d+)\s*",
            r#"(?:,\s*(-?\d*\.?\d+)\s*,\s*(-?\d*\.?\d+)\s*)?(?:,\s*["']([^"']*)["']\s*)?\)"#
        ))
    });
    // Brackets in a remark beside JSON are not the answer.
    if text.contains('{') {
        return Vec::new();
    }
    let read = |one: Captures<'_>| {
        let numbers: Vec<String> = (1..=4)
            .filter_map(|group| one.get(group).map(|it| it.as_str().to_owned()))
            .collect();
        let label = one.get(5).map(|label| label.as_str().to_owned());
        plain(
            &numbers.iter().map(String::as_str).collect::<Vec<_>>(),
            label,
        )
    };
    ONE.captures_iter(text).map(read).collect()
}

fn plain(numbers: &[&str], label: Option<String>) -> Found {
    let read: Result<Vec<f64>, String> = numbers.iter().map(|text| number(text)).collect();
    let numbers = match read?.as_slice() {
        [a, b] => WrittenPosition::Pair([*a, *b]),
        [a, b, c, d] => WrittenPosition::Corners([*a, *b, *c, *d]),
        other => {
            return Err(format!(
                "a place has 2 numbers or, for a box, 4, not {}",
                other.len()
            ));
        }
    };
    Ok(Entry { numbers, label })
}

fn named(pair: [Option<&str>; 2], label: Option<String>) -> Found {
    let [x, y] = pair.map(|value| number(value.unwrap_or("")));
    Ok(Entry {
        numbers: WrittenPosition::Named([x?, y?]),
        label,
    })
}

fn label_of(first: Option<&str>, second: Option<&str>) -> Option<String> {
    [first, second]
        .into_iter()
        .flatten()
        .map(str::trim)
        .find(|label| !label.is_empty())
        .map(str::to_owned)
}

fn number(text: &str) -> Result<f64, String> {
    let number = text.trim().parse().ok();
    number
        .filter(|number: &f64| number.is_finite())
        .ok_or_else(|| format!("`{text}` is no coordinate"))
}
