//! The robot's replies, in the language of the instruction.

use crate::skills::Skill;
use crate::veto::Veto;

/// Languages of instructions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// English.
    English,
    /// Mandarin Chinese in simplified characters.
    Chinese,
}

impl Language {
    /// Returns the language of a text.
    pub fn detect_language(text: &str) -> Self {
        if text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)) {
            Self::Chinese
        } else {
            Self::English
        }
    }
}

/// Names in Chinese.
pub mod chinese {
    /// Returns “红色的方块” for “red cube”.
    pub fn name_in_chinese(name: &str) -> String {
        let (first, last) = (name.split(' ').next(), name.rsplit(' ').next());
        format!(
            "{}色的{}",
            color_in_chinese(first.unwrap_or(name)),
            shape_in_chinese(last.unwrap_or(name))
        )
    }

    /// Returns the usual word for a shape or “thing”.
    pub fn shape_in_chinese(shape: &str) -> &str {
        match shape {
            "cube" => "方块",
            "cylinder" => "圆柱",
            "ball" => "球",
            "bowl" => "碗",
            "tray" => "托盘",
            other => other,
        }
    }

    /// Returns the word for a color.
    pub fn color_in_chinese(color: &str) -> &str {
        match color {
            "red" => "红",
            "green" => "绿",
            "blue" => "蓝",
            "yellow" => "黄",
            "orange" => "橙",
            "purple" => "紫",
            other => other,
        }
    }
}

/// Says that a named object is not visible.
pub fn not_seen(language: Language, name: &str) -> String {
    match language {
        Language::English => format!("I do not see {}.", with_article(name)),
        Language::Chinese => format!("我没有看到{}。", chinese::name_in_chinese(name)),
    }
}

/// Says that a named object is out of reach.
pub fn out_of_reach(language: Language, name: &str) -> String {
    match language {
        Language::English => format!("I cannot reach the {name}."),
        Language::Chinese => format!("我够不着{}。", chinese::name_in_chinese(name)),
    }
}

/// Says that a skill is given up.
pub fn cannot(language: Language, skill: Skill, object: Option<&str>) -> String {
    match language {
        Language::English => {
            let verb = skill.definition().verb;
            let object = object.map_or(String::new(), |name| format!(" the {name}"));
            format!("I cannot {verb}{object}.")
        }
        Language::Chinese => {
            let object = object.map_or(String::new(), chinese::name_in_chinese);
            format!("我移动不了{object}。")
        }
    }
}

/// Says that a rule stands in the way.
pub fn forbidden(language: Language, veto: &Veto) -> String {
    let Veto { rule, reason, .. } = veto;
    match language {
        Language::English => format!(
            "Rule {rule} stands in the way of “{}”: {}.",
            veto.step_in_words(),
            reason.trim_end_matches('.')
        ),
        Language::Chinese => format!("规则{rule}不允许我这样做，我也没有别的办法。"),
    }
}

/// Says that there is no object of this kind; `noun` is a shape or “thing”.
pub fn no_such_object(language: Language, noun: &str) -> String {
    match language {
        Language::English => format!("I do not see such a {noun}."),
        Language::Chinese => format!("我没有看到这样的{}。", chinese::shape_in_chinese(noun)),
    }
}

/// Asks which object is meant where several fit.
pub fn ask_which(language: Language, noun: &str) -> String {
    match language {
        Language::English => format!("Which {noun} do you mean?"),
        Language::Chinese => format!("你指的是哪个{}？", chinese::shape_in_chinese(noun)),
    }
}

/// Answers a greeting.
pub fn hello(language: Language) -> String {
    match language {
        Language::English => "Hello.".to_owned(),
        Language::Chinese => "你好。".to_owned(),
    }
}

/// Says what the robot can do.
pub fn help(language: Language) -> String {
    match language {
        Language::English => "I can pick, place, stack, push and point to things on the table.",
        Language::Chinese => "我可以拿、放、堆、推和指桌上的东西。",
    }
    .to_owned()
}

/// Lists the objects on the table.
pub fn list_seen_objects(language: Language, names: &[String]) -> String {
    match language {
        Language::English => format!("I see: {}.", names.join(", ")),
        Language::Chinese => {
            let names: Vec<String> = names
                .iter()
                .map(|name| chinese::name_in_chinese(name))
                .collect();
            format!("我看到{}。", names.join("、"))
        }
    }
}

/// Returns “a red cube” or “an orange ball”.
fn with_article(name: &str) -> String {
    let article = if name.starts_with(['a', 'e', 'i', 'o', 'u']) {
        "an"
    } else {
        "a"
    };
    format!("{article} {name}")
}
