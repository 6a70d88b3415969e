//! A constitution: rules in plain sentences that plans are judged by.

use std::fmt;

use enact_types::Reason;

use crate::strategy::model_words::shorten_to_one_line;

/// Numbered rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Constitution(Vec<String>);

impl Constitution {
    /// Most rules.
    pub const MAX_RULES: usize = 50;
    /// Longest rule, characters.
    pub const MAX_RULE_CHARACTERS: usize = 300;

    /// Reads the rules of a text in Markdown: each entry of its lists is one, in order. Headings and
    /// paragraphs are for people.
    ///
    /// # Errors
    /// [`Reason`] if there are no rules, too many, or one is too long.
    ///
    /// # Examples
    /// ```
    /// use enact_plan::strategy::critic::Constitution;
    ///
    /// let text = "# Rules\n\n1. Do what was asked,\n   and no more.\n2. Ask if in doubt.\n";
    /// let constitution = Constitution::parse(text)?;
    /// assert_eq!(constitution.rule(1), Some("Do what was asked, and no more."));
    /// assert!(Constitution::parse("Be good.").is_err());
    /// # Ok::<(), enact_types::Reason>(())
    /// ```
    pub fn parse(text: &str) -> Result<Self, Reason> {
        let mut rules: Vec<String> = Vec::new();
        // Whether the line before belongs to a rule.
        let mut is_within = false;
        for written in text.lines() {
            if let Some(rule) = entry(written) {
                rules.push(rule.to_owned());
                is_within = true;
            } else if written.trim().is_empty() || written.starts_with('#') {
                is_within = false;
            } else if let Some(rule) = rules.last_mut().filter(|_| is_within) {
                rule.push(' ');
                rule.push_str(written);
            }
        }
        if rules.is_empty() {
            return Err("it has no rules: write them as a numbered list, a sentence each".into());
        }
        if rules.len() > Self::MAX_RULES {
            let most = Self::MAX_RULES;
            return Err(format!("it has {} rules; at most {most} are taken", rules.len()).into());
        }
        let rules: Vec<String> = rules
            .iter()
            .map(|rule| shorten_to_one_line(rule, usize::MAX))
            .collect();
        let is_long = |rule: &String| rule.chars().count() > Self::MAX_RULE_CHARACTERS;
        if let Some(at) = rules.iter().position(is_long) {
            let most = Self::MAX_RULE_CHARACTERS;
            let rule = at + 1;
            return Err(format!("rule {rule} is longer than {most} characters").into());
        }
        Ok(Self(rules))
    }

    /// Returns the number of rules.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// Returns a rule by its number, from 1 on.
    pub fn rule(&self, number: usize) -> Option<&str> {
        let at = number.checked_sub(1)?;
        self.0.get(at).map(String::as_str)
    }
}

/// Returns the text of an entry of a list.
fn entry(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let after_number = line.trim_start_matches(|letter: char| letter.is_ascii_digit());
    let text = if after_number.len() < line.len() {
        after_number.strip_prefix(['.', ')'])?
    } else {
        line.strip_prefix(['-', '*', '+'])?
    };
    let text = text.strip_prefix([' ', '\t'])?.trim();
    (!text.is_empty()).then_some(text)
}

impl fmt::Display for Constitution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, rule) in self.0.iter().enumerate() {
            writeln!(f, "{}. {rule}", at + 1)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_the_entries_of_lists() {
        let text = "# What it lives by\nThese hold.\n\n1. Do no harm.\n2) Touch nothing\n   that is hot.\n\nWhy: it burns.\n- Ask.\n* \n3.14 is no rule\n";
        let constitution = Constitution::parse(text).unwrap();
        assert_eq!(
            constitution.to_string(),
            "1. Do no harm.\n2. Touch nothing that is hot.\n3. Ask. * 3.14 is no rule\n"
        );
        assert_eq!(constitution.count(), 3);
        assert_eq!(constitution.rule(0), None);
        assert_eq!(constitution.rule(4), None);
    }

    #[test]
    fn what_holds_no_rules_is_said() {
        for (text, named) in [
            (String::new(), "no rules"),
            ("Be good.\n# 1. Heading".to_owned(), "no rules"),
            ("- ask\n".repeat(51), "51 rules"),
            (format!("1. ask\n2. {}", "very ".repeat(100)), "rule 2"),
        ] {
            let reason = Constitution::parse(&text).unwrap_err().to_string();
            assert!(reason.contains(named), "{reason}");
        }
    }
}
