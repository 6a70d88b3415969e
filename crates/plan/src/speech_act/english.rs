//! English: clauses, and the evidence for or against a request in each.

use std::sync::LazyLock;

use regex::Regex;

use super::{Evidence, SpeechAct, weigh};

/// Returns what an English sentence does.
pub(super) fn classify(text: &str) -> SpeechAct {
    if NO.is_match(spell_out(text).trim()) {
        return SpeechAct::Cancellation;
    }
    let mut pieces = Vec::new();
    for sentence in sentences(text) {
        read(&sentence, &mut pieces);
    }
    weigh(&pieces)
}

/// Returns the words that name what must not be touched, without articles.
pub(super) fn protected(text: &str) -> Vec<Vec<String>> {
    let sentences = sentences(text);
    let clauses = sentences.iter().flat_map(|sentence| &sentence.clauses);
    let named = clauses.filter_map(|clause| {
        let found = SPARED.captures(&clause.words)?;
        let words = found.name("what")?.as_str().split(' ');
        let words = words.filter(|word| !LITTLE.contains(word));
        let words: Vec<String> = words.map(str::to_owned).collect();
        let is_vague = words.iter().any(|word| VAGUE.contains(&word.as_str()));
        (!words.is_empty() && !is_vague).then_some(words)
    });
    named.collect()
}

/// Words that are not part of a name.
const LITTLE: [&str; 8] = ["the", "a", "an", "that", "this", "my", "one", "thing"];
/// Words that name nothing by themselves.
const VAGUE: [&str; 14] = [
    "it",
    "them",
    "else",
    "other",
    "others",
    "rest",
    "any",
    "anything",
    "everything",
    "these",
    "those",
    "all",
    "not",
    "both",
];

/// A sentence: its clauses, and whether it ends with a question mark.
#[derive(Debug, Default)]
struct Sentence {
    clauses: Vec<Clause>,
    is_asked: bool,
}

/// Words between commas, conjunctions and ends, single-spaced and in lower case.
#[derive(Debug)]
struct Clause {
    words: String,
    /// The comma or word that joins it to the clause before it.
    joint: Joint,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Joint {
    Start,
    Comma,
    And,
    Or,
    Other,
}

fn read(sentence: &Sentence, pieces: &mut Vec<Evidence>) {
    // “Do not lift, push or nudge it”: what is forbidden reaches over what is joined to it.
    let mut reaches = false;
    // “Do not, under any circumstances, move it”.
    let mut hangs = false;
    let lists_on = |index: usize| {
        let rest = &sentence.clauses[index..];
        rest.iter()
            .skip(1)
            .take_while(|clause| clause.joint != Joint::Other)
            .any(|clause| clause.joint == Joint::Or)
    };
    let last = sentence.clauses.len().saturating_sub(1);
    let is_question = sentence.is_asked
        && !sentence.clauses.last().is_some_and(|clause| {
            sentence.clauses.len() > 1 && NO_QUESTION.is_match(&clause.words)
        })
        || sentence.clauses.first().is_some_and(|clause| {
            // “Should there be a ball, …” is a condition.
            INVERTED.is_match(&clause.words)
                && !CONDITION.is_match(&clause.words)
                && !FREE_RELATIVE.is_match(&clause.words)
        });
    for (index, clause) in sentence.clauses.iter().enumerate() {
        let carried = reaches
            && match clause.joint {
                Joint::And | Joint::Or => true,
                Joint::Comma => lists_on(index) || clause.words.split(' ').count() < 2,
                Joint::Start | Joint::Other => false,
            };
        let before = pieces.last().copied().filter(|_| index > 0);
        let is_joined = matches!(clause.joint, Joint::And | Joint::Other);
        let mut found = if carried && !FRESH.is_match(&clause.words) {
            Evidence::Forbids
        } else {
            evidence(
                &clause.words,
                is_question,
                sentence.is_asked && index == last,
            )
        };
        hangs = match index
            .checked_sub(1)
            .map(|before| &sentence.clauses[before].words)
        {
            Some(before) if DANGLING.is_match(before) => PARENTHESIS.is_match(&clause.words),
            _ => hangs,
        };
        if hangs && found == Evidence::Deed {
            (found, hangs) = (Evidence::Forbids, false);
        }
        // “She took the ball and put it back”, “put it down and then stop”.
        if clause.joint == Joint::And
            && before == Some(Evidence::Tells)
            && LIKE_PAST.is_match(&clause.words)
        {
            found = Evidence::Tells;
        }
        if is_joined && before == Some(Evidence::Deed) && found == Evidence::CallsOff {
            found = Evidence::None;
        }
        reaches = found == Evidence::Forbids && (carried || REACHING.is_match(&clause.words));
        pieces.push(found);
    }
}

/// Returns what a clause is evidence for. `is_question`: its sentence is a question; `is_asked`:
/// the question mark follows it directly.
fn evidence(words: &str, is_question: bool, is_asked: bool) -> Evidence {
    let first = |rules: &[Regex]| rules.iter().any(|rule| rule.is_match(words));
    if is_asked && TAG.is_match(words) {
        return Evidence::Asks;
    }
    if first(&CALLS_OFF) && !OTHERWISE.is_match(words) {
        return Evidence::CallsOff;
    }
    if FREE_RELATIVE.is_match(words) && !SPARING.is_match(words) {
        return Evidence::Deed;
    }
    if GRATEFUL.is_match(words) && !SPARING.is_match(words) {
        return Evidence::Deed;
    }
    let is_harmless = HARMLESS.is_match(words);
    let is_precaution = PRECAUTION.is_match(words);
    if !is_harmless && !is_precaution && first(&FORBIDS) {
        return Evidence::Forbids;
    }
    if PRAISED.is_match(words) {
        return Evidence::Tells;
    }
    let is_idle = SOME_DAY.is_match(words);
    if !WH_WOULD.is_match(words) && first(&ASKS_FOR_DEED)
        || !is_question && !is_idle && first(&ASKS_YOU_TO)
        || (!SUBORDINATE.is_match(words) && COMMAND.is_match(words))
    {
        return Evidence::Deed;
    }
    if is_idle {
        return if is_asked {
            Evidence::Asks
        } else {
            Evidence::Tells
        };
    }
    if !is_question
        && (!SUBORDINATE.is_match(words) || IS_TO.is_match(words))
        && !NEGATED.is_match(words)
        && first(&WANTS)
    {
        return Evidence::Deed;
    }
    if !is_harmless && !is_precaution && first(&LEAVES) {
        return Evidence::Forbids;
    }
    if WHERE.is_match(words) {
        return Evidence::AsksWhere;
    }
    if ASKS.is_match(words) || is_asked {
        return Evidence::Asks;
    }
    if AROUND.is_match(words) {
        return Evidence::None;
    }
    if !is_harmless && first(&TELLS) {
        return Evidence::Tells;
    }
    if !is_question && first(&FRAGMENT) {
        return Evidence::Fragment;
    }
    if NAMED.is_match(words) {
        return Evidence::Named;
    }
    Evidence::None
}

/// Splits into sentences and clauses, spelled out: no contractions, no punctuation, no capitals.
fn sentences(text: &str) -> Vec<Sentence> {
    let text = WHICH_IS_NOT.replace_all(&spell_out(text), "").into_owned();
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
    let mut found: Vec<Clause> = Vec::new();
    let mut joint = Joint::Start;
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
            "," => Joint::Comma,
            "and" => Joint::And,
            "or" | "nor" => Joint::Or,
            "but" | "then" | "so" | "because" | "though" | "although" | "since" | "while" => {
                Joint::Other
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
        } else if joint != Joint::Start || next != Joint::Comma {
            // “, and”: the conjunction tells more than the comma.
            joint = if next == Joint::Comma { joint } else { next };
        }
    }
    found
}

