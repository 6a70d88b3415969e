//! What happened in each episode that is not right: pictures, what was said, planned and judged.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use enact_plan::Plan;
use maud::{Markup, html};

use super::{ResultsPage, same_episode};
use crate::episode::{EpisodeResult, TrueObject};
use crate::outcome::{EpisodeOutcome, Fault};

/// Lists the episodes that are wrong, then the honest ones.
pub fn list_wrong_and_honest(page: &ResultsPage<'_>) -> Markup {
    let of = |name: &str| -> Vec<&EpisodeResult> {
        let is = |record: &&EpisodeResult| outcome(record).name() == name;
        page.records.iter().filter(is).collect()
    };
    html! {
        @for name in ["wrong", "honest"] {
            @let records = of(name);
            h2 { (title(name)) ": " (records.len()) }
            @for record in records { (article(page, record)) }
        }
    }
}

fn title(name: &str) -> &'static str {
    match name {
        "wrong" => "Wrong",
        _ => "Honest: not what was wanted, and no harm done",
    }
}

/// Records of old versions have no outcome; they tell only whether the goal was reached.
fn outcome(record: &EpisodeResult) -> EpisodeOutcome {
    record.outcome.unwrap_or(match record.success {
        true => EpisodeOutcome::Right,
        false => EpisodeOutcome::Wrong(Fault::Broken),
    })
}

fn article(page: &ResultsPage<'_>, record: &EpisodeResult) -> Markup {
    let outcome = outcome(record);
    let before = page.earlier.and_then(|(_, all)| same_episode(record, all));
    html! {
        article id=(format!("episode-{}", record.episode)) {
            h3 {
                "Episode " (record.episode) ", " (record.task) " "
                span class={ "badge " (outcome.name()) } {
                    (outcome.name())
                    @if let EpisodeOutcome::Wrong(fault) = outcome { ": " (fault) }
                }
                @if let Some(before) = before.and_then(|before| before.outcome) {
                    " earlier: " (before.name())
                }
            }
            blockquote { "“" (record.instruction) "”" }
            (pictures(record))
            dl {
                @for (name, what) in facts(record) {
                    dt { (name) }
                    dd { (what) }
                }
                dt { "again" }
                dd { code { (page.command) " --episode " (record.episode) } }
            }
        }
    }
}

fn pictures(record: &EpisodeResult) -> Markup {
    let Some(pictures) = &record.pictures else {
        return html! { p { "No pictures were kept of this episode." } };
    };
    let shown = [("first", &pictures.first), ("last", &pictures.last)];
    html! {
        div.pictures {
            @for (which, jpeg) in shown {
                @let source = format!("data:image/jpeg;base64,{}", STANDARD.encode(jpeg));
                figure {
                    img src=(source) alt=(format!("{which} picture"));
                    figcaption { (which) }
                }
            }
        }
    }
}

/// Returns what is known of an episode, except what is empty.
fn facts(record: &EpisodeResult) -> Vec<(&'static str, Markup)> {
    let mut facts = vec![("table", html! { (table(&record.table)) })];
    let mut list = |name, items: Vec<String>| {
        if !items.is_empty() {
            facts.push((name, html! { ol { @for item in &items { li { (item) } } } }));
        }
    };
    list(
        "planned",
        record
            .asked
            .iter()
            .map(|asked| plan(&asked.completion))
            .collect(),
    );
    list(
        "did",
        record.verdicts.iter().map(ToString::to_string).collect(),
    );
    list(
        "said",
        record.said.iter().map(|said| format!("“{said}”")).collect(),
    );
    let pointed = record.pointed.iter();
    list(
        "pointed at",
        pointed
            .map(|below| match below.as_slice() {
                [] => "nothing".to_owned(),
                roles => named(roles, &record.table),
            })
            .collect(),
    );
    let mut line = |name, text: String| facts.push((name, html! { (text) }));
    if !record.moved.is_empty() {
        line("moved", named(&record.moved, &record.table));
    }
    if let Some(why) = &record.false_words {
        line("false", why.clone());
    }
    if let Some(failure) = record.failure {
        line("why", failure.to_string());
    }
    facts
}

/// Returns a plan in words, or what the model wrote instead.
fn plan(completion: &str) -> String {
    Plan::parse(completion).map_or_else(|_| completion.to_owned(), |plan| plan.to_string())
}

fn table(objects: &[TrueObject]) -> String {
    let one = |object: &TrueObject| {
        let host = object.rests.as_ref();
        let host =
            host.map(|role| format!(" in the {}", named(std::slice::from_ref(role), objects)));
        object.label.clone() + &host.unwrap_or_default()
    };
    let all: Vec<String> = objects.iter().map(one).collect();
    all.join(", ")
}

/// Returns the labels of roles.
fn named(roles: &[String], table: &[TrueObject]) -> String {
    let label = |role: &String| {
        let object = table.iter().find(|object| object.role == *role);
        object.map_or_else(|| role.clone(), |object| object.label.clone())
    };
    let all: Vec<String> = roles.iter().map(label).collect();
    all.join(", ")
}
