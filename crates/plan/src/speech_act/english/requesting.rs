//! Patterns of what asks for an action.

use std::sync::LazyLock;

use regex::Regex;

use super::vocabulary::{pattern, patterns, regex_from_pattern, regexes_from_patterns};

// “What is in the bowl goes on the tray.”
pattern!(
    FREE_RELATIVE,
    r"^(?:and )?what(?:ever)? is (?:in|inside|on) (?:the|that|this|my) .*\b(?:goes|go|belongs?|should|must|needs?|has to|ought to)\b"
);

// “I would be obliged if you took the cube out.”
pattern!(
    GRATEFUL,
    r"\b(?:grateful|thankful|obliged|glad|happy|happier|delighted|thrilled|pleased|chuffed|over the moon|appreciate it|love it|like it|great|lovely|nice|super|wonderful|awesome|amazing|fantastic|brilliant|swell|grand|ideal|kind|kind of you|helpful|perfect|good|best|help|help me) if (?:you|we|someone|somebody) (?:could |would |might |can |will |just |please |kindly |possibly |maybe |go and |went and |were to |be so kind as to )*(?:<verb>|took|put|moved|placed|set|got|brought|dropped|laid|popped|stuck|have|had|let)\b"
);

// Asks for an action in a polite or indirect form.
patterns!(
    ASKS_FOR_DEED,
    [
        r"\b(?:can|could|will|would|wo) (?:you|we|i|someone|somebody) (?:please |kindly |just |maybe |perhaps |possibly |also |now |then |quickly |not |like |um |uh |er |be a dear and |be so (?:kind|good) (?:as to|and|to) |be (?:kind|good) enough to |go (?:ahead )?and |help me (?:to )?|to |try to |do me a favou?r and |have |[a-z]+ly )*<verb>\b",
        r"\b(?:can|could|will|would|might) you (?:please |kindly |just |perhaps |possibly )*(?:be )?(?:able|willing|prepared|ready|happy|okay|free|so kind as|kind enough|so good as|good enough) to (?:please |kindly |just |quickly )*<verb>\b",
        r"<lead>(?:can|could|will|would|shall|should) not (?:you|we) (?:please |just |kindly )*<verb>\b",
        r"<lead>(?:shall|can|could|may|might) (?:we|i) (?:please |have |see |get |ask (?:you )?(?:to|for) |trouble you (?:to|for) |bother you (?:to|for) |request (?:you to|that you) |beg you to |perhaps |maybe )+(?:<verb>\b|the |that |a |it |them |all |my |one |two |both )",
        r"<lead>(?:make sure|ensure|see to it|see that|take care) (?:that )?(?:the|that|this|my|all|every|both|it) (?:[a-z]+ ){0,3}(?:is|are|gets?|ends? up|goes|go|lands?)\b (?:put |placed |back |safely )*(?:in|on|into|onto|inside|next|beside|behind|left|right|to)\b",
        r"\b(?:can|could|will|would) you (?:please |kindly |just |maybe )*(?:let|have) (?:the|that|this|my|both|all) ",
        r"\b(?:can|could|will|would) you (?:please |kindly |just |maybe )*(?:see|make sure|make certain|ensure|arrange)(?: to it)? (?:that )?(?:the|that|this|my|both|all|it|every)\b.*\b(?:gets?|goes|go|ends? up|lands?|finds?|comes?|makes? it|is put|is placed|are put|are placed)\b",
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
        r"<lead>(?:can|could|may)(?: not)? (?:the|that|this|my|both|all) (?:[a-z]+ ){1,4}?(?:go|sit|stand|live|rest|come|move) (?:back |over |down |right )?(?:in|into|inside|on|onto|beside|behind|between|near|next to|to the (?:left|right))\b",
        r"\bdo you (?:think|suppose|reckon) (?:that )?(?:you|we) (?:could|can|might|would)(?: you)? (?:please |just |maybe |kindly )*<verb>\b",
        r"\b(?:so|be) (?:kind|good) (?:as to|enough to|and)\b",
        r"<lead>single (?:[a-z]+ ){1,4}?out\b",
        r"\bhereby (?:instructed|ordered|asked|requested|authori[sz]ed|permitted|directed)\b",
        r"\byou are (?:going to|to|now to|cleared to|free to|allowed to|welcome to|asked to|requested to|supposed to|meant to|<verbing>)\b",
        r"\bi (?:would|will) (?:be )?(?:appreciate it|grateful|glad|obliged|thankful|happy|delighted|love it|like it) if (?:you|the|it)\b",
        r"\b(?:could|can|may|might|would) (?:the|that|this|my|our|those|these|both|all)\b.*\b(?:find its way|find their way|be (?:put|placed|moved|set|brought|taken|transferred|dropped|sitting|lying|standing)|go (?:in|on|into|onto|next|beside|over)|please)\b",
        r"^(?:so |now |and )*(?:in|into|on|onto|inside|off|out) (?:the|that|my)(?: [a-z]+){1,3} with (?:it|them|the|that|this|you)\b",
        r"^(?:the |that |my )?(?:[a-z]+ ){1,3}(?:in|into|on|onto|inside) (?:the |that |my )?(?:[a-z]+ ){0,2}[a-z]+ (?:please|pls|asap)$",
        r"\b(?:i|we) could (?:really |just |well )?do with (?:the|that|this|my|both|all) ",
        r"<lead>let (?:it|them|the|that|this|my|both|all)\b.*?\b(?:be (?:put|placed|moved|set|dropped)|live|stand|sit|sleep) (?:[a-z]+ ){0,2}?(?:in|into|inside|on|onto|beside|next to|near|close|by|behind|between|at|in front of|to the) ",
        r"\b(?:can|could|will|would) you (?:please )?do (?:me|us|[a-z]+|my [a-z]+) (?:a|the|this|that) (?:[a-z]+ )?(?:favou?r|kindness|service|courtesy) (?:of|and|by)\b",
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
        r"\b(?:want|direct|invite|need|like|love|wish|expect|order|command|instruct|beg|ask|asking|request|requesting|begging|inviting|imploring|require|trust|urge|tell|telling|get|prefer) (?:for )?you (?:please |now |just |all |simply |kindly |hereby )?to (?:please |go and |go ahead and |not only |try to |now |[a-z]+ly )*<verb>\b",
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
        r"\b(?:goes|go|belongs?|should (?:go|be|come|stand|sit|lie|live|rest|move|end up|land|hold|contain|join|visit|trade|swap|have|get|end|also|really|now)|must (?:go|be|come|get|to)|needs? to (?:go|be|come|get|end)|needs? (?:<verbing>|a home|a place)|ha(?:s|ve) to (?:go|be|come|get)|ought to (?:go|be)|(?:is|are) to (?:be|go|come|stand|end|change|trade|swap|switch|exchange|join|sit|lie|rest|live|land|return|have|form|make|build)|will do|would do|gets? (?:a|an|its|their|put|moved|placed)|wants? to (?:go|be|get|sleep|join|lie|sit|jump|hop|climb|move|visit|live|rest)|would (?:look|be|feel|do) (?:so |very |much |really )?(?:nice|nicer|good|better|best|great|lovely|perfect|well|at home|happy|happier) (?:in|on|inside|beside|next|near|behind|between|to)|(?:is|are) supposed to (?:go|be)|(?:is|are) meant to (?:go|be)|(?:is|are) going (?:in|into|on|onto|next))\b",
        r"\b(?:i|we|she|he|they|my [a-z]+|mum|mom|dad|the boss) (?:also |really |only |just |still |now |then |very much |would |should |am |are |do |d |actually )*(?:want|wants|need|needs|like|love|wish|prefer|fancy|wanting|insist|request|demand|expect|require|desire)\b",
        r"\bto be (?:placed|put|kept|moved|set|dropped|shifted|brought|transferred|laid) (?:in|on|into|onto|inside|next|beside|behind|to|at)\b",
        r"^(?:so |just |only )*(?:need|needs|want|wants|wanna) ",
        r"\bit is (?:necessary|needed|required|important|essential|best|vital|time) (?:to|that|for)\b",
        r"\bwould not (?:mind|say no to|object to|be sorry to see)\b|\bnothing (?:would|could) (?:please|make|suit|delight)\b|\bwould like nothing (?:more|better)\b",
        r"\b(?:ha(?:s|ve) to|must|should|needs? to|ought to|is to|are to|is supposed to|is meant to) [a-z]+ (?:[a-z]+ ){0,3}?(?:in|into|on|onto|inside|beside|behind|between|next to) (?:the|that|my|both) ",
        r"^(?:the|that|this|these|those|both|all|everything|it|they|others|my) (?:[a-z]+ ){0,4}?(?:can|may|might|could) (?:all |both |now |then |also |please |just )*(?:be (?:<done>|[a-z]+ed)|go|come|sit|stand|lie|live|rest) (?:[a-z]+ ){0,2}?(?:in|into|inside|on|onto|next to|beside|behind|between|to) (?:the|that|my|both|a) ",
        r"\bought to (?:live|sit|stand|lie|rest|move|end|get|come)\b",
        r"\bwould (?:sit|fit|go|lie|live|look|stand|rest) (?:[a-z]+ )*(?:in|on|inside|beside|next|near|behind|between|to)\b",
        r"\bit would be (?:nice|good|great|lovely|helpful|better|best|wonderful|fantastic|awesome|cool|ideal|a help|swell) (?:to|if|for|having)\b",
        r"\bthe least (?:you|we) (?:could|can) do\b|\b(?:i|we) could (?:really |just |well )?do with\b|\btime for\b|\bi have the wish\b|\bis wanted\b|\bwe are (?:<verbing>)\b",
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
        r"\b(?:into|onto|inside|to|in|on|beside|behind|next to|near|by|between|in front of|(?:left|right) of) (?:the|that|my|your|its|any|a|both)\b",
        r"^(?:[a-z]+ly )?[a-z]+ (?:the|that|all|both|every|my|those|these|a|any|it|them) .*\b(?:in|into|to|on|onto|over|inside|next|beside|behind)\b",
    ]
);

