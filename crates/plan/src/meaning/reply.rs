//! What is said instead of a deed.

/// What is said instead of a deed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reply {
    Say(String),
    Ask(String),
    /// Says why nothing is to be done, which was made out.
    Settled(String),
    /// Asks because something was not made out.
    Lost(String),
    /// The sentence was not made out.
    Unclear,
}

pub(super) mod replies {
    use super::Reply;

    pub fn not_seen(what: &str) -> Reply {
        Reply::Say(format!("I do not see {}.", with_indefinite_article(what)))
    }

    pub fn ask_which(noun: &str, names: &[String]) -> Reply {
        Reply::Ask(format!(
            "Which {noun} do you mean: {}?",
            join_names(names, "or")
        ))
    }

    pub fn ask_which_place(object: &str, targets: [&str; 2]) -> Reply {
        let targets = targets.map(str::to_owned);
        Reply::Ask(format!(
            "Where shall I put the {object}: {}?",
            join_names(&targets, "or")
        ))
    }

    pub fn ask_when_only_excluded_remains(name: &str) -> Reply {
        Reply::Ask(format!(
            "You leave out the {name}, and I see nothing else that you can mean. What shall I do?"
        ))
    }

    pub fn ask_meaning_of_word(word: &str) -> Reply {
        Reply::Lost(format!("Which one do you mean by “{word}”?"))
    }

    pub fn ask_where_to_put(names: &[String]) -> Reply {
        let whose = if names.is_empty() {
            "that".to_owned()
        } else {
            join_names(names, "and")
        };
        Reply::Lost(format!("Which place do you mean for {whose}?"))
    }

    /// What is said beside putting things in containers that they were to be put on.
    pub fn explain_put_in_not_on(pairs: &[(String, String)]) -> Option<String> {
        let (_, host) = pairs.first()?;
        let mut things: Vec<String> = Vec::new();
        for (thing, into) in pairs {
            if into == host && !things.contains(thing) {
                things.push(thing.clone());
            }
        }
        let goes = if things.len() == 1 { "goes" } else { "go" };
        Some(format!(
            "I can put things in the {host}, not on top of it: {} {goes} in it.",
            join_names(&things, "and")
        ))
    }

    pub fn ask_in_or_beside(names: &[String], host: &str) -> Reply {
        Reply::Ask(format!(
            "I can put {} in the {host} or beside it, not on top of it. Which do you mean?",
            join_names(names, "and")
        ))
    }

    pub fn one_at_a_time(names: &[String]) -> Reply {
        Reply::Ask(format!(
            "I can hold one thing at a time. Which one do you mean: {}?",
            join_names(names, "or")
        ))
    }

    pub fn ask_what_to_do(names: &[String]) -> Reply {
        Reply::Lost(format!(
            "What do you mean me to do with {}, and which place do you mean?",
            join_names(names, "and")
        ))
    }

    pub fn word_not_known(word: &str, names: &[String]) -> Reply {
        let which = match names {
            [] => String::new(),
            [one] => format!(" Do you mean the {one}?"),
            _ => format!(" Which one do you mean: {}?", join_names(names, "or")),
        };
        Reply::Lost(format!("I don't know “{word}”.{which}"))
    }

    pub fn ask_which_of_few(count: usize, what: &str) -> Reply {
        let verb = if count == 1 {
            "is only one"
        } else {
            "are only so many"
        };
        Reply::Ask(format!(
            "Which ones do you mean? There {verb} {what} to see: {count}."
        ))
    }

    pub fn cannot(deed: &str) -> Reply {
        Reply::Say(format!(
            "I cannot {deed}. I can pick things up, put, push and point at them."
        ))
    }

    pub fn unclear() -> String {
        "I do not understand that. What shall I put where?".to_owned()
    }

    /// “The red cube, the green cube or the blue cube”.
    pub fn join_names(names: &[String], joint: &str) -> String {
        let named: Vec<String> = names.iter().map(|name| format!("the {name}")).collect();
        match named.split_last() {
            None => "nothing".to_owned(),
            Some((only, [])) => only.clone(),
            Some((last, rest)) => format!("{} {joint} {last}", rest.join(", ")),
        }
    }

    /// “A red cube”, “an orange ball”.
    pub fn with_indefinite_article(name: &str) -> String {
        let article = match name {
            _ if name.ends_with('s') && !name.ends_with("ss") => "any",
            _ if name.starts_with(['a', 'e', 'i', 'o', 'u']) => "an",
            _ => "a",
        };
        format!("{article} {name}")
    }
}
