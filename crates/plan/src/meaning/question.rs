//! Questions about the table, answered by what is seen.

use super::clauses::is_preposition_or_side;
use super::lexicon::{Concept, SpatialPreposition, Verb};
use super::phrase::{Item, Phrase, Quantity};
use super::reference::describe_phrase;
use super::reply::{Reply, replies};
use super::scene::{Role, Scene};
use super::words::Word;
use crate::spatial_relations::Relation;

/// What a container does with what is in it.
const HOLDING: [&str; 6] = ["hold", "holds", "contain", "contains", "carry", "have"];

/// Answers a question.
pub(super) fn answer(words: &[Word], items: &[Item], scene: &mut Scene) -> Reply {
    let mut phrases: Vec<&Phrase> = items.iter().filter_map(Item::as_phrase).collect();
    // “I cannot see it from this chair: what is in the bowl?”
    let is_elsewhere = |phrase: &&Phrase| phrase.kinds.first().is_some_and(|kind| kind == "floor");
    if !phrases.iter().all(is_elsewhere) {
        phrases.retain(|phrase| !is_elsewhere(phrase));
    }
    let says = |text: &str| words.iter().any(|word| word.text == text);
    let starts = |text: &str| words.iter().any(|word| word.text.starts_with(text));
    let has = |verb: Verb| items.iter().any(|item| item.is_verb(verb));
    let asks_color =
        words.iter().any(|word| word.concept == Concept::Colored) || asks_one_of_colors(words);
    if let Some(phrase) = phrases.iter().find(|phrase| !phrase.unknown.is_empty()) {
        let known = scene.clone().resolve(phrase, Role::Any);
        return match known {
            Err(reply @ (Reply::Say(_) | Reply::Ask(_) | Reply::Lost(_)))
                if has(Verb::See) || has(Verb::Count) || says("where") || starts("where") =>
            {
                reply
            }
            _ => decline_question(),
        };
    }
    // “What is on the table?”, “what do you see?”
    let is_table = |phrase: &Phrase| phrase.kinds.first().is_some_and(|kind| kind == "table");
    let hosts = || {
        let at = phrases.iter().flat_map(|phrase| &phrase.at);
        at.flat_map(|(_, _, hosts)| hosts)
    };
    let names_else = hosts().any(|host| !is_table(host))
        || phrases
            .iter()
            .any(|phrase| !is_table(phrase) && !phrase.kinds.is_empty());
    let is_in = |place: &SpatialPreposition| {
        matches!(place, SpatialPreposition::At(Relation::In | Relation::On))
    };
    let held = phrases.iter().find_map(|phrase| {
        let (_, _, hosts) = phrase.at.iter().find(|(_, place, _)| is_in(place))?;
        hosts.first().filter(|_| phrase.kinds.is_empty())
    });
    // “Which thing is in the bowl?”
    let asks_who = says("who");
    if (starts("which") || starts("what") || asks_who)
        && !asks_color
        && !has(Verb::Count)
        && held.is_some()
    {
        return inside(held, scene);
    }
    let names_table = hosts().any(is_table) || phrases.iter().any(|phrase| is_table(phrase));
    if (starts("what") || starts("which"))
        && !asks_color
        && !names_else
        && (names_table || has(Verb::See) || has(Verb::Exist))
    {
        return listed(scene);
    }
    if has(Verb::Count) {
        // “How many things are in the bowl?”
        if let Some(things) = phrases.first().map(|phrase| placed(phrase, items))
            && things.kinds.is_empty()
            && !things.at.is_empty()
        {
            return counted(Some(&things), scene);
        }
        // “How many things does the bowl hold?”
        if let [things, host] = phrases.as_slice()
            && things.kinds.is_empty()
            && scene.phrase_means_container(host) == Some(true)
            && words
                .iter()
                .any(|word| HOLDING.contains(&word.text.as_str()))
        {
            let place = SpatialPreposition::At(Relation::In);
            let mut held = (*things).clone();
            held.at.push((true, place, vec![(*host).clone()]));
            return counted(Some(&held), scene);
        }
        // “How many of the things are cubes?”
        let named = phrases
            .iter()
            .find(|phrase| !phrase.kinds.is_empty() && !is_table(phrase))
            .or(phrases.first());
        let placed = named.map(|phrase| placed(phrase, items));
        return counted(placed.as_ref(), scene);
    }
    if asks_color && let Some(phrase) = phrases.first() {
        return colored(&placed(phrase, items), scene);
    }
    let contents = phrases
        .iter()
        .find(|phrase| phrase.pronoun.is_some() && !phrase.at.is_empty());
    if let Some(contents) = contents {
        let hosts = contents
            .at
            .first()
            .map(|(_, _, hosts)| hosts.clone())
            .unwrap_or_default();
        return inside(hosts.first(), scene);
    }
    if (starts("what") || asks_who)
        && items.iter().any(|item| {
            matches!(
                item.concept(),
                Some(Concept::Place(SpatialPreposition::At(
                    Relation::In | Relation::On
                )))
            )
        })
    {
        return inside(phrases.last().copied(), scene);
    }
    if (starts("what") || starts("which") || asks_who)
        && let Some(asked) = asked_by_place(items)
    {
        return which_are_there(&asked, scene);
    }
    if starts("contain") {
        return inside(phrases.last().copied(), scene);
    }
    if starts("which") || starts("what") && phrases.iter().any(|phrase| phrase.kinds.is_empty()) {
        return match phrases.first() {
            Some(phrase) if phrase.kinds.is_empty() => listed(scene),
            Some(phrase) => colored(phrase, scene),
            None => decline_question(),
        };
    }
    // “Is the tray empty?”
    if items
        .iter()
        .any(|item| item.is_verb(Verb::Empty) || item.has_concept(&Concept::Nothing))
        && let [hosts] = phrases.as_slice()
        && scene.phrase_means_container(hosts) == Some(true)
    {
        return is_empty(hosts, scene);
    }
    // “Shouldn't the cube be in the bowl?” may be meant to have it put there.
    if items
        .iter()
        .any(|item| item.is_verb(Verb::Should) || item.is_verb(Verb::Go))
        && items.iter().any(is_preposition_or_side)
    {
        return Reply::Ask("Shall I do that? If so, tell me what to put where.".to_owned());
    }
    match (phrases.first(), has(Verb::See) || has(Verb::Exist)) {
        (Some(phrase), true) => exists(&placed(phrase, items), scene),
        (Some(phrase), false) if has(Verb::Be) => is_so(phrase, items, scene),
        (Some(phrase), false) if ["have", "has", "got"].iter().any(|text| says(text)) => {
            exists(phrase, scene)
        }
        _ => decline_question(),
    }
}

