//! What happens while a task is carried out, as progress notifications.

use std::time::Duration;

use rmcp::model::ProgressNotificationParam;
use serde_json::{Value, json};

use super::call::Call;
use crate::session::events::EventLog;

/// Longest time that a notification may take: a client that does not read is not waited for.
const SLOWEST: Duration = Duration::from_secs(2);

/// Tells the client of a call what becomes of a task.
pub(super) struct Progress<'a> {
    call: &'a Call,
    task: u64,
    /// Number of the newest event that is known.
    at: u64,
    told: u32,
    last: String,
    /// The steps that were carried out, with their verdicts.
    pub(super) steps: Vec<Value>,
}

impl<'a> Progress<'a> {
    /// Creates it for a task; events up to number `at` are no news.
    pub(super) fn new(call: &'a Call, task: u64, at: u64) -> Self {
        Self {
            call,
            task,
            at,
            told: 0,
            last: String::new(),
            steps: Vec::new(),
        }
    }

    /// Tells what is new.
    pub(super) async fn tell_news(&mut self, events: &EventLog) {
        for event in events.events_after(self.at, usize::MAX).events {
            self.at = event.number;
            let Ok(data) = serde_json::from_str::<Value>(event.data()) else {
                continue;
            };
            let task = if event.kind == "task" { "id" } else { "task" };
            if data[task] != self.task {
                continue;
            }
            if event.kind == "step" && !data["verdict"].is_null() {
                self.steps.push(json!({
                    "step": data["text"],
                    "verdict": data["verdict"],
                    "reason": data["reason"],
                }));
            }
            if let Some(message) = message(event.kind, &data) {
                self.say(message).await;
            }
        }
    }

    /// Tells something, unless it was told just before.
    pub(super) async fn say(&mut self, message: String) {
        let Some(token) = self.call.context.meta.get_progress_token() else {
            return;
        };
        if message == self.last {
            return;
        }
        self.told += 1;
        let told = ProgressNotificationParam::new(token, f64::from(self.told));
        let told = told.with_message(&*message);
        self.last = message;
        // One that is lost costs nothing: the answer says how it came out.
        let _ = tokio::time::timeout(SLOWEST, self.call.context.peer.notify_progress(told)).await;
    }
}

/// Returns an event in words, if it is worth telling.
fn message(kind: &str, data: &Value) -> Option<String> {
    let text = |name: &str| data[name].as_str().unwrap_or_default().to_owned();
    let list = |values: &Value, name: &str| -> String {
        let values = values.as_array().into_iter().flatten();
        let words: Vec<&str> = values.filter_map(|it| it[name].as_str()).collect();
        words.join(", ")
    };
    match kind {
        "task" => match (data["state"].as_str()?, data["turn"].as_u64()?) {
            ("queued", _) => Some(match data["place"].as_u64()? {
                0 => "next in the queue".to_owned(),
                place => format!("waits behind {place} others"),
            }),
            ("running", turn @ 1..) => Some(format!("turn {turn}")),
            _ => None,
        },
        "objects" => match list(&data["objects"], "id") {
            none if none.is_empty() => Some("sees nothing".to_owned()),
            names => Some(format!("sees {names}")),
        },
        "plan" => Some(format!("plan: {}", list(&data["steps"], "text"))),
        "step" => Some(match data["verdict"].as_str() {
            None => text("text"),
            Some("yes") => format!("{}: done", text("text")),
            Some(verdict) => format!("{}: {verdict}: {}", text("text"), text("reason")),
        }),
        "feedback" => Some(text("text")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_told_in_words() {
        for (kind, data, told) in [
            (
                "task",
                json!({"state": "queued", "place": 2, "turn": 0}),
                Some("waits behind 2 others"),
            ),
            (
                "task",
                json!({"state": "running", "place": null, "turn": 1}),
                Some("turn 1"),
            ),
            (
                "task",
                json!({"state": "ended", "place": null, "turn": 1}),
                None,
            ),
            (
                "objects",
                json!({"objects": [{"id": "red cube"}, {"id": "blue bowl"}]}),
                Some("sees red cube, blue bowl"),
            ),
            ("objects", json!({"objects": []}), Some("sees nothing")),
            (
                "plan",
                json!({"steps": [{"text": "pick red cube"}, {"text": "done"}]}),
                Some("plan: pick red cube, done"),
            ),
            (
                "step",
                json!({"text": "pick red cube", "verdict": null}),
                Some("pick red cube"),
            ),
            (
                "step",
                json!({"text": "pick it", "verdict": "refused", "reason": "too far"}),
                Some("pick it: refused: too far"),
            ),
            ("thought", json!({"text": "hm"}), None),
        ] {
            assert_eq!(message(kind, &data).as_deref(), told, "{kind} {data}");
        }
    }
}
