//! Whether the processor has the instructions that the program was built with.
//!
//! `.cargo/config.toml` builds for x86-64-v3, for the model's engine has its fast kernels only then.
//! Without those instructions the program would die by a signal, without a word.

use anyhow::{Result, bail};

/// Checks that the processor has what the program was built with.
///
/// # Errors
/// What it lacks, and how to build without.
pub fn check_processor_features() -> Result<()> {
    let lacking = lacking(&instructions());
    if lacking.is_empty() {
        return Ok(());
    }
    bail!(
        "this processor lacks {}, for which the program was built\nhint: build it for this one: \
         RUSTFLAGS=\"-C target-cpu=native\" cargo build",
        lacking.join(", ")
    )
}

/// A set of instructions.
#[derive(Clone, Copy, Debug)]
struct Instructions {
    name: &'static str,
    /// Whether the program was built with them.
    is_built_in: bool,
    /// Whether the processor has them.
    is_there: bool,
}

fn lacking(instructions: &[Instructions]) -> Vec<&'static str> {
    let lacking = instructions
        .iter()
        .filter(|it| it.is_built_in && !it.is_there);
    lacking.map(|it| it.name).collect()
}

/// Asks the processor itself: `is_x86_feature_detected!` is always true of what was built in.
#[cfg(target_arch = "x86_64")]
fn instructions() -> Vec<Instructions> {
    let processor = raw_cpuid::CpuId::new();
    let basic = processor.get_feature_info();
    let extended = processor.get_extended_feature_info();
    let amd = processor.get_extended_processor_and_feature_identifiers();
    let basic = |has: fn(&raw_cpuid::FeatureInfo) -> bool| basic.as_ref().is_some_and(has);
    let extended =
        |has: fn(&raw_cpuid::ExtendedFeatures) -> bool| extended.as_ref().is_some_and(has);
    let instructions = |name, is_built_in, is_there| Instructions {
        name,
        is_built_in,
        is_there,
    };
    vec![
        instructions(
            "AVX",
            cfg!(target_feature = "avx"),
            basic(|it| it.has_avx()),
        ),
        instructions(
            "FMA",
            cfg!(target_feature = "fma"),
            basic(|it| it.has_fma()),
        ),
        instructions(
            "F16C",
            cfg!(target_feature = "f16c"),
            basic(|it| it.has_f16c()),
        ),
        instructions(
            "AVX2",
            cfg!(target_feature = "avx2"),
            extended(|it| it.has_avx2()),
        ),
        instructions(
            "BMI1",
            cfg!(target_feature = "bmi1"),
            extended(|it| it.has_bmi1()),
        ),
        instructions(
            "BMI2",
            cfg!(target_feature = "bmi2"),
            extended(|it| it.has_bmi2()),
        ),
        instructions(
            "LZCNT",
            cfg!(target_feature = "lzcnt"),
            amd.as_ref().is_some_and(|it| it.has_lzcnt()),
        ),
    ]
}

/// Others are built for what every processor of their kind has.
#[cfg(not(target_arch = "x86_64"))]
fn instructions() -> Vec<Instructions> {
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_program_needs_and_the_processor_lacks_is_named() {
        let instructions = |name, is_built_in, is_there| Instructions {
            name,
            is_built_in,
            is_there,
        };
        let all = [
            instructions("AVX2", true, false),
            instructions("AVX", true, true),
            instructions("F16C", false, false),
        ];
        assert_eq!(lacking(&all), ["AVX2"]);
    }

    #[test]
    fn this_processor_has_what_the_tests_were_built_with() {
        assert!(check_processor_features().is_ok());
    }
}
