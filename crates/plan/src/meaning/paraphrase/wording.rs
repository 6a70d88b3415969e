//! Plain wordings with places for mentions: `put {OBJ1} in {CON1}`.

use super::super::reply::replies;
use super::mention::{Mention, MentionSort};

/// The places of a wording, each as what stands there and in which form.
pub fn placeholders(wording: &str) -> impl Iterator<Item = (&str, &str)> {
    wording.split('{').skip(1).filter_map(|rest| {
        let (place, _) = rest.split_once('}')?;
        Some(place.split_once('.').unwrap_or((place, "")))
    })
}

/// Fills the places of a wording; `None` if one cannot be filled.
pub fn fill_placeholders(
    wording: &str,
    mut fill: impl FnMut(&str, &str) -> Option<String>,
) -> Option<String> {
    let mut parts = wording.split('{');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (place, rest) = part.split_once('}')?;
        let (what, form) = place.split_once('.').unwrap_or((place, ""));
        let said = fill(what, form)?;
        // A tray has no inside.
        if said.ends_with("tray") && text.ends_with(" in ") {
            text.truncate(text.len() - "in ".len());
            text.push_str("on ");
        }
        text.push_str(&said);
        text.push_str(rest);
    }
    Some(text)
}

/// A mention in a form: as it is, `a`, `one` or `color`.
pub fn mention_in_form(mention: &Mention, form: &str) -> Option<String> {
    let described = || {
        let mut words = mention.modifiers.clone();
        words.push(mention.kind.clone());
        words.join(" ")
    };
    let name = || mention.names.first().cloned();
    match (mention.sort, form) {
        (MentionSort::Object | MentionSort::Container, "a") => {
            Some(replies::with_indefinite_article(&name()?))
        }
        (MentionSort::Object | MentionSort::Container, "color") => {
            let name = name()?;
            let (color, kind) = name.split_once(' ')?;
            (!kind.contains(' ')).then(|| color.to_owned())
        }
        (MentionSort::Object | MentionSort::Container, _) => Some(format!("the {}", name()?)),
        (MentionSort::Objects | MentionSort::Containers, "one") => Some(described()),
        (MentionSort::Objects | MentionSort::Containers, _) => Some(format!("{}s", described())),
        (MentionSort::Color, _) => {
            Some(mention.modifiers.join(" ")).filter(|text| !text.is_empty())
        }
        (MentionSort::Absent, _) => Some(replies::with_indefinite_article(&described())),
    }
}
