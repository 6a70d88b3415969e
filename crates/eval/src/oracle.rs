//! A planner that knows the goal: the upper bound set by arm and physics.

use enact_plan::expert;
use enact_plan::intent::{Action, Intent};
use enact_plan::{self as plan, Plan, Planner, PlannerError, Relation, Situation};
use enact_sim::{Goal, Layout};
use enact_types::Frame;

use crate::suite::{ExpectedReply, SuiteTask};

/// Plans from knowledge of the goal.
pub struct Oracle {
    parsed: Intent,
}

impl Oracle {
    /// Creates a planner for a task about the objects of this layout.
    pub fn new(task: &SuiteTask, layout: &Layout) -> Self {
        let label = |role: &String| {
            let item = layout.objects.iter().find(|item| item.name == *role);
            item.map_or_else(|| role.clone(), enact_sim::PlacedObject::label)
        };
        let mut deeds = Vec::new();
        if let Some((object, target)) = &task.aside {
            let beside = Goal::Near(object.clone(), target.clone());
            collect(&beside, &label, &mut deeds);
        }
        if let Some(goal) = &task.goal {
            collect(goal, &label, &mut deeds);
        }
        deeds.extend(task.pointed.iter().map(|role| Action::Point(label(role))));
        let parsed = match task.answer {
            Some(ExpectedReply::Asked) => Intent::Ask("Which one do you mean?".to_owned()),
            Some(ExpectedReply::Said | ExpectedReply::Any | ExpectedReply::Nothing) => {
                Intent::Say("I cannot do that.".to_owned())
            }
            None => Intent::Act(deeds),
        };
        Self { parsed }
    }
}

fn collect(goal: &Goal, label: &dyn Fn(&String) -> String, deeds: &mut Vec<Action>) {
    let mut put = |relation, object, target| {
        let deed = Action::Put {
            object: label(object),
            relation,
            target: label(target),
        };
        // An object put aside may already be in its final place.
        if deeds.last() != Some(&deed) {
            deeds.push(deed);
        }
    };
    match goal {
        Goal::Inside(a, b) => put(Relation::In, a, b),
        Goal::On(a, b) => put(Relation::On, a, b),
        Goal::Near(a, b) => put(Relation::NextTo, a, b),
        Goal::LeftOf(a, b) => put(Relation::LeftOf, a, b),
        Goal::RightOf(a, b) => put(Relation::RightOf, a, b),
        Goal::InFrontOf(a, b) => put(Relation::InFrontOf, a, b),
        Goal::Behind(a, b) => put(Relation::Behind, a, b),
        Goal::Held(a) => deeds.push(Action::Pick(label(a))),
        Goal::And(all) => all.iter().for_each(|goal| collect(goal, label, deeds)),
        Goal::Or(any) => any
            .iter()
            .take(1)
            .for_each(|goal| collect(goal, label, deeds)),
        Goal::Untouched(_) | Goal::Not(_) => {}
    }
}

impl Planner for Oracle {
    fn plan(
        &mut self,
        _: &Frame,
        situation: &Situation,
    ) -> Result<plan::ModelResponse<Plan>, PlannerError> {
        let steps = expert::plan(&self.parsed, situation);
        Ok(plan::ModelResponse::unasked(steps.to_string(), steps))
    }
}
