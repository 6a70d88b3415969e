//! Firmware versions of the servos, and differences between servos of one model.

use super::bus_config::ServoConfig;
use super::joint::ServoJoint;
use crate::bus::{Bus, BusError};

/// Returns the firmware version of a servo in its maker's notation.
///
/// # Errors
/// [`BusError`] if the servo does not reply.
pub fn version(bus: &mut Bus, servo: &ServoConfig) -> Result<String, BusError> {
    let registers = servo.model.map.firmware.iter();
    let numbers: Result<Vec<String>, BusError> = registers
        .map(|register| Ok(register.read(bus, servo.id)?.to_string()))
        .collect();
    Ok(numbers?.join("."))
}

/// Reads and logs the version of every joint's servo, and warns of differences: a single servo that
/// behaves differently from its neighbors is hard to find.
pub(super) fn log_versions(bus: &mut Bus, joints: &[ServoJoint]) -> Result<Vec<String>, BusError> {
    let read = |joint: &ServoJoint| version(bus, &joint.servo);
    let versions = joints.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    let named = || {
        joints
            .iter()
            .map(|joint| (joint.name.as_str(), joint.servo))
    };
    let servos: Vec<(&str, ServoConfig, &str)> = named()
        .zip(&versions)
        .map(|((name, servo), version)| (name, servo, version.as_str()))
        .collect();
    tracing::info!(firmware = %list(&servos), "arming");
    if let Some(difference) = describe_version_differences(&servos) {
        tracing::warn!("{difference}");
    }
    Ok(versions)
}

/// Returns a message about servos of one model whose firmware differs; each is given with its
/// joint's name and its version.
pub fn describe_version_differences(servos: &[(&str, ServoConfig, &str)]) -> Option<String> {
    let differs = |(_, servo, version): &&(&str, ServoConfig, &str)| {
        let alike = |other: &&(&str, ServoConfig, &str)| other.1.model.number == servo.model.number;
        servos.iter().filter(alike).any(|other| other.2 != *version)
    };
    let uneven: Vec<_> = servos.iter().filter(differs).copied().collect();
    (!uneven.is_empty()).then(|| {
        format!(
            "servos of one model have different firmware: {}; the maker's software updates it",
            list(&uneven)
        )
    })
}

fn list(servos: &[(&str, ServoConfig, &str)]) -> String {
    let entries: Vec<String> = servos
        .iter()
        .map(|(name, servo, version)| format!("`{name}` ({}) {version}", servo.model.name))
        .collect();
    entries.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::servo::{ServoModel, x_series};

    fn servo(id: u8, model: &'static ServoModel) -> ServoConfig {
        let output = 1.0;
        ServoConfig { id, model, output }
    }

    #[test]
    fn servos_of_one_model_are_compared() {
        let [shoulder, elbow, wrist] = [
            servo(1, &x_series::XL430_W250),
            servo(2, &x_series::XL330_M288),
            servo(3, &x_series::XL330_M288),
        ];
        let say = |last| {
            describe_version_differences(&[
                ("shoulder", shoulder, "46"),
                ("elbow", elbow, "52"),
                ("wrist", wrist, last),
            ])
        };
        assert_eq!(say("52"), None);
        let told = say("51").unwrap();
        assert!(told.contains("`elbow` (xl330-m288) 52, `wrist` (xl330-m288) 51"));
        assert!(!told.contains("shoulder"), "{told}");
    }
}
