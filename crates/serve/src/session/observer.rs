//! What happens in the loop, as events of the session.

use std::sync::Arc;
use std::time::Instant;

use enact_plan::{Exchange, ExchangeKind, ModelResponse, ObjectView, Outcome, Plan, Verdict};
use enact_runtime::{Event, Observer};
use serde_json::json;

use super::ArmSession;
use super::state::Activity;
use super::status::{RestingPlace, Scene, SceneObject};
use super::task::{MethodNote, PlanView, PlannedStep, TaskKind};

/// Most characters of a thought that are told.
const MAX_THOUGHT_CHARS: usize = 4000;

/// Tells the session what happens in the loop, and has the loop wait before a step while the
/// session is paused.
#[derive(Clone, Debug)]
pub struct ServeObserver {
    session: Arc<ArmSession>,
    /// Whether a step is being carried out.
    in_step: bool,
    /// What the gripper held before that step.
    held: Held,
}

/// What the gripper holds, as far as that is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum Held {
    #[default]
    Unknown,
    Nothing,
    Thing(String),
}

impl ServeObserver {
    /// Creates an observer for a session.
    pub fn new(session: &Arc<ArmSession>) -> Self {
        Self {
            session: Arc::clone(session),
            in_step: false,
            held: Held::default(),
        }
    }

    /// Returns the number of the task that is carried out.
    fn task(&self) -> Option<u64> {
        self.session.lock().running
    }

    fn is_planning_only(&self) -> bool {
        let inner = self.session.lock();
        let running = inner.running.and_then(|id| inner.tasks.get(&id));
        running.is_some_and(|entry| entry.record.kind == TaskKind::Plan)
    }

    fn do_now(&self, activity: Activity) {
        let mut inner = self.session.lock();
        if inner.running.is_some() && inner.activity != activity {
            inner.activity = activity;
            self.session.publish_status_if_changed(&mut inner);
        }
    }

    fn turn(&self, turn: u32) {
        let mut inner = self.session.lock();
        inner.activity = Activity::Planning;
        if let Some(id) = inner.running
            && let Some(entry) = inner.tasks.get_mut(&id)
        {
            entry.record.turn = turn;
            self.session.publish_task(&inner, id);
        }
        self.session.publish_status_if_changed(&mut inner);
    }

    fn saw(&self, objects: &[ObjectView], dropped: &[String]) {
        let mut inner = self.session.lock();
        inner.scene.objects = objects.iter().map(told).collect();
        inner.seen_at = Some(Instant::now());
        let turn = inner.running.and_then(|id| inner.tasks.get(&id));
        let told = json!({
            "task": inner.running,
            "turn": turn.map(|entry| entry.record.turn),
            "objects": inner.scene.objects,
            "holding": inner.scene.holding,
            "is_holding_known": inner.scene.is_holding_known,
            "dropped": dropped,
        });
        self.session.events.push("objects", &told);
    }

    fn planned(&self, answer: &ModelResponse<Plan>) {
        let critic: Vec<MethodNote> = answer
            .exchanges
            .iter()
            .filter(|it| !matches!(it.kind, ExchangeKind::Information | ExchangeKind::Thought))
            .map(MethodNote::from_exchange)
            .collect();
        let thought = |it: &Exchange| (it.kind == ExchangeKind::Thought).then(|| it.text.clone());
        let mut thoughts: Vec<String> = answer.exchanges.iter().filter_map(thought).collect();
        thoughts.push(answer.thinking.clone());
        thoughts.retain(|text| !text.trim().is_empty());
        for text in &mut thoughts {
            *text = shortened(text);
        }
        for text in &thoughts {
            self.thought("plan", text);
        }
        for note in &critic {
            self.session.events.push(
                "critic",
                &json!({
                    "task": self.task(),
                    "method": note.method,
                    "kind": note.kind,
                    "text": note.text,
                }),
            );
        }
        match &answer.parsed {
            Err(rejection) => self.feedback("rejected", &rejection.to_string()),
            Ok(plan) => {
                let mut inner = self.session.lock();
                let number = inner.next_plan;
                inner.next_plan += 1;
                if let Some(id) = inner.running
                    && let Some(entry) = inner.tasks.get_mut(&id)
                {
                    // What was agreed to was this plan, not whatever comes instead of it.
                    entry.agreed.take_if(|agreed| agreed != plan);
                    let view = PlanView {
                        plan: number,
                        steps: PlannedStep::list_from_plan(plan),
                        waiting: false,
                        edited: entry.agreed.is_some(),
                        thoughts,
                        critic,
                    };
                    self.session.tell_plan(id, &view);
                    entry.plan = Some(view);
                }
            }
        }
    }

    fn judged(&self, outcome: &Outcome) {
        let task = self.task();
        if self.is_planning_only() {
            return self.previewed(outcome);
        }
        self.tried(outcome);
        self.session.events.push(
            "step",
            &json!({
                "task": task,
                "step": outcome.step,
                "text": outcome.step.to_string(),
                "verdict": outcome.verdict,
                "reason": outcome.reason,
            }),
        );
    }

    /// Keeps what came of a step with the plan that it is of.
    fn tried(&self, outcome: &Outcome) {
        let mut inner = self.session.lock();
        let Some(id) = inner.running else {
            return;
        };
        let plan = inner.tasks.get_mut(&id).and_then(|it| it.plan.as_mut());
        let Some(plan) = plan else {
            return;
        };
        let text = outcome.step.to_string();
        let is_it = |step: &PlannedStep| step.text == text && !step.was_carried_out();
        if let Some(index) = plan.steps.iter().position(is_it) {
            let step = &mut plan.steps[index];
            step.verdict = Some(outcome.verdict.name().to_owned());
            step.reason = (!outcome.reason.is_empty()).then(|| outcome.reason.clone());
        }
    }

