//! Patterns of what forbids, takes back or leaves alone, and of what only seems to.

use std::sync::LazyLock;

use regex::Regex;

use super::vocabulary::{pattern, patterns, regex_from_pattern, regexes_from_patterns};

// The whole of what is said.
pattern!(
    NO,
    r"^(?:no|nope|nah|no way|no thanks|no thank you|never)[.! ]*$"
);

// Takes back what was said, and says no more.
patterns!(
    CALLS_OFF,
    [
        r"<lead>(?:stop|halt|freeze|wait|enough|abort|cancel|nothing|whoa|hold on|hold it|hold still|stand by|stand down|pause|time out|timeout|as you were|at ease)(?: it| that| this| everything| all| right| there| now| please| a minute| a moment| a second| what you are doing| at once| immediately| robot| arm)*$",
        r"<lead>(?:never mind|nevermind|forget (?:it|that|about it|about that|what i said)|scratch that|scrap that|strike that|belay that|ignore (?:that|me|what i said)|disregard (?:that|what i said)|drop it|skip it|skip that|call it off|on second thoughts?|changed? my mind|i have changed my mind|i changed my mind|let it be|no need)(?: please| then| now| after all| robot)*$",
        r"<lead>do not(?: do (?:it|that|this|anything))?(?: please| now| after all| robot| move)*$",
        r"^(?:[a-z]+ ){0,6}do nothing\b",
        r"<lead>(?:leave|keep|let) (?:it|them|everything|things|that) (?:like (?:that|this)|as (?:it is|they are|is)|the way (?:it is|they are))$",
        r"^(?:i think not|i do not think so|not|not really|absolutely not|certainly not|definitely not|of course not|no thank you|no thanks|no way|no chance|not likely|not on your life|as if|just kidding|only kidding|only joking|just joking|kidding|joking)$",
        r"\b(?:withdraw|revoke|rescind|retract|countermand|take back) (?:my|the|that|this|what)\b",
    ]
);

// A “not” that forbids nothing.
pattern!(
    HARMLESS,
    r"<lead>(?:and )?do not (?:you )?(?:ever )?(?:forget|hesitate|fail|ask|put it off|think twice|keep (?:me|us|him|her|them|anyone|anybody|people|the [a-z]+|my [a-z]+|everyone|everybody) waiting|let (?:me|us) down|neglect|omit|worry|fret|panic|mind|just|only|simply|merely|wait|delay|dawdle|rush|hurry|give up|leave|skip|miss|think me|get me wrong|keep me|make me|be (?:shy|afraid|scared|lazy|silly|late|too|so|rude|offended|alarmed|nervous|fooled|slow|long)|stand there|sit there|hang about|waste|stop (?:until|till|before|there|now|at|with)|stop$|take (?:too|all|so|for|long|your time)|tell me|be (?:a |an |so |too |the )?[a-z]*[a-fh-z]\b|you (?:want|think|know|see|agree|like|mind|love|fancy))|<lead>you (?:could|would|will|do|might) not (?:possibly|happen|mind)|(?:i|we) (?:would|should|do) not (?:mind|say no|object)|you may not (?:like|believe|know|remember|think|see|have|agree)|why (?:do|does|would|not|can|could|are) not (?:you|we)|<lead>(?:can|could|will|would|shall) not (?:you|we)\b|<lead>(?:can|could|would|should) not (?:the|that|this|my) |(?:can|could|will|would) you not (?:be|just)\b|<lead>(?:stop|quit) (?:stalling|dawdling|messing about|messing around|fooling|wasting|talking|chatting|waiting|staring|thinking|worrying|complaining|daydreaming|being|asking|pretending|arguing|sulking|loafing|loitering|slacking|chattering|hesitating|procrastinating)"
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
        r"\b(?:under no circumstances?|under no account|on no account|by no means|in no case|at no (?:time|point|stage|moment))\b",
        r"\bnever (?:ever )?(?:again|<verb>|touch|lay a)\b",
        r"<lead>(?:no|no more|not any more|enough|quite enough|that is (?:quite )?enough|enough of) (?:of )?(?:the |this |that |your )?(?:[a-z]+ly )?[a-z]+ing\b",
        r"\bno (?:more )?(?:touching|<verbing>|messing|playing|fiddling)\b",
        r"<lead>no (?:more )?(?:cubes?|balls?|cylinders?|bowls?|trays?|things?|objects?|[a-z]+ (?:cubes?|balls?|cylinders?|bowls?|trays?))\b.*\b(?:<into>|please|today)\b",
        r"<lead>(?:nothing|none)\b.*\b(?:goes|go|moves|move|gets|leaves|is to|are to|should|must|may|shall|can|will|whatsoever)\b",
        r"^nothing (?:in|out|on|off)$",
        r"\bnothing (?:is to|should|must|may|whatsoever|ends|goes|moves|gets moved)\b",
        r"\b(?:nobody|no one) (?:is to|is|may|should|must|can|ever|else)? ?(?:touch|touches|touching|move|moves|moving|take|takes|lift|lifts|disturbs?|disturbing|go|goes|puts?|handles?|uses?|picks?|grabs?)\b",
        // “no put cube in bowl”, “touch not the ball”, “is no to go”
        r"^(?:please |you |robot )*no (?:put|move|take|touch|pick|push|grab|drop|lift) ",
        r"<lead>(?:put|touch|move|take|lift|push|place|bring|carry) not\b",
        r"\b(?:is|are) no (?:to|allowed|supposed|going|meant)\b",
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
        // Let nobody; let the cube never
        r"<lead>(?:please )?(?:let|have|see|allow|permit) (?:nobody|no one|no hand|no robot|nothing|none|neither|no [a-z]+|there be no)\b",
        r"<lead>(?:please )?let (?:it|them|anyone|anybody|anything|everything|(?:the|that|this|those|these|my|our|all|any|every)(?: [a-z]+){1,2}) (?:not|never)\b",
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

// Asks for nothing to be done.
pattern!(
    SPARING,
    r"\b(?:not|never|no|nothing|nobody|stop|stopped|leave|left|alone|stay|stays|stayed|keep off|away from|without)\b"
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

// What only keeps something from elsewhere: “beside it, not in”.
pattern!(
    NOT_THERE,
    r"^(?:but |and )?not (?:in|on|inside|into|onto|to|at|under|behind|beside|by|near|next to|left|right|the (?:left|right))(?: (?:it|there|them|(?:the|that|my) [a-z]+(?: [a-z]+)?))?$"
);