/// “Who is beside the bowl?”, “what is the first thing from the left?”: what is asked for by where it
/// is alone.
pub(super) fn asked_by_place(items: &[Item]) -> Option<Phrase> {
    let at = items
        .iter()
        .position(|item| matches!(item.concept(), Some(Concept::Place(_))));
    let before = &items[..at.unwrap_or(items.len())];
    let mut named = before.iter().filter_map(Item::as_phrase);
    let mut asked = named.next().cloned().unwrap_or_default();
    if named.next().is_some() || !asked.kinds.is_empty() || asked.pronoun.is_some() {
        return None;
    }
    let Some(at) = at else {
        return asked.extreme.is_some().then_some(asked);
    };
    let Some(Concept::Place(place)) = items[at].concept() else {
        return None;
    };
    let hosts: Vec<Phrase> = match &items[at + 1..] {
        [Item::Phrase(one), and, Item::Phrase(other), ..]
            if *place == SpatialPreposition::Between && and.has_concept(&Concept::And) =>
        {
            vec![one.clone(), other.clone()]
        }
        [Item::Phrase(both), ..] if *place == SpatialPreposition::Between => vec![many(both)],
        [Item::Phrase(host), ..] => vec![host.clone()],
        _ => return None,
    };
    asked.at.push((true, *place, hosts));
    Some(asked)
}

fn which_are_there(asked: &Phrase, scene: &Scene) -> Reply {
    match scene.names_fitting_phrase(asked, Role::Any) {
        Ok(names) if names.is_empty() => Reply::Say("I see nothing there.".to_owned()),
        Ok(names) => Reply::Say(format!("I see {} there.", with_articles(&names))),
        Err(reply) => reply,
    }
}

