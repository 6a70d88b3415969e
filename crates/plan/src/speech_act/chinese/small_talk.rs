//! Patterns of Chinese greetings, thanks, praise, farewells, and remarks on feelings or weather.
//!
//! A clause is small talk if it is made of these phrases alone.

use std::sync::LazyLock;

use regex::Regex;

use super::super::small_talk::{AnswerExpectation, Talk};

/// Whom one speaks to: that says nothing by itself.
const ADDRESS: &str = "小?机器人|机械臂|师傅|老铁|亲爱的|朋友们?|兄弟|哥们|大家|各位";

/// What agrees: without a question it adds nothing.
const AGREEING: &str = "是的?|对的?|没错|当然";

/// Particles behind a phrase.
const PARTICLES: &str = "[啊呀哦呢吧啦了哈嘛喔噢哟~～]*";

const GREETING: &str = "(?:你|您|你们|大家)好|你好吗|h[ae]llo|hi|hey|嗨|嘿|哈喽|哈罗|喂|早|早安|(?:早上|上午|中午|下午|晚上)好|好久不见|(?:很|真)?高兴(?:认识|见到)(?:你|您)|幸会|(?:你|您)?(?:最近|今天)(?:过得)?(?:怎么样|如何|好吗|好不好)|(?:你|您)?(?:过得|还)好吗|(?:你|您)?吃(?:饭)?了(?:吗|没)|在吗|欢迎(?:回来)?";

const THANKS: &str = "(?:非常|十分|太|真是)?(?:谢谢|多谢|谢|感谢|thanks)(?:你们?|您|大家)?(?:的帮助|的帮忙)?|(?:真是|太)?辛苦(?:你|您)?(?:了|啦)|(?:做|干|表现|完成|弄|放|摆|拿)得(?:很|真|非常|太|可真)?(?:好|棒|不错|漂亮|对|厉害)|干得漂亮|(?:你|您)(?:真|太|好|最|很|非常|可真)(?:是)?(?:棒|厉害|聪明|好|可爱|贴心|给力|强|酷|牛)|好样的|厉害|给力|我(?:很|好|真|最)?(?:喜欢|爱)(?:你|您)|不(?:用)?客气|别客气";

const FAREWELL: &str = "再见|拜拜|bye|(?:明天|回头|下次|待会儿?|一会儿?|周一)见|晚安|我?(?:先)?走了|保重|祝(?:你|您)[^把将放拿推]{0,6}(?:愉快|快乐|顺利)|(?:新年|生日|圣诞|节日|周末)(?:快乐|愉快)";

const REMARK: &str = "(?:今天|外面|这里|最近)?的?天气(?:真|很|好|太|非常|可真|有点儿?)?(?:好|不错|热|冷|糟糕?|差|舒服|晴朗)|我(?:今天)?(?:好|真|很|太|有点儿?|非常|特别)(?:累|困|饿|渴|开心|高兴|无聊|冷|热|忙|难过|烦|孤单|紧张|伤心)|我?(?:累|困|饿|渴|热|冷|烦|忙)(?:死|坏)我?了|(?:今天|外面|这里)(?:好|真|很|太|有点儿?|非常|可真)(?:累|困|热|冷|忙|开心|高兴)|(?:外面)?(?:在)?下(?:雨|雪)了|哈哈+|呵呵|嘿嘿|嘻嘻|哦+|噢|啊+|唔|额|呃|哎呀?|唉|哇+|对不起|抱歉|不好意思";

/// Remarks that may answer a question.
const REACTION: &str = "好+(?:的|嘞)?|行|可以|嗯+|ok(?:ay)?|没问题|知道|明白|懂|了解|收到|原来如此|这样|有意思|有趣|真?不错|(?:太|真)(?:好|棒|漂亮|完美)|漂亮|完美|没事儿?|没关系|那?好|(?:好|真|很|太)(?:累|困|饿|渴|开心|高兴|无聊|冷|热|忙)";

/// Returns the clause that phrases and particles make up.
fn clause(phrases: &[&str], around: &[&str]) -> Regex {
    let (phrase, around) = (phrases.join("|"), around.join("|"));
    compiled(&format!(
        "^(?:(?:{around}){PARTICLES})*(?:{phrase}){PARTICLES}(?:(?:{phrase}|{around}){PARTICLES})*$"
    ))
}

fn compiled(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the rules of this file are valid patterns")
}

static ASKED: LazyLock<Regex> =
    LazyLock::new(|| clause(&[GREETING, THANKS, FAREWELL, REMARK], &[ADDRESS]));
static UNASKED: LazyLock<Regex> = LazyLock::new(|| {
    clause(
        &[GREETING, THANKS, FAREWELL, REMARK, REACTION],
        &[ADDRESS, AGREEING],
    )
});
static ADDRESSED: LazyLock<Regex> =
    LazyLock::new(|| compiled(&format!("^(?:{ADDRESS}){PARTICLES}$")));
static AGREED: LazyLock<Regex> =
    LazyLock::new(|| compiled(&format!("^(?:{AGREEING}){PARTICLES}$")));

/// Kinds, each known by a phrase of its own; else it is a remark.
static KINDS: LazyLock<[(Talk, Regex); 3]> = LazyLock::new(|| {
    [
        (Talk::Farewell, FAREWELL),
        (Talk::Thanks, THANKS),
        (Talk::Greeting, GREETING),
    ]
    .map(|(kind, phrase)| (kind, compiled(phrase)))
});

/// Returns whether all of these clauses are small talk, and not only words around it.
pub(super) fn is_all_small_talk<'a>(
    clauses: impl Iterator<Item = &'a str>,
    occasion: AnswerExpectation,
) -> bool {
    let whole: &Regex = match occasion {
        AnswerExpectation::Asked => &ASKED,
        AnswerExpectation::Unasked => &UNASKED,
    };
    let agrees = occasion == AnswerExpectation::Unasked;
    let mut says_something = false;
    for clause in clauses {
        if whole.is_match(clause) {
            says_something = true;
        } else if !(ADDRESSED.is_match(clause) || agrees && AGREED.is_match(clause)) {
            return false;
        }
    }
    says_something
}

/// Returns what kind of small talk a clause is.
pub(super) fn kind(clause: &str) -> Talk {
    let found = KINDS.iter().find(|(_, phrase)| phrase.is_match(clause));
    found.map_or(Talk::Remark, |(kind, _)| *kind)
}
