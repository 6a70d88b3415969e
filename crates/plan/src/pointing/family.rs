//! Pointing conventions by model family.

use super::{Convention, Pointing, Resize};

/// Parts of names on servers, of hub ids, and of `architectures` and `model_type` of `config.json`,
/// letters and digits only; the first match counts. A number after a family's name distinguishes
/// the next generation, so longer names come before shorter ones.
const FAMILIES: [(&str, Pointing); 21] = [
    ("robobrain", QWEN_PIXELS),
    ("qwen25vl", QWEN_PIXELS),
    ("qwen2vl", of(Convention::Xy1000)),
    ("qwen3", of(Convention::Xy1000)),
    ("qwenvl", of(Convention::Xy1000)),
    ("internvl", of(Convention::Xy1000Box)),
    ("glm4", of(Convention::Xy1000Box)),
    ("robopoint", of(Convention::XyUnit)),
    ("moondream", of(Convention::XyUnit)),
    ("molmo2", of(Convention::Molmo2)),
    ("molmo", of(Convention::XyPercent)),
    ("paligemma", of(Convention::LocYx1024)),
    ("florence", of(Convention::LocXy1000)),
    ("claude", CLAUDE_PIXELS),
    ("anthropic", CLAUDE_PIXELS),
    ("roboticser", of(Convention::Yx1000)),
    ("gemini", of(Convention::Yx1000)),
    ("gemma4", of(Convention::Yx1000Box)),
    ("gemma3", of(Convention::Yx1000)),
    ("idefics", of(Convention::Yx1000)),
    ("smolvlm", of(Convention::Yx1000)),
];

const QWEN_PIXELS: Pointing = Pointing {
    convention: Convention::XyPixels,
    resize: Resize::QWEN,
};
const CLAUDE_PIXELS: Pointing = Pointing {
    convention: Convention::XyPixels,
    resize: Resize::Claude,
};

const fn of(convention: Convention) -> Pointing {
    Pointing {
        convention,
        resize: Resize::AsSent,
    }
}

/// Returns the convention of the model of this name; `None` if the name does not tell.
pub fn pointing_for_model_name(name: &str) -> Option<Pointing> {
    let name: String = name
        .to_lowercase()
        .chars()
        .filter(|letter| letter.is_ascii_alphanumeric())
        .collect();
    let known = FAMILIES.iter().find(|(part, _)| name.contains(part));
    known.map(|(_, pointing)| *pointing)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_are_known_by_the_names_that_people_and_files_give_them() {
        for (name, convention) in [
            ("gemini-robotics-er-1.5-preview", "yx-1000"),
            ("google/gemma-4-E4B-it", "yx-1000-box"),
            ("Gemma4ForConditionalGeneration", "yx-1000-box"),
            ("google/gemma-3-4b-it", "yx-1000"),
            ("Qwen/Qwen3-VL-4B-Instruct", "xy-1000"),
            ("qwen3-vl:8b", "xy-1000"),
            ("Qwen3VLForConditionalGeneration", "xy-1000"),
            ("qwen3_5_moe", "xy-1000"),
            ("Qwen2-VL-2B-Instruct", "xy-1000"),
            ("Qwen/Qwen2.5-VL-7B-Instruct-AWQ", "xy-pixels-qwen"),
            ("qwen2.5vl:7b", "xy-pixels-qwen"),
            ("Qwen2_5_VLForConditionalGeneration", "xy-pixels-qwen"),
            ("BAAI/RoboBrain2.0-7B", "xy-pixels-qwen"),
            ("OpenGVLab/InternVL3_5-8B", "xy-1000-box"),
            ("zai-org/GLM-4.5V", "xy-1000-box"),
            ("allenai/Molmo-7B-D-0924", "xy-percent"),
            ("allenai/MolmoE-1B-0924", "xy-percent"),
            ("allenai/Molmo2-8B", "molmo2"),
            ("vikhyatk/moondream2", "xy-unit"),
            ("wentao-yuan/robopoint-v1-vicuna-v1.5-13b", "xy-unit"),
            ("google/paligemma2-3b-mix-448", "loc-yx-1024"),
            ("microsoft/Florence-2-large", "loc-xy-1000"),
            ("anthropic/claude-sonnet-4.5", "xy-pixels-claude"),
        ] {
            let known = pointing_for_model_name(name).map(|pointing| pointing.to_string());
            assert_eq!(known.as_deref(), Some(convention), "{name}");
        }
        for name in ["gpt-5", "some-model", ""] {
            assert_eq!(pointing_for_model_name(name), None, "{name}");
        }
    }
}