    /// Tells the preview of a step of a plan that is only made.
    fn previewed(&self, outcome: &Outcome) {
        let mut inner = self.session.lock();
        let Some(id) = inner.running else {
            return;
        };
        let plan = inner.tasks.get_mut(&id).and_then(|it| it.plan.as_mut());
        let Some(plan) = plan else {
            return;
        };
        let text = outcome.step.to_string();
        let is_it = |step: &PlannedStep| step.verdict.is_none() && step.text == text;
        let Some(index) = plan.steps.iter().position(is_it) else {
            return;
        };
        let is_refused = outcome.verdict == Verdict::Refused;
        let step = &mut plan.steps[index];
        step.verdict = Some(if is_refused { "refused" } else { "feasible" }.to_owned());
        step.reason = is_refused.then(|| outcome.reason.clone());
        let told = json!({
            "task": id,
            "plan": plan.plan,
            "index": index,
            "verdict": step.verdict,
            "reason": step.reason,
        });
        self.session.events.push("verdict", &told);
    }

    fn thought(&self, of: &str, text: &str) {
        let text = shortened(text);
        if !text.is_empty() {
            self.session.events.push(
                "thought",
                &json!({"task": self.task(), "of": of, "text": text}),
            );
        }
    }

    fn feedback(&self, kind: &str, text: &str) {
        self.session.events.push(
            "feedback",
            &json!({"task": self.task(), "text": text, "kind": kind}),
        );
    }
}

impl Observer for ServeObserver {
    fn observe(&mut self, event: &Event<'_>) {
        match event {
            Event::TurnStarted(turn) => {
                self.in_step = false;
                self.turn(*turn);
            }
            Event::Perceived {
                answer,
                objects,
                dropped,
            } => {
                self.thought("perception", &answer.thinking);
                if let Err(rejection) = &answer.parsed {
                    self.feedback("rejected", &rejection.to_string());
                }
                for reason in *dropped {
                    self.feedback("dropped", reason);
                }
                self.saw(objects, dropped);
            }
            Event::Planned { situation, answer } => {
                self.session.note_held_object(situation.holding.as_deref());
                self.planned(answer);
            }
            Event::StepStarted(step) => {
                if self.is_planning_only() {
                    return;
                }
                if step.moves_arm() {
                    self.session.wait_while_paused();
                    self.in_step = true;
                    if step.object_names().next().is_some() {
                        self.held = self.session.held();
                        self.session.set_held(Held::Unknown);
                    }
                    self.do_now(Activity::Moving);
                }
                self.session.events.push(
                    "step",
                    &json!({
                        "task": self.task(),
                        "step": step,
                        "text": step.to_string(),
                        "verdict": null,
                        "reason": null,
                    }),
                );
            }
            Event::MotionStarted { .. } => self.do_now(Activity::Moving),
            Event::MotionEnded(_) => {
                if !self.in_step {
                    self.do_now(Activity::Planning);
                }
            }
            Event::StepVerified(outcome) => {
                self.in_step = false;
                if outcome.verdict == Verdict::Yes && !self.is_planning_only() {
                    if let Some(name) = outcome.step.held_after() {
                        self.session.note_held_object(Some(name));
                    } else if outcome.step.held_before().is_some() {
                        self.session.note_held_object(None);
                    } else if outcome.step.object_names().next().is_some() {
                        self.session.set_held(self.held.clone());
                    }
                }
                self.judged(outcome);
            }
            Event::Said(text) => self.feedback("said", text),
            Event::TaskStarted { .. } | Event::TaskEnded(_) | Event::TaskFailed(_) => {
                self.in_step = false;
            }
            Event::CollisionWorld { .. }
            | Event::ApprovalRequired
            | Event::UserCommand(_)
            | Event::FrameCaptured(_)
            | Event::Previewed(_)
            | Event::Approved(_)
            | Event::StateRead(_) => {}
        }
    }
}

impl ArmSession {
    /// Notes what the gripper is known to hold, if anything.
    pub fn note_held_object(&self, name: Option<&str>) {
        self.set_held(match name {
            Some(name) => Held::Thing(name.to_owned()),
            None => Held::Nothing,
        });
    }

    fn held(&self) -> Held {
        let inner = self.lock();
        match &inner.scene.holding {
            _ if !inner.scene.is_holding_known => Held::Unknown,
            Some(name) => Held::Thing(name.clone()),
            None => Held::Nothing,
        }
    }

    fn set_held(&self, held: Held) {
        let mut inner = self.lock();
        inner.scene.is_holding_known = held != Held::Unknown;
        inner.scene.holding = match held {
            Held::Thing(name) => Some(name),
            Held::Nothing | Held::Unknown => None,
        };
        self.publish_status_if_changed(&mut inner);
    }

    /// Forgets what was seen, so that nobody takes it for what is there now.
    pub fn forget_scene(&self) {
        let mut inner = self.lock();
        inner.scene = Scene::default();
        inner.seen_at = None;
    }
}

fn told(object: &ObjectView) -> SceneObject {
    let at = object.position;
    SceneObject {
        id: object.name.clone(),
        label: object.name.clone(),
        point: [object.point.y, object.point.x],
        position_m: [at.x, at.y, at.z],
        size_m: object.size,
        reachable: object.reachable,
        rests: object.rests.as_ref().map(|(relation, other)| RestingPlace {
            relation: relation.name().to_owned(),
            on: other.clone(),
        }),
        can: object
            .affords
            .iter()
            .map(|skill| skill.name().to_owned())
            .collect(),
        bounds: None,
    }
}

/// Returns the beginning of a text.
fn shortened(text: &str) -> String {
    let text = text.trim();
    match text.char_indices().nth(MAX_THOUGHT_CHARS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
