//! Short forms of English words, spelled out: contractions, what is left of words in speech, and
//! what is typed for them in haste.

/// Returns what a word stands for: “do not” for “don't”, “sitting” for “sittin'”, “you” for “u”.
/// What “'s” means depends on the word before it, and is the caller's.
pub(crate) fn spelled_out(word: &str) -> Option<String> {
    let whole = WHOLE.iter().chain(&DIALECT).chain(&TYPED);
    if let Some((_, long)) = whole.into_iter().find(|(short, _)| *short == word) {
        return Some((*long).to_owned());
    }
    // “Isnae”, “wouldna”.
    let scots = ["nae", "na"].iter().find_map(|ending| {
        word.strip_suffix(ending)
            .filter(|stem| AUXILIARIES.contains(stem))
    });
    if let Some(stem) = scots {
        return Some(format!("{stem} not"));
    }
    // “T'bowl”.
    let thing = word.strip_prefix("t'").or_else(|| word.strip_prefix("th'"));
    if let Some(thing) = thing.filter(|thing| thing.len() > 2) {
        return Some(format!("the {thing}"));
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

/// Writes “to” for the digit that is typed for it: “next 2 it”.
pub(crate) fn replace_typed_2_with_to(text: &str) -> String {
    let mut words: Vec<&str> = text.split(' ').collect();
    for at in 1..words.len() {
        if words[at] == "2" && BEFORE_TO.contains(&words[at - 1]) {
            words[at] = "to";
        }
    }
    words.join(" ")
}

/// Words before a “2” that stands for “to”.
const BEFORE_TO: [&str; 8] = [
    "next", "point", "close", "need", "want", "have", "got", "back",
];

const ENDINGS: [(&str, &str); 6] = [
    ("n't", " not"),
    ("'ve", " have"),
    ("'re", " are"),
    ("'ll", " will"),
    ("'d", " would"),
    ("'m", " am"),
];

const AUXILIARIES: [&str; 21] = [
    "do", "did", "does", "is", "are", "was", "were", "has", "have", "had", "should", "would",
    "could", "must", "need", "might", "ai", "am", "dare", "ought", "shall",
];

/// Words of Scots, of the north and of old books.
const DIALECT: [(&str, &str); 47] = [
    ("dinnae", "do not"),
    ("dinna", "do not"),
    ("divnae", "do not"),
    ("cannae", "can not"),
    ("canna", "can not"),
    ("winnae", "will not"),
    ("winna", "will not"),
    ("willnae", "will not"),
    ("gonnae", "going to"),
    ("gonny", "going to"),
    ("tae", "to"),
    ("intae", "into"),
    ("ontae", "onto"),
    ("oot", "out"),
    ("doon", "down"),
    ("aff", "off"),
    ("ower", "over"),
    ("frae", "from"),
    ("gie", "give"),
    ("tak", "take"),
    ("pit", "put"),
    ("noo", "now"),
    ("yon", "that"),
    ("thon", "that"),
    ("yous", "you"),
    ("youse", "you"),
    ("yiz", "you"),
    ("thou", "you"),
    ("thee", "you"),
    ("thy", "your"),
    ("thine", "your"),
    ("shalt", "shall"),
    ("wilt", "will"),
    ("canst", "can"),
    ("wouldst", "would"),
    ("couldst", "could"),
    ("shouldst", "should"),
    ("hast", "have"),
    ("hath", "has"),
    ("doth", "does"),
    ("dost", "do"),
    ("prithee", "please"),
    ("'tis", "it is"),
    ("tis", "it is"),
    ("'twas", "it was"),
    ("nay", "no"),
    ("nobbut", "only"),
];

/// What is typed on a telephone.
const TYPED: [(&str, &str); 60] = [
    ("d", "the"),
    ("w", "with"),
    ("btwn", "between"),
    ("hw", "how"),
    ("inn", "in"),
    ("b4", "before"),
    ("w8", "wait"),
    ("gr8", "great"),
    ("l8r", "later"),
    ("2day", "today"),
    ("2nite", "tonight"),
    ("rn", "now"),
    ("asap", "quickly"),
    ("bc", "because"),
    ("bcs", "because"),
    ("bcuz", "because"),
    ("bcoz", "because"),
    ("becoz", "because"),
    ("coz", "because"),
    ("cuz", "because"),
    ("thru", "through"),
    ("dw", "do not worry"),
    ("ngl", "honestly"),
    ("tbh", "honestly"),
    ("imo", "honestly"),
    ("imho", "honestly"),
    ("fr", "really"),
    ("srsly", "seriously"),
    ("obvs", "obviously"),
    ("prolly", "probably"),
    ("def", "definitely"),
    ("ofc", "of course"),
    ("btw", "by the way"),
    ("fyi", "by the way"),
    ("idk", "i do not know"),
    ("idc", "i do not care"),
    ("nvm", "never mind"),
    ("lol", "haha"),
    ("lmao", "haha"),
    ("omg", "oh"),
    ("ty", "thanks"),
    ("tysm", "thanks"),
    ("thnx", "thanks"),
    ("thks", "thanks"),
    ("np", "no problem"),
    ("hv", "have"),
    ("hav", "have"),
    ("wud", "would"),
    ("wld", "would"),
    ("cud", "could"),
    ("cld", "could"),
    ("shud", "should"),
    ("shld", "should"),
    ("dnt", "do not"),
    ("nd", "and"),
    ("wen", "when"),
    ("evry", "every"),
    ("everythin", "everything"),
    ("nothin", "nothing"),
    ("somethin", "something"),
];

/// Whole words that stand for others.
const WHOLE: [(&str, &str); 108] = [
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
            ("isnae", "is not"),
            ("cannae", "can not"),
            ("t'bowl", "the bowl"),
            ("b4", "before"),
        ] {
            assert_eq!(spelled_out(short).as_deref(), Some(long), "{short}");
        }
        for word in [
            "cube", "want", "in", "paint", "int", "wont's", "banana", "t's",
        ] {
            assert_eq!(spelled_out(word), None, "{word}");
        }
    }
}
