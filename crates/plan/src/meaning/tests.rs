use super::*;
use crate::skills::Skill;
use crate::space::Relation;
use crate::{ObjectView, Situation};
use enact_types::{NormalizedPoint, Point3};

/// The table of a line such as `red cube; yellow ball in blue bowl; green cube (big)`.
fn table(line: &str) -> Vec<ObjectView> {
    let mut objects = Vec::new();
    for part in line.split("; ").flat_map(|part| match part.split_once(" in ") {
        Some((inside, host)) => vec![(host, None), (inside, Some(host))],
        None => vec![(part, None)],
    }) {
        let (text, host): (&str, Option<&str>) = part;
        let (name, size) = match text.split_once(" (") {
            Some((name, "big)")) => (name, 0.034),
            Some((name, _)) => (name, 0.026),
            None => (text, 0.03),
        };
        if objects.iter().any(|seen: &ObjectView| seen.name == name) {
            continue;
        }
        let index = objects.len() as u16;
        let is_hollow = name.ends_with("bowl") || name.ends_with("tray");
        let mut affords = vec![Skill::Point];
        let mut receives = Vec::new();
        if !is_hollow {
            affords.extend([Skill::Pick, Skill::Push]);
        }
        if is_hollow {
            receives.extend([Relation::In, Relation::On]);
        } else if !name.ends_with("ball") {
            receives.push(Relation::On);
        }
        receives.extend(Relation::BESIDE);
        objects.push(ObjectView {
            name: name.to_owned(),
            point: NormalizedPoint { y: 500, x: 150 + 120 * index },
            position: Point3::new(0.2 + 0.005 * f64::from(index), 0.24 - 0.12 * f64::from(index), 0.015),
            size: if is_hollow { 0.1 } else { size },
            reachable: true,
            rests: host.map(|host| (Relation::In, host.to_owned())),
            affords,
            receives,
        });
    }
    objects
}

fn situation(objects: &[ObjectView], instruction: &str) -> Situation {
    Situation {
        instruction: instruction.to_owned(),
        objects: objects.to_vec(),
        ..Situation::default()
    }
}

/// What is done with an instruction, as short words.
fn told(objects: &[ObjectView], instruction: &str) -> String {
    let situation = situation(objects, instruction);
    if let Some(reply) = situation.speech_act().reply(instruction) {
        return format!("canned “{reply}”");
    }
    let meaning = Meaning::of(&situation);
    let said = match &meaning.intent {
        Intent::Say(text) => format!("say “{text}”"),
        Intent::Ask(text) => format!("ask “{text}”"),
        Intent::Act(actions) => {
            let words: Vec<String> = actions.iter().map(action).collect();
            words.join("; ")
        }
    };
    said + &meaning.remark.map_or_else(String::new, |remark| format!("; remark “{remark}”"))
}

fn action(action: &Action) -> String {
    match action {
        Action::Put { object, relation, target } => format!("{object} {} {target}", relation.name()),
        Action::Pick(object) => format!("hold {object}"),
        Action::Point(object) => format!("point {object}"),
        Action::Push(object, direction) => format!("push {object} {}", direction.name()),
        Action::Home => "home".to_owned(),
    }
}

#[test]
#[ignore = "told, not judged"]
fn tell() {
    let path = std::env::var("MEANING_FILE").unwrap();
    let mut objects = Vec::new();
    for line in std::fs::read_to_string(path).unwrap().lines() {
        if let Some(on) = line.strip_prefix("table: ") {
            objects = table(on);
        } else if let Some((sentence, wanted)) = line.split_once(" => ") {
            println!("{sentence} => {wanted} => {}", told(&objects, sentence));
            if std::env::var("MEANING_DEBUG").is_ok() {
                let words = words::read(sentence, &objects);
                for item in phrase::items(&words) {
                    match item {
                        phrase::Item::Phrase(phrase) => println!("    P {phrase:?}"),
                        phrase::Item::Word(word) => println!("    W {} {:?}", word.text, word.concept),
                    }
                }
            }
        }
    }
}
