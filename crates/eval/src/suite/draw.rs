//! Words that are drawn for each episode.

use std::collections::BTreeMap;

use enact_types::Reason;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Deserializer};

/// Number of times that words are drawn until they differ.
const DRAWS: u32 = 100;

/// Lists of words, one of each of which is drawn. Several words that are drawn together have one
/// list of lists, and their names are separated by commas.
#[derive(Clone, Debug, Default)]
pub struct WordChoices(Vec<Choice>);

/// Words that are drawn together; mostly one.
#[derive(Clone, Debug)]
struct Choice {
    names: Vec<String>,
    /// As many texts as there are names, in each.
    texts: Vec<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Texts {
    One(String),
    Together(Vec<String>),
}

impl<'de> Deserialize<'de> for WordChoices {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let lists: BTreeMap<String, Vec<Texts>> = BTreeMap::deserialize(deserializer)?;
        let choices = lists.into_iter().map(|(names, texts)| Choice {
            names: names
                .split(',')
                .map(|name| name.trim().to_owned())
                .collect(),
            texts: texts
                .into_iter()
                .map(|texts| match texts {
                    Texts::One(text) => vec![text],
                    Texts::Together(texts) => texts,
                })
                .collect(),
        });
        Ok(Self(choices.collect()))
    }
}

impl WordChoices {
    /// Returns the names of the drawn words.
    pub fn word_names(&self) -> impl Iterator<Item = &str> {
        let choices = self.0.iter().flat_map(|choice| &choice.names);
        choices.map(String::as_str)
    }

    /// Returns what is wrong with the lists.
    pub(super) fn find_mistake(&self) -> Option<String> {
        let odd = |choice: &&Choice| {
            choice.texts.is_empty()
                || choice
                    .texts
                    .iter()
                    .any(|texts| texts.len() != choice.names.len())
        };
        let odd = self.0.iter().find(odd)?;
        let (names, count) = (odd.names.join(", "), odd.names.len());
        Some(match count {
            1 => format!("`draw` needs a list of words for `{names}`"),
            _ => format!("`draw` needs a list of lists of {count} words each for `{names}`"),
        })
    }

    /// Draws a text for each word. Words of a pair of `differ`, or any two if there is none, differ.
    ///
    /// # Errors
    /// If they cannot.
    pub fn draw_words(
        &self,
        differ: Option<&[[String; 2]]>,
        rng: &mut ChaCha8Rng,
    ) -> Result<BTreeMap<String, String>, Reason> {
        let drawn = (0..DRAWS).find_map(|_| self.attempt(differ, rng));
        drawn.ok_or_else(|| {
            let names: Vec<&str> = self.word_names().collect();
            format!(
                "no words that differ can be drawn for `{}`",
                names.join("`, `")
            )
            .into()
        })
    }

    /// Draws one word after the other; `None` if none is left for the last of them.
    fn attempt(
        &self,
        differ: Option<&[[String; 2]]>,
        rng: &mut ChaCha8Rng,
    ) -> Option<BTreeMap<String, String>> {
        let mut drawn: BTreeMap<String, String> = BTreeMap::new();
        for choice in &self.0 {
            let clashes = |name: &String, text: &String| {
                let differs = |other| must_differ(differ, name, other);
                drawn
                    .iter()
                    .any(|(other, taken)| taken == text && differs(other))
            };
            let fits = |texts: &&Vec<String>| {
                let mut named = choice.names.iter().zip(*texts);
                !named.any(|(name, text)| clashes(name, text))
            };
            let free: Vec<&Vec<String>> = choice.texts.iter().filter(fits).collect();
            let texts = free.choose(rng)?;
            drawn.extend(choice.names.iter().cloned().zip(texts.iter().cloned()));
        }
        Some(drawn)
    }
}

fn must_differ(differ: Option<&[[String; 2]]>, name: &str, other: &str) -> bool {
    differ.is_none_or(|pairs| {
        let is_pair = |[a, b]: &[String; 2]| a == name && b == other || a == other && b == name;
        pairs.iter().any(is_pair)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    fn drawn(text: &str, differ: Option<&[[String; 2]]>) -> Vec<BTreeMap<String, String>> {
        let draw: WordChoices = toml::from_str(text).unwrap();
        let draw = |seed| draw.draw_words(differ, &mut ChaCha8Rng::seed_from_u64(seed));
        (0..40).map(|seed| draw(seed).unwrap()).collect()
    }

    #[test]
    fn words_that_must_differ_do() {
        let lists = r#"
            a = ["red", "blue"]
            b = ["red", "blue"]
            c = ["red", "blue", "green"]
        "#;
        assert!(
            drawn(lists, None)
                .iter()
                .all(|it| it["a"] != it["b"] && it["b"] != it["c"])
        );
        let pair = [["a".to_owned(), "b".to_owned()]];
        let all = drawn(lists, Some(&pair));
        assert!(all.iter().all(|it| it["a"] != it["b"]));
        assert!(all.iter().any(|it| it["a"] == it["c"]));
    }

    #[test]
    fn words_that_belong_together_stay_together() {
        let lists = r#""side, other" = [["left", "right"], ["right", "left"]]"#;
        let all = drawn(lists, None);
        assert!(all.iter().all(|it| it["side"] != it["other"]));
        assert!(all.iter().any(|it| it["side"] == "right"));
    }

    #[test]
    fn a_list_that_runs_out_or_does_not_fit_is_told() {
        let draw: WordChoices = toml::from_str(
            r#"a = ["red"]
            b = ["red"]"#,
        )
        .unwrap();
        let error = draw
            .draw_words(None, &mut ChaCha8Rng::seed_from_u64(1))
            .unwrap_err();
        assert!(error.to_string().contains("`b`"), "{error}");
        let draw: WordChoices = toml::from_str(r#""a, b" = [["red"]]"#).unwrap();
        assert!(draw.find_mistake().unwrap().contains("2 words"));
    }
}
