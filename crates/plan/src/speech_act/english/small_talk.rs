//! Patterns of greetings, thanks, praise, farewells, and remarks on feelings or weather.
//!
//! A clause is small talk if it is made of these phrases alone.

use std::sync::LazyLock;

use regex::Regex;

use super::super::small_talk::{AnswerExpectation, Talk};

/// Whom one speaks to, and tags: they say nothing by themselves.
const ADDRESS: &str = "robot|robo|robbie|bot|arm|my robot|little robot|dear robot|mate|buddy|pal|dude|man|bro|my friend|friend|friends|my dear|dear|my love|sir|madam|boss|everyone|everybody|you guys|guys|folks|team|world|is it not|is not it|innit|eh";

/// What stands behind such a phrase and only there.
const BEHIND: &str = "all|you|you all|today|tonight|this morning|this evening|indeed|really|too|so much|very much|a lot|a million|a ton|a bunch|in advance|kindly|for that|for this|for everything|for it|for now|for today|for me|for (?:the|your|all the|all your) (?:help|work|time|patience|service|assistance|efforts?)|for (?:helping|trying|listening|waiting)(?: me| us)?(?: out)?|so far|outside|out there|out|in here|we are having|is it";

/// What agrees, and what is left of “I am so tired”: without a question it adds nothing.
const AGREEING: &str = "yes|yeah|yep|yup|aye|sure|of course|exactly|correct|right|absolutely|definitely|certainly|agreed|true|i am|we are|you are|it is|that is|that was";

const GREETING: &str = "(?:h[ae]ll?o+w?|hi+|hiya|he+y+a?|howdy|yo|greetings)(?: there| again)*|good (?:morning|afternoon|evening|day)(?: to you)?|(?:nice|pleased|glad|great|good|lovely|happy) to (?:see|meet|have) you(?: again| back| here)*|good to be back|welcome(?: back)?|long time no see|how are (?:you|things|we)(?: all)?(?: doing| feeling| going| getting on| holding up| keeping)?|how is (?:it|life|everything|your (?:day|morning|evening|week))(?: going| been)?|how was your (?:day|night|weekend|morning)|how do you (?:do|feel)|how have you been|what is up|are you (?:there|ok|okay|well|all right|alright|awake)|did you sleep well";

const THANKS: &str = "(?:many |a thousand )?thanks(?: again| a lot| a million| a bunch)?|thank (?:you|u|ya)(?: again)?|thx|ta|cheers|much obliged|(?:much|greatly|very much) appreciated|(?:i )?(?:really |greatly |do )?appreciate (?:it|that|you|this)|bless you|you are (?:very |most )?welcome|(?:very |really |such |what )?(?:a )?(?:good|great|nice|fine|lovely|excellent|amazing|awesome|fantastic|brilliant|wonderful|perfect|superb|terrific|incredible|impressive|outstanding|splendid|beautiful) (?:job|work|going|effort|boy|girl|robot)|well done|bravo|kudos|congratulations|congrats|hoo?ray|hurray|way to go|you (?:rock|rule)|you did (?:it|great|(?:so |very |really )?well|a (?:good|great|fine|nice|wonderful) job)|(?:you )?nailed it|you are (?:so |very |really |just |quite |such |too |the |a |an |my |absolutely |truly )*(?:good|great|best|kind|sweet|star|legend|gem|dear|darling|angel|lifesaver|champion|champ|genius|clever|smart|funny|cool|amazing|awesome|wonderful|fantastic|brilliant|helpful|nice|lovely|fast|talented|impressive|cute|hero)(?: robot| friend| helper)?|(?:i )?(?:really |do )?(?:love|like|adore|admire|missed|miss) you|i am (?:so |very |really )*(?:proud of|impressed (?:by|with)|grateful to|thankful to|happy with|pleased with) you|keep (?:it up|up the good work)";

const FAREWELL: &str = "bye+(?: bye)?(?: for)?(?: now)?|good ?bye(?: for now)?|farewell|see (?:you|ya)(?: later| soon| tomorrow| around| next time| again| on monday)*|so long|good night|night night|have a (?:very )?(?:nice|good|great|lovely|wonderful|pleasant|fine) (?:day|one|evening|night|weekend|time|morning|afternoon|rest|break)|take care(?: of yourself)?|talk to you (?:later|soon|tomorrow)|(?:until|till) (?:tomorrow|later|next time|then)|sleep (?:well|tight)|sweet dreams|cheerio|ciao|happy (?:birthday|new year|holidays|easter)|merry christmas|good luck";

const WEATHER: &str = "nice|lovely|beautiful|gorgeous|glorious|wonderful|great|good|fine|perfect|amazing|fantastic|sunny|rainy|cloudy|windy|snowy|foggy|gr[ae]y|gloomy|cold|chilly|freezing|hot|warm|mild|humid|dry|wet|horrible|terrible|awful|bad|dreadful|miserable|nasty|stormy|strange|crazy|boring|long|busy|rough|hard|tiring|slow|happy|sad|special";

const FEELING: &str = "tired|sleepy|exhausted|hungry|thirsty|bored|happy|sad|lonely|angry|stressed|excited|busy|ill|sick|cold|hot|warm|fine|ok|okay|good|great|well|better|worried|nervous|scared|in love|in a (?:good|bad|great) mood|fed up|relieved|glad|grumpy|sorry";

