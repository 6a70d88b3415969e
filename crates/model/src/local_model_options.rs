//! How a model in this process is run: on what, in which precision, quantized how.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// How a model in this process is run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LocalOptions {
    /// What computes.
    pub device: Device,
    /// In which precision. `None`: folders in single precision on the processor, everything else as
    /// mistral.rs chooses.
    pub dtype: Option<Dtype>,
    /// To what weights are quantized while they are loaded.
    pub isq: Option<Isq>,
}

/// What computes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Device {
    /// A graphics processor, if the program was built for one and there is one; else the processor.
    #[default]
    Auto,
    /// The processor.
    Cpu,
    /// A graphics processor of NVIDIA's.
    Cuda,
    /// A graphics processor of Apple's.
    Metal,
}

impl Device {
    /// Every device with its name and whether the program was built for it.
    const ALL: [(&str, Self, bool); 4] = [
        ("auto", Self::Auto, true),
        ("cpu", Self::Cpu, true),
        ("cuda", Self::Cuda, cfg!(feature = "cuda")),
        ("metal", Self::Metal, cfg!(feature = "metal")),
    ];

    fn row(self) -> (&'static str, bool) {
        let row = Self::ALL.iter().find(|row| row.1 == self);
        row.map_or(("auto", true), |row| (row.0, row.2))
    }

    /// Whether the program was built for it.
    pub fn is_compiled_in(self) -> bool {
        self.row().1
    }
}

impl fmt::Display for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.row().0)
    }
}

impl FromStr for Device {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let row = Self::ALL.iter().find(|row| row.0 == text);
        row.map(|row| row.1)
            .ok_or_else(|| "expected auto, cpu, cuda or metal".to_owned())
    }
}

/// In which precision a model is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dtype {
    /// As mistral.rs chooses: half precision where the device has it.
    Auto,
    /// 32 bits.
    F32,
    /// 16 bits, of which 10 are the fraction.
    F16,
    /// 16 bits, of which 7 are the fraction.
    Bf16,
}

impl Dtype {
    const ALL: [(&str, Self); 4] = [
        ("auto", Self::Auto),
        ("f32", Self::F32),
        ("f16", Self::F16),
        ("bf16", Self::Bf16),
    ];
}

impl fmt::Display for Dtype {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let row = Self::ALL.iter().find(|row| row.1 == *self);
        f.write_str(row.map_or("auto", |row| row.0))
    }
}

impl FromStr for Dtype {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let row = Self::ALL.iter().find(|row| row.0 == text);
        row.map(|row| row.1)
            .ok_or_else(|| "expected auto, f32, f16 or bf16".to_owned())
    }
}

/// A quantization that mistral.rs does while it loads (in-situ quantization): `Q4K`, or bits alone,
/// `4`, for what suits the device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Isq(String);

impl Isq {
    /// Its name, as mistral.rs reads it.
    pub fn name(&self) -> &str {
        &self.0
    }
}

/// What mistral.rs 0.8 knows.
const ISQ: [&str; 27] = [
    "2", "3", "4", "5", "6", "8", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "Q8_1", "Q2K", "Q3K",
    "Q4K", "Q5K", "Q6K", "Q8K", "HQQ4", "HQQ8", "FP8", "AFQ2", "AFQ3", "AFQ4", "AFQ6", "AFQ8",
    "MXFP4",
];

impl FromStr for Isq {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = ISQ.iter().find(|name| name.eq_ignore_ascii_case(text));
        let known = known.ok_or_else(|| format!("expected one of {}", ISQ.join(", ")))?;
        Ok(Self((*known).to_owned()))
    }
}

impl TryFrom<String> for Isq {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Isq> for String {
    fn from(isq: Isq) -> Self {
        isq.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_however_they_are_capitalized() {
        assert_eq!("q4k".parse::<Isq>().unwrap().name(), "Q4K");
        assert!("Q9".parse::<Isq>().unwrap_err().contains("Q4K"));
        for (name, device, _) in Device::ALL {
            assert_eq!(name.parse(), Ok(device));
            assert_eq!(device.to_string(), name);
        }
        assert!("gpu".parse::<Device>().is_err() && "f64".parse::<Dtype>().is_err());
    }

    #[cfg(feature = "local")]
    #[test]
    fn mistral_rs_knows_every_quantization() {
        for name in ISQ {
            assert!(mistralrs::parse_isq_value(name, None).is_ok(), "{name}");
        }
    }
}
