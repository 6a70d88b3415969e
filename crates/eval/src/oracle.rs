//! A planner that knows the goal: the upper bound set by arm and physics.

use enact_plan::expert;
use enact_plan::intent::{Action, Intent};
use enact_plan::{self as plan, Plan, Planner, PlannerError, Relation, Situation};
use enact_sim::{Goal, Layout, PlacedObject};
use enact_types::{Frame, Vector3};

use crate::suite::{ExpectedReply, SuiteTask};

/// Plans from knowledge of the goal.
pub struct Oracle {
    parsed: Intent,
}

impl Oracle {
    /// Creates a planner for a task about the objects of this layout.
    pub fn new(task: &SuiteTask, layout: &Layout) -> Self {
        let parsed = match task.answer {
            _ if task.wants_action() => Intent::Act(actions(task, layout)),
            Some(ExpectedReply::Asked) => Intent::Ask("Which one do you mean?".to_owned()),
            _ => Intent::Say("I cannot do that.".to_owned()),
        };
        Self { parsed }
    }
}

/// Returns what is to be done for a task about the objects of this layout.
pub fn actions(task: &SuiteTask, layout: &Layout) -> Vec<Action> {
    let mut wanted = Wanted {
        task,
        layout,
        actions: Vec::new(),
    };
    if let Some((object, other)) = &task.aside {
        wanted.put(object, Relation::NextTo, other);
    }
    for goal in task.during.iter().chain(&task.goal) {
        wanted.collect(goal);
    }
    let pointed = task
        .pointed
        .iter()
        .map(|role| Action::Point(wanted.label(role)));
    let pointed: Vec<Action> = pointed.collect();
    wanted.actions.extend(pointed);
    wanted.actions
}

/// Actions that a goal is translated to.
struct Wanted<'a> {
    task: &'a SuiteTask,
    layout: &'a Layout,
    actions: Vec<Action>,
}

impl Wanted<'_> {
    fn collect(&mut self, goal: &Goal) {
        match goal {
            Goal::Inside(a, b) => self.put(a, Relation::In, b),
            Goal::On(a, b) => self.put(a, Relation::On, b),
            Goal::Near(a, b) => self.put(a, Relation::NextTo, b),
            Goal::LeftOf(a, b) => self.put(a, Relation::LeftOf, b),
            Goal::RightOf(a, b) => self.put(a, Relation::RightOf, b),
            Goal::InFrontOf(a, b) => self.put(a, Relation::InFrontOf, b),
            Goal::Behind(a, b) => self.put(a, Relation::Behind, b),
            Goal::Between(a, b, c) => self.put(a, self.side(b, c), b),
            Goal::InARow(all) => self.line_up(all),
            Goal::OnTable(a) => {
                if let Some(target) = self.host(a) {
                    self.actions.push(Action::Put {
                        object: self.label(a),
                        relation: Relation::NextTo,
                        target,
                    });
                }
            }
            Goal::Turned(a, degrees) => {
                let action = Action::Rotate(self.label(a), *degrees);
                self.actions.push(action);
            }
            Goal::Held(a) => {
                let action = Action::Pick(self.label(a));
                self.actions.push(action);
            }
            Goal::And(all) => all.iter().for_each(|goal| self.collect(goal)),
            Goal::Or(any) => any.iter().take(1).for_each(|goal| self.collect(goal)),
            // Where something goes that must not stay, the task says by `aside`.
            Goal::Apart(_) | Goal::Untouched(_) | Goal::Not(_) => {}
        }
    }

    fn put(&mut self, object: &str, relation: Relation, target: &str) {
        let action = Action::Put {
            object: self.label(object),
            relation,
            target: self.label(target),
        };
        // An object put aside may already be in its final place.
        if self.actions.last() != Some(&action) {
            self.actions.push(action);
        }
    }

    /// Returns in or on what an object lies by now; nothing if that is the table.
    fn host(&self, role: &str) -> Option<String> {
        let own = self.label(role);
        let is_own =
            |action: &&Action| matches!(action, Action::Put { object, .. } if *object == own);
        match self.actions.iter().rev().find(is_own) {
            Some(Action::Put {
                relation, target, ..
            }) => (!relation.is_beside()).then(|| target.clone()),
            _ => self.task.rests.get(role).map(|host| self.label(host)),
        }
    }

    /// Puts objects beside the one in their middle, as they lie in the picture from left to right.
    fn line_up(&mut self, roles: &[String]) {
        let mut order: Vec<&String> = roles.iter().collect();
        order.sort_by(|a, b| self.in_picture(a)[0].total_cmp(&self.in_picture(b)[0]));
        let middle = order.len() / 2;
        for at in (0..middle).rev() {
            self.put(order[at], Relation::LeftOf, order[at + 1]);
        }
        for at in middle + 1..order.len() {
            self.put(order[at], Relation::RightOf, order[at - 1]);
        }
    }

    /// Returns on which side of an object another lies in the picture.
    fn side(&self, of: &str, other: &str) -> Relation {
        let (from, to) = (self.in_picture(of), self.in_picture(other));
        let (right, closer) = (to[0] - from[0], to[1] - from[1]);
        match right.abs() >= closer.abs() {
            true if right > 0.0 => Relation::RightOf,
            true => Relation::LeftOf,
            false if closer > 0.0 => Relation::InFrontOf,
            false => Relation::Behind,
        }
    }

    /// Returns how far right and how close to the camera an object lies at the start, meters.
    fn in_picture(&self, role: &str) -> [f64; 2] {
        let camera = &self.layout.camera;
        let right = (camera.target - camera.eye)
            .cross(&Vector3::z())
            .normalize();
        let closer = right.cross(&Vector3::z());
        let at = self.find(role).map_or_else(Vector3::zeros, |item| {
            item.base_from_object.translation.vector
        });
        [at.dot(&right), at.dot(&closer)]
    }

    fn find(&self, role: &str) -> Option<&PlacedObject> {
        self.layout.objects.iter().find(|item| item.name == role)
    }

    fn label(&self, role: &str) -> String {
        self.find(role)
            .map_or_else(|| role.to_owned(), PlacedObject::color_and_shape_label)
    }
}

impl Planner for Oracle {
    fn plan(
        &mut self,
        _: &Frame,
        situation: &Situation,
    ) -> Result<plan::ModelResponse<Plan>, PlannerError> {
        let steps = expert::plan(&self.parsed, situation);
        Ok(plan::ModelResponse::from_parsed(steps.to_string(), steps))
    }
}
