//! Requests for several actions.

use enact_plan::{Relation, Situation};
use rand::RngExt;
use rand::seq::SliceRandom;

use super::{container, movable, names, put_action, worded};
use crate::episode::{natural_relation, place_object_in_or_on, sort_in_reading_order};
use crate::vocabulary::{color_of, has_flat_top, is_movable, noun_of, shape_of};
use crate::wording::{Speaker, chinese, english};
use enact_plan::intent::{Action, Intent};
use enact_plan::replies::Language;

type Drawn = Option<(String, Intent)>;

pub fn draw_request_for_two_puts(speaker: &mut Speaker<'_>, situation: &mut Situation) -> Drawn {
    let first = movable(speaker, situation)?;
    let second = movable(speaker, situation)?;
    let target = container(speaker, situation)?;
    let other = container(speaker, situation)?;
    if first == second {
        return None;
    }
    let target_of_second = if speaker.rng.random_bool(0.5) {
        &target
    } else {
        &other
    };
    let actions = vec![
        put_action(&first, &target),
        put_action(&second, target_of_second),
    ];
    Some(worded(speaker, actions))
}

/// Draws “all the cubes”, “everything red” or “everything but the ball”.
pub fn draw_put_all_request(speaker: &mut Speaker<'_>, situation: &mut Situation) -> Drawn {
    let like = movable(speaker, situation)?;
    let target = container(speaker, situation)?;
    type Filter = fn(&str, &str) -> bool;
    let (phrase, belongs): (String, Filter) = match speaker.rng.random_range(0..10) {
        0..3 => (all_of_shape(speaker, noun_of(&like)), |name, like| {
            shape_of(name) == shape_of(like)
        }),
        3..7 => (all_of_color(speaker, color_of(&like)), |name, like| {
            color_of(name) == color_of(like)
        }),
        7 => (all_but(speaker, &like), |name, like| name != like),
        _ => (everything(speaker), |_, _| true),
    };
    let actions: Vec<Action> = names(situation)
        .iter()
        .filter(|name| is_movable(name) && belongs(name, &like))
        .map(|name| put_action(name, &target))
        .collect();
    if too_few(speaker, &actions) {
        return None;
    }
    let whither = speaker.phrase_for_object(&target);
    let sentence = speaker.put_sentence(
        &phrase,
        natural_relation(&target),
        &whither,
        shape_of(&target),
    );
    Some((
        speaker.add_courtesies_and_typos(&sentence),
        Intent::Act(actions),
    ))
}

/// Returns whether there are too few actions: “all” should mostly mean more than one, or the model
/// would learn that one action is enough.
fn too_few(speaker: &mut Speaker<'_>, actions: &[Action]) -> bool {
    actions.is_empty() || (actions.len() == 1 && speaker.rng.random_bool(0.85))
}

fn all_of_shape(speaker: &mut Speaker<'_>, shape: &str) -> String {
    match speaker.language {
        Language::English => {
            let shape = english::word_for_shape(speaker, shape);
            let plural = if shape.ends_with('s') || shape.ends_with('x') || shape.ends_with('h') {
                format!("{shape}es")
            } else {
                format!("{shape}s")
            };
            let patterns = "(all the|all|every one of the|all of the|each of the|the) {noun}";
            speaker.choose_wording(&[patterns], &[("{noun}", &plural)])
        }
        Language::Chinese => {
            let shape = chinese::word_for_shape(speaker, shape);
            let patterns = "(所有的|所有|全部的|全部|每个){noun}(都|)";
            speaker.choose_wording(&[patterns], &[("{noun}", &shape)])
        }
    }
}

