//! "Did you mean …?"

/// Names less alike than this (Jaro–Winkler) are not offered.
const ALIKE: f64 = 0.75;

/// The candidate most like `word` as a question, else all candidates as a list.
pub fn did_you_mean<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    let candidates: Vec<&str> = candidates.into_iter().collect();
    let likeness = |name: &str| strsim::jaro_winkler(&word.to_lowercase(), &name.to_lowercase());
    let best = candidates
        .iter()
        .max_by(|a, b| likeness(a).total_cmp(&likeness(b)))?;
    Some(if likeness(best) >= ALIKE {
        format!("did you mean `{best}`?")
    } else {
        format!("there are: {}", candidates.join(", "))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typo_is_recognised_and_a_stranger_gets_the_list() {
        let names = ["shoulder_pan", "elbow_flex"];
        assert_eq!(
            did_you_mean("elbow_flx", names).unwrap(),
            "did you mean `elbow_flex`?"
        );
        assert_eq!(
            did_you_mean("xyz", names).unwrap(),
            "there are: shoulder_pan, elbow_flex"
        );
        assert_eq!(did_you_mean("xyz", []), None);
    }
}
