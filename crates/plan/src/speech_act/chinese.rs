//! Chinese: clauses, and the evidence for or against a request in each.
//!
//! | module | idea |
//! |---|---|
//! | `small_talk` | patterns of greetings, thanks and the like |

mod small_talk;

use std::sync::LazyLock;

use regex::Regex;

use super::small_talk::{AnswerExpectation, Talk};
use super::{Evidence, SpeechAct, weigh};

/// Returns what a Chinese sentence does.
pub(super) fn classify(text: &str, occasion: AnswerExpectation) -> SpeechAct {
    if is_small_talk(text, occasion) {
        return SpeechAct::SmallTalk;
    }
    let text = simplified(text);
    let text = QUOTED.replace_all(&text, "$before");
    let text = ["能", "可", "要", "会", "该", "准", "许", "可以", "愿意"]
        .iter()
        .fold(text.into_owned(), |text, word| {
            text.replace(&format!("{word}不{word}"), &format!("{word}否"))
        });
    let text = INNOCENT.replace_all(&text, "呃");
    let text = RESTART.replace_all(&text, "，$0");
    let mut pieces = Vec::new();
    let mut is_list = false;
    for (clause, mark) in clauses(&text) {
        // “不要拿，推，碰它”: a “not” without a thing reaches on.
        let found = match evidence(&clause, mark == '？') {
            Evidence::Deed if is_list => Evidence::Forbids,
            found => found,
        };
        is_list = found == Evidence::Forbids
            && mark == '，'
            && (is_list || clause.chars().count() <= MAX_BARE_CHARS && REACHES.is_match(&clause));
        pieces.push(found);
    }
    weigh(&pieces)
}

/// Returns whether all of a text is small talk.
fn is_small_talk(text: &str, occasion: AnswerExpectation) -> bool {
    let clauses = clauses(&simplified(text).to_lowercase());
    small_talk::is_all_small_talk(clauses.iter().map(|(clause, _)| clause.as_str()), occasion)
}

/// Returns the kinds of the small talk in a text.
pub(super) fn small_talk_kind(text: &str) -> Option<Talk> {
    let clauses = clauses(&simplified(text).to_lowercase());
    clauses
        .iter()
        .map(|(clause, _)| small_talk::kind(clause))
        .max()
}

/// Maximum length of a prohibition that names no object, characters.
const MAX_BARE_CHARS: usize = 3;

fn evidence(clause: &str, is_asked: bool) -> Evidence {
    let first = |rules: &[Regex]| rules.iter().any(|rule| rule.is_match(clause));
    if first(&CALLS_OFF) {
        return Evidence::CallsOff;
    }
    // A “not” behind the action forbids something else: “放进碗里别碰球”.
    let deed = DEED_BEFORE.find(clause).map(|found| found.end());
    let not = FORBIDS
        .iter()
        .filter_map(|rule| rule.find(clause))
        .map(|found| found.start())
        .min();
    let is_verdict = FORBIDDEN_AFTER.is_match(clause);
    if is_verdict || not.is_some_and(|not| deed.is_none_or(|deed| not < deed)) {
        return Evidence::Forbids;
    }
    if REPORTED.is_match(clause) {
        return Evidence::Tells;
    }
    if first(&SUGGESTS) {
        return Evidence::Deed;
    }
    let has_wh = WH.is_match(clause);
    if !has_wh && !JUDGED.is_match(clause) && first(&POLITE) {
        return Evidence::Deed;
    }
    if WHERE.is_match(clause) && !first(&DEED) {
        return Evidence::AsksWhere;
    }
    let points = SHOWS.is_match(clause);
    if !points && (has_wh || JUDGED.is_match(clause) || ASKS.is_match(clause) || is_asked) {
        return Evidence::Asks;
    }
    if !points && first(&TELLS) {
        return Evidence::Tells;
    }
    if points || first(&DEED) {
        return Evidence::Deed;
    }
    if LEAVES.is_match(clause) {
        return Evidence::Forbids;
    }
    if STATES.is_match(clause) {
        return Evidence::Tells;
    }
    Evidence::None
}

/// Returns the clauses of a text, each with the mark that ends it: `？`, `，` or `。`.
fn clauses(text: &str) -> Vec<(String, char)> {
    let mut found = Vec::new();
    let mut clause = String::new();
    for letter in text.chars().chain(['。']) {
        let mark = match letter {
            '？' | '?' => '？',
            '，' | ',' | '：' | ':' | ' ' | '　' => '，',
            '。' | '.' | '！' | '!' | '；' | ';' | '\n' | '…' | '—' => '。',
            _ => {
                clause.push(letter);
                continue;
            }
        };
        if !clause.is_empty() {
            found.push((std::mem::take(&mut clause), mark));
        }
    }
    found
}