fn all_of_color(speaker: &mut Speaker<'_>, color: &str) -> String {
    match speaker.language {
        Language::English => speaker.choose_wording(
            &[
                "(everything|all things|anything|all that is|everything that is) {colour}",
                "(all the|all|every one of the|all of the|the) {colour} (things|objects|ones|items|stuff|pieces)",
                "every {colour} (thing|object|item)",
            ],
            &[("{colour}", color)],
        ),
        Language::Chinese => {
            let pattern = "(所有|全部|所有的|全部的|每个){colour}色的(东西|物品|物体)(都|)";
            speaker.choose_wording(&[pattern], &[("{colour}", chinese::color_in_chinese(color))])
        }
    }
}

fn all_but(speaker: &mut Speaker<'_>, name: &str) -> String {
    let name = speaker.phrase_for_object(name);
    let pattern = speaker.in_language(
        "(everything|all things|all objects|all) (but|except|except for|other than) {name}",
        "除了{name}(以外|之外|)的(所有东西|所有物品|全部东西)",
    );
    speaker.choose_wording(&[pattern], &[("{name}", &name)])
}

fn everything(speaker: &mut Speaker<'_>) -> String {
    let pattern = speaker.in_language(
        "(everything|all things|all the things|all the objects|all of it|all objects|all the toys)",
        "(所有东西|所有的东西|全部东西|所有物品|全部)(都|)",
    );
    speaker.choose_wording(&[pattern], &[])
}

/// Moves each object to the container of its color.
pub fn draw_sort_by_color_request(speaker: &mut Speaker<'_>, situation: &mut Situation) -> Drawn {
    let there = names(situation);
    let containers: Vec<&String> = there.iter().filter(|name| !is_movable(name)).collect();
    let home_of = |name: &str| {
        let same = |container: &&&String| color_of(container) == color_of(name);
        containers.iter().find(same)
    };
    let actions: Vec<Action> = there
        .iter()
        .filter(|name| is_movable(name))
        .filter_map(|name| Some(put_action(name, home_of(name)?)))
        .collect();
    let colors: std::collections::BTreeSet<&str> =
        containers.iter().map(|name| color_of(name)).collect();
    if too_few(speaker, &actions) || colors.len() < containers.len() {
        return None;
    }
    let shape = noun_of(containers[0]);
    let alike = containers.iter().all(|name| noun_of(name) == shape);
    let noun = match (speaker.language, alike) {
        (Language::English, true) => format!("{shape}s"),
        (Language::English, false) => "containers".to_owned(),
        (Language::Chinese, true) => chinese::shape_in_chinese(shape).to_owned(),
        (Language::Chinese, false) => "容器".to_owned(),
    };
    let patterns: &[&str] = match speaker.language {
        Language::English => &[
            "(sort|arrange|organise|organize|separate) (everything|the things|the objects|them|all things|it all) by colo(u|)r (into|in) the (two |)({noun}|{noun} of their colo(u|)r)",
            "(put|place) (everything|each thing|every object|all things) (into|in) the {noun} of (its|the same|their) colo(u|)r",
            "sort by colo(u|)r (into|in) the (two |){noun}",
        ],
        Language::Chinese => &[
            "按颜色(把|将)(所有东西|东西|物品)(分类|分)(放进|放到|到)(两个|)(对应的|){noun}(里|中|)",
            "(把|将)(所有东西|东西|物品)按颜色(分类|分)(放进|放到|到)(两个|)(对应的|){noun}(里|中|)",
        ],
    };
    let sentence = speaker.choose_wording(patterns, &[("{noun}", &noun)]);
    Some((
        speaker.add_courtesies_and_typos(&sentence),
        Intent::Act(actions),
    ))
}

