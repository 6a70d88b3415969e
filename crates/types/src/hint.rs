//! "Did you mean …?"

/// Smallest similarity (Jaro–Winkler) of names that are suggested.
const ALIKE: f64 = 0.75;

/// Returns the candidate most like `word` as a question, if any is similar. Case is ignored.
pub fn did_you_mean<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    let word = word.to_lowercase();
    let likeness = |name: &str| strsim::jaro_winkler(&word, &name.to_lowercase());
    candidates
        .into_iter()
        .map(|name| (likeness(name), name))
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| format!("did you mean `{name}`?"))
}

/// Returns the candidate most like `word` as a question, else all candidates as a list; `None` if
/// there are none.
pub fn did_you_mean_or_list<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    let candidates: Vec<&str> = candidates.into_iter().collect();
    if candidates.is_empty() {
        return None;
    }
    let list = || format!("there are: {}", candidates.join(", "));
    Some(did_you_mean(word, candidates.iter().copied()).unwrap_or_else(list))
}

/// Returns a question from a deserializer's message that names an unknown field or variant followed
/// by the known ones: "unknown field `a`, expected one of `b`, `c`".
pub fn did_you_mean_from_message(message: &str) -> Option<String> {
    let mut words = message
        .strip_prefix("unknown ")?
        .split('`')
        .skip(1)
        .step_by(2);
    let unknown = words.next()?;
    did_you_mean(unknown, words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typo_is_recognized_and_a_stranger_gets_the_list() {
        let names = ["shoulder_pan", "elbow_flex"];
        let question = "did you mean `elbow_flex`?";
        assert_eq!(did_you_mean("Elbow_flx", names).unwrap(), question);
        assert_eq!(did_you_mean_or_list("elbow_flx", names).unwrap(), question);
        assert_eq!(did_you_mean("xyz", names), None);
        assert_eq!(
            did_you_mean_or_list("xyz", names).unwrap(),
            "there are: shoulder_pan, elbow_flex"
        );
        assert_eq!(did_you_mean_or_list("xyz", []), None);
    }

    #[test]
    fn a_deserializer_s_message_names_what_may_be_meant() {
        let message = "unknown field `colr`, expected one of `shape`, `colour`";
        assert_eq!(
            did_you_mean_from_message(message).unwrap(),
            "did you mean `colour`?"
        );
        assert_eq!(did_you_mean_from_message("missing field `colour`"), None);
    }
}