/// Answers which thing of a kind is where the question says.
pub(super) fn answer_which_is_inside(
    phrase: &Phrase,
    items: &[Item],
    scene: &mut Scene,
) -> Option<Reply> {
    let placed = placed(phrase, items);
    let is_within = |(is_there, place, hosts): &(bool, SpatialPreposition, Vec<Phrase>)| {
        *is_there
            && matches!(place, SpatialPreposition::At(Relation::In | Relation::On))
            && hosts
                .iter()
                .any(|host| scene.phrase_means_container(host) == Some(true))
    };
    let asks_which = phrase.modifiers.is_empty() && !phrase.kinds.is_empty();
    if !asks_which || !placed.at.iter().any(is_within) {
        return None;
    }
    Some(match scene.resolve(&many(&placed), Role::Any) {
        Ok(found) => Reply::Say(format!("I see {} there.", with_articles(&found))),
        Err(reply) => reply,
    })
}

/// Says that a question is not for a robot arm.
pub(super) fn decline_question() -> Reply {
    Reply::Say("I cannot answer that. I can say what is on the table, pick things up, put, push and point at them.".to_owned())
}

/// “Is it red or yellow?”
fn asks_one_of_colors(words: &[Word]) -> bool {
    words.windows(3).any(|three| {
        matches!(
            (&three[0].concept, &three[1].concept, &three[2].concept),
            (Concept::Modifier(_), Concept::Or, Concept::Modifier(_))
        )
    })
}

/// A phrase with the place that follows it.
fn placed(phrase: &Phrase, items: &[Item]) -> Phrase {
    let mut placed = phrase.clone();
    for (at, pair) in items.windows(2).enumerate() {
        // “How many balls, with the one in the bowl?”: where another is.
        let is_others = at
            .checked_sub(1)
            .and_then(|before| items[before].as_phrase())
            .is_some_and(|other| other != phrase);
        if is_others {
            continue;
        }
        if let (Some(Concept::Place(place @ SpatialPreposition::At(_))), Some(host)) =
            (pair[0].concept(), pair[1].as_phrase())
            && host.kinds.first().is_none_or(|kind| kind != "table")
            && host != phrase
        {
            placed.at.push((true, *place, vec![host.clone()]));
        }
    }
    placed
}

fn many(phrase: &Phrase) -> Phrase {
    Phrase {
        quantity: Quantity::All(None),
        ..phrase.clone()
    }
}

fn counted(phrase: Option<&Phrase>, scene: &mut Scene) -> Reply {
    let Some(phrase) = phrase else {
        return decline_question();
    };
    let count = match scene.resolve(&many(phrase), Role::Any) {
        Ok(found) => found.len(),
        Err(_) if fits_nothing(phrase, scene) => 0,
        Err(reply) => return reply,
    };
    let what = plural(&describe_phrase(phrase), count);
    match count {
        0 => none_seen(phrase),
        _ => Reply::Say(format!("I see {count} {what}.")),
    }
}

fn plural(what: &str, count: usize) -> String {
    let what = what.replace("thing like that", "thing");
    if count == 1 { what } else { format!("{what}s") }
}

fn colored(phrase: &Phrase, scene: &mut Scene) -> Reply {
    match scene.resolve(&many(phrase), Role::Any) {
        Ok(found) => {
            let told: Vec<String> = found
                .iter()
                .map(|name| match name.rsplit_once(' ') {
                    Some((color, kind)) => format!("The {kind} is {color}."),
                    None => format!("It is the {name}."),
                })
                .collect();
            Reply::Say(told.join(" "))
        }
        Err(reply) => reply,
    }
}

fn inside(host: Option<&Phrase>, scene: &mut Scene) -> Reply {
    let Some(host) = host else {
        return decline_question();
    };
    if host.kinds.first().is_some_and(|kind| kind == "table") {
        return listed(scene);
    }
    match scene.resolve_one(host, Role::Host) {
        Ok(host) => match scene.contents(&host).as_slice() {
            [] => Reply::Say(format!("There is nothing in the {host}.")),
            names => Reply::Say(format!("I see {} there.", with_articles(names))),
        },
        Err(reply) => reply,
    }
}

fn with_articles(names: &[String]) -> String {
    let named: Vec<String> = names
        .iter()
        .map(|name| replies::with_indefinite_article(name))
        .collect();
    match named.as_slice() {
        [first @ .., last] if first.len() > 1 => format!("{} and {last}", first.join(", ")),
        _ => named.join(" and "),
    }
}

