//! A transport over a serial port.

use std::io::{self, Read, Write};
use std::thread;
use std::time::{Duration, Instant};

use serialport::{ErrorKind, SerialPort};

use super::late_replies::MAX_DELIVERY_DELAY;
use super::{BusError, Transport};

/// Write timeout, longer than any request takes on a wire that can drive an arm.
const WRITE_TIMEOUT: Duration = Duration::from_millis(100);

/// A serial port opened for exclusive use.
pub struct SerialTransport {
    port: Box<dyn SerialPort>,
    opened: Instant,
}

impl SerialTransport {
    /// Opens the port at `path` with 8 data bits, no parity and 1 stop bit.
    ///
    /// # Errors
    /// [`BusError::Port`] with a hint if the port does not exist, is in use, or access is denied.
    pub fn open(path: &str, baud: u32) -> Result<Self, BusError> {
        let port = serialport::new(path, baud).timeout(WRITE_TIMEOUT).open();
        let mut line = Self {
            port: port.map_err(|error| port_open_error(path, &error))?,
            opened: Instant::now(),
        };
        line.hear_out()
            .map_err(|error| BusError::Lost(error.to_string()))?;
        Ok(line)
    }

    /// Discards replies to requests of another program or of an earlier connection.
    fn hear_out(&mut self) -> io::Result<()> {
        let mut dropped = Vec::new();
        let end = self.now() + MAX_DELIVERY_DELAY;
        while self.now() < end {
            self.receive(&mut dropped, end)?;
            dropped.clear();
        }
        Ok(())
    }
}

impl Transport for SerialTransport {
    fn now(&self) -> Duration {
        self.opened.elapsed()
    }

    fn sleep_until(&mut self, time: Duration) {
        thread::sleep(time.saturating_sub(self.now()));
    }

    fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.port.set_timeout(WRITE_TIMEOUT)?;
        self.port.write_all(bytes)
    }

    fn receive(&mut self, into: &mut Vec<u8>, deadline: Duration) -> io::Result<usize> {
        let mut chunk = [0; 256];
        loop {
            self.port.set_timeout(deadline.saturating_sub(self.now()))?;
            match self.port.read(&mut chunk) {
                // An unplugged port can look like the end of a file.
                Ok(0) => return Err(io::ErrorKind::BrokenPipe.into()),
                Ok(count) => {
                    into.extend_from_slice(&chunk[..count]);
                    return Ok(count);
                }
                Err(error) if error.kind() == io::ErrorKind::TimedOut => return Ok(0),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}

/// Converts the error of a port that did not open, with a hint.
pub(super) fn port_open_error(path: &str, error: &serialport::Error) -> BusError {
    let hint = match error.kind() {
        ErrorKind::Io(io::ErrorKind::PermissionDenied) => {
            "you may not use it: join the group that owns it (often `dialout`), then log in again"
        }
        ErrorKind::Io(io::ErrorKind::NotFound) => {
            "there is no such port: is the arm plugged in and its adapter powered?"
        }
        ErrorKind::NoDevice => {
            "it is in use or gone: close the other program, or plug the adapter in again"
        }
        _ => "is it a serial port?",
    };
    BusError::Port {
        path: path.to_owned(),
        what: error.to_string(),
        hint,
    }
}

#[cfg(all(test, unix))]
mod tests {
    use serialport::TTYPort;

    use super::*;

    fn path(port: &TTYPort) -> String {
        port.name().expect("a pty's slave has a name")
    }

    /// Fault 11.
    #[test]
    fn a_port_that_cannot_be_opened_says_why() {
        let error = SerialTransport::open("/dev/no-such-port", 1_000_000).map(drop);
        let text = error.unwrap_err().to_string();
        assert!(
            text.contains("/dev/no-such-port") && text.contains("no such port"),
            "{text}"
        );
        let error = SerialTransport::open("/dev/null", 1_000_000).map(drop);
        let text = error.unwrap_err().to_string();
        assert!(
            text.contains("/dev/null") && text.contains("serial port"),
            "{text}"
        );
    }

    /// Fault 11.
    #[test]
    fn a_port_in_use_is_refused() {
        let (_master, slave) = TTYPort::pair().unwrap();
        let path = path(&slave);
        drop(slave);
        let held = SerialTransport::open(&path, 1_000_000).unwrap();
        let text = SerialTransport::open(&path, 1_000_000)
            .map(drop)
            .unwrap_err()
            .to_string();
        assert!(text.contains("in use"), "{text}");
        drop(held);
        assert!(SerialTransport::open(&path, 1_000_000).is_ok());
    }

    #[test]
    fn bytes_pass_and_silence_ends_at_the_deadline() {
        let (mut master, slave) = TTYPort::pair().unwrap();
        let mut line = SerialTransport::open(&path(&slave), 1_000_000)
            .unwrap_or_else(|error| panic!("{error}"));
        let all: Vec<u8> = (0..=255).collect();
        line.send(&all).unwrap();
        let mut got = vec![0; 256];
        master.read_exact(&mut got).unwrap();
        assert_eq!(got, all, "the port changes no byte");
        master.write_all(&all).unwrap();
        let mut received = Vec::new();
        while received.len() < all.len() {
            let deadline = line.now() + Duration::from_secs(1);
            assert!(line.receive(&mut received, deadline).unwrap() > 0);
        }
        assert_eq!(received, all);
        let deadline = line.now() + Duration::from_millis(20);
        assert_eq!(line.receive(&mut received, deadline).unwrap(), 0);
        assert!(line.now() >= deadline);
    }

    /// Fault 9.
    #[test]
    fn an_unplugged_port_is_an_error_at_once() {
        let (master, slave) = TTYPort::pair().unwrap();
        let mut line = SerialTransport::open(&path(&slave), 1_000_000)
            .unwrap_or_else(|error| panic!("{error}"));
        drop((master, slave));
        let deadline = line.now() + Duration::from_secs(5);
        assert!(line.receive(&mut Vec::new(), deadline).is_err());
        assert!(line.now() < Duration::from_secs(1), "nobody waits for it");
    }
}
