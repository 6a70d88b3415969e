//! Keys, while nobody edits a line: what is pressed first begins a line.

#[cfg(unix)]
pub(super) use unix::Keys;

#[cfg(not(unix))]
pub(super) use elsewhere::Keys;

/// What was pressed.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Key {
    /// Enter, or the space bar.
    Button,
    /// The beginning of a line.
    Text(String),
}

/// Reads what came from a keyboard; `None` if there is nothing to read in it, such as an arrow.
#[cfg_attr(not(unix), allow(dead_code))]
fn read(bytes: &[u8]) -> Option<Key> {
    let text = str::from_utf8(bytes).ok()?;
    if matches!(text, "\n" | "\r" | " ") {
        return Some(Key::Button);
    }
    let line = text.trim_end_matches(['\n', '\r']);
    let is_text = !line.is_empty() && !line.chars().any(char::is_control);
    is_text.then(|| Key::Text(line.to_owned()))
}

#[cfg(unix)]
mod unix {
    use std::fs::File;
    use std::io::Read;

    use nix::sys::termios::{
        LocalFlags, SetArg, SpecialCharacterIndices, Termios, tcgetattr, tcsetattr,
    };

    use super::{Key, read};

    /// Tenths of a second that a key is waited for.
    const WAIT: u8 = 1;

    /// The keyboard without its line editing, which comes back when this is dropped. Ctrl-C remains
    /// Ctrl-C.
    pub(in super::super) struct Keys {
        terminal: File,
        before: Termios,
    }

    impl Keys {
        /// Opens the keyboard of this program's terminal; `None` if it has none.
        pub(in super::super) fn open() -> Option<Self> {
            let terminal = File::open("/dev/tty").ok()?;
            let before = tcgetattr(&terminal).ok()?;
            let mut plain = before.clone();
            plain.local_flags &= !(LocalFlags::ICANON | LocalFlags::ECHO);
            plain.control_chars[SpecialCharacterIndices::VMIN as usize] = 0;
            plain.control_chars[SpecialCharacterIndices::VTIME as usize] = WAIT;
            tcsetattr(&terminal, SetArg::TCSANOW, &plain).ok()?;
            Some(Self { terminal, before })
        }

        /// Waits for a key for a moment.
        pub(in super::super) fn poll_key(&mut self) -> Option<Key> {
            let mut bytes = [0; 256];
            let count = self.terminal.read(&mut bytes).unwrap_or(0);
            read(&bytes[..count])
        }
    }

    impl Drop for Keys {
        fn drop(&mut self) {
            // A terminal that is gone needs nothing.
            let _ = tcsetattr(&self.terminal, SetArg::TCSANOW, &self.before);
        }
    }
}

#[cfg(not(unix))]
mod elsewhere {
    use super::Key;

    /// There are none.
    pub(in super::super) enum Keys {}

    impl Keys {
        pub(in super::super) fn open() -> Option<Self> {
            None
        }

        pub(in super::super) fn poll_key(&mut self) -> Option<Key> {
            match *self {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_begin_a_line_and_arrows_do_nothing() {
        let text = |text: &str| Some(Key::Text(text.to_owned()));
        assert_eq!(read(b"p"), text("p"));
        assert_eq!(read("把".as_bytes()), text("把"));
        assert_eq!(read(b"/home\n"), text("/home"));
        assert_eq!(read(b"\n"), Some(Key::Button));
        assert_eq!(read(b" "), Some(Key::Button));
        assert_eq!(read(b"\x1b[A"), None);
        assert_eq!(read(b""), None);
        assert_eq!(read(&[0xff]), None);
    }
}
