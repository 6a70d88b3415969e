//! A URDF as a tree of XML elements.

use enact_types::Reason;
use roxmltree::{Document, Error, ParsingOptions};

use super::not_urdf::{identify_non_urdf, root_name_offset};
use crate::error::LoadError;
use crate::source_text::SourceText;

/// Largest number of prefixes that may be used without being declared, as the parsers of ROS
/// permit.
const UNDECLARED: usize = 32;

/// Parses the text as XML and passes the tree to `read`.
///
/// Double dashes in a comment, blanks or a comment before the declaration and undeclared prefixes
/// are accepted: urdfdom, PyBullet and others accept them, so such files exist.
///
/// # Errors
/// [`LoadError`] with the line if the text is no XML, or whatever `read` returns.
pub fn with_parsed_document<T>(
    source: &SourceText,
    read: impl FnOnce(&Document<'_>) -> Result<T, LoadError>,
) -> Result<T, LoadError> {
    let mut text = without_comments(source.text());
    if let Some(found) = identify_non_urdf(&text) {
        return Err(source.error_about_file(found.what).with_hint(found.hint));
    }
    for _ in 0..UNDECLARED {
        let options = ParsingOptions {
            allow_dtd: true,
            ..ParsingOptions::default()
        };
        let error = match Document::parse_with_options(&text, options) {
            Ok(document) => return read(&document),
            Err(error) => error,
        };
        match (error, root_name_offset(&text)) {
            (Error::UnknownNamespace(prefix, _), Some(root)) => {
                let rest = &text[root..];
                let end = rest.find(|c: char| c.is_whitespace() || matches!(c, '>' | '/'));
                let at = root + end.unwrap_or(rest.len());
                text.insert_str(at, &format!(" xmlns:{prefix}=\"undeclared:{prefix}\""));
            }
            (error, _) => return Err(not_well_formed(source, error)),
        }
    }
    Err(source.error_about_file("is not XML: too many prefixes are not declared"))
}

/// Returns the text with comments and the declaration blanked, keeping the line of everything else.
fn without_comments(text: &str) -> String {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut bytes = text.as_bytes().to_vec();
    let mut at = 0;
    let end_of = |from: usize, end: &str| text[from..].find(end).map(|it| from + it + end.len());
    while let Some(start) = text[at..].find('<').map(|offset| at + offset) {
        let rest = &text[start..];
        let is_declaration = rest.starts_with("<?xml")
            && rest[5..].starts_with(|c: char| c.is_whitespace() || c == '?')
            && bytes[..start].iter().all(u8::is_ascii_whitespace);
        let (end, is_blanked) = if rest.starts_with("<!--") {
            (end_of(start + 4, "-->"), true)
        } else if is_declaration {
            (end_of(start, "?>"), true)
        } else if rest.starts_with("<![CDATA[") {
            (end_of(start, "]]>"), false)
        } else {
            (Some(start + 1), false)
        };
        let Some(end) = end else { break };
        if is_blanked {
            let blanked = bytes[start..end].iter_mut();
            blanked
                .filter(|byte| !matches!(**byte, b'\n' | b'\r'))
                .for_each(|byte| *byte = b' ');
        }
        at = end;
    }
    String::from_utf8(bytes).expect("whole characters are blanked")
}

fn not_well_formed(source: &SourceText, error: Error) -> LoadError {
    let last = source.text().trim_end().matches('\n').count() + 1;
    let cut = "is the file cut off?".to_owned();
    match &error {
        Error::UnclosedRootNode => source
            .error_on_line(last, "the file ends before `</robot>`")
            .with_hint(Some(cut)),
        Error::UnexpectedEndOfStream => source
            .error_on_line(last, "the file ends in the middle of an element")
            .with_hint(Some(cut)),
        Error::UnexpectedCloseTag(expected, actual, at) => source.error_on_line(
            at.row as usize,
            format!("`</{actual}>` stands where `</{expected}>` is expected"),
        ),
        Error::UnknownEntityReference(name, at) => source
            .error_on_line(at.row as usize, format!("nothing defines `&{name};`"))
            .with_hint(Some("a plain `&` is written `&amp;`".to_owned())),
        Error::MalformedEntityReference(at) => source
            .error_on_line(at.row as usize, "`&` stands alone")
            .with_hint(Some("it is written `&amp;`".to_owned())),
        other => {
            let what = other.to_string();
            // "… at 3:5": the line is already in front.
            let what = what.rsplit_once(" at ").map_or(&what[..], |(what, _)| what);
            let line = match other.pos().row {
                0 => last,
                row => row as usize,
            };
            let what = Reason::from_text_and_source(format!("is not XML: {what}"), error);
            source.error_on_line(line, what)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_the_declaration_are_blanked_line_by_line() {
        let text = "\n<?xml version='1.0'?>\n<!-- ü -- \n <limit/> --><a><![CDATA[<!-- ]]></a>";
        let blanked = without_comments(text);
        assert_eq!(blanked.len(), text.len());
        assert_eq!(blanked.matches('\n').count(), text.matches('\n').count());
        assert_eq!(blanked.trim(), "<a><![CDATA[<!-- ]]></a>");
        assert_eq!(without_comments("<a/><!-- cut"), "<a/><!-- cut");
    }
}
