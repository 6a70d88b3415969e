//! Chinese clauses of context: “我姐姐要来了，…”, “外面下雨了，…”. They name nothing on the table and
//! ask for nothing.

use super::lexicon::{Concept, Verb};
use super::words::Word;

/// Takes such clauses for fillers.
pub(super) fn mark_context_as_filler(mut words: Vec<Word>) -> Vec<Word> {
    let mut begin = 0;
    while begin < words.len() {
        let is_mark = |word: &Word| matches!(word.concept, Concept::Mark(_));
        let length = words[begin..].iter().position(is_mark);
        let end = length.map_or(words.len(), |length| begin + length);
        if is_context(&words[begin..end]) && !is_spoken_of(&words[end..]) {
            for word in &mut words[begin..end] {
                word.concept = Concept::Filler;
            }
        }
        begin = end + 1;
    }
    words
}

/// Least characters of a clause that tells something.
const MIN_CLAUSE_CHARS: usize = 3;

fn is_context(clause: &[Word]) -> bool {
    let text: String = clause.iter().map(|word| word.text.as_str()).collect();
    let forbids = NEGATIVES.iter().any(|not| text.starts_with(not));
    let is_reason = REASONS.iter().any(|reason| text.starts_with(reason));
    // “我想要苹果” may be meant.
    let is_wish = clause
        .iter()
        .any(|word| word.concept == Concept::Verb(Verb::Want))
        && !text.ends_with('了');
    let is_told = text.chars().count() >= MIN_CLAUSE_CHARS
        && !is_wish
        && (forbids
            || is_reason
            || PEOPLE
                .iter()
                .chain(&AROUND)
                .any(|subject| text.starts_with(subject)))
        && PREDICATES.iter().any(|predicate| text.contains(predicate));
    let has_unknown = clause.iter().any(|word| word.concept == Concept::Unknown);
    is_told && has_unknown && !clause.iter().any(matters)
}

/// What a clause begins with that forbids something that is not on the table.
const NEGATIVES: [&str; 4] = ["别", "不要", "没什么", "不用"];

/// What a reason begins with.
const REASONS: [&str; 8] = [
    "免得", "省得", "以免", "因为", "毕竟", "反正", "既然", "不然",
];

/// Who a clause may tell of.
const PEOPLE: [&str; 46] = [
    "我",
    "咱",
    "他",
    "她",
    "妈",
    "爸",
    "爷爷",
    "奶奶",
    "外公",
    "外婆",
    "姥",
    "姐",
    "妹",
    "哥",
    "弟",
    "阿姨",
    "叔叔",
    "舅",
    "姑",
    "老婆",
    "老公",
    "媳妇",
    "孩子",
    "小孩",
    "宝宝",
    "女儿",
    "儿子",
    "孙",
    "老师",
    "老板",
    "领导",
    "经理",
    "同事",
    "同学",
    "客人",
    "邻居",
    "房东",
    "医生",
    "护士",
    "摄影师",
    "大家",
    "朋友",
    "家里",
    "猫",
    "狗",
    "师傅",
];

/// Weather, time and place that a clause may tell of.
const AROUND: [&str; 24] = [
    "外面", "天", "今天", "今晚", "今儿", "明天", "现在", "马上", "待会", "等会", "快", "时间",
    "下雨", "下雪", "太阳", "风", "屋", "这里", "这儿", "房间", "厨房", "刚", "已经", "晚饭",
];

/// Characters that say that something is or happens.
const PREDICATES: [&str; 37] = [
    "了", "要", "来", "在", "是", "不", "没", "很", "有", "太", "会", "得", "着", "呢", "想", "说",
    "喜欢", "好", "累", "饿", "忙", "冷", "热", "困", "疼", "病", "快", "到", "还", "真", "等",
    "怕", "爱", "生气", "高兴", "急", "别",
];

/// Whether a word says something about what is on the table or to be done with it.
fn matters(word: &Word) -> bool {
    match &word.concept {
        Concept::Noun { kinds, .. } => !matches!(kinds[0].as_str(), "table" | "floor"),
        Concept::Filler => OBJECTS.contains(&word.text.as_str()),
        Concept::Verb(verb) => verb.is_deed(),
        Concept::Unknown => word.text.contains(['把', '将', '放']),
        Concept::Modifier(_)
        | Concept::Thing
        | Concept::Everything
        | Concept::Rest
        | Concept::Other
        | Concept::Cannot(_)
        | Concept::If
        | Concept::Unless
        | Concept::Otherwise
        | Concept::Except
        | Concept::Correction
        | Concept::Tower
        | Concept::Row
        | Concept::OnEachOther
        | Concept::ByColor
        | Concept::ByShape => true,
        _ => false,
    }
}

/// What stands before the object of a deed.
const OBJECTS: [&str; 2] = ["把", "将"];

/// Whether what follows may speak of something in the clause: “苹果熟了，把它放进碗里”.
fn is_spoken_of(rest: &[Word]) -> bool {
    let named = rest.iter().find(|word| {
        matches!(
            word.concept,
            Concept::It | Concept::Them | Concept::Noun { .. } | Concept::Modifier(_)
        ) || matches!(word.concept, Concept::Verb(Verb::Put))
            && !matches!(word.text.as_str(), "摆" | "移" | "挪" | "搬" | "放")
    });
    named.is_some_and(|word| !matches!(word.concept, Concept::Noun { .. } | Concept::Modifier(_)))
}