/// Traditional characters in the rules below, each with its simplified form.
const TRADITIONAL: &str = "別别進进盤盘請请幫帮嗎吗誰谁幾几麼么為为動动觸触許许準准沒没過过剛刚纔才給给個个裡里裏里來来這这樣样還还會会應应該该讓让從从對对錯错後后們们邊边顆颗夾夹疊叠撿捡擺摆裝装丟丢擱搁將将煩烦勞劳駕驾說说問问現现時时隻只兩两雖虽歸归齊齐開开關关轉转換换遞递滾滚處处與与無无須须論论塊块圓圆備备數数當当變变從从禁禁聽听認认識识歲岁敢敢妳你您您喲哟嘍喽啰啰塞塞倒倒記记難难長长遠远確确黃黄綠绿藍蓝紅红顏颜尋寻見见讀读寫写點点種种復复嚴严絕绝務务擔担試试著着昨昨臺台關关謝谢歡欢幹干厲厉聰聪氣气熱热愛爱餓饿興兴傷伤緊紧悶闷樂乐順顺";

/// Converts to simplified characters those that the rules look for.
fn simplified(text: &str) -> String {
    let pairs: Vec<char> = TRADITIONAL.chars().collect();
    let simple = |letter: char| {
        let found = pairs.chunks_exact(2).find(|pair| pair[0] == letter);
        found.map_or(letter, |pair| pair[1])
    };
    text.trim().chars().map(simple).collect()
}

macro_rules! pattern {
    ($name:ident, $pattern:expr) => {
        static $name: LazyLock<Regex> = LazyLock::new(|| rule($pattern));
    };
}
macro_rules! patterns {
    ($name:ident, $patterns:expr) => {
        static $name: LazyLock<Vec<Regex>> =
            LazyLock::new(|| $patterns.iter().map(|pattern| rule(pattern)).collect());
    };
}

/// Fills in `<verb>` and `<asks>`.
fn rule(pattern: &str) -> Regex {
    let filled = pattern.replace("<verb>", VERB).replace("<who>", WHO);
    Regex::new(&filled).expect("the rules of this file are valid patterns")
}

/// Verbs of actions.
const VERB: &str = "(?:放|拿|推|移|搬|指|抓|堆|叠|摞|装|丢|扔|挪|摆|夹|取|捡|收|倒|递|置|立在|分开|腾|清空|整理|归位|复位|回家|回到|举|拉|转到|插|塞|搁|交换|对调|换|排成|凑|拨|送|运|盛|存|藏|盖|扣|垫|码|竖|拣|弄)";

/// Words for people other than the robot.
const WHO: &str = "(?:我|咱|他|她|它|俺|我们|咱们|他们|她们|小[\u{4e00}-\u{9fff}]|老师|妈妈|爸爸|奶奶|爷爷|阿姨|叔叔|妹妹|弟弟|哥哥|姐姐|同事|师傅|有人|机械臂|手臂|机器人|猫|狗|风|老板|经理|客人|同学)";

// Notices that are read out, not said: “the ball beside the sign ‘do not touch’”.
pattern!(
    QUOTED,
    "(?P<before>)[“‘「『\"][^”’」』\"]*(?:勿|不要|禁止|不准|不许|别|停)[^”’」』\"]*[”’」』\"]"
);

// Words with a “not” in them that forbid nothing.
pattern!(
    INNOCENT,
    "别(?:的|人|处|家|样|致|提|名)|特别|分别|区别|告别|级别|个别|性别|辨别|识别|类别|不停地?|不要停(?:顿|下|止)?|不要停$|不断|不管|不论|无论如何|无论|不仅|不但|不光|不只|不过|不好意思|(?:不|甭|别|不用|不要|别太|不必)(?:着急|担心|客气|害怕|紧张|介意|害羞|磨蹭|偷懒|犹豫|发呆|愣着)|不急(?:不|，|$)|不怕|不得不|不能不|差不多|没关系|没事儿?|没错|没问题|不嫌麻烦|不嫌|不耽误|不一样|不同|等不及|来不及|够不着|够不到|看不清|记不清|说不定|了不得|不见得|不一会儿?|不久|不大不小|不错|(?:不许|不准|不要|别)(?:偷懒|耍赖|磨蹭|偷工)|别(?:忘|漏|磨蹭|怕|光|只|停|愣|发呆|嫌|生气|笑|废话)|不要(?:忘|紧|太|怕|光|只|漏|嫌)|(?:不要|别)(?:掉|压|碰到|碰倒|弄掉|弄倒|弄错|放错|拿错|搞错|摔|撞到|撞倒|洒)|别(?:急|慌)(?:，|。|！|$)|不对不对|不对|夹爪|夹子|夹具|禁止区|停止线|停在|不放心|急停|不用(?:管|理|再?问|谢|麻烦你|说)|甭(?:管|问|谢|说)(?:什么|谁)"
);