fn listed(scene: &Scene) -> Reply {
    let names: Vec<String> = scene
        .objects
        .iter()
        .map(|seen| replies::with_indefinite_article(&seen.name))
        .collect();
    match names.is_empty() {
        true => Reply::Say("I see nothing on the table.".to_owned()),
        false => Reply::Say(format!("I see {}.", names.join(", "))),
    }
}

fn exists(phrase: &Phrase, scene: &mut Scene) -> Reply {
    let wanted = match phrase.quantity {
        Quantity::All(Some(count)) | Quantity::Any(count) => count,
        _ => 1,
    };
    let what = describe_phrase(phrase);
    match scene.resolve(&many(phrase), Role::Any) {
        Ok(found) if found.len() >= wanted => {
            Reply::Say(format!("Yes, I see {}.", with_articles(&found)))
        }
        Ok(found) => Reply::Say(format!("No, I see only {}.", with_articles(&found))),
        Err(_) if fits_nothing(phrase, scene) => {
            let what = replies::with_indefinite_article(&what);
            let there = if phrase.at.is_empty() { "" } else { " there" };
            Reply::Say(format!("No, I do not see {what}{there}."))
        }
        Err(reply) => reply,
    }
}

/// Whether it is plain what a phrase speaks of, and nothing is so.
fn fits_nothing(phrase: &Phrase, scene: &Scene) -> bool {
    let fitting = scene.names_fitting_phrase(&many(phrase), Role::Any);
    fitting.is_ok_and(|names| names.is_empty() || !phrase.except.is_empty() || phrase.other)
}

/// “I do not see a cube”, or none where the phrase says.
fn none_seen(phrase: &Phrase) -> Reply {
    let what = describe_phrase(phrase);
    Reply::Say(match (phrase.at.is_empty(), phrase.kinds.is_empty()) {
        (true, _) => format!("I do not see {}.", replies::with_indefinite_article(&what)),
        (false, true) => "I see nothing there.".to_owned(),
        (false, false) => format!(
            "I do not see {} there.",
            replies::with_indefinite_article(&what)
        ),
    })
}

/// “Is the tray empty?”, “are both bowls empty?”
fn is_empty(hosts: &Phrase, scene: &mut Scene) -> Reply {
    let hosts = match scene.resolve(&many(hosts), Role::Host) {
        Ok(hosts) => hosts,
        Err(reply) => return reply,
    };
    let contents: Vec<String> = hosts.iter().flat_map(|host| scene.contents(host)).collect();
    Reply::Say(match (contents.as_slice(), hosts.len()) {
        ([], 1) => "Yes, it is empty.".to_owned(),
        ([], _) => "Yes, they are empty.".to_owned(),
        (names, _) => format!("No, I see {} there.", with_articles(names)),
    })
}

/// “Is the cube red?”, “is the ball in the bowl?”
fn is_so(phrase: &Phrase, items: &[Item], scene: &mut Scene) -> Reply {
    let names = match scene.resolve(&many(phrase), Role::Any) {
        Ok(names) => names,
        Err(reply) => return reply,
    };
    // “Are both the cube and the ball in the bowl?” asks of two.
    let subjects = items
        .iter()
        .take_while(|item| !is_preposition_or_side(item))
        .filter(|item| item.as_phrase().is_some());
    if subjects.count() > 1 && items.iter().any(is_preposition_or_side) {
        return decline_question();
    }
    let narrowed = placed(phrase, items);
    let is_placed = narrowed.at.len() > phrase.at.len();
    let color = items
        .iter()
        .filter_map(Item::as_phrase)
        .find(|other| *other != phrase && !other.modifiers.is_empty() && other.kinds.is_empty());
    let wanted = match (is_placed, color) {
        (true, _) => narrowed,
        (false, Some(color)) => Phrase {
            modifiers: [phrase.modifiers.clone(), color.modifiers.clone()].concat(),
            ..phrase.clone()
        },
        (false, None) => return decline_question(),
    };
    let so = scene.resolve(&many(&wanted), Role::Any).unwrap_or_default();
    let (are, are_not) = match names.len() {
        1 => ("it is", "it is not"),
        _ => ("they are", "they are not"),
    };
    Reply::Say(match so.len() {
        all if all == names.len() => format!("Yes, {are}."),
        0 => format!("No, {are_not}."),
        _ => format!("Only {} of {}.", so.len(), names.len()),
    })
}
