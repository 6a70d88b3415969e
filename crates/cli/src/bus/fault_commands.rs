//! Commands that a person types to inject faults.

use anyhow::{Context, Result, bail};
use enact_emulator::{Faults, PtyBus};

use crate::data_dir::did_you_mean;

/// Commands of the console.
pub const HELP: &str = "\
type, then Enter (Ctrl-C ends it):
  hand JOINT DEG         take a joint there by hand;  hand JOINT off  lets go
  fault NAME [KEY=VALUE…]  from now on: silent, corrupt, truncated, pieces, garbage, echo,
                         late ms=, other_id, lying_length length=, unplugged, frozen, overload,
                         heat celsius=, supply volts=, lost_request, jump rad=
                         keys: servo=ID rate=0..1 for=SECONDS
  well                   everything works from now on";

/// Carries out the commands of the console.
pub struct FaultCommands {
    joints: Vec<String>,
}

impl FaultCommands {
    /// Creates a console for an arm with these joints.
    pub fn new(joints: Vec<String>) -> Self {
        Self { joints }
    }

    /// Carries out a line.
    pub fn obey(&self, line: &str, port: &PtyBus) -> Result<()> {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            [] => Ok(()),
            ["hand", joint, to] => self.hand(joint, to, port),
            ["fault", name, keys @ ..] => strike(name, keys, port),
            ["well"] => {
                port.with_locked_bus(|emulated_bus| emulated_bus.faults_mut().clear());
                Ok(())
            }
            _ => bail!("`{line}` is nothing that can be done\n{HELP}"),
        }
    }

    fn hand(&self, joint: &str, to: &str, port: &PtyBus) -> Result<()> {
        let known = self.joints.iter().position(|name| name == joint);
        let joint = known.with_context(|| {
            let names = self.joints.join(", ");
            let hint = did_you_mean(joint, &self.joints);
            format!("there is no joint `{joint}`; there are {names}{hint}")
        })?;
        let to = match to {
            "off" => None,
            number => {
                let degrees: f64 = number.parse().context("a number of degrees, or `off`")?;
                if !degrees.is_finite() {
                    bail!("{degrees} is no number of degrees");
                }
                Some(degrees.to_radians())
            }
        };
        port.with_locked_bus(|emulated_bus| emulated_bus.plant_mut().guide(joint, to));
        Ok(())
    }
}

/// Adds a fault that begins now.
fn strike(name: &str, keys: &[&str], port: &PtyBus) -> Result<()> {
    let now = port.now().as_secs_f64();
    let mut rule = format!("[[rule]]\nfault = \"{name}\"\nfrom_s = {now}\n");
    for key in keys {
        match key.split_once('=') {
            Some(("for", seconds)) => {
                let seconds: f64 = seconds.parse().context("for= needs seconds")?;
                rule += &format!("to_s = {}\n", now + seconds);
            }
            Some((key, value)) => rule += &format!("{key} = {value}\n"),
            None => bail!("`{key}` is not KEY=VALUE"),
        }
    }
    let rules = Faults::parse(&rule).map_err(|error| anyhow::anyhow!(error.message))?;
    port.with_locked_bus(|emulated_bus| emulated_bus.faults_mut().extend(rules));
    Ok(())
}
