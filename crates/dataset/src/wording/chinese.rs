//! Chinese sentences and names.

pub use enact_plan::replies::chinese::{color_in_chinese, name_in_chinese, shape_in_chinese};
use enact_plan::{Direction, Relation};
use rand::RngExt;

use super::{SentenceTemplate, Speaker};
use crate::vocabulary::{color_of, noun_of};

/// Returns the patterns of a sentence.
pub fn patterns(saying: SentenceTemplate) -> &'static [&'static str] {
    match saying {
        SentenceTemplate::Put(Relation::In) => &[
            "(把|将){what}(放进|放到|放入|放在|装进|装到|丢进|移到|移进|拿到|摆进){where}(里|里面|中|里边|内)",
            "(把|将){what}(放进|放入|装进|丢进|移进){where}",
            "(拿起|抓住|拿|夹起){what}(，|)(然后|再|并|)放(进|到|入){where}(里|里面|中)",
            "{what}(要|应该|得)放(进|到|在){where}(里|里面|中)",
            "(我想|我想要|我要)(把|将){what}放(进|到){where}(里|里面|中)",
        ],
        SentenceTemplate::Put(Relation::On) => &[
            "(把|将){what}(放到|放在|移到|摆到|摆在|拿到|置于){where}(上|上面|上边)",
            "(拿起|抓住|拿|夹起){what}(，|)(然后|再|并|)放(到|在){where}(上|上面)",
            "{what}(要|应该|得)放(到|在){where}(上|上面)",
            "(我想|我想要|我要)(把|将){what}放(到|在){where}(上|上面)",
        ],
        SentenceTemplate::Put(Relation::LeftOf) => {
            &["(把|将){what}(放到|放在|移到|移动到|摆在){where}(的|)(左边|左侧|左面)"]
        }
        SentenceTemplate::Put(Relation::RightOf) => {
            &["(把|将){what}(放到|放在|移到|移动到|摆在){where}(的|)(右边|右侧|右面)"]
        }
        SentenceTemplate::Put(Relation::InFrontOf) => {
            &["(把|将){what}(放到|放在|移到|移动到|摆在){where}(的|)(前面|前边|前方)"]
        }
        SentenceTemplate::Put(Relation::Behind) => {
            &["(把|将){what}(放到|放在|移到|移动到|摆在){where}(的|)(后面|后边|后方)"]
        }
        SentenceTemplate::Put(Relation::NextTo) => {
            &["(把|将){what}(放到|放在|移到|移动到|摆在){where}(的|)(旁边|边上|附近)"]
        }
        SentenceTemplate::Stack => &["(把|将){what}(叠|堆|摞|搭)(到|在){where}(上|上面)"],
        SentenceTemplate::Pick => &[
            "(拿起|抓起|抓住|夹起|拿|取|举起|捡起|拿住){what}",
            "(把|将){what}(拿起来|抓起来|夹起来|举起来|拿给我|给我)",
        ],
        SentenceTemplate::Point => &[
            "(指向|指着|指一下|指出|指){what}",
            "{what}在(哪里|哪|哪儿|什么地方)",
            "(找到|找一下|给我看){what}",
        ],
        SentenceTemplate::Push(Direction::Left) => {
            &["(把|将){what}(往左推|向左推|推到左边|往左边推|向左移|往左移一点)"]
        }
        SentenceTemplate::Push(Direction::Right) => {
            &["(把|将){what}(往右推|向右推|推到右边|往右边推|向右移|往右移一点)"]
        }
        SentenceTemplate::Push(Direction::Away) => {
            &["(把|将){what}(推远|推开|推远一点|往后推|向后推|往远处推)"]
        }
        SentenceTemplate::Push(Direction::Closer) => {
            &["(把|将){what}(推近|推近一点|往前推|向前推|推过来|推到我这边)"]
        }
        SentenceTemplate::Rotate { clockwise: true } => {
            &["(把|将){what}顺时针(转|转动|旋转){where}度"]
        }
        SentenceTemplate::Rotate { clockwise: false } => {
            &["(把|将){what}逆时针(转|转动|旋转){where}度"]
        }
        SentenceTemplate::Home => {
            &["(回家|回到原位|复位|回原位|回到起点|把手臂收回去|回到初始位置)"]
        }
        SentenceTemplate::Courtesy => &[
            "(请|请你|帮我|麻烦你|麻烦|机器人，|你好，|现在|能不能|可以|你能|你可以|请帮我|好，){what}",
            "{what}(。|吧|！|好吗|谢谢|，谢谢|可以吗|吗)",
            "(请|请你|帮我|麻烦你){what}(。|吧|好吗|，谢谢)",
        ],
    }
}

/// Returns “红色的方块”, mostly.
pub fn phrase_for_object(speaker: &mut Speaker<'_>, name: &str) -> String {
    let (color, shape) = (
        color_in_chinese(color_of(name)),
        word_for_shape(speaker, noun_of(name)),
    );
    match speaker.rng.random_range(0..6) {
        0 => format!("{color}{shape}"),
        1 => format!("那个{color}色的{shape}"),
        2 => format!("{color}色{shape}"),
        _ => format!("{color}色的{shape}"),
    }
}

/// Returns a word for a shape.
pub fn word_for_shape(speaker: &mut Speaker<'_>, shape: &str) -> String {
    let words: &[&str] = match shape {
        "cube" => &["方块", "方块", "方块", "立方体", "积木", "正方体"],
        "cylinder" => &["圆柱", "圆柱", "圆柱体", "圆筒"],
        "ball" => &["球", "球", "小球", "圆球"],
        "bowl" => &["碗", "碗", "小碗"],
        "tray" => &["托盘", "托盘", "盘子"],
        other => return other.to_owned(),
    };
    words[speaker.rng.random_range(0..words.len())].to_owned()
}
