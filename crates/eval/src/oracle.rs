//! A planner that knows the goal: the ceiling of arm and physics.

use enact_dataset::goal::{Deed, Goal as Meaning};
use enact_dataset::teacher;
use enact_plan::{self as plan, Plan, Planner, PlannerError, Relation, Situation};
use enact_sim::{Goal, Layout};
use enact_types::Frame;

use crate::suite::{Answer, Task};

/// Plans by knowing what is wanted.
pub struct Oracle {
    meaning: Meaning,
}

impl Oracle {
    /// For a task about the objects of this layout.
    pub fn new(task: &Task, layout: &Layout) -> Self {
        let label = |role: &String| {
            let item = layout.objects.iter().find(|item| item.name == *role);
            item.map_or_else(|| role.clone(), enact_sim::Item::label)
        };
        let mut deeds = Vec::new();
        if let Some((object, target)) = &task.aside {
            let beside = Goal::Near(object.clone(), target.clone());
            collect(&beside, &label, &mut deeds);
        }
        if let Some(goal) = &task.goal {
            collect(goal, &label, &mut deeds);
        }
        deeds.extend(task.pointed.iter().map(|role| Deed::Point(label(role))));
        let meaning = match task.answer {
            Some(Answer::Asked) => Meaning::Ask("Which one do you mean?".to_owned()),
            Some(Answer::Said | Answer::Any) => Meaning::Say("I cannot do that.".to_owned()),
            None => Meaning::Act(deeds),
        };
        Self { meaning }
    }
}

fn collect(goal: &Goal, label: &dyn Fn(&String) -> String, deeds: &mut Vec<Deed>) {
    let mut put = |relation, object, target| {
        let deed = Deed::Put {
            object: label(object),
            relation,
            target: label(target),
        };
        // What was put aside may be where it is to end.
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
        Goal::Held(a) => deeds.push(Deed::Pick(label(a))),
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
    ) -> Result<plan::Answer<Plan>, PlannerError> {
        let steps = teacher::plan(&self.meaning, situation);
        Ok(plan::Answer::unasked(steps.to_string(), steps))
    }
}
