//! Settings of a model, from its `enact.toml`.

use std::path::Path;

use enact_plan::{MeaningMode, Pointing, PromptStyle, Skill, language};
use enact_types::{Reason, text, toml_text};
use serde::Deserialize;

/// Settings of a model. A folder without `enact.toml` gets the defaults, which suit
/// instruction-tuned models.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ModelConfig {
    /// Amount of explanation in a prompt.
    pub prompt: PromptStyle,
    /// Width and height in pixels that a picture is resized to; none: as it is.
    pub image: Option<[u32; 2]>,
    /// True if requests for a plan include the picture.
    pub plan_with_image: bool,
    /// The skills that it plans with, in the order in which prompts and grammars list them: those
    /// that it was trained on, or every skill.
    pub skills: Vec<Skill>,
    /// Pointing convention; by default that of its architecture or name, or else that of the
    /// shipped model.
    pub pointing: Option<Pointing>,
    /// Whether instructions are read before it is asked: for models that make something of what
    /// they do not understand.
    pub meaning: MeaningMode,
    /// ISO 639-1 codes of the languages that it speaks; none: any.
    pub languages: Vec<String>,
}

impl Default for ModelConfig {
    fn default() -> Self {
        Self {
            prompt: PromptStyle::Full,
            image: None,
            plan_with_image: true,
            skills: Skill::ALL.to_vec(),
            pointing: None,
            meaning: MeaningMode::Off,
            languages: Vec::new(),
        }
    }
}

impl ModelConfig {
    /// Returns what to say to an instruction in a language that the model does not speak.
    pub fn reply_if_language_unsupported(&self, instruction: &str) -> Option<String> {
        if self.languages.is_empty() {
            return None;
        }
        let code = language::foreign_language_code(instruction, &self.languages)?;
        Some(language::foreign_language_reply(code, &self.languages))
    }

    /// The name of the file in a model's folder.
    pub const FILE: &str = "enact.toml";

    /// Reads the settings of a model's folder.
    ///
    /// # Errors
    /// Says where the file is wrong.
    pub fn read(folder: &Path) -> Result<Self, Reason> {
        let path = folder.join(Self::FILE);
        if !path.exists() {
            return Ok(Self::default());
        }
        Self::read_file(&path)
    }

    /// Reads the settings in a file.
    ///
    /// # Errors
    /// Says where the file is wrong.
    pub fn read_file(path: &Path) -> Result<Self, Reason> {
        let text = std::fs::read(path)
            .and_then(text::decode)
            .map_err(|error| {
                Reason::from_text_and_source(
                    format!("`{}` cannot be read: {error}", path.display()),
                    error,
                )
            })?;
        Self::parse(&text)
            .map_err(|reason| reason.reworded(|reason| format!("`{}`: {reason}", path.display())))
    }

    fn parse(text: &str) -> Result<Self, Reason> {
        let settings: Self = toml_text::parse(text).map_err(Reason::from_error)?;
        if settings.image.is_some_and(|size| size.contains(&0)) {
            return Err("`image` must not be empty".into());
        }
        if settings.skills.is_empty() {
            return Err("`skills` must not be empty".into());
        }
        let twice = |index: &usize| settings.skills[..*index].contains(&settings.skills[*index]);
        match (0..settings.skills.len()).find(twice) {
            Some(index) => Err(Reason::from(format!(
                "`skills` names `{}` twice",
                settings.skills[index].name()
            ))),
            None => Ok(settings),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_said_has_a_default() {
        assert_eq!(ModelConfig::parse("").unwrap(), ModelConfig::default());
        let settings = ModelConfig::parse("prompt = \"compact\"\nimage = [224, 224]").unwrap();
        assert_eq!(settings.prompt, PromptStyle::Compact);
        assert_eq!(settings.image, Some([224, 224]));
        assert!(settings.plan_with_image);
        let settings = ModelConfig::parse("pointing = \"xy-pixels-qwen\"").unwrap();
        assert_eq!(settings.pointing, "xy-pixels-qwen".parse().ok());
    }

    #[test]
    fn what_is_not_spoken_is_declined() {
        let settings = ModelConfig::parse("languages = [\"en\", \"zh\"]").unwrap();
        assert_eq!(settings.reply_if_language_unsupported("put it there"), None);
        let said = settings
            .reply_if_language_unsupported("Wirf den roten Würfel weg")
            .unwrap();
        assert!(said.contains("Englisch"), "{said}");
        let any = ModelConfig::default();
        assert_eq!(
            any.reply_if_language_unsupported("Wirf den roten Würfel weg"),
            None
        );
    }

    #[test]
    fn a_model_plans_with_the_skills_that_it_was_trained_on() {
        let settings = ModelConfig::parse("skills = [\"point\", \"done\"]").unwrap();
        assert_eq!(settings.skills, [Skill::Point, Skill::Done]);
        assert_eq!(ModelConfig::default().skills, Skill::ALL);
    }

    #[test]
    fn the_model_that_ships_has_its_eight_skills() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/tabletop");
        let settings = ModelConfig::read(&folder).unwrap();
        let names: Vec<&str> = settings.skills.iter().map(|skill| skill.name()).collect();
        let trained = [
            "pick", "place", "push", "point", "home", "say", "ask", "done",
        ];
        assert_eq!(names, trained);
    }

    #[test]
    fn mistakes_are_named() {
        for (text, named) in [
            ("promt = \"compact\"", "promt"),
            ("prompt = \"terse\"", "terse"),
            ("image = [0, 224]", "image"),
            ("skills = []", "skills"),
            ("skills = [\"throw\"]", "throw"),
            ("skills = [\"pick\", \"pick\"]", "`pick` twice"),
            ("pointing = \"yx\"", "xy-1000"),
            ("prompt = \"full\"\nimage = 224", "line 2"),
        ] {
            let error = ModelConfig::parse(text).unwrap_err();
            assert!(error.text().contains(named), "{error}");
            assert!(!error.text().contains('\n'), "{error}");
        }
    }
}