/// Remarks that answer no question: `<weather>` and `<feeling>` are the words above.
const REMARK: &str = "h+m+|u+[hm]+|er+m*|a+h+|o+h+|wo+w+|ooh|a+w+|haha|ha(?: ha)*|hehe|lol|huh|ouch|oops|whoops|phew|ugh|meh|sorry|my bad|my mistake|i am (?:so |very |really |too |quite |a bit |a little )*(?:<feeling>)|i (?:feel|am feeling) (?:so |very |really |too |quite |a bit |a little )*(?:<feeling>)|i (?:had|have had|have|am having) (?:such )?a (?:very |really )?(?:<weather>) (?:day|week|morning|night)|(?:what|such) (?:an? )?(?:(?:<weather>) )+(?:day|morning|afternoon|evening|night|week|weather|sunshine|weekend)|(?:what|such) a (?:day|morning|afternoon|evening|night|week|weekend)|(?:very |really |so |a )*(?:<weather>) (?:day|morning|afternoon|evening|night|weather|sunshine|weekend)|(?:the |this )?weather (?:is|looks) (?:so |very |really |too |quite )*(?:<weather>)|it is (?:such )?a (?:very |really )?(?:<weather>) (?:day|morning|afternoon|evening|night)|it is (?:raining|snowing)";

/// Remarks that may answer one.
const REACTION: &str = "ok|okay|k|kk|alright|all right|fine|cool|neat|sweet|good|very good|great|nice|very nice|lovely|perfect|excellent|amazing|awesome|super|superb|fantastic|brilliant|wonderful|fabulous|beautiful|not bad|interesting|funny|got it|i see|i understand|understood|noted|fair enough|makes sense|sounds good|whatever|anyway|yay|good one|nice one|morning|evening|(?:so |very |really |too )*(?:<feeling>)|feeling (?:<feeling>)|it is (?:so |very |really |too |quite )*(?:<weather>)|(?:that|this|it) (?:is|was|looks) (?:so |very |really |just |quite )*(?:<weather>|right|correct|cool|awesome|brilliant|impressive|funny|all)|looks (?:good|great|nice|perfect)|i (?:really )?(?:like|love) (?:it|that|this)";

/// What makes up small talk on an occasion.
struct Rules {
    /// A clause of it.
    whole: Regex,
    /// A clause that only addresses somebody or agrees.
    address: Regex,
}

impl Rules {
    fn new(phrases: &[&str], around: &[&str]) -> Self {
        let phrase = phrases.join("|");
        let around = around.join("|");
        Self {
            whole: compiled(&format!(
                "^(?:(?:{around}) )*(?:{phrase})(?: (?:{phrase}|{around}|{BEHIND}))*$"
            )),
            address: compiled(&format!("^(?:{around})(?: (?:{around}))*$")),
        }
    }

    fn on(occasion: AnswerExpectation) -> &'static Self {
        static ASKED: LazyLock<Rules> =
            LazyLock::new(|| Rules::new(&[GREETING, THANKS, FAREWELL, REMARK], &[ADDRESS]));
        static UNASKED: LazyLock<Rules> = LazyLock::new(|| Rules::new(&PHRASES, &AROUND));
        match occasion {
            AnswerExpectation::Asked => &ASKED,
            AnswerExpectation::Unasked => &UNASKED,
        }
    }
}

/// All that is small talk where nothing was asked.
const PHRASES: [&str; 5] = [GREETING, THANKS, FAREWELL, REMARK, REACTION];
const AROUND: [&str; 2] = [ADDRESS, AGREEING];

/// Kinds, each known by a phrase of its own behind any others; else it is a remark.
static KINDS: LazyLock<[(Talk, Regex); 3]> = LazyLock::new(|| {
    let any = [PHRASES.join("|"), AROUND.join("|"), BEHIND.to_owned()].join("|");
    [
        (Talk::Farewell, FAREWELL),
        (Talk::Thanks, THANKS),
        (Talk::Greeting, GREETING),
    ]
    .map(|(kind, phrase)| {
        (
            kind,
            compiled(&format!("^(?:(?:{any}) )*(?:{phrase})(?: |$)")),
        )
    })
});

fn compiled(pattern: &str) -> Regex {
    let filled = pattern
        .replace("<weather>", WEATHER)
        .replace("<feeling>", FEELING);
    Regex::new(&filled).expect("the rules of this file are valid patterns")
}

/// A clause without what is no word: “thanks 🙂”.
fn in_words(clause: &str) -> String {
    let words = clause.split(' ');
    let words: Vec<&str> = words
        .filter(|word| word.contains(char::is_alphanumeric))
        .collect();
    words.join(" ")
}

/// Returns whether all of these clauses are small talk, and not only words around it.
pub(super) fn is_all_small_talk<'a>(
    clauses: impl Iterator<Item = &'a str>,
    occasion: AnswerExpectation,
) -> bool {
    let rules = Rules::on(occasion);
    let mut says_something = false;
    for clause in clauses.map(in_words).filter(|clause| !clause.is_empty()) {
        if rules.whole.is_match(&clause) {
            says_something = true;
        } else if !rules.address.is_match(&clause) {
            return false;
        }
    }
    says_something
}

/// Returns what kind of small talk a clause is.
pub(super) fn kind(clause: &str) -> Talk {
    let clause = in_words(clause);
    let found = KINDS.iter().find(|(_, phrase)| phrase.is_match(&clause));
    found.map_or(Talk::Remark, |(kind, _)| *kind)
}
