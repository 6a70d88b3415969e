//! Text from the bytes of a file, whichever editor wrote them.
//!
//! A byte order mark (Unicode 16.0, section 23.8) gives the encoding of the bytes and is no part of
//! the text; without one they are UTF-8.

use std::io::{self, ErrorKind};

use thiserror::Error;

/// The character whose encoding at the beginning of a file is a byte order mark.
pub const BYTE_ORDER_MARK: char = '\u{feff}';

/// Reason that bytes are not text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum TextError {
    /// They are invalid UTF-8.
    #[error("line {line} is not UTF-8 text (byte 0x{byte:02x}); save the file as UTF-8")]
    Utf8 {
        /// Line, counted from 1.
        line: usize,
        /// First invalid byte.
        byte: u8,
    },
    /// They have a UTF-16 byte order mark, but are invalid UTF-16.
    #[error("line {line} is not the UTF-16 that its byte order mark says; save the file as UTF-8")]
    Utf16 {
        /// Line, counted from 1.
        line: usize,
    },
    /// They have a UTF-32 byte order mark.
    #[error("it is UTF-32; save the file as UTF-8")]
    Utf32,
    /// They contain a null character, which no text has.
    #[error(
        "line {line} has a character of value 0: it is no text, or UTF-16 without a byte order mark; save the file as UTF-8"
    )]
    Nul {
        /// Line, counted from 1.
        line: usize,
    },
}

/// Decodes UTF-8, or UTF-16 with a byte order mark, which is removed.
///
/// Reads a file by `std::fs::read(path).and_then(text::decode)`.
///
/// # Errors
/// If the bytes are not text, with kind [`ErrorKind::InvalidData`] and the [`TextError`] as its
/// source.
pub fn decode(bytes: Vec<u8>) -> io::Result<String> {
    let text = match bytes.as_slice() {
        [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => Err(TextError::Utf32),
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes),
        _ => utf8(bytes),
    };
    text.and_then(without_nul)
        .map_err(|why| io::Error::new(ErrorKind::InvalidData, why))
}

/// Returns `text` without a byte order mark at its beginning.
pub fn strip_byte_order_mark(text: &str) -> &str {
    text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text)
}

fn utf8(bytes: Vec<u8>) -> Result<String, TextError> {
    match String::from_utf8(bytes) {
        Ok(mut text) => {
            if text.starts_with(BYTE_ORDER_MARK) {
                text.drain(..BYTE_ORDER_MARK.len_utf8());
            }
            Ok(text)
        }
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            let before = &error.as_bytes()[..at];
            Err(TextError::Utf8 {
                line: 1 + before.iter().filter(|byte| **byte == b'\n').count(),
                byte: error.as_bytes()[at],
            })
        }
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, TextError> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let mut text = String::with_capacity(bytes.len());
    for character in char::decode_utf16(pairs.iter().copied().map(unit)) {
        match character {
            Ok(character) => text.push(character),
            Err(_) => {
                return Err(TextError::Utf16 {
                    line: line_number_at(&text, text.len()),
                });
            }
        }
    }
    match rest {
        [] => Ok(text),
        _ => Err(TextError::Utf16 {
            line: line_number_at(&text, text.len()),
        }),
    }
}

fn without_nul(text: String) -> Result<String, TextError> {
    match text.find('\0') {
        None => Ok(text),
        Some(at) => Err(TextError::Nul {
            line: line_number_at(&text, at),
        }),
    }
}

/// Returns the line, counted from 1, of the byte at `offset`; the last line beyond the end.
pub fn line_number_at(text: &str, offset: usize) -> usize {
    let before = &text.as_bytes()[..offset.min(text.len())];
    1 + before.iter().filter(|byte| **byte == b'\n').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "robot = \"so101\"\nscene = \"桌 🤖\"\n";

    fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        let marked = format!("{BYTE_ORDER_MARK}{text}");
        marked.encode_utf16().flat_map(bytes).collect()
    }

    fn why(bytes: &[u8]) -> TextError {
        let error = decode(bytes.to_vec()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidData);
        *error.get_ref().unwrap().downcast_ref().unwrap()
    }

    #[test]
    fn every_editor_s_text_is_the_same_text() {
        for bytes in [
            TEXT.as_bytes().to_vec(),
            format!("{BYTE_ORDER_MARK}{TEXT}").into_bytes(),
            utf16(TEXT, u16::to_le_bytes),
            utf16(TEXT, u16::to_be_bytes),
        ] {
            assert_eq!(decode(bytes).unwrap(), TEXT);
        }
    }

    #[test]
    fn only_the_first_mark_is_one() {
        let text = format!("{BYTE_ORDER_MARK}{BYTE_ORDER_MARK}a{BYTE_ORDER_MARK}");
        let rest = format!("{BYTE_ORDER_MARK}a{BYTE_ORDER_MARK}");
        assert_eq!(decode(text.clone().into_bytes()).unwrap(), rest);
        assert_eq!(strip_byte_order_mark(&text), rest);
        assert_eq!(strip_byte_order_mark("a"), "a");
    }

    #[test]
    fn nothing_is_text_too() {
        for bytes in [&[][..], b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"] {
            assert_eq!(decode(bytes.to_vec()).unwrap(), "");
        }
    }

    #[test]
    fn what_is_no_text_is_named_with_its_line() {
        assert_eq!(
            why(b"a\nb\nr\xe9d"),
            TextError::Utf8 {
                line: 3,
                byte: 0xe9
            }
        );
        assert_eq!(
            why(b"\x89PNG\r\n"),
            TextError::Utf8 {
                line: 1,
                byte: 0x89
            }
        );
        assert_eq!(
            why(b"cut \xe6\xa1"),
            TextError::Utf8 {
                line: 1,
                byte: 0xe6
            }
        );
        assert_eq!(why(b"\xff\xfea\0\n\0b"), TextError::Utf16 { line: 2 });
        assert_eq!(why(b"\xfe\xff\xd8\0\0a"), TextError::Utf16 { line: 1 });
        assert_eq!(why(b"\xff\xfe\0\0a\0\0\0"), TextError::Utf32);
        assert_eq!(why(b"\0\0\xfe\xff\0\0\0a"), TextError::Utf32);
        assert_eq!(why(b"a\0\n\0b\0"), TextError::Nul { line: 1 });
        assert!(why(b"\xe9").to_string().contains("byte 0xe9"));
    }

    proptest::proptest! {
        #[test]
        fn any_text_comes_back(text in "[^\0\u{feff}]*") {
            let little = decode(utf16(&text, u16::to_le_bytes));
            proptest::prop_assert_eq!(little.unwrap(), text.clone());
            proptest::prop_assert_eq!(decode(utf16(&text, u16::to_be_bytes)).unwrap(), text.clone());
            proptest::prop_assert_eq!(decode(text.clone().into_bytes()).unwrap(), text);
        }

        #[test]
        fn no_bytes_panic(bytes: Vec<u8>) {
            let _ = decode(bytes);
        }
    }
}
