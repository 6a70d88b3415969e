//! Replies to instructions that ask for no action. Nothing moves, whatever the planner says.

use enact_plan::{ObjectView, Plan, Situation, SpeechAct, StepKind};

/// Number of times that the planner is asked for a verbal reply before the scene is described
/// instead.
pub(crate) const MAX_REPLY_ATTEMPTS: u32 = 2;

/// Returns why `plan` does not answer an instruction that asks for no action, in words for the next
/// prompt.
pub(crate) fn reason_not_an_answer(
    speech_act: SpeechAct,
    plan: &Plan,
    situation: &Situation,
) -> Option<String> {
    if speech_act.is_request() {
        return None;
    }
    if let Some(step) = speech_act.first_forbidden_step(plan) {
        return Some(format!("you were asked for an answer, not to {step}"));
    }
    let says_nothing = |kind| kind == StepKind::Completion;
    if plan.steps.iter().all(|step| says_nothing(step.kind())) {
        return Some("you were asked for an answer and said nothing".to_owned());
    }
    let denied = situation.seen_kind_denied_by(plan)?;
    Some(format!("you deny seeing a {denied}, but one is listed"))
}

/// Returns the name of an object that `plan` handles although the instruction says to leave it
/// alone.
pub(crate) fn find_handled_protected_object<'a>(
    plan: &Plan,
    situation: &'a Situation,
) -> Option<&'a str> {
    let names = situation.objects.iter().map(|object| object.name.as_str());
    let protected = SpeechAct::protected_names(&situation.instruction, names);
    let handles = |name: &str| plan.steps.iter().any(|step| step.displaces_object(name));
    protected.into_iter().find(|name| handles(name))
}

/// Describes the visible objects in words.
pub(crate) fn describe_seen_objects(objects: &[ObjectView]) -> String {
    if objects.is_empty() {
        return "I see nothing on the table.".to_owned();
    }
    let one = |object: &ObjectView| match &object.rests {
        Some((relation, other)) => format!("{} {} {other}", object.name, relation.name()),
        None => object.name.clone(),
    };
    let names: Vec<String> = objects.iter().map(one).collect();
    format!("I see: {}.", names.join(", "))
}
