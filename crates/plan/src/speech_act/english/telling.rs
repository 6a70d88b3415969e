//! Patterns of what asks for an answer, and of what tells.

use std::sync::LazyLock;

use regex::Regex;

use super::vocabulary::{pattern, patterns, regex_from_pattern, regexes_from_patterns};

// “We have a tray, don't we?”
pattern!(
    TAG,
    r"^(?:do|does|did|is|are|was|were|have|has|can|could|will|would|should|must|ought|need) (?:not (?:i|we|you|they|he|she|it|there|that|this|those|these)|(?:i|we|you|they|he|she|it|there) not)$"
);

// A question mark behind these asks for no answer.
pattern!(
    NO_QUESTION,
    r"^(?:you can (?:make|do) (?:this|it|that)|can you do (?:this|it|that)|you understand|possible|yes|yeah|ok|okay|right|alright|all right|please|thanks|thank you|will you|would you|can you|could you|will ya|would ya|shall we|na|innit|eh|huh|please and thank you|if you (?:please|would|do not mind|like)|deal|got it|understood|understand|you hear)(?: please| dear| love| mate| robot| sir)*$"
);

// “You put it there, didn't you?”
pattern!(
    TAG_OF_PAST,
    r"^(?:did|was|were|have|has|had) (?:not )?(?:i|we|you|they|he|she|it|there)(?: not)?$"
);

// “Isn't the cube in the bowl?”
pattern!(
    ASKS_NEGATIVELY,
    r"<lead>(?:(?:is|are|was|were|does|did|should|must|ought|has|have) not (?:the|that|this|these|those|it|they|there|both|all|my|our|[a-z]+ (?:cube|ball|cylinder|bowl|tray)s?)|do not (?:the|these|those|they|both|all the))\b"
);

pattern!(
    INVERTED,
    r"<lead>(?:(?:is|are|was|were|am) (?:not )?(?:it|that|this|these|those|there|the|a|an|any|all|some|i|you|we|they|he|she|my|your|our|every|each|both|one|two|three|anything|something|everything|nothing|[a-z]{3,}s)\b|(?:does|did|has|had|have|do) (?:not )?(?:it|that|this|these|those|there|the|a|an|any|all|some|i|you|we|they|he|she|my|your|our|every|each|both|one|anything|something|anyone|anybody|someone|somebody)\b|(?:can|could|will|would|should|shall|may|might|must) (?:not )?(?:it|that|this|these|those|there|the|a|an|any|all|some|i|you|we|they|he|she|my|your|our|every|each|both|one|anything|something|anyone|[a-z]{3,}s)\b|(?:what|where|who|whom|whose|which|when|why|how)\b)"
);

pattern!(CONDITION, r"^(?:should|were|had) ");

pattern!(
    OTHERWISE,
    r"^(?:otherwise|or else|else|if not|unless|if|failing that)\b"
);

pattern!(
    WHERE,
    r"<lead>(?:(?:can|could|would|will) you (?:please )?)?(?:(?:tell|show) me )?(?:where|which|point out|indicate|find|locate|do you see|can you see)\b"
);

pattern!(
    ASKS,
    r"<lead>(?:(?:is|are|was|were|am|does|did|has|had|have|do|can|could|will|would|should|shall|may|might|must) (?:not )?(?:it|that|this|these|those|there|the|a|an|any|all|some|i|you|we|they|he|she|my|your|our|every|each|both|one|two|three|anything|something|everything|nothing|anyone|anybody|someone|somebody|[a-z]{3,}s)\b|what|where|who|whom|whose|which|when|why|how|suppose|supposing|imagine|tell|explain|describe|let me know|say|count|name|list|read|report|recite|remind me|i wonder|i am wondering|i was wondering|i would like to know|i want to know|i need to know|any idea|just curious|curious|question|out of curiosity|pray|i am curious|wonder)\b|\b(?:i wonder|wondering|to know|curious) (?:if|whether|how|what|why|where|who|about)\b"
);

// “You put it there beautifully” praises.
pattern!(
    PRAISED,
    r"\b(?:thanks|thank you|sorry|apologies|cheers|(?:great|good|nice|fine|lovely) (?:job|work)|well done|bravo|congratulations) (?:so much |very much |a lot )?(?:for|on|at|with)? ?(?:<verbing>)\b|^(?:you|we|they) (?:put|set|let) .*\b(?:beautifully|nicely|well|perfectly|correctly|wrong|wrongly|badly|earlier|already|yesterday|before|last time|ago|by mistake|too)\b"
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
        r"<lead>(?:he|she|they|somebody|someone|(?:my|our|his|her) [a-z]+) (?:will|would|can|could|may|might|shall|is going to|are going to) (?:[a-z]+ )*?(?:<verb>)\b",
        r"\b(?:would have|could have|should have|might have)\b",
        r"<lead>(?:imagine|suppose|maybe|perhaps|looks like|seems|turns out|apparently|guess|normally|usually|per the|according to)\b",
    ]
);

// Asks to be told something.
pattern!(
    TELL_ME,
    r"\b(?:tell|telling|let) (?:me|us) (?:know )?(?:please )?(?:what|how|whether|if|who|why|when)\b"
);
// “When did you …?”, against “when that is done, …”.
pattern!(
    WHEN_ASKS,
    r"^(?:when|while|before|after) (?:do|does|did|is|are|was|were|will|would|can|could|should|shall|has|have|had) "
);