// A new clause where dictation leaves out the comma.
pattern!(
    RESTART,
    "(?:快|赶紧|赶快|你来|你先|你帮|你就|我要|要你|麻烦你?|劳驾|帮我|请你?|现在|改成|而是|然后)(?:把|将|给我|帮我|指一下|放一)|我要(?:那|这|球|方|圆|一|两|红|绿|蓝|黄|橙|紫)"
);

// Takes back what was said.
patterns!(
    CALLS_OFF,
    [
        "^(?:算了|停|停下|停下来|停下吧|停止|停一下|停停|住手|等等|等一下|等会儿?|等一等|慢着|暂停|暂停一下|够了|够了够了|停下来停下来|先停一下|先停|罢了|免了|拉倒吧?|别了|不用了|不要了|什么都不做|待命|不)(?:吧|啊|呀|了|啦|哦)*$",
        "^(?:取消|撤销|撤回|作废|中止|终止|放弃)",
        "(?:放|拿|动|搬|推|要|用|做|夹|弄|挪|取|移|叠)了?不(?:算|作数)|不(?:放|拿|动|搬|推|要|用|做|夹|弄|挪|取|移)了(?:吧|啊|呀|啦|哦)?$|不算数?|当我没说|改变?了?主意|说错了",
    ]
);

// Forbids.
patterns!(
    FORBIDS,
    [
        "不要|不准|不许|不能|不可|不得|不应|不该|不允许|不让|不想让|不希望|不想你|不愿|不必|不用|无须|无需|用不着|何必|何苦|使不得|要不得|犯不着",
        "别|勿|甭|莫(?:动|碰|拿|要|放)|休想|休要|停止|终止|中止|手拿开|走开|让开|离远|禁止|严禁|切勿|反对|拒绝|未经|敢(?:碰|动|拿)|谁也不|任何人不|一个都不|哪儿也不|不去|放着|待着|留着|保持",
    ]
);
pattern!(
    FORBIDDEN_AFTER,
    "(?:不行|不可以|不允许|不被允许|不合适|禁止|不准|不许|不妥|不能)(?:的|啊|哦|呀|了)?$"
);
pattern!(LEAVES, "留在|保持|不动|待在|原位|原地|原样");

pattern!(
    REACHES,
    "^(?:请|你|先|都)*(?:不要|别|勿|莫|不准|不许|不能|不可)"
);

// An action that stands before a “not”.
pattern!(
    DEED_BEFORE,
    "^(?:请|麻烦|帮我|你|先|快|就|那|再|也|给我)*(?:把|将|拿|取|夹|抓)[^不别勿]+(?:放|移|搬|推|挪|装|丢|扔|摆|叠|堆|摞|递|收|倒|搁|送|拿)(?:进|到|在|入|给|至|上|回|出|开|去|来|成|过)|^(?:请|你|先|快|就|那|再|也|去|来)*<verb>[^着不别勿了]{2,10}"
);

// “Early this morning the master already threw it in”.
pattern!(
    REPORTED,
    "^<who>[^你请让叫]*(?:早上|昨天|昨日|昨晚|前天|上周|刚才|刚刚|刚|已经|早就|上午|下午|中午|之前)[^你请让叫]*(?:把|将|<verb>).*(?:了|过)|正(?:在|拿|抓|玩|抱|推)|^你(?:上午|下午|昨天|刚才|刚|已经|又|还).*了|^我(?:们)?把[^你请]*$"
);