pattern!(IS_TO, r"^(?:is|are) to (?:be|go)\b");

pattern!(
    NEGATED,
    r"\b(?:might|maybe|perhaps|let me think|(?:love|like|enjoy|hate)s? (?:it )?(?:when|whenever|how)|there still|still there|where it is|where they are|stay|stays|thinking|wondering|deciding|undecided|not|never|no longer|nobody|nothing|to know|to ask|to understand|to hear|to talk|to see (?:if|whether|how|what)|would have been|will do it|myself)\b"
);

// What hangs on another clause.
pattern!(
    SUBORDINATE,
    r"<lead>(?:if|unless|provided|when|whenever|while|whilst|suppose|supposing|imagine|imagining|what if|until|before|after|as|once|because|since|although|though|in case|even if|whether|were|had|normally|usually|often|sometimes|generally|every|normally speaking|typically|by habit|what|why|how|who|was|were|is|are|did|does|has|have|i will|i am (?:going|about)|we will|let me|i can|i could|i might|i may|maybe i|perhaps i|i shall)\b"
);

// “Kindly keep the cube inside the bowl”, of something that is not there, puts it there.
pattern!(
    KEPT_AT,
    r"<lead>(?:(?:can|could|will|would) you )?(?:please |kindly |just )*keep (?:the|that|this|my|both|all) (?:[a-z]+ ){1,5}?(?:in|inside|into|on|onto|on top of|beside|next to|near|behind|between|in front of|by the side of|adjacent to|(?:to|on|at) the (?:left|right|back|backside|rear|front)(?: side)? of) (?:the|a|an|my|that|this|both) "
);