/// Converts to lower case and straight quotes, and spells out contractions and the results of
/// dictation.
fn spell_out(text: &str) -> String {
    let lower = text.to_lowercase().replace(['’', '‘', '`', '´'], "'");
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

/// Fills in the lists of words below: `<verb>` and the like.
fn rule(pattern: &str) -> Regex {
    let filled = pattern
        .replace("<lead>", LEAD)
        .replace("<verb>", &VERBS.0)
        .replace("<verbing>", &VERBS.1)
        .replace("<done>", DONE)
        .replace("<thing>", THING)
        .replace("<into>", INTO)
        // Boundaries of ASCII words compile in a fraction of the time.
        .replace(r"\b", r"(?-u:\b)");
    Regex::new(&filled).expect("the rules of this file are valid patterns")
}

/// Verbs of actions in plain form and with -ing: those below and those of the lexicon.
static VERBS: LazyLock<(String, String)> = LazyLock::new(|| {
    let plain = VERB.trim_end_matches(')');
    let gerund = VERBING.trim_end_matches(')');
    let known: Vec<&str> = plain.trim_start_matches("(?:").split('|').collect();
    let mut more: Vec<&str> = crate::meaning::deeds()
        .filter(|verb| !known.contains(verb))
        .collect();
    more.sort_unstable();
    more.dedup();
    let gerunds: Vec<String> = more
        .iter()
        .map(|verb| format!("{}ing", verb.strip_suffix('e').unwrap_or(verb)))
        .collect();
    (
        format!("{plain}|{})", more.join("|")),
        format!("{gerund}|{})", gerunds.join("|")),
    )
});

fn rules(patterns: &[&str]) -> Vec<Regex> {
    patterns.iter().map(|pattern| rule(pattern)).collect()
}

macro_rules! pattern {
    ($name:ident, $pattern:expr) => {
        static $name: LazyLock<Regex> = LazyLock::new(|| rule($pattern));
    };
}
macro_rules! patterns {
    ($(#[$doc:meta])* $name:ident, $patterns:expr) => {
        $(#[$doc])*
        static $name: LazyLock<Vec<Regex>> = LazyLock::new(|| rules(&$patterns));
    };
}

// “We have a tray, don't we?”
pattern!(
    TAG,
    r"^(?:do|does|did|is|are|was|were|have|has|can|will|would) not (?:i|we|you|they|he|she|it|there)$"
);

// “The cube that is not green” is a thing, and forbids nothing.
pattern!(
    WHICH_IS_NOT,
    r"\b(?:that|which) (?:is|are) not (?:red|green|blue|yellow|orange|purple|white|black|brown|pink|gray|grey)\b"
);

/// Words that may stand before what matters.
const LEAD: &str = r"^(?:(?:please|kindly|ok|okay|k|hey|yo|hi|hello|robot|robo|arm|machine|mister|mr|dear|dude|buddy|man|mate|bro|chef|sir|now|right|well|just|also|too|first|firstly|second|secondly|third|next|finally|lastly|instead|rather|anyway|actually|really|seriously|look|listen|oh|ah|um|uh|er|erm|hmm|ooh|no|nope|nah|yes|yeah|yep|alright|good|great|thanks|thank you|sorry|excuse me|simply|only|however|still|again|already|this time|from now on|for now|for once|once more|by the way|after that|afterwards|when you can|if you can|if possible|i repeat|i said|i say|i mean|i told you|i tell you|as i said|remember|everyone|everybody|children|kids|class|guys|folks|team|meanwhile|today|tonight|tomorrow|better|best|else|otherwise|therefore|hence|thus|do|you|to|as well|like|step (?:one|two|three|\d+)|\d+|[a-z]+ly) )*";

/// Verbs of actions in plain form, without looking, keeping, leaving and waiting.
const VERB: &str = r"(?:put|puts|place|set|lay|stand|stick|drop|move|bring|take|get|grab|pick|lift|raise|carry|transfer|deliver|push|shove|nudge|slide|scoot|pull|drag|roll|shift|swap|switch|exchange|stack|pile|build|arrange|line|sort|separate|group|tidy|clean|clear|empty|unload|dump|load|fill|collect|gather|remove|fetch|give|hand|pass|point|show|indicate|aim|poke|tap|hold|grip|grasp|seize|catch|toss|throw|go|return|come|park|turn|rotate|flip|pour|insert|slot|fit|tuck|pop|chuck|hide|bury|feed|store|stow|stash|undo|deposit|position|rearrange|reorder|relocate|transport|lower|dip|help|use|choose|select|finish|complete|slip|pile|balance|sit|plop|dunk|slam|send|restore|reset|retrieve|haul|plonk|bung|lob|drive|steer|shuffle|squeeze|mix|distribute|divide|spread|assemble|combine|unstack|sling|shoo|add|fire|pack|bundle|heap|hoist|plant|ease|guide|perch|whip|shunt|sweep|ferry|lug|cart|dispatch|align|tilt|tip|stuff|cram|wedge|prop|lean|settle|pluck|scoop|nab|yank|whack|start|do it|do so|do that|do this|make it|make the|make a|make room|make them|have it|try)";

/// Verbs of actions with -ing.
const VERBING: &str = r"(?:putting|placing|setting|laying|standing|sticking|dropping|moving|bringing|taking|getting|grabbing|picking|lifting|raising|carrying|transferring|delivering|pushing|shoving|nudging|sliding|scooting|pulling|dragging|rolling|shifting|swapping|switching|stacking|piling|building|arranging|lining|sorting|separating|tidying|cleaning|clearing|emptying|unloading|loading|filling|collecting|gathering|removing|fetching|giving|handing|passing|pointing|showing|indicating|holding|returning|turning|inserting|tucking|popping|chucking|hiding|storing|depositing|positioning|relocating|lowering|slipping|helping|using|starting|having|doing that|doing it|doing this)";

/// Verbs of actions in the past.
const DONE: &str = r"(?:put|placed|set|laid|lay|stood|stuck|dropped|moved|brought|took|taken|got|gotten|grabbed|picked|lifted|raised|carried|transferred|delivered|pushed|shoved|nudged|slid|pulled|dragged|rolled|shifted|swapped|switched|exchanged|stacked|piled|built|arranged|lined|sorted|separated|tidied|cleaned|cleared|emptied|unloaded|loaded|filled|collected|gathered|removed|fetched|gave|given|handed|passed|pointed|showed|shown|held|threw|thrown|tossed|returned|went|gone|came|turned|rotated|flipped|poured|inserted|tucked|popped|hid|hidden|stored|stowed|deposited|positioned|relocated|transported|lowered|dipped|finished|completed|slipped|sent|left|fell|fallen|tipped|knocked|landed|ended|touched|checked|saw|seen|found|did|done|plated|used|told|asked|kept|lost|broke|broken|swept|spilled|bumped|changed|hit|wiped|washed|made|happened|started|stopped|tried)";

/// Objects and places on a table, and the ends of phrases about them.
const THING: &str = r"(?:table|tray|trays|bowl|bowls|cube|cubes|ball|balls|cylinder|cylinders|plate|dish|block|blocks|box|one|ones|there|here|yet|now|it|them|up|down)";

/// Words before a destination.
const INTO: &str = r"(?:in|into|inside|on|onto|to|on top|next to|beside|behind|under|left|right|between|near|with|by|at|over|away|off|out|back|up|down|there|here|where)";

// Takes back what was said, and says no more.
patterns!(
    CALLS_OFF,
    [
        r"<lead>(?:stop|halt|freeze|wait|enough|abort|cancel|nothing|whoa|hold on|hold it|hold still|stand by|stand down|pause|time out|timeout|as you were|at ease)(?: it| that| this| everything| all| right| there| now| please| a minute| a moment| a second| what you are doing| at once| immediately| robot| arm)*$",
        r"<lead>(?:never mind|nevermind|forget (?:it|that|about it|about that|what i said)|scratch that|scrap that|strike that|belay that|ignore (?:that|me|what i said)|disregard (?:that|what i said)|drop it|skip it|skip that|call it off|on second thoughts?|changed? my mind|i have changed my mind|i changed my mind|let it be|no need)(?: please| then| now| after all| robot)*$",
        r"<lead>do not(?: do (?:it|that|this|anything))?(?: please| now| after all| robot| move)*$",
        r"\bdo nothing\b",
        r"\b(?:withdraw|revoke|rescind|retract|countermand|take back) (?:my|the|that|this|what)\b",
    ]
);

// “What is in the bowl goes on the tray.”
pattern!(
    FREE_RELATIVE,
    r"^(?:and )?what(?:ever)? is (?:in|inside|on) (?:the|that|this|my) .*\b(?:goes|go|belongs?|should|must|needs?|has to|ought to)\b"
);
// A question mark behind these asks for no answer.
pattern!(
    NO_QUESTION,
    r"^(?:yes|yeah|ok|okay|right|alright|all right|please|thanks|thank you|will you|would you|can you|could you|will ya|would ya|shall we|na|innit|eh|huh|please and thank you|if you (?:please|would|do not mind|like)|deal|got it|understood|understand|you hear)(?: please| dear| love| mate| robot| sir)*$"
);
// “I would be obliged if you took the cube out.”
pattern!(
    GRATEFUL,
    r"\b(?:grateful|thankful|obliged|glad|happy|happier|delighted|thrilled|pleased|chuffed|over the moon|appreciate it|love it|like it|great|lovely|nice|super|wonderful|awesome|amazing|fantastic|brilliant|swell|grand|ideal|kind|kind of you|helpful|perfect|good|best|help|help me) if (?:you|we|someone|somebody) (?:could |would |might |can |will |just |please |kindly |possibly |maybe |go and |went and |were to |be so kind as to )*(?:<verb>|took|put|moved|placed|set|got|brought|dropped|laid|popped|stuck|have|had|let)\b"
);
// Asks for nothing to be done.
pattern!(
    SPARING,
    r"\b(?:not|never|no|nothing|nobody|stop|stopped|leave|left|alone|stay|stays|stayed|keep off|away from|without)\b"
);

// The whole of what is said.
pattern!(
    NO,
    r"^(?:no|nope|nah|no way|no thanks|no thank you|never)[.! ]*$"
);

// A “not” that forbids nothing.
pattern!(
    HARMLESS,
    r"<lead>(?:and )?do not (?:you )?(?:ever )?(?:forget|hesitate|fail|neglect|omit|worry|fret|panic|mind|just|only|simply|merely|wait|delay|dawdle|rush|hurry|give up|leave|skip|miss|think me|get me wrong|keep me|make me|be (?:shy|afraid|scared|lazy|silly|late|too|so|rude|offended|alarmed|nervous|fooled|slow|long)|stand there|sit there|hang about|waste|stop (?:until|till|before|there|now|at|with)|stop$|take (?:too|all|so|for|long|your time)|tell me|you (?:want|think|know|see|agree|like|mind|love|fancy))|<lead>you (?:could|would|will|do|might) not (?:possibly|happen|mind)|you may not (?:like|believe|know|remember|think|see|have|agree)|why (?:do|does|would|not|can|could|are) not (?:you|we)|<lead>(?:can|could|will|would|shall) not (?:you|we)\b|(?:can|could|will|would) you not (?:be|just)\b|<lead>(?:stop|quit) (?:stalling|dawdling|messing about|messing around|fooling|wasting|talking|chatting|waiting|staring|thinking|worrying|complaining|daydreaming|being|asking|pretending|arguing|sulking|loafing|loitering|slacking|chattering|hesitating|procrastinating)"
);
// “Be careful not to … when you put it down” asks for the action, too.
pattern!(
    PRECAUTION,
    r"\b(?:when|while|as|once|after|before) you(?: are)? (?:<verb>|<verbing>)\b"
);

// Forbids something, whatever else the clause says.
patterns!(
    FORBIDS,
    [
        // you must not …, the arm shall not …, do not you dare
        r"<lead>(?:you |the (?:robot|arm|gripper|machine) |we |nobody |anyone |anybody )?(?:do|does|should|must|may|can|could|would|will|shall|need|ought|had better|better|might|are|is|am) (?:absolutely |really |also |certainly |definitely |please |still )?not\b",
        // the red cube must not be moved; it is not to be touched
        r"^(?:the|that|this|these|those|it|they|my|our|no|all|every|any|everything|anything|both|each|cubes|balls|cylinders|bowls|trays|[a-z]+ (?:cube|ball|cylinder|bowl|tray))\b.*\b(?:must|should|shall|may|ought|need|needs|had better|better) (?:absolutely |really |under no circumstances )?(?:not|never)\b",
        r"\b(?:is|are|be|being|was) (?:absolutely |strictly |really )?(?:not|never) (?:to|allowed|supposed|permitted|meant|yours|okay|ok)\b",
        r"^(?:the|that|this|these|those|it|they|my|our|all|every|any|everything|anything|both|each)\b.*\b(?:does|do) not (?:go|belong|move|get|leave|come)\b",
        r"\b(?:can|could) not be (?:<done>|handled)\b",
        r"<lead>(?:you )?(?:(?:should|must|may|shall|can|will|are to) )?(?:never|at no time|under no circumstances?|in no case|on no account|by no means|no way|not|nobody|no one|none of you|no body|neither)\b",
        r"\b(?:under no circumstances?|on no account|by no means|in no case|at no time)\b",
        r"\bnever (?:ever )?(?:again|<verb>|touch|lay a)\b",
        r"<lead>(?:no|no more|not any more|enough|quite enough|that is (?:quite )?enough|enough of) (?:of )?(?:the |this |that |your )?(?:[a-z]+ly )?[a-z]+ing\b",
        r"\bno (?:more )?(?:touching|<verbing>|messing|playing|fiddling)\b",
        r"<lead>no (?:more )?(?:cubes?|balls?|cylinders?|bowls?|trays?|things?|objects?|[a-z]+ (?:cubes?|balls?|cylinders?|bowls?|trays?))\b.*\b(?:<into>|please|today)\b",
        r"<lead>(?:nothing|none)\b.*\b(?:goes|go|moves|move|gets|leaves|is to|are to|should|must|may|shall|can|will|whatsoever)\b",
        r"\bnothing (?:is to|should|must|may|whatsoever|ends|goes|moves|gets moved)\b",
        r"\b(?:nobody|no one) (?:is to|is|may|should|must|can|ever|else)? ?(?:touch|touches|touching|move|moves|moving|take|takes|lift|lifts|disturbs?|disturbing|go|goes|puts?|handles?|uses?|picks?|grabs?)\b",
        // stop …ing, keep off
        r"<lead>(?:would you |could you |can you |will you |i want you to |i need you to |you (?:should|must|need to|have to|better|had better|can) )?(?:please |kindly |just )?(?:stop|quit|cease|desist|refrain|abstain|avoid|resist|back off|stay|steer clear|keep (?:away|off|out|clear|back|your|you|those|that|the|it|them|this|these|all|everything|both|every|my|still|calm)|stand (?:back|clear|still|down)|hold (?:off|back|your)|cut (?:it|that) out|knock it off|lay off|give it a rest|get (?:away|off|your)|take your|lose interest|hands off|paws off|fingers off|eyes only|look but)\b",
        r"\b(?:hands|paws|fingers|claws|gripper|mitts|grippers) (?:off|away|to yourself|to itself)\b",
        r"\b(?:refrain|desist|abstain|steer clear)\b",
        r"\b(?:off limits|out of bounds|no go|do not touch|taboo|forbid|forbids|forbidden|prohibit|prohibits|prohibited|banned|not allowed|not permitted|disallowed|verboten|withheld|untouchable|a no no|must stay|has to stay|needs to stay|should stay|is staying|are staying|to stay (?:put|where|exactly|right|as|there|in|on)|stays (?:put|where|exactly|right|as|there|in|on|still)|stay (?:put|where|exactly|right|as|there)|remains? (?:where|in|on|untouched|put|there|as|exactly)|is (?:fine|good|okay|ok|perfect|happy) (?:where|there|as)|are (?:fine|good|okay|ok|perfect|happy) (?:where|there|as)|over my dead body|last thing (?:i|we) (?:want|need))\b",
        // I would rather you did not
        r"\b(?:i|we|it|he|she|they)(?: am| are| is)? (?:would |will |really |much |strongly |do |must |have to |also |still )*(?:rather|prefer|sooner|appreciate|hate|mind|be grateful|be glad|be happier|be happy|be best|be better|be wise|be bad|be wrong|be dangerous|be unwise|be a mistake|be a shame|be unsafe|ask|asking|beg|begging|order|ordering|warn|warning|urge|urging|insist|require|request|need|want|like|love|expect|trust|hope|advise|suggest|told|asked|said|object|recommend)\b.*\b(?:not|never|no|nobody|nothing|no one|stop|leave|left alone|left where|left as|untouched|alone|stays?|if you (?:moved|touched|took|put))\b",
        r"\b(?:i|we) (?:really |also |still |just |certainly |definitely )?(?:do|would|did|could|can|will) not (?:really |actually |currently |even )?(?:want|wish|need|like|intend|think you should|think it is|agree|allow|permit|consent|care for|recommend|advise|authori[sz]e|approve|have permission)\b",
        r"\b(?:would|do|could|can|will) you (?:please |kindly |really |just |ever )?(?:mind )?not\b",
        r"\b(?:would|do) (?:you|it) mind (?:not|leaving|stopping|keeping|staying)\b",
        r"<lead>(?:make sure|ensure|see (?:to it )?that|see to it|be sure|mind|take care|be careful|watch out|beware|promise|swear|double check|check|guarantee|verify|i trust|trust|make certain)\b.*\b(?:not|no|nobody|nothing|never|without|stays?|remains?|untouched|alone|undisturbed)\b",
        r"<lead>let us (?:please |just )?(?:not|never|leave|keep|skip)\b",
        r"<lead>(?:please )?let (?:the|that|this|it|them|those|these|my|all|everything|every|go of)\b.*\b(?:be|alone|stay|rest|lie|sit|remain|sleep|stand)$",
        r"<lead>(?:please )?let (?:the|that|this|it|them|those|these|my|all|everything|every)\b.*\b(?:be|alone|stay|rest|lie|sit|remain|sleep|stand) (?:where|there|as|in peace|still|for|please|exactly|put)\b",
        r"\bnone of your business\b",
        r"\b(?:not going|going nowhere|goes nowhere|not to go) (?:anywhere|nowhere)?\b|\bhold (?:off|back|fire|your)\b|\b(?:need|want|like) (?:it|them|that|this|those|these) (?:to stay|there|where|right where|exactly where|kept|left)\b|\bcan not move\b",
        r"\b(?:you|it) (?:are|is) (?:strictly |absolutely )?(?:not|never) (?:allowed|permitted|to)\b",
        r"\b(?:has|have) no (?:permission|business (?:touching|moving|taking|lifting)|reason to|authori[sz]ation|right)\b",
        r"\bno need (?:to|for)\b|\bno reason to\b|\bnot necessary\b|\bunnecessary\b|\bdo not have to\b|\bneed not\b",
    ]
);

// Leaves things as they are, unless the clause asks for an action.
patterns!(
    LEAVES,
    [
        r"<lead>(?:(?:can|could|would|will) you )?(?:you can |you may |you should |you must |i want you to |i need you to )?(?:please |just |simply |kindly )*leave\b",
        r"\b(?:not|never) to\b",
        r"<lead>without\b.*\b(?:touching|<verbing>)\b",
        r"<lead>(?:never mind|nevermind|forget|scratch|scrap|cancel|abort|ignore|disregard|skip|call off|hold|stop|halt|belay|strike|no)\b",
        r"\b(?:untouched|undisturbed|unmoved|left alone|leave alone|in peace|hands off)\b",
        r"\bavoid\b|\bresist\b|\bfreeze\b|\bhold still\b|\bstay put\b",
        r"<lead>(?:do|should|must|may|can|could|would|will|shall) not\b",
    ]
);

// Asks for an action in a polite or indirect form.
patterns!(
    ASKS_FOR_DEED,
    [
        r"\b(?:can|could|will|would|wo) (?:you|we|i|someone|somebody) (?:please |kindly |just |maybe |perhaps |possibly |also |now |then |quickly |not |be a dear and |be so (?:kind|good) (?:as to|and|to) |be (?:kind|good) enough to |go (?:ahead )?and |help me (?:to )?|to |try to |do me a favou?r and |have |[a-z]+ly )*<verb>\b",
        r"\b(?:can|could|will|would|might) you (?:please |kindly |just |perhaps |possibly )*(?:be )?(?:able|willing|prepared|ready|happy|okay|free|so kind as|kind enough|so good as|good enough) to (?:please |kindly |just |quickly )*<verb>\b",
        r"<lead>(?:can|could|will|would|shall|should) not (?:you|we) (?:please |just |kindly )*<verb>\b",
        r"<lead>(?:shall|can|could|may|might) (?:we|i) (?:please |have |see |get |ask (?:you )?(?:to|for) |trouble you (?:to|for) |bother you (?:to|for) |request (?:you to|that you) |beg you to |perhaps |maybe )+(?:<verb>\b|the |that |a |it |them |all |my |one |two |both )",
        r"<lead>(?:make sure|ensure|see to it|see that|take care) (?:that )?(?:the|that|this|my|all|every|both|it) (?:[a-z]+ ){0,3}(?:is|are|gets?|ends? up|goes|go|lands?)\b (?:put |placed |back |safely )*(?:in|on|into|onto|inside|next|beside|behind|left|right|to)\b",
        r"<lead>have (?:the|that|this|my|all|every|both) [a-z]+(?: [a-z]+)? (?:put|placed|moved|brought|dropped|set|laid)\b",
        r"<lead>(?:shall|should) we (?:please |just |not |maybe )?<verb>\b",
        r"\b(?:would|do|wouldnt|will|did) you (?:really |terribly |awfully |please |very much |ever )?mind (?:<verbing>|helping|if (?:you|i asked you to))\b",
        r"\b(?:would|do|will|could) not mind (?:<verbing>)\b",
        r"<lead>mind (?:<verbing>)\b",
        r"\bwhy (?:do|would|could|can|will) not (?:you|we) (?:just |please |go and |go ahead and |try to |be a dear and |kick off by |start by |begin by )*(?:<verb>|<verbing>)\b",
        r"\bwhy not (?:just |go and |try )?(?:<verb>|<verbing>)\b",
        r"\bhow about (?:you |we )?(?:<verb>|<verbing>|the|a|that)\b|\bwhat about (?:<verbing>)\b",
        r"\bwould it be (?:possible|too much trouble|too much|a bother|a problem|okay|ok) (?:for you )?(?:to|if you) (?:please |just )?(?:<verb>|have|<done>)\b",
        r"\bis it possible (?:(?:for you )?to (?:have|<verb>)|that you <verb>)\b",
        r"\b(?:any|is there any|is there a) chance (?:that )?you (?:could|would|can|might)\b",
        r"\bwonder(?:ing|ed)? (?:if|whether) (?:maybe |perhaps |possibly |by any chance )*(?:you|we) (?:maybe |perhaps |possibly )*(?:could|would|can|might|may|will)\b",
        r"<lead>have (?:the|that|this|my|both|all) .*\b(?:sit|sitting|stand|standing|rest|lie|put|placed|moved|set|land|live|end up) (?:[a-z]+ )?(?:in|on|into|onto|inside|next|beside|behind|between|to)\b",
        r"<lead>(?:can|could|may|might) (?:the|that|this|my|both|all) (?:[a-z]+ ){1,6}?(?:be|go|come|sit|stand|live|rest|move|trade|swap|switch|change|join) .*\b(?:please|trade|swap|places?)\b",
        r"\bdo you (?:think|suppose|reckon) (?:that )?(?:you|we) (?:could|can|might|would)(?: you)? (?:please |just |maybe |kindly )*<verb>\b",
        r"\b(?:so|be) (?:kind|good) (?:as to|enough to|and)\b",
        r"\bhereby (?:instructed|ordered|asked|requested|authori[sz]ed|permitted|directed)\b",
        r"\byou are (?:going to|to|now to|cleared to|free to|allowed to|welcome to|asked to|requested to|supposed to|meant to|<verbing>)\b",
        r"\bi (?:would|will) (?:be )?(?:appreciate it|grateful|glad|obliged|thankful|happy|delighted|love it|like it) if (?:you|the|it)\b",
        r"\b(?:could|can|may|might|would) (?:the|that|this|my|our|those|these|both|all)\b.*\b(?:find its way|find their way|be (?:put|placed|moved|set|brought|taken|transferred|dropped|sitting|lying|standing)|go (?:in|on|into|onto|next|beside|over)|please)\b",
        r"\b(?:do|does) the needful\b|\bsee to (?:it|that)(?: please| now)?$",
        r"\b(?:off you go|in it goes|go ahead|get (?:to it|going|on with it)|hop to it|chop chop|make it so|make it happen|at your service|carry on|go on)(?: then| please| now)*$",
        r"\bgo ahead (?:and|with)\b",
        r"<lead>(?:be careful|careful|take care|make sure|mind|watch out|be gentle|try not|watch)\b.*\b(?:when|while|as|once|after) you(?: are)? (?:<verb>|<verbing>)\b",
        r"\byou (?:could|would|will|might) not (?:possibly |happen to |perhaps |mind )(?:<verb>|<verbing>)\b",
        r"\b(?:suppose|supposing|hoping|hoped|hope|thought|thinking|maybe|perhaps|think|wish|reckon) (?:that )?(?:you|we) (?:could|can|might|would|will) (?:please |just |maybe |kindly )*<verb>\b",
        r"\bhave you (?:got )?(?:a|the|any) (?:second|minute|moment|time|sec) to <verb>\b",
        r"\b(?:can|could|would|will) you\b.*\bplease\b.*\b<verb>\b",
    ]
);

// Says that somebody wants it done.
patterns!(
    ASKS_YOU_TO,
    [
        r"\b(?:want|direct|invite|need|like|love|wish|expect|order|command|instruct|beg|ask|asking|request|require|trust|urge|tell|telling|get|prefer) (?:for )?you (?:please |now |just |all |simply |kindly |hereby )?to (?:please |go and |go ahead and |not only |try to |now |[a-z]+ly )*<verb>\b",
    ]
);
// Not now, or not for real.
pattern!(
    SOME_DAY,
    r"\b(?:maybe|one day|some day|someday|might|almost|tempted|was going to|were going to|if i|before i|suppose|supposing|imagine|let me think|let us say)\b"
);
// “Which would you choose?”
pattern!(
    WH_WOULD,
    r"\b(?:what|which|how|why|where|when|who|whom) (?:[a-z]+ ){0,3}(?:would|could|can|will|do|did|should) you\b"
);

// Tells the robot to do it.
pattern!(
    COMMAND,
    r"<lead>(?:(?:you |robot )?(?:can|may|should|must|have to|need to|ought to|are to|shall|had better|better|might want to|want to|must to|will) )?(?:(?:please|now|just|kindly|simply|quickly|also|then|always|instead|go ahead and|go and|feel free to|try to|try and|do not (?:forget|hesitate|fail|neglect|omit|be (?:shy|afraid) )(?: and)?(?: to)?|remember to|be sure to|make sure (?:to|you|that you)|do|help me|help|come and|come|proceed to|continue to|start by|begin by|be a dear|be so kind|be good enough to|let us(?: go and)?|let me see you|let us see you|let us have you|time to|it is time to|the least we could do is|all you (?:have|need) to do is|what i want is for you to|your job is to|your task is to|nothing but|only|rather than leaving .*|[a-z]+ly) )*(?:<verb>|keep (?:on )?(?:<verbing>)|continue (?:<verbing>|with)|let (?:it|them|the .*|that .*) (?:go|fall|drop|have|find|get|come|into|in)|have (?:that|the|it) .*\b(?:in|on|into|inside|out)\b)\b"
);

// Says how things are to be.
patterns!(
    WANTS,
    [
        r"\b(?:goes|go|belongs?|should (?:go|be|come|stand|sit|lie|live|rest|move|end up|land|hold|contain|join|visit|trade|swap|have|get|end|also|really|now)|must (?:go|be|come|get|to)|needs? to (?:go|be|come|get|end)|needs? (?:<verbing>|a home|a place)|ha(?:s|ve) to (?:go|be|come|get)|ought to (?:go|be)|(?:is|are) to (?:be|go|come|stand|end)|will do|would do|gets? (?:a|an|its|their|put|moved|placed)|wants? to (?:go|be|get|sleep|join|lie|sit|jump|hop|climb|move|visit|live|rest)|would (?:look|be|feel|do) (?:so |very |much |really )?(?:nice|nicer|good|better|best|great|lovely|perfect|well|at home|happy|happier) (?:in|on|inside|beside|next|near|behind|between|to)|(?:is|are) supposed to (?:go|be)|(?:is|are) meant to (?:go|be)|(?:is|are) going (?:in|into|on|onto|next))\b",
        r"\b(?:i|we|she|he|they|my [a-z]+|mum|mom|dad|the boss) (?:also |really |only |just |still |now |then |very much |would |should |am |are |do |d |actually )*(?:want|wants|need|needs|like|love|wish|prefer|fancy|wanting|insist|request|demand|expect|require|desire)\b",
        r"\bto be (?:placed|put|kept|moved|set|dropped|shifted|brought|transferred|laid) (?:in|on|into|onto|inside|next|beside|behind|to|at)\b",
        r"^(?:so |just |only )*(?:need|needs|want|wants|wanna) ",
        r"\bit is (?:necessary|needed|required|important|essential|best|vital|time) (?:to|that|for)\b",
        r"\bought to (?:live|sit|stand|lie|rest|move|end|get|come)\b",
        r"\bwould (?:sit|fit|go|lie|live|look|stand|rest) (?:[a-z]+ )*(?:in|on|inside|beside|next|near|behind|between|to)\b",
        r"\bit would be (?:nice|good|great|lovely|helpful|better|best|wonderful|fantastic|awesome|cool|ideal|a help|swell) (?:to|if|for|having)\b",
        r"\bthe least (?:you|we) (?:could|can) do\b|\bi could do with\b|\btime for\b|\bi have the wish\b|\bis wanted\b|\bwe are (?:<verbing>)\b",
    ]
);

// A thing alone: “no wait, the green one”.
pattern!(
    NAMED,
    r"^(?:the|that|a|an|my) [a-z]+(?: [a-z]+)?(?: please| instead)?$"
);

// “Red cube into the blue bowl”, and actions by verbs that are not listed.
patterns!(
    FRAGMENT,
    [
        r"\b(?:into|onto|inside|to|in|on) (?:the|that|my|your|its|any|a)\b",
        r"^(?:[a-z]+ly )?[a-z]+ (?:the|that|all|both|every|my|those|these|a|any|it|them) .*\b(?:in|into|to|on|onto|over|inside|next|beside|behind)\b",
    ]
);

// “You put it there beautifully” praises.
pattern!(
    PRAISED,
    r"^(?:you|we|they) (?:put|set|let) .*\b(?:beautifully|nicely|well|perfectly|correctly|wrong|wrongly|badly|earlier|already|yesterday|before|last time|ago|by mistake|too)\b"
);
// The same word now and then.
pattern!(
    LIKE_PAST,
    r"^(?:then |just |also )*(?:put|set|let|lay|cut|hit|shut|spread)\b"
);
// When or under what condition: tells nothing by itself.
pattern!(
    AROUND,
    r"^(?:before|after|when|while|once (?:you|the|it|that|everything)|if|unless|until|till|as soon as|by the time) "
);
pattern!(IS_TO, r"^(?:is|are) to (?:be|go)\b");
// Turns of speech that only look like a “no”.
pattern!(
    IDLE,
    r"\b(?:no ifs(?: ands)?(?: or)?(?: buts)?|no ifs and buts|no excuses|no rush|no hurry|no worries|no problem|no doubt|no offen[cs]e|no pressure|no kidding|no joke|no questions asked|no need to (?:rush|hurry|worry|thank me|be shy)|no fuss|no matter (?:what|how|which)|no big deal|no buts|no issues?(?: from my side)?|what am i saying|now or never|no more (?:dawdling|messing(?: about| around)?|delays?|waiting|stalling|talk|talking|excuses|nonsense|chit chat)|not to worry|not so fast|nothing fancy|never fear|why not|if not|or not|do not worry|without (?:further ado|delay|fail|prejudice))\b"
);

pattern!(
    NEGATED,
    r"\b(?:might|maybe|perhaps|let me think|(?:love|like|enjoy|hate)s? (?:it )?(?:when|whenever|how)|there still|still there|where it is|where they are|stay|stays|thinking|wondering|deciding|undecided|not|never|no longer|nobody|nothing|to know|to ask|to understand|to hear|to talk|to see (?:if|whether|how|what)|would have been|will do it|myself)\b"
);

// What hangs on another clause.
pattern!(
    SUBORDINATE,
    r"<lead>(?:if|unless|provided|when|whenever|while|whilst|suppose|supposing|imagine|imagining|what if|until|before|after|as|once|because|since|although|though|in case|even if|whether|were|had|normally|usually|often|sometimes|generally|every|normally speaking|typically|by habit|what|why|how|who|was|were|is|are|did|does|has|have|i will|i am (?:going|about)|we will|let me|i can|i could|i might|i may|maybe i|perhaps i|i shall)\b"
);

// “Any will do so long as it is not red”: a condition, which forbids nothing.
pattern!(
    PROVIDED,
    r"\b(?:so long as|as long as|provided that|providing that|on condition that)\b"
);
pattern!(CONDITION, r"^(?:should|were|had) ");
pattern!(
    OTHERWISE,
    r"^(?:otherwise|or else|else|if not|unless|if|failing that)\b"
);
pattern!(DANGLING, r"\b(?:not|never)$");
pattern!(
    PARENTHESIS,
    r"^(?:under|in any|on any|for any|for no|at any|by any|i repeat|i said|ever|whatever|however|and i mean|even|please|robot|sir)\b"
);
// Names what is not to be touched.
pattern!(
    SPARED,
    r"(?:(?:do not|never|without|avoid) (?:you )?(?:even |ever )?(?:touch|touching|move|moving|disturb|disturbing|pick up|take|lift|bump|bumping|hit|hitting|use|using|handle)|leave|hands off|stay away from|keep (?:away from|off)) (?P<what>(?:the|that|this|my|a|an) [a-z]+(?: [a-z]+)?)(?: (?:alone|where it is|in peace|untouched|as it is|please|at all|be|though))*$"
);
// After “do not …”: begins anew.
pattern!(
    FRESH,
    r"^(?:please|just|instead|rather|now|then|only|also|go ahead)\b"
);
// Forbids by a “not” that reaches over “and”.
pattern!(
    REACHING,
    r"\b(?:not|never|no|nobody|nothing|nor|neither|refrain|avoid|forbid|forbidden|prohibited|without|rather|hold off)\b"
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

pattern!(
    INVERTED,
    r"<lead>(?:(?:is|are|was|were|am) (?:not )?(?:it|that|this|these|those|there|the|a|an|any|all|some|i|you|we|they|he|she|my|your|our|every|each|both|one|two|three|anything|something|everything|nothing|[a-z]{3,}s)\b|(?:does|did|has|had|have|do) (?:not )?(?:it|that|this|these|those|there|the|a|an|any|all|some|i|you|we|they|he|she|my|your|our|every|each|both|one|anything|something|anyone|anybody|someone|somebody)\b|(?:can|could|will|would|should|shall|may|might|must) (?:not )?(?:it|that|this|these|those|there|the|a|an|any|all|some|i|you|we|they|he|she|my|your|our|every|each|both|one|anything|something|anyone|[a-z]{3,}s)\b|(?:what|where|who|whom|whose|which|when|why|how)\b)"
);

pattern!(
    WHERE,
    r"<lead>(?:(?:can|could|would|will) you (?:please )?)?(?:(?:tell|show) me )?(?:where|which|point out|indicate|find|locate|do you see|can you see)\b"
);

pattern!(
    ASKS,
    r"<lead>(?:(?:is|are|was|were|am|does|did|has|had|have|do|can|could|will|would|should|shall|may|might|must) (?:not )?(?:it|that|this|these|those|there|the|a|an|any|all|some|i|you|we|they|he|she|my|your|our|every|each|both|one|two|three|anything|something|everything|nothing|anyone|anybody|someone|somebody|[a-z]{3,}s)\b|what|where|who|whom|whose|which|when|why|how|suppose|supposing|imagine|tell|explain|describe|let me know|say|count|name|list|read|report|recite|remind me|i wonder|i am wondering|i was wondering|i would like to know|i want to know|i need to know|any idea|just curious|curious|question|out of curiosity|pray|i am curious|wonder)\b|\b(?:i wonder|wondering|to know|curious) (?:if|whether|how|what|why|where|who|about)\b"
);

// Tells what is, was or will be.
patterns!(
    TELLS,
    [
        r"\b(?:already|earlier|yesterday|ago|previously|just now|last (?:night|week|time|year|month|monday|tuesday|wednesday|thursday|friday|saturday|sunday)|this (?:morning|afternoon)|so far|by now|so i did|once upon|at \d|before (?:tea|lunch|you|noon|dinner|the|we|i)|normally|usually|always|often|sometimes)\b",
        r"\b(?:has|have|had|was|were|is|are|got|get|gets|been|being) (?:been |already |just |now |also |all |both |safely |finally |back |not |never |[a-z]+ly )*(?:<done>)\b",
        r"\byou (?:have |just |already |also |almost |nearly |even |never |then |only |once )+(?:<done>)\b|\byou (?:<done>)\b.*\b(?:already|earlier|yesterday|before|wrong|last|too)\b",
        r"\byou (?:took|moved|placed|dropped|picked|grabbed|lifted|gave|broke|brought|knocked|pushed|left|forgot|did|were|had|made|got|stacked|pointed|touched|removed|carried|held)\b",
        r"\b(?:i|we|he|she|they|someone|somebody|who) (?:have |has |had |just |already |also |almost |nearly |even |never |then |only |once |[a-z]+ly )*(?:<done>)\b",
        r"^(?:i|we|he|she|they|it|someone|somebody|everybody|everyone|nobody|who|the [a-z ]+|my [a-z ]+|our [a-z ]+|a [a-z ]+|an [a-z ]+|all [a-z ]+|both [a-z ]+|tom|[a-z]+) (?:have |has |had |just |already |also |almost |nearly |even |never |then |only |once |then |only |once |[a-z]+ly )*(?:<done>)\b",
        r"\b(?:is|are|was|were|am|sits|sit|lies|lie|rests?|stands?|lives?|looks?|seems?|hangs?|contains?|holds?|has|have)\b",
        r"\b(?:i|we) (?:will|am going to|am about to|was about to|was going to|was thinking|am thinking|thought|might|may|could|can|shall|think|guess|believe|hope|remember|know|noticed|heard|dreamt|dreamed)\b",
        r"^(?:the|a|an|my|our|your|his|her|their|some|one of the) (?:[a-z]+ ){1,3}(?:[a-z]+ly )?[a-z]{3,}ed (?:the|a|an|it|them|that|two|three|all|both|every|my|out|off|over)\b",
        r"\b(?:has|have|had|was|were|is|are|been) (?:been |just |still |already |always |[a-z]+ly )*[a-z]{2,}ing\b",
        r"^(?:he|she|it|somebody|someone|everyone|everybody|my [a-z]+|our [a-z]+) (?:[a-z]+ly |always |usually |often |never )*[a-z]{2,}s\b",
        r"\b(?:loves?|likes?|enjoys?|hates?|adores?) (?:it|how|the way)\b",
        r"\b(?:would have|could have|should have|might have)\b",
        r"<lead>(?:imagine|suppose|maybe|perhaps|looks like|seems|turns out|apparently|guess|normally|usually|per the|according to)\b",
    ]
);
