//! What a model says in words, made fit to be shown in a line.

use crate::prompt;

/// Returns a text in one line of at most `most` characters; what is longer ends in “…”.
pub(crate) fn line(text: &str, most: usize) -> String {
    let line = prompt::one_line(text).replace(char::is_control, "");
    if line.chars().count() <= most {
        return line;
    }
    let begin: String = line.chars().take(most.saturating_sub(1)).collect();
    format!("{}…", begin.trim_end())
}

/// Returns the JSON object in an answer, which a model without a grammar may wrap in words.
pub(crate) fn json_object(text: &str) -> Option<&str> {
    let (begin, end) = (text.find('{')?, text.rfind('}')?);
    text.get(begin..=end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_line_and_no_longer_than_it_may_be() {
        assert_eq!(line(" a\n\nb\u{1b}[31m\tc ", 20), "a b[31m c");
        assert_eq!(line("one two three", 9), "one two…");
        assert_eq!(line("的的的的", 3), "的的…");
    }

    #[test]
    fn an_object_is_found_in_words() {
        assert_eq!(
            json_object("Sure:\n```json\n{\"a\": {}}\n```"),
            Some("{\"a\": {}}")
        );
        assert_eq!(json_object("} {"), None);
        assert_eq!(json_object("none"), None);
    }
}
