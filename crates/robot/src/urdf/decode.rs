//! Converts bytes to text, whatever encoding a file declares.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use thiserror::Error;

/// Number of bytes that are searched for the declaration.
const HEAD: usize = 256;

/// The name of an unknown encoding.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("its encoding `{0}` is unknown")]
pub struct UnknownEncoding(String);

/// Returns the text of an XML file, and a note if there is something odd about its bytes.
///
/// A byte order mark takes precedence, then the declaration (`encoding="…"`), then UTF-8. Bytes
/// that are not UTF-8 without another declaration are read as Windows-1252, which has a character
/// for every byte: the most common case is one accented letter in a comment.
///
/// # Errors
/// [`UnknownEncoding`] with the declared encoding, if it is unknown.
pub fn decode(bytes: &[u8]) -> Result<(String, Option<String>), UnknownEncoding> {
    let (encoding, bytes, declares) = match Encoding::for_bom(bytes) {
        Some((encoding, mark)) => (encoding, &bytes[mark..], true),
        None => match declared(bytes)? {
            Some(encoding) => (encoding, bytes, true),
            None => (unmarked(bytes), bytes, false),
        },
    };
    let (text, is_broken) = encoding.decode_without_bom_handling(bytes);
    if !is_broken {
        return Ok((text.into_owned(), None));
    }
    if encoding == UTF_8 {
        let valid = std::str::from_utf8(bytes).map_or_else(|error| error.valid_up_to(), str::len);
        let line = 1 + bytes[..valid].iter().filter(|byte| **byte == b'\n').count();
        let what = match declares {
            true => "it is not the UTF-8 that it declares",
            false => "it is not UTF-8 and declares no encoding",
        };
        let (text, _) = WINDOWS_1252.decode_without_bom_handling(bytes);
        let note = format!("line {line}: {what}; read as Windows-1252");
        return Ok((text.into_owned(), Some(note)));
    }
    let before = text.split('\u{fffd}').next().unwrap_or_default();
    let line = 1 + before.matches('\n').count();
    let note = format!("line {line}: a character is not {}", encoding.name());
    Ok((text.into_owned(), Some(note)))
}

/// Returns the encoding that `<?xml … encoding="…"?>` names. UTF-16 counts as UTF-8,
/// because a declaration in UTF-16 would not have been readable here.
fn declared(bytes: &[u8]) -> Result<Option<&'static Encoding>, UnknownEncoding> {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(HEAD)]);
    let Some(declaration) = head.trim_start().strip_prefix("<?xml") else {
        return Ok(None);
    };
    let declaration = declaration.split("?>").next().unwrap_or_default();
    let Some((_, value)) = declaration.split_once("encoding") else {
        return Ok(None);
    };
    let value = value.trim_start().strip_prefix('=').unwrap_or_default();
    let Some(label) = value.split(['"', '\'']).nth(1) else {
        return Ok(None);
    };
    match Encoding::for_label(label.as_bytes()) {
        Some(encoding) if encoding == UTF_16LE || encoding == UTF_16BE => Ok(Some(UTF_8)),
        Some(encoding) => Ok(Some(encoding)),
        None => Err(UnknownEncoding(label.to_owned())),
    }
}

/// Detects UTF-16 without a byte order mark, which begins with half a `<`.
fn unmarked(bytes: &[u8]) -> &'static Encoding {
    match bytes {
        [b'<', 0, ..] => UTF_16LE,
        [0, b'<', ..] => UTF_16BE,
        _ => UTF_8,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn declaring(name: &str, text: &str) -> String {
        format!("<?xml version=\"1.0\" encoding=\"{name}\"?>{text}")
    }

    #[test]
    fn declared_encodings_and_byte_order_marks_are_read() {
        let german = declaring("ISO-8859-1", "<!-- Gelenk für Schüler -->");
        let (bytes, _, _) = WINDOWS_1252.encode(&german);
        assert_eq!(decode(&bytes), Ok((german.clone(), None)));
        for label in ["GBK", "gb18030", "Shift_JIS", "KOI8-R"] {
            let encoding = Encoding::for_label(label.as_bytes()).unwrap();
            let text = declaring(label, "<robot name=\"肘\"/>").replace(
                '肘',
                match label {
                    "KOI8-R" => "плечо",
                    _ => "肘",
                },
            );
            let (bytes, _, _) = encoding.encode(&text);
            assert_eq!(decode(&bytes), Ok((text, None)), "{label}");
        }
        let wide: Vec<u8> = german.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(decode(&wide), Ok((german.clone(), None)));
        let marked = [&[0xff, 0xfe], &wide[..]].concat();
        assert_eq!(decode(&marked), Ok((german.clone(), None)));
        let marked = [&[0xef, 0xbb, 0xbf], german.as_bytes()].concat();
        assert_eq!(decode(&marked), Ok((german, None)));
    }

    #[test]
    fn what_is_no_utf8_is_read_all_the_same_and_said() {
        let (text, note) = decode(b"<robot>\n<!-- f\xfcr -->\n</robot>").unwrap();
        assert!(text.contains("für"));
        assert!(note.unwrap().starts_with("line 2: it is not UTF-8"));
        assert_eq!(
            decode(b"<?xml encoding='EBCDIC-9'?>"),
            Err(UnknownEncoding("EBCDIC-9".to_owned()))
        );
    }
}
