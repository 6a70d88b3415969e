//! Short forms of English words, spelled out: contractions, what is left of words in speech, and
//! what is typed for them in haste.

/// Returns what a word stands for: “do not” for “don't”, “sitting” for “sittin'”, “you” for “u”.
/// What “'s” means depends on the word before it, and is the caller's.
pub(crate) fn spelled_out(word: &str) -> Option<String> {
    if let Some((_, long)) = WHOLE.iter().find(|(short, _)| *short == word) {
        return Some((*long).to_owned());
    }
    // “Don't” without its apostrophe, in a word that is no other.
    let bare = word
        .strip_suffix("nt")
        .filter(|stem| AUXILIARIES.contains(stem));
    if let Some(stem) = bare {
        return Some(format!("{stem} not"));
    }
    if let Some((stem, long)) = ENDINGS
        .iter()
        .find_map(|(ending, long)| Some((word.strip_suffix(ending)?, long)))
    {
        return Some(format!("{stem}{long}"));
    }
    // “Sittin'”.
    let stem = word.strip_suffix("in'").filter(|stem| stem.len() > 1)?;
    Some(format!("{stem}ing"))
}

const ENDINGS: [(&str, &str); 6] = [
    ("n't", " not"),
    ("'ve", " have"),
    ("'re", " are"),
    ("'ll", " will"),
    ("'d", " would"),
    ("'m", " am"),
];

const AUXILIARIES: [&str; 17] = [
    "do", "did", "does", "is", "are", "was", "were", "has", "have", "had", "should", "would",
    "could", "must", "need", "might", "ai",
];

/// Whole words that stand for others.
const WHOLE: [(&str, &str); 109] = [
    ("can't", "can not"),
    ("cant", "can not"),
    ("cannot", "can not"),
    ("won't", "will not"),
    ("wont", "will not"),
    ("shan't", "shall not"),
    ("shant", "shall not"),
    ("ain't", "is not"),
    ("aint", "is not"),
    ("dont't", "do not"),
    ("do'nt", "do not"),
    ("donot", "do not"),
    ("dunno", "do not know"),
    ("let's", "let us"),
    ("lets", "let us"),
    ("lemme", "let me"),
    ("gimme", "give me"),
    ("wanna", "want to"),
    ("gonna", "going to"),
    ("gotta", "have to"),
    ("gotto", "have to"),
    ("hafta", "have to"),
    ("hasta", "has to"),
    ("oughta", "ought to"),
    ("needa", "need to"),
    ("tryna", "trying to"),
    ("finna", "going to"),
    ("outta", "out of"),
    ("kinda", "kind of"),
    ("sorta", "sort of"),
    ("lotta", "lot of"),
    ("coulda", "could have"),
    ("woulda", "would have"),
    ("shoulda", "should have"),
    ("c'mon", "come on"),
    ("y'all", "you"),
    ("yall", "you"),
    ("im", "i am"),
    ("ive", "i have"),
    ("id", "i would"),
    ("youre", "you are"),
    ("youve", "you have"),
    ("youd", "you would"),
    ("youll", "you will"),
    ("theyre", "they are"),
    ("theyve", "they have"),
    ("weve", "we have"),
    ("itll", "it will"),
    ("itd", "it would"),
    ("thatd", "that would"),
    ("thatll", "that will"),
    ("thats", "that is"),
    ("whats", "what is"),
    ("wheres", "where is"),
    ("theres", "there is"),
    ("heres", "here is"),
    ("whos", "who is"),
    ("hows", "how is"),
    ("shes", "she is"),
    ("hes", "he is"),
    ("u", "you"),
    ("ya", "you"),
    ("ye", "you"),
    ("yez", "you"),
    ("yourself's", "yourself"),
    ("ur", "your"),
    ("yer", "your"),
    ("r", "are"),
    ("pls", "please"),
    ("plz", "please"),
    ("plse", "please"),
    ("pleease", "please"),
    ("pleaase", "please"),
    ("plleease", "please"),
    ("pleasee", "please"),
    ("thx", "thanks"),
    ("thanx", "thanks"),
    ("tnx", "thanks"),
    ("'em", "them"),
    ("em", "them"),
    ("t'", "the"),
    ("th'", "the"),
    ("da", "the"),
    ("dat", "that"),
    ("dis", "this"),
    ("t'other", "the other"),
    ("o'", "of"),
    ("wi'", "with"),
    ("w/", "with"),
    ("wi'out", "without"),
    ("w/o", "without"),
    ("n", "and"),
    ("n'", "and"),
    ("'n", "and"),
    ("'n'", "and"),
    ("an'", "and"),
    ("&", "and"),
    ("nowt", "nothing"),
    ("owt", "anything"),
    ("summat", "something"),
    ("betwixt", "between"),
    ("'twixt", "between"),
    ("'til", "until"),
    ("til", "until"),
    ("'cause", "because"),
    ("cuz", "because"),
    ("cos", "because"),
    ("lil", "little"),
    ("tho", "though"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_forms_are_spelled_out() {
        for (short, long) in [
            ("don't", "do not"),
            ("shouldnt", "should not"),
            ("won't", "will not"),
            ("we've", "we have"),
            ("sittin'", "sitting"),
            ("'em", "them"),
            ("u", "you"),
        ] {
            assert_eq!(spelled_out(short).as_deref(), Some(long), "{short}");
        }
        for word in ["cube", "want", "in", "paint", "int", "wont's"] {
            assert_eq!(spelled_out(word), None, "{word}");
        }
    }
}
