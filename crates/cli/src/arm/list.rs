//! `enact arm list` and `enact arm scan`.

use anyhow::Result;
use enact_arm::bus::ports::{self, PortInfo};
use enact_arm::bus::{Bus, SerialLine};
use enact_arm::servo::{Family, Model};

use super::hardware::Hardware;

/// Both protocols.
const FAMILIES: [(Family, &str); 2] = [(Family::Sts, "feetech"), (Family::X, "dynamixel")];

/// Shows every port and the servos on it at the usual baud rate.
pub fn list(hardware: &Hardware) -> Result<bool> {
    let mut all = ports::ports();
    if let Ok(port) = hardware.port()
        && !all.iter().any(|info| info.path == port)
    {
        all.push(PortInfo {
            path: port,
            by_id: None,
            usb: None,
        });
    }
    if all.is_empty() {
        eprintln!("no serial port; is the arm's adapter plugged in?");
        return Ok(false);
    }
    for info in &all {
        println!("{}", describe(info));
        for (family, name) in FAMILIES {
            match servos_on(&info.path, family, hardware.wiring.baud) {
                Ok(found) if found.is_empty() => {}
                Ok(found) => println!("    {name}: {}", found.join(", ")),
                Err(error) => {
                    println!("    {error}");
                    break;
                }
            }
        }
    }
    Ok(true)
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

fn servos_on(port: &str, family: Family, baud: u32) -> Result<Vec<String>> {
    let line = SerialLine::open(port, baud)?;
    let mut bus = Bus::new(Box::new(line), family.codec(), baud);
    found(&mut bus, family)
}

/// Ids and models of everyone on a bus.
fn found(bus: &mut Bus, family: Family) -> Result<Vec<String>> {
    let ids: Vec<u8> = bus.who()?.iter().map(|status| status.id).collect();
    ids.into_iter()
        .map(|id| {
            let any = Model::ALL.into_iter().find(|model| model.family == family);
            let number = any.map(|model| model.roles.model_number.read(bus, id));
            let model = match number.transpose()? {
                Some(number) => u16::try_from(number)
                    .ok()
                    .and_then(|number| Model::numbered(family, number))
                    .map_or(format!("model {number}"), |model| model.name.to_owned()),
                None => String::new(),
            };
            Ok(format!("{id} {model}"))
        })
        .collect()
}

/// Asks at every baud rate; whether anybody answers.
pub fn scan(hardware: &Hardware) -> Result<bool> {
    let family = hardware.wiring.family;
    let mut any = false;
    for baud in family.baud_rates() {
        // A rate that the adapter cannot do is not where the servos are.
        let Ok(mut bus) = hardware.bus_at(*baud) else {
            if *baud == hardware.wiring.baud {
                hardware.bus_at(*baud)?;
            }
            eprintln!("{baud} baud: the adapter cannot do it");
            continue;
        };
        for servo in found(&mut bus, family)? {
            println!("{baud} baud: {servo}");
            any = true;
        }
    }
    if !any {
        eprintln!("nobody answers; is the arm powered, and does it speak this protocol?");
    }
    Ok(any)
}
