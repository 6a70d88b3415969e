//! A stop button on the control pins of a serial adapter.
//!
//! The button is normally closed and connects an output that the adapter holds high (DTR, RTS) to
//! an input (DSR, CTS, CD). A press, a broken wire and an unplugged adapter all look the same, and
//! all stop the arm.

use std::thread;
use std::time::Duration;

use serialport::SerialPort;

use super::serial::port_open_error;
use super::{BusError, ports};
use crate::StopSwitch;

/// Polling period of the button.
const POLL_PERIOD: Duration = Duration::from_millis(5);
/// Rise time of the outputs.
const RISE: Duration = Duration::from_millis(20);

/// An input pin of a serial adapter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pin {
    Dsr,
    Cts,
    Cd,
}

impl Pin {
    const ALL: [(&'static str, Self); 3] =
        [("dsr", Self::Dsr), ("cts", Self::Cts), ("cd", Self::Cd)];

    fn is_high(self, port: &mut dyn SerialPort) -> serialport::Result<bool> {
        match self {
            Self::Dsr => port.read_data_set_ready(),
            Self::Cts => port.read_clear_to_send(),
            Self::Cd => port.read_carrier_detect(),
        }
    }
}

/// A stop button that is connected and not pressed.
#[derive(Debug)]
pub struct StopButton {
    port: Box<dyn SerialPort>,
    pin: Pin,
}

impl StopButton {
    /// Opens the button at `PORT` or `PORT:PIN`: a port other than the arm's, in the form that
    /// [`ports::resolve_port`] accepts, and `dsr` (the default), `cts` or `cd`.
    ///
    /// # Errors
    /// [`BusError`] if the port does not open or has no such pins, or if the button is pressed or
    /// not connected.
    pub fn open(place: &str) -> Result<Self, BusError> {
        let (port, pin) = parse(place);
        let path = ports::resolve_port(port)?;
        let wrong = |what: String, hint| BusError::Port {
            path: path.clone(),
            what,
            hint,
        };
        let opened = serialport::new(&path, 9600).open();
        let mut port = opened.map_err(|error| port_open_error(&path, &error))?;
        let raised = port
            .write_data_terminal_ready(true)
            .and_then(|()| port.write_request_to_send(true));
        let closed = raised.and_then(|()| {
            thread::sleep(RISE);
            pin.is_high(port.as_mut())
        });
        match closed {
            Ok(true) => Ok(Self { port, pin }),
            Ok(false) => Err(wrong(
                "the stop button is pressed, or there is none".to_owned(),
                "wire a button that opens when pressed from DTR to DSR, or from RTS to CTS, and release it",
            )),
            Err(error) => Err(wrong(
                format!("its pins cannot be read: {error}"),
                "a stop button needs an adapter that has these pins",
            )),
        }
    }

    /// Presses the switch from now on whenever the button is pressed or disconnected.
    pub fn watch(mut self, stop: StopSwitch) {
        // The thread runs until the program ends.
        thread::spawn(move || {
            loop {
                look(|| self.pin.is_high(self.port.as_mut()), &stop);
                thread::sleep(POLL_PERIOD);
            }
        });
    }
}

/// Presses the switch unless the button is known to be released; an input that cannot be read
/// counts as pressed.
fn look(closed: impl FnOnce() -> serialport::Result<bool>, stop: &StopSwitch) {
    if !matches!(closed(), Ok(true)) {
        stop.press();
    }
}

fn parse(place: &str) -> (&str, Pin) {
    let named = place.rsplit_once(':').and_then(|(port, name)| {
        let (_, pin) = Pin::ALL.into_iter().find(|(known, _)| *known == name)?;
        Some((port, pin))
    });
    named.unwrap_or((place, Pin::Dsr))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_a_port_and_perhaps_a_pin() {
        assert_eq!(parse("/dev/ttyUSB1"), ("/dev/ttyUSB1", Pin::Dsr));
        assert_eq!(parse("/dev/ttyUSB1:cts"), ("/dev/ttyUSB1", Pin::Cts));
        assert_eq!(parse("usb:A50285BI"), ("usb:A50285BI", Pin::Dsr));
        assert_eq!(parse("usb:A50285BI:cd"), ("usb:A50285BI", Pin::Cd));
    }

    #[test]
    fn only_a_closed_contact_lets_the_arm_move() {
        let stop = StopSwitch::new();
        look(|| Ok(true), &stop);
        assert!(!stop.is_pressed());
        look(|| Ok(false), &stop);
        assert!(stop.is_pressed());
        stop.release();
        let gone = serialport::Error::new(serialport::ErrorKind::NoDevice, "it is unplugged");
        look(|| Err(gone), &stop);
        assert!(stop.is_pressed(), "a pulled plug is a press");
        stop.release();
        look(|| Ok(false), &stop);
        assert!(stop.is_pressed(), "a button that stays pressed stops again");
    }

    #[cfg(unix)]
    #[test]
    fn a_port_without_pins_is_one_clear_error() {
        let (_master, slave) = serialport::TTYPort::pair().unwrap();
        let path = slave.name().unwrap();
        drop(slave);
        let text = StopButton::open(&path).unwrap_err().to_string();
        assert!(text.contains(&path) && text.contains("pins"), "{text}");
        let text = StopButton::open("/dev/no-such-port:cts")
            .unwrap_err()
            .to_string();
        assert!(text.contains("no such port"), "{text}");
    }
}
