//! Sentences and clauses, spelled out.

use std::sync::LazyLock;

use regex::Regex;

use super::vocabulary::{pattern, regex_from_pattern};

/// A sentence: its clauses, and whether it ends with a question mark.
#[derive(Debug, Default)]
pub(super) struct Sentence {
    pub clauses: Vec<Clause>,
    pub is_asked: bool,
}

/// Words between commas, conjunctions and ends, single-spaced and in lower case.
#[derive(Debug)]
pub(super) struct Clause {
    pub words: String,
    /// The comma or word that joins it to the clause before it.
    pub joint: ClauseJoiner,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ClauseJoiner {
    Start,
    Comma,
    And,
    Or,
    Other,
}

/// Splits into sentences and clauses, spelled out: no contractions, no punctuation, no capitals.
pub(super) fn sentences(text: &str) -> Vec<Sentence> {
    let text = WHICH_IS_NOT.replace_all(&spell_out(text), "").into_owned();
    let text = EXCEPTED.replace_all(&text, " $1").into_owned();
    let text = TRAILING_TAG.replace_all(&text, " , $1?").into_owned();
    let mut found = Vec::new();
    let mut begin = 0;
    let ends: Vec<(usize, char)> = text
        .char_indices()
        .filter(|(_, letter)| ".!?;:\n".contains(*letter))
        .chain([(text.len(), '.')])
        .collect();
    for (end, mark) in ends {
        let clauses = clauses(&text[begin..end]);
        begin = (end + mark.len_utf8()).min(text.len());
        if !clauses.is_empty() {
            found.push(Sentence {
                clauses,
                is_asked: mark == '?',
            });
        }
    }
    found
}

fn clauses(sentence: &str) -> Vec<Clause> {
    let idle = IDLE.replace_all(sentence, " , ");
    let idle = PROVIDED.replace_all(&idle, " , provided");
    let split = RESTART_NOT.replace_all(&idle, "$1 , $2");
    let restarted = if CAUSES.is_match(&split) {
        split
    } else {
        RESTART.replace_all(&split, "$1 , $2").into_owned().into()
    };
    // “Never mind the mess just put the ball away.”
    let restarted = RESTART_JUST.replace_all(&restarted, |found: &regex::Captures<'_>| match BOUND
        .contains(&&found[1])
    {
        true => found[0].to_owned(),
        false => format!("{} , {}", &found[1], &found[2]),
    });
    let restarted = restarted_after_statement(&restarted);
    let mut found: Vec<Clause> = Vec::new();
    let mut joint = ClauseJoiner::Start;
    let mut words: Vec<&str> = Vec::new();
    let mut rest = restarted.split_whitespace().chain([","]).peekable();
    while let Some(word) = rest.next() {
        // “so kind”, “so that” join nothing.
        let is_degree = word == "so" && rest.peek().is_some_and(|next| DEGREES.contains(next));
        let next = match word {
            _ if is_degree => {
                words.push(word);
                continue;
            }
            "," => ClauseJoiner::Comma,
            "and" => ClauseJoiner::And,
            "or" | "nor" => ClauseJoiner::Or,
            "but" | "then" | "so" | "because" | "though" | "although" | "since" | "while" => {
                ClauseJoiner::Other
            }
            _ => {
                words.push(word);
                continue;
            }
        };
        if !words.is_empty() {
            found.push(Clause {
                words: words.join(" "),
                joint,
            });
            words.clear();
            joint = next;
        } else if joint != ClauseJoiner::Start || next != ClauseJoiner::Comma {
            // “, and”: the conjunction tells more than the comma.
            joint = if next == ClauseJoiner::Comma {
                joint
            } else {
                next
            };
        }
    }
    found
}

/// “My sister is coming over put the cube in the bowl”: a comma before what is asked for.
fn restarted_after_statement(sentence: &str) -> String {
    RESTART_ORDER
        .replace_all(sentence, |found: &regex::Captures<'_>| {
            let begin = found.get(0).map_or(0, |whole| whole.start());
            let clause = sentence[..begin].rsplit(',').next().unwrap_or_default();
            let clause = format!("{clause}{}", &found[1]);
            let is_statement = STATES.is_match(&clause) && !SUBORDINATES.is_match(&clause);
            match is_statement && !BOUND.contains(&&found[1]) && !DOERS.contains(&&found[1]) {
                true => format!("{} , {}", &found[1], &found[2]),
                false => found[0].to_owned(),
            }
        })
        .into_owned()
}

/// Converts to lower case and straight quotes, and spells out contractions and the results of
/// dictation.
pub(super) fn spell_out(text: &str) -> String {
    let lower = text.to_lowercase().replace(['’', '‘', '`', '´'], "'");
    let lower = crate::contraction::replace_typed_2_with_to(&lower);
    let mut words = String::with_capacity(lower.len() + 16);
    for word in lower
        .replace(['—', '–', '…', '(', ')', '，', '、', '/'], " , ")
        .replace(" - ", " , ")
        .replace("...", " , ")
        .replace(['"', '“', '”', '«', '»', '*'], " ")
        .replace(',', " , ")
        .replace(['。', '．'], ".")
        .replace('？', "?")
        .replace('！', "!")
        .replace('-', " ")
        .split_whitespace()
    {
        let bare = word.trim_end_matches(['.', '!', '?', ';', ':']);
        let end = &word[bare.len()..];
        words.push_str(&spelled(bare));
        words.push_str(end);
        words.push(' ');
    }
    words
}

