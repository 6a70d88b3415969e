//! A wording that is offered in a question, and the yes to it.

use std::sync::LazyLock;

use regex::Regex;

use crate::situation::Situation;

const BEFORE: &str = "I am not sure that I understand that. Do you mean “";
const AFTER: &str = "”?";

/// Agrees, and says nothing else.
static YES: LazyLock<Regex> = LazyLock::new(|| {
    let word = "(?:yes|yeah|yep|yup|aye|sure|ok|okay|please|exactly|correct|right|absolutely|definitely|certainly|of course|please do|go ahead|do it|do that|do so|i do|that is it|that's it|that is right|that's right|that is what i mean|that's what i mean|that one|thanks|thank you)";
    let pattern = format!(r"^(?i:{word}(?:[ ,.!]+{word})*[ .!]*)$");
    Regex::new(&pattern).expect("the pattern of this file is valid")
});

/// Asks whether `wording` is meant.
pub(super) fn offer_question(wording: &str) -> String {
    format!("{BEFORE}{wording}{AFTER}")
}

/// Returns the wording that was offered last, if the instruction of `situation` says yes to it.
pub(super) fn accepted_wording(situation: &Situation) -> Option<&str> {
    let said = situation.conversation.last()?.replies.last()?;
    let wording = said.strip_prefix(BEFORE)?.strip_suffix(AFTER)?;
    YES.is_match(situation.instruction.trim())
        .then_some(wording)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::situation::ConversationTurn;

    #[test]
    fn a_yes_takes_what_was_offered_and_nothing_else_does() {
        let wording = "put the red cube in the blue bowl";
        let after = |reply: &str, instruction: &str| {
            let situation = Situation {
                instruction: instruction.to_owned(),
                conversation: vec![ConversationTurn {
                    instruction: "cube bowl wham".to_owned(),
                    replies: vec![reply.to_owned()],
                    handled: None,
                }],
                ..Situation::default()
            };
            accepted_wording(&situation).map(str::to_owned)
        };
        let offered = offer_question(wording);
        for yes in ["yes", "Yes, please.", "yeah do that", "exactly!", "OK"] {
            assert_eq!(after(&offered, yes).as_deref(), Some(wording), "{yes}");
        }
        for other in [
            "no",
            "yes, but the green one",
            "not exactly",
            "put it down",
            "",
        ] {
            assert_eq!(after(&offered, other), None, "{other}");
        }
        assert_eq!(after("Which cube do you mean?", "yes"), None);
    }
}