// A suggestion.
patterns!(
    SUGGESTS,
    [
        "(?:为什么|干嘛|怎么|何|要)不.*(?:把|将|<verb>)|(?:不如|不妨|不然|不然这样).*(?:把|将|<verb>)",
        "(?:把|将|<verb>).*(?:就(?:好|行|对|可以|成)了?|得了)$",
        "(?:就|那就|便|则|改成|而是|是让你|是要你|轮到你|该你|非)(?:先|再|也|去|来|快)?(?:把|将|给我|<verb>)",
        "^(?:那|来|好|好的|嗯|行|现在|下一步|接着|接下来|然后|再|先|快|赶紧|赶快|直接|重新|继续|立刻|马上|干脆)+(?:请|你|帮我)?(?:把|将|<verb>)",
    ]
);

// Asks politely: “能把…吗”, “…好吗”.
patterns!(
    POLITE,
    [
        "(?:能否|可否以?|可以|能|愿否|愿意|方便|要否).*(?:帮|请|麻烦|替|给).*(?:把|将|<verb>)",
        "^(?:你|您|请问|那|机器人|那你|欸|喂)*(?:能否|可否以?|可以|能|会否|可)(?:先|再|也|请|帮忙?|麻烦)*(?:把|将|<verb>(?:起|一下|到|进|给))",
        "^(?:请|麻烦|劳驾|帮我|帮忙|烦请|拜托)+(?:你|您)?(?:把|将|<verb>)",
        "^(?:请|你|就|快|再|先)*(?:把|将)[^了吗么]*<verb>[^了吗么]*$",
        "(?:把|将|帮|请|麻烦).*(?:好吗|好么|行吗|可以吗|好不好|行不行|成吗|好嘛|可以么|可否以?|行么)$",
    ]
);

pattern!(SHOWS, "指(?:一下|给|出|向|着|一指|认)|给我看|指指|点一下");
pattern!(
    WH,
    "什么|谁|哪|几(?:个|颗|只|种|次|块|枚)|多少|多(?:大|远|高|粗|重|久|长|宽|快)|怎么|怎样|如何|为何|何时|何处|为什么"
);
pattern!(
    JUDGED,
    "(?:安全|危险|合适|合理|稳当?|行得通|有问题|可靠|更好|滚下|掉下|倒|坏|对|够)(?:吗|么|不|嘛)|会否|得了吗|得下"
);
pattern!(
    ASKS,
    "吗|么$|呢$|是不是|有没有|对不对|会否|能否|可否|要否|该否|准否|难道|是否|空不空|重不重|在不在|够不够|大不大|知不知道|对吧$|是吧$|没有$"
);
pattern!(
    WHERE,
    "(?:在|去|到)?(?:哪里|哪儿|哪边|哪|什么地方)(?:呢|呀|啊|了)?$|^哪(?:个|一个|颗|些|只)|看得?见|看到.*吗|有.*吗$"
);

// Tells what is or was.
patterns!(
    TELLS,
    [
        "<who>[^把将]*(?:已经?|刚才|刚刚|刚|昨天|昨日|昨晚|今天早上|早上|之前|先前|上次|早就|都)?[^你]*(?:把|将)?[^你]*<verb>[^你]*(?:了|过|完)(?:吧|呀|啊|啦|呢)?",
        "(?:成功|正在|顺利|总是|经常|一般|通常).*(?:把|将|<verb>)",
        "已经|已[\u{4e00}-\u{9fff}]|刚才|刚刚|昨天|昨日|昨晚|上次|上一(?:次|班|批|个)|之前|原来|早就",
        "看见你|看到你|谢谢你|多亏你|听说|据说|报告|本可以|从理论上|如果.*就好|要是.*就好|我在想|我想想|也许|可能|说不定|没让你|没叫你|你还|你怎么没",
        "^(?:把|将).*(?:了|过)$",
        "^(?:要是|假如|如果|假设|万一|除非|当).*",
        "我(?:会|来|自己|要自己|打算|准备|正要|马上).*(?:把|将|<verb>)",
    ]
);
pattern!(
    STATES,
    "是|在.*(?:里|上|中|边|下)|有|像|喜欢|像|觉得|看起来|了$|过$|着$|满|空"
);

// Asks for an action.
patterns!(
    DEED,
    [
        "把|将",
        "(?:请|麻烦|劳驾|帮|烦|替我|给我|我要|我想要|我想|我需要|我希望|让你|叫你|要你|去|来|快|得|要|应该|该|统统|通通|全|都|一起|也|再|往|向|从|只).*<verb>",
        "^(?:那|你|您|机器人|先|再|就|也|都|全)*<verb>",
        "<verb>(?:进|到|在|入|回|至|上|给|向|起|开|出|过|走|去|来|成)",
    ]
);
