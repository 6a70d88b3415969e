//! The serial ports of this machine.

use std::fs;
use std::path::{Path, PathBuf};

use serialport::SerialPortType;

use super::BusError;

/// Folder of Linux with port names that survive replugging an adapter.
const BY_ID: &str = "/dev/serial/by-id";
/// Folder of Linux with the latency timers of adapters.
const USB_SERIAL: &str = "/sys/bus/usb-serial/devices";
/// Prefix that selects a port by its adapter's serial number.
const BY_NUMBER: &str = "usb:";

/// A serial port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PortInfo {
    /// Path, which may change when the adapter is replugged.
    pub path: String,
    /// Path that does not change.
    pub by_id: Option<PathBuf>,
    /// USB description of the adapter; `None` for a built-in port.
    pub usb: Option<UsbAdapter>,
}

/// USB description of an adapter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UsbAdapter {
    /// Vendor and product ids.
    pub ids: (u16, u16),
    /// Product name.
    pub product: Option<String>,
    /// Serial number.
    pub serial_number: Option<String>,
}

/// Returns all serial ports, those on USB first.
pub fn list_ports() -> Vec<PortInfo> {
    let mut ports: Vec<PortInfo> = serialport::available_ports()
        .unwrap_or_default()
        .into_iter()
        .map(|port| PortInfo {
            by_id: by_id(&port.port_name),
            usb: match port.port_type {
                SerialPortType::UsbPort(usb) => Some(UsbAdapter {
                    ids: (usb.vid, usb.pid),
                    product: usb.product,
                    serial_number: usb.serial_number,
                }),
                _ => None,
            },
            path: port.port_name,
        })
        .collect();
    ports.sort_by_key(|port| (port.usb.is_none(), port.path.clone()));
    ports
}

/// Resolves `port` to a path: a path itself, `usb:` followed by an adapter's serial number, or
/// `auto` for the only connected adapter.
///
/// # Errors
/// [`BusError`] if there is no such port, or more than one.
pub fn resolve_port(port: &str) -> Result<String, BusError> {
    choose(port, &list_ports())
}

fn choose(port: &str, all: &[PortInfo]) -> Result<String, BusError> {
    let number = port.strip_prefix(BY_NUMBER);
    if port != "auto" && number.is_none() {
        return Ok(port.to_owned());
    }
    let usb = all
        .iter()
        .filter_map(|info| Some((info, info.usb.as_ref()?)));
    let mut fitting =
        usb.filter(|(_, usb)| number.is_none() || usb.serial_number.as_deref() == number);
    let wrong = |what: String, hint| BusError::Port {
        path: port.to_owned(),
        what,
        hint,
    };
    let (first, _) = fitting.next().ok_or_else(|| {
        wrong(
            "there is no such USB adapter".to_owned(),
            "is the arm plugged in and its adapter powered? `enact arm list` shows what is there",
        )
    })?;
    if let Some((second, _)) = fitting.next() {
        return Err(wrong(
            format!("{} and {} are there", first.path, second.path),
            "choose one with --port",
        ));
    }
    Ok(first.path.clone())
}

/// Returns the latency timer of the port's adapter, milliseconds; `None` if unknown.
pub fn latency_ms(path: &str) -> Option<u32> {
    let device = fs::canonicalize(path).ok()?;
    let file = Path::new(USB_SERIAL)
        .join(device.file_name()?)
        .join("latency_timer");
    fs::read_to_string(file).ok()?.trim().parse().ok()
}

fn by_id(path: &str) -> Option<PathBuf> {
    let device = fs::canonicalize(path).ok()?;
    let mut entries = fs::read_dir(BY_ID)
        .ok()?
        .flatten()
        .map(|entry| entry.path());
    entries.find(|entry| fs::canonicalize(entry).is_ok_and(|to| to == device))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn adapter(path: &str, number: &str) -> PortInfo {
        PortInfo {
            path: path.to_owned(),
            by_id: None,
            usb: Some(UsbAdapter {
                serial_number: Some(number.to_owned()),
                ..UsbAdapter::default()
            }),
        }
    }

    fn built_in() -> PortInfo {
        PortInfo {
            path: "/dev/ttyS0".to_owned(),
            by_id: None,
            usb: None,
        }
    }

    /// Fault 10.
    #[test]
    fn an_adapter_is_found_by_its_number_wherever_it_is() {
        let all = [
            adapter("/dev/ttyACM0", "A"),
            adapter("/dev/ttyACM7", "B"),
            built_in(),
        ];
        assert_eq!(choose("usb:B", &all).unwrap(), "/dev/ttyACM7");
        assert_eq!(choose("/dev/ttyX", &all).unwrap(), "/dev/ttyX");
        let error = choose("usb:C", &all).unwrap_err().to_string();
        assert!(error.contains("no such USB adapter"), "{error}");
    }

    #[test]
    fn only_one_adapter_is_found_by_itself() {
        assert_eq!(
            choose("auto", &[adapter("/dev/a", "A"), built_in()]).unwrap(),
            "/dev/a"
        );
        let two = [adapter("/dev/a", "A"), adapter("/dev/b", "B")];
        let error = choose("auto", &two).unwrap_err().to_string();
        assert!(error.contains("/dev/a and /dev/b"), "{error}");
        assert!(choose("auto", &[built_in()]).is_err());
    }
}
