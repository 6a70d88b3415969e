//! `enact arm list` and `enact arm scan`.

use std::fmt;

use anyhow::Result;
use enact_arm::bus::ports::{self, PortInfo};
use enact_arm::bus::{Bus, SerialTransport};
use enact_arm::servo::{Family, ServoModel};
use serde_json::{Value, json};

use super::hardware::Hardware;

/// Shows every port and the servos on it at the usual baud rate.
pub fn list_ports_and_servos(hardware: &Hardware) -> Result<bool> {
    let mut all = ports::list_ports();
    if let Ok(port) = hardware.port_path()
        && !all.iter().any(|info| info.path == port)
    {
        all.push(PortInfo {
            path: port,
            by_id: None,
            usb: None,
        });
    }
    if all.is_empty() {
        errln!("no serial port; is the arm's adapter plugged in?");
        return Ok(false);
    }
    for info in &all {
        if hardware.json {
            outln!("{}", facts(info, hardware.bus_config.baud));
            continue;
        }
        outln!("{}", describe(info));
        for family in Family::ALL_FAMILIES {
            let name = family.shared_facts().maker;
            match servos_on(&info.path, family, hardware.bus_config.baud) {
                Ok(found) if found.is_empty() => {}
                Ok(found) => {
                    let found: Vec<String> = found.iter().map(Found::to_string).collect();
                    outln!("    {name}: {}", found.join(", "));
                }
                Err(error) => {
                    outln!("    {error}");
                    break;
                }
            }
        }
    }
    Ok(true)
}

/// Describes a port and its servos for a program.
fn facts(info: &PortInfo, baud: u32) -> Value {
    let mut servos = Vec::new();
    let mut failure = None;
    for family in Family::ALL_FAMILIES {
        let name = family.shared_facts().maker;
        match servos_on(&info.path, family, baud) {
            Ok(found) => servos.extend(
                found
                    .iter()
                    .map(|found| json!({"protocol": name, "id": found.id, "model": found.model})),
            ),
            Err(error) => {
                failure = Some(error.to_string());
                break;
            }
        }
    }
    let usb = info.usb.as_ref().map(|usb| {
        json!({
            "vendor_id": usb.ids.0,
            "product_id": usb.ids.1,
            "product": usb.product,
            "serial_number": usb.serial_number,
        })
    });
    json!({
        "port": info.path,
        "by_id": info.by_id,
        "usb": usb,
        "baud": baud,
        "servos": servos,
        "error": failure,
    })
}

fn describe(info: &PortInfo) -> String {
    let mut text = info.path.clone();
    if let Some(usb) = &info.usb {
        let (vendor, product) = usb.ids;
        text += &format!("  {vendor:04x}:{product:04x}");
        for part in [&usb.product, &usb.serial_number].into_iter().flatten() {
            text += &format!("  {part}");
        }
    }
    if let Some(path) = &info.by_id {
        text += &format!("  {}", path.display());
    }
    text
}

fn servos_on(port: &str, family: Family, baud: u32) -> Result<Vec<Found>> {
    let line = SerialTransport::open(port, baud)?;
    let mut bus = Bus::new(Box::new(line), family.codec(), baud);
    found(&mut bus, family)
}

/// A servo that answers.
struct Found {
    id: u8,
    /// Its reported model; `None` if it was not asked.
    model: Option<String>,
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} {}",
            self.id,
            self.model.as_deref().unwrap_or_default()
        )
    }
}

/// Finds every servo on a bus.
fn found(bus: &mut Bus, family: Family) -> Result<Vec<Found>> {
    let ids: Vec<u8> = bus.ping_all()?.iter().map(|status| status.id).collect();
    ids.into_iter()
        .map(|id| {
            let any = ServoModel::ALL_MODELS
                .into_iter()
                .find(|model| model.family == family);
            let number = any.map(|model| model.map.model_number.read(bus, id));
            let model = number.transpose()?.map(|number| {
                u16::try_from(number)
                    .ok()
                    .and_then(|number| ServoModel::find_by_number(family, number))
                    .map_or(format!("model {number}"), |model| model.name.to_owned())
            });
            Ok(Found { id, model })
        })
        .collect()
}

/// Asks at every baud rate; whether anybody answers.
pub fn scan_baud_rates(hardware: &Hardware) -> Result<bool> {
    let family = hardware.bus_config.family;
    let mut any = false;
    for baud in family.baud_rates() {
        // A rate that the adapter cannot do is not where the servos are.
        let Ok(mut bus) = hardware.open_bus_at_baud_rate(*baud) else {
            if *baud == hardware.bus_config.baud {
                hardware.open_bus_at_baud_rate(*baud)?;
            }
            errln!("{baud} baud: the adapter cannot do it");
            continue;
        };
        for servo in found(&mut bus, family)? {
            if hardware.json {
                let Found { id, model } = &servo;
                outln!("{}", json!({"baud": baud, "id": id, "model": model}));
            } else {
                outln!("{baud} baud: {servo}");
            }
            any = true;
        }
    }
    if !any {
        errln!("no servo answers; is the arm powered, and does it speak this protocol?");
    }
    Ok(any)
}
