//! Lists of words for patterns, and the patterns that they make.

use std::sync::LazyLock;

use regex::Regex;

/// Fills in the lists of words below: `<verb>` and the like.
pub(super) fn regex_from_pattern(pattern: &str) -> Regex {
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
    let mut more: Vec<&str> = crate::meaning::deed_verbs()
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

pub(super) fn regexes_from_patterns(patterns: &[&str]) -> Vec<Regex> {
    patterns
        .iter()
        .map(|pattern| regex_from_pattern(pattern))
        .collect()
}

macro_rules! pattern {
    ($name:ident, $pattern:expr) => {
        pub(super) static $name: LazyLock<Regex> = LazyLock::new(|| regex_from_pattern($pattern));
    };
}
macro_rules! patterns {
    ($(#[$doc:meta])* $name:ident, $patterns:expr) => {
        $(#[$doc])*
        pub(super) static $name: LazyLock<Vec<Regex>> = LazyLock::new(|| regexes_from_patterns(&$patterns));
    };
}
pub(super) use {pattern, patterns};

/// Words that may stand before what matters.
const LEAD: &str = r"^(?:(?:please|kindly|ok|okay|k|hey|yo|hi|hello|robot|robo|arm|machine|mister|mr|dear|dude|buddy|man|mate|bro|chef|sir|now|right|well|just|also|too|first|firstly|second|secondly|third|next|finally|lastly|instead|rather|anyway|actually|really|seriously|look|listen|oh|ah|um|uh|er|erm|hmm|ooh|haha|ha|aye|no|nope|nah|yes|yeah|yep|alright|good|great|thanks|thank you|sorry|excuse me|simply|only|however|still|again|already|this time|from now on|for now|for once|once more|by the way|after that|afterwards|when you can|if you can|if possible|i repeat|i said|i say|i mean|i told you|i tell you|as i said|remember|everyone|everybody|children|kids|class|guys|folks|team|meanwhile|today|tonight|tomorrow|better|best|else|otherwise|therefore|hence|thus|do|you|to|as well|like|step (?:one|two|three|\d+)|\d+|[a-z]+ly) )*";

/// Verbs of actions in plain form, without looking, keeping, leaving and waiting.
const VERB: &str = r"(?:put|puts|place|set|lay|stand|stick|drop|move|bring|take|get|grab|pick|lift|raise|carry|transfer|deliver|push|shove|nudge|slide|scoot|pull|drag|roll|shift|swap|switch|exchange|stack|pile|build|arrange|line|sort|separate|group|tidy|clean|clear|empty|unload|dump|load|fill|collect|gather|remove|fetch|give|hand|pass|point|show|indicate|aim|poke|tap|hold|grip|grasp|seize|catch|toss|throw|go|return|come|park|turn|rotate|flip|pour|insert|slot|fit|tuck|pop|chuck|hide|bury|feed|store|stow|stash|undo|deposit|position|rearrange|reorder|relocate|transport|lower|dip|help|use|choose|select|finish|complete|slip|pile|balance|sit|plop|dunk|slam|send|restore|reset|retrieve|haul|plonk|bung|lob|drive|steer|shuffle|squeeze|mix|distribute|divide|spread|assemble|combine|unstack|sling|shoo|add|fire|pack|bundle|heap|hoist|plant|ease|guide|perch|whip|shunt|sweep|ferry|lug|cart|dispatch|align|tilt|tip|stuff|cram|wedge|prop|lean|settle|pluck|scoop|nab|yank|whack|fling|hurl|fix|remedy|start|do it|do so|do that|do this|make it|make the|make a|make room|make them|have it|try)";

/// Verbs of actions with -ing.
const VERBING: &str = r"(?:putting|placing|setting|laying|standing|sticking|dropping|moving|bringing|taking|getting|grabbing|picking|lifting|raising|carrying|transferring|delivering|pushing|shoving|nudging|sliding|scooting|pulling|dragging|rolling|shifting|swapping|switching|stacking|piling|building|arranging|lining|sorting|separating|tidying|cleaning|clearing|emptying|unloading|loading|filling|collecting|gathering|removing|fetching|giving|handing|passing|pointing|showing|indicating|holding|returning|turning|inserting|tucking|popping|chucking|hiding|storing|depositing|positioning|relocating|lowering|slipping|helping|using|starting|having|doing that|doing it|doing this)";

/// Verbs of actions in the past.
const DONE: &str = r"(?:put|placed|set|laid|lay|stood|stuck|dropped|moved|brought|took|taken|got|gotten|grabbed|picked|lifted|raised|carried|transferred|delivered|pushed|shoved|nudged|slid|pulled|dragged|rolled|shifted|swapped|switched|exchanged|stacked|piled|built|arranged|lined|sorted|separated|tidied|cleaned|cleared|emptied|unloaded|loaded|filled|collected|gathered|removed|fetched|gave|given|handed|passed|pointed|showed|shown|held|threw|thrown|tossed|returned|went|gone|came|turned|rotated|flipped|poured|inserted|tucked|popped|hid|hidden|stored|stowed|deposited|positioned|relocated|transported|lowered|dipped|finished|completed|slipped|sent|left|fell|fallen|tipped|knocked|landed|ended|touched|checked|saw|seen|found|did|done|plated|used|told|asked|kept|lost|broke|broken|swept|spilled|bumped|changed|hit|wiped|washed|made|happened|started|stopped|tried)";

/// Objects and places on a table, and the ends of phrases about them.
const THING: &str = r"(?:table|tray|trays|bowl|bowls|cube|cubes|ball|balls|cylinder|cylinders|plate|dish|block|blocks|box|one|ones|there|here|yet|now|it|them|up|down)";

/// Words before a destination.
const INTO: &str = r"(?:in|into|inside|on|onto|to|on top|next to|beside|behind|under|left|right|between|near|with|by|at|over|away|off|out|back|up|down|there|here|where)";