fn spelled(word: &str) -> String {
    let whole = match word {
        "no-one" => "nobody",
        "->" | "=>" | "→" => "to",
        "cna" | "acn" => "can",
        "teh" | "hte" | "th" => "the",
        "adn" | "nad" | "amd" => "and",
        "culd" | "coud" | "cuold" | "coudl" => "could",
        "wuld" | "woud" | "wuold" | "woudl" => "would",
        _ if is_misspelt(word, "please", 2) && word != "place" => "please",
        _ if is_misspelt(word, "could", 1) && word != "cloud" => "could",
        _ => "",
    };
    if !whole.is_empty() {
        return whole.to_owned();
    }
    if let Some(long) = crate::contraction::spelled_out(word) {
        return long;
    }
    match word.strip_suffix("'s") {
        Some(
            stem @ ("it" | "that" | "there" | "what" | "where" | "who" | "how" | "he" | "she"
            | "here" | "when" | "why" | "somebody" | "someone" | "everybody" | "nobody"),
        ) => {
            format!("{stem} is")
        }
        _ => word.replace('\'', ""),
    }
}

/// Words that a verb after “just” belongs to.
const BOUND: [&str; 22] = [
    "not", "never", "to", "and", "you", "or", "would", "could", "will", "can", "do", "should",
    "must", "may", "might", "shall", "i", "we", "nor", "who", "they", "let",
];

/// Words that tell who did it, before a verb that is the same in the past.
const DOERS: [&str; 12] = [
    "he",
    "she",
    "it",
    "somebody",
    "someone",
    "everybody",
    "everyone",
    "nobody",
    "be",
    "been",
    "is",
    "are",
];

/// Words after a “so” that joins no clauses.
const DEGREES: [&str; 12] = [
    "kind", "good", "nice", "very", "much", "many", "far", "that", "long", "as", "close", "fast",
];

/// Returns whether `word` is `meant` with at most `slips` typing errors after its first letter.
fn is_misspelt(word: &str, meant: &str, slips: usize) -> bool {
    word.len() > 4
        && word.as_bytes()[0] == meant.as_bytes()[0]
        && strsim::osa_distance(word, meant) <= slips
}

// “The cube that is not green” is a thing, and forbids nothing.
pattern!(
    WHICH_IS_NOT,
    r"\b(?:that|which) (?:is|are) not (?:red|green|blue|yellow|orange|purple|white|black|brown|pink|gray|grey)\b"
);

// “The cube goes in the bowl ok?”
pattern!(
    TRAILING_TAG,
    r"\b(ok|okay|alright|yeah|yes|innit|cheers|pls|please) ?\?"
);

// Turns of speech that only look like a “no”.
pattern!(
    IDLE,
    r"\b(?:no ifs(?: ands)?(?: or)?(?: buts)?|no ifs and buts|no excuses|no rush|no hurry|no worries|no problem|no doubt|no cap|no lie|no biggie|no sweat|no stress|no drama|no worry|there is a (?:good|dear|love|clever)(?: [a-z]+)?$|no offen[cs]e|no pressure|no kidding|no joke|no questions asked|no need to (?:rush|hurry|worry|thank me|be shy)|no fuss|no matter (?:what|how|which)|no big deal|no buts|no issues?(?: from my side)?|what am i saying|now or never|no more (?:dawdling|messing(?: about| around)?|delays?|waiting|stalling|talk|talking|excuses|nonsense|chit chat)|not to worry|not so fast|nothing fancy|never fear|why not|if not|or not|do not worry|without (?:further ado|delay|fail|prejudice))\b"
);

// “Any will do so long as it is not red”: a condition, which forbids nothing.
pattern!(
    PROVIDED,
    r"\b(?:so long as|as long as|provided that|providing that|on condition that)\b"
);

// An action that begins where dictation leaves out the full stop.
pattern!(
    RESTART,
    r"\b(<thing>) (?:yeah |yes |ok |okay |right |so |now )*((?:put|move|pick up|place|grab|take|get|drop|set|point|stack|push|lift|bring|do|stick|pop|chuck|bung|shift|shove|swap|throw|lay|slide) (?:it|them|the|that|this|my|all|up|every|at|both|those|these)|please|just (?:put|move|pick|place|grab|take|get|drop|set|point))\b"
);

pattern!(
    RESTART_JUST,
    r"\b([a-z]+) ((?:so |then |now )?(?:just|please|kindly) <verb> (?:it|them|the|that|this|my|all|both|every)\b)"
);

pattern!(
    RESTART_NOT,
    r"\b(<thing>) ((?:do not|never) (?:<verb>|touch|even|ever|you|dare|let|drop))\b"
);

pattern!(
    CAUSES,
    r"\b(?:let|lets|make|makes|made|have|had|saw|see|watch|watched|help|helped|seen|who|whoever|that you|while you|how you|if you|when you) .*"
);

// An action behind a statement, where dictation leaves out the comma.
pattern!(
    RESTART_ORDER,
    r"\b([a-z]+) ((?:put|move|place|pop|stick|drop|set|lay|grab|pick up|take|push|stack|point at|bring|get) (?:it|them|the|that|this|my|all|both|every)\b)"
);
pattern!(STATES, r"\b(?:is|are|am) (?:[a-z]+ )*[a-z]+$");
pattern!(
    SUBORDINATES,
    r"\b(?:if|when|while|who|whom|whoever|that|what|where|how|why|because|whether|before|after|until|unless|said|says|say|told|tell|tells|ask|asks|asked|think|thinks|know|knows|hope|wish|see|saw|watch|let|make|made|help|going|about|trying|ready|supposed|meant|able|busy|used)\b"
);

// “Any cube but not the red one goes on the tray”.
pattern!(
    EXCEPTED,
    r",? but not (?:the |a |my )?[a-z]+(?: (?:one|ones|cube|cubes|ball|balls|cylinder|cylinders|block|blocks))? ?,? (goes|go|belongs?|should|must|needs?)\b"
);