/// Stacks a tower with the first named object at the bottom.
pub fn draw_tower_request(speaker: &mut Speaker<'_>, situation: &mut Situation) -> Drawn {
    let mut parts: Vec<String> = names(situation)
        .into_iter()
        .filter(|name| has_flat_top(name))
        .collect();
    parts.shuffle(speaker.rng);
    parts.truncate(3);
    if parts.len() < 3 || situation.objects.iter().any(|seen| seen.rests.is_some()) {
        return None;
    }
    let on = |object: &str, target: &str| Action::Put {
        object: object.to_owned(),
        relation: Relation::On,
        target: target.to_owned(),
    };
    let actions = vec![on(&parts[1], &parts[0]), on(&parts[2], &parts[1])];
    let spoken: Vec<String> = parts
        .iter()
        .map(|name| speaker.phrase_for_object(name))
        .collect();
    let list = speaker.join_into_list(&spoken);
    let slots = [
        ("{list}", list.as_str()),
        ("{1}", spoken[0].as_str()),
        ("{2}", spoken[1].as_str()),
        ("{3}", spoken[2].as_str()),
    ];
    let patterns: &[&str] = match speaker.language {
        Language::English => &[
            "(build|make|construct) a (tower|stack|pile) (of|from|with|out of) {list}",
            "(build|make) a (tower|stack) (of|from|with) {list}(, from bottom to top|, {1} at the bottom)",
            "stack {2} on {1} and {3} on {2}",
            "(put|place|stack) {2} on {1}(,|) (and|then|and then) {3} on (top|top of that|{2})",
        ],
        Language::Chinese => &[
            "用{list}(搭|堆|叠|搭建)(一座|一个|个)(塔|高塔)",
            "(把|将){2}(叠|放|堆)(到|在){1}上，(再|然后)(把|将){3}(叠|放|堆)(到|在){2}上",
        ],
    };
    let sentence = speaker.choose_wording(patterns, &slots);
    Some((
        speaker.add_courtesies_and_typos(&sentence),
        Intent::Act(actions),
    ))
}

/// Swaps the contents of two containers: one object waits on the table.
pub fn draw_swap_contents_request(speaker: &mut Speaker<'_>, situation: &mut Situation) -> Drawn {
    let mut containers: Vec<usize> = indices(situation, |name| !is_movable(name));
    let mut movers: Vec<usize> = indices(situation, is_movable);
    // The order of the list must not reveal what lies where.
    containers.shuffle(speaker.rng);
    movers.shuffle(speaker.rng);
    let (&[first, second, ..], &[one, other, ..]) = (containers.as_slice(), movers.as_slice())
    else {
        return None;
    };
    situation.objects[one].rests = None;
    place_object_in_or_on(speaker.rng, &mut situation.objects, one, first);
    place_object_in_or_on(speaker.rng, &mut situation.objects, other, second);
    for object in &mut situation.objects {
        object.reachable = true;
    }
    let name = |index: usize| situation.objects[index].name.clone();
    let (first, second, one, other) = (name(first), name(second), name(one), name(other));
    let others_rest = situation
        .objects
        .iter()
        .filter(|seen| seen.rests.is_some())
        .count();
    if others_rest > 2 {
        return None;
    }
    sort_in_reading_order(situation);
    let wait = Action::Put {
        object: one.clone(),
        relation: Relation::NextTo,
        target: first.clone(),
    };
    let actions = vec![wait, put_action(&other, &first), put_action(&one, &second)];
    let (one, other) = (
        speaker.phrase_for_object(&one),
        speaker.phrase_for_object(&other),
    );
    let slots = [("{one}", one.as_str()), ("{other}", other.as_str())];
    let patterns: &[&str] = match speaker.language {
        Language::English => &[
            "(swap|exchange|switch|trade) {one} (and|with) {other}",
            "(swap|switch) the places of {one} and {other}",
            "let {one} and {other} (swap|change|trade) places",
        ],
        Language::Chinese => &[
            "(交换|对调|互换){one}和{other}(的位置|)",
            "(把|将){one}和{other}(交换|对调|互换)(位置|一下|)",
        ],
    };
    let sentence = speaker.choose_wording(patterns, &slots);
    Some((
        speaker.add_courtesies_and_typos(&sentence),
        Intent::Act(actions),
    ))
}

fn indices(situation: &Situation, fits: impl Fn(&str) -> bool) -> Vec<usize> {
    (0..situation.objects.len())
        .filter(|index| fits(&situation.objects[*index].name))
        .collect()
}
