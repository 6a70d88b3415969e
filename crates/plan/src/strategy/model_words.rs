//! What a model says in words, made fit to be shown in a line.

use crate::prompt;

/// Most characters of a word that is left out whole where a line is cut.
const MAX_WORD_CHARS: usize = 30;

/// Returns a text in one line of at most `most` characters; what is longer ends at a word, in “…”.
pub(crate) fn shorten_to_one_line(text: &str, most: usize) -> String {
    let line = prompt::one_line(text).replace(char::is_control, "");
    if line.chars().count() <= most {
        return line;
    }
    let fits: String = line.chars().take(most).collect();
    let begin: String = line.chars().take(most.saturating_sub(1)).collect();
    // Text without spaces, as in Chinese, is cut anywhere.
    let word = fits.rfind(' ').filter(|space| {
        let rest = fits[*space..].chars().count();
        rest <= MAX_WORD_CHARS
    });
    let begin = word.map_or(begin.as_str(), |space| &fits[..space]);
    format!(
        "{}…",
        begin.trim_end_matches([' ', ',', ';', ':', '，', '；'])
    )
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
        assert_eq!(
            shorten_to_one_line(" a\n\nb\u{1b}[31m\tc ", 20),
            "a b[31m c"
        );
        assert_eq!(shorten_to_one_line("one two three", 9), "one two…");
        assert_eq!(shorten_to_one_line("one two, three", 12), "one two…");
        assert_eq!(shorten_to_one_line("one two three", 8), "one two…");
        assert_eq!(shorten_to_one_line("one two three", 7), "one…");
        assert_eq!(shorten_to_one_line(&"x".repeat(50), 40).chars().count(), 40);
        let long = format!("a {}", "的".repeat(50));
        assert_eq!(shorten_to_one_line(&long, 40).chars().count(), 40);
        assert_eq!(shorten_to_one_line("的的的的", 3), "的的…");
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
