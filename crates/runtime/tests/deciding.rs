//! Selection among several plans, and plans that are not carried out after all.

use std::cell::Cell;

use enact_dataset::ground_truth::GroundTruth;
use enact_plan::{
    CompositeAgent, Detection, ExchangeKind, ModelResponse, Perceiver, Plan, Planner, PlannerError,
    Relation, ScriptedPlanner, Situation, Step, Token,
};
use enact_runtime::{Event, Observer, PlanChoice, TaskEnd, TaskOptions, TaskReport};
use enact_sim::Simulator;
use enact_testkit::SimulatedTable;
use enact_types::{Frame, NormalizedPoint, Vector3};

fn point(object: &str) -> Step {
    Step::point_step(object)
}

/// Returns a plan of this step with this log-probability.
fn answer(step: Step, log_probability: f64) -> ModelResponse<Plan> {
    answer_of(&[step, Step::done_step()], log_probability)
}

/// Returns a plan of these steps with this log-probability.
fn answer_of(steps: &[Step], log_probability: f64) -> ModelResponse<Plan> {
    let plan = Plan {
        steps: steps.to_vec(),
    };
    ModelResponse {
        tokens: vec![Token {
            text: plan.to_string(),
            log_probability: Some(log_probability),
        }],
        ..ModelResponse::from_parsed(plan.to_string(), plan)
    }
}

/// Returns the answers one after another, and repeats the last; `meanwhile` runs while it thinks.
struct Thinking<F> {
    answers: Vec<ModelResponse<Plan>>,
    meanwhile: F,
}

impl<F: FnMut()> Planner for Thinking<F> {
    fn plan(&mut self, _: &Frame, _: &Situation) -> Result<ModelResponse<Plan>, PlannerError> {
        (self.meanwhile)();
        Ok(match self.answers.len() {
            1 => self.answers[0].clone(),
            _ => self.answers.remove(0),
        })
    }
}

/// Names the object at each mark, but never points.
struct Naming(GroundTruth);

impl Perceiver for Naming {
    fn perceive(&mut self, _: &Frame) -> Result<ModelResponse<Vec<Detection>>, PlannerError> {
        Ok(ModelResponse::from_parsed(String::new(), Vec::new()))
    }

    fn perceive_marked(
        &mut self,
        frame: &Frame,
        marks: &[NormalizedPoint],
    ) -> Result<ModelResponse<Vec<Detection>>, PlannerError> {
        let truth = self.0.perceive(frame)?.parsed.unwrap();
        let apart = |a: NormalizedPoint, b: NormalizedPoint| {
            u32::from(a.x.abs_diff(b.x)) + u32::from(a.y.abs_diff(b.y))
        };
        let named = truth.into_iter().filter_map(|detection| {
            let nearest = marks
                .iter()
                .min_by_key(|mark| apart(**mark, detection.point))?;
            (apart(*nearest, detection.point) < 40).then_some(Detection {
                point: *nearest,
                ..detection
            })
        });
        Ok(ModelResponse::from_parsed(String::new(), named.collect()))
    }
}

/// The plans, in the order in which they are reported.
#[derive(Default)]
struct Plans(Vec<ModelResponse<Plan>>);

impl Observer for Plans {
    fn observe(&mut self, event: &Event<'_>) {
        if let Event::Planned { answer, .. } = event {
            self.0.push((*answer).clone());
        }
    }
}

/// Runs a task on a table with a red cube and a blue bowl; `meanwhile` acts on its world each time
/// the planner thinks. Returns the texts of the plans as well.
fn run(
    answers: Vec<ModelResponse<Plan>>,
    options: TaskOptions,
    meanwhile: impl Fn(&Simulator, u32),
) -> (TaskReport, Vec<String>) {
    let (report, plans) = told(answers, options, meanwhile);
    let texts = plans.into_iter().map(|answer| answer.completion);
    (report, texts.collect())
}

/// The same with the plans as they are reported.
fn told(
    answers: Vec<ModelResponse<Plan>>,
    options: TaskOptions,
    meanwhile: impl Fn(&Simulator, u32),
) -> (TaskReport, Vec<ModelResponse<Plan>>) {
    let table = SimulatedTable::new(3);
    let mut thoughts = 0;
    let mut plans = Plans::default();
    let agent = CompositeAgent {
        perceiver: table.ground_truth_perceiver(),
        planner: Thinking {
            answers,
            meanwhile: || {
                thoughts += 1;
                meanwhile(&table.simulator, thoughts);
            },
        },
    };
    let mut session = table.session(agent, vec![Box::new(&mut plans)]);
    let report = session.run_task("point to something", options).unwrap();
    drop(session);
    (report, plans.0)
}

fn options(turns: u32, rank: u32) -> TaskOptions {
    let choice = match rank {
        1 => PlanChoice::Only,
        rank => PlanChoice::Best(rank),
    };
    TaskOptions {
        choice,
        ..TaskOptions::from_max_turns(turns)
    }
}

/// Moves the red cube, and then lets some time pass.
fn shift(simulator: &Simulator, by: f64) {
    simulator.with_world(|world| {
        let objects = &world.layout().objects;
        let index = objects.iter().position(|item| item.name == "red cube");
        let mut pose = world.object("red cube").unwrap().pose;
        pose.translation.vector += Vector3::new(0.0, by, 0.0);
        world.teleport_object(index.unwrap(), &pose);
        for _ in 0..600 {
            world.step_holding();
        }
    });
}

#[test]
fn the_likeliest_plan_that_can_be_done_is_done() {
    let drawn = || {
        vec![
            answer(point("blue bowl"), -3.0),
            answer(point("green ball"), -0.1),
            answer(point("red cube"), -1.0),
        ]
    };
    let (report, told) = run(drawn(), options(1, 3), |_, _| {});
    assert_eq!(report.steps.len(), 1);
    assert_eq!(report.steps[0].step, point("red cube"));
    assert!(report.refusals.is_empty(), "{:?}", report.refusals);
    // The worst plan is reported first; an infeasible one is worst, however likely.
    let order = ["green ball", "blue bowl", "red cube"];
    assert!(
        told.len() == 3
            && told
                .iter()
                .zip(order)
                .all(|(plan, name)| plan.contains(name))
    );
    // Without a choice the first answer is the plan.
    let (report, told) = run(drawn(), options(1, 1), |_, _| {});
    assert_eq!(
        (report.steps[0].step.clone(), told.len()),
        (point("blue bowl"), 1)
    );
}

/// Shows what a vote among these plans decides, without moving.
fn vote(answers: Vec<ModelResponse<Plan>>) -> (TaskReport, Vec<ModelResponse<Plan>>) {
    let options = TaskOptions {
        choice: PlanChoice::Vote(answers.len() as u32),
        dry_run: true,
        ..TaskOptions::from_max_turns(1)
    };
    told(answers, options, |_, _| {})
}

fn put(and: &[Step]) -> Vec<Step> {
    let mut steps = vec![
        Step::pick_step("red cube"),
        Step::place_step("red cube", Relation::In, "blue bowl"),
    ];
    steps.extend_from_slice(and);
    steps
}

/// Three plans that put the cube into the bowl, each in its own words, and two likelier ones.
fn divided() -> Vec<ModelResponse<Plan>> {
    vec![
        answer(point("red cube"), -0.1),
        answer_of(&put(&[Step::home_step(), Step::done_step()]), -3.0),
        answer_of(&put(&[Step::done_step()]), -4.0),
        answer(point("blue bowl"), -0.2),
        answer_of(&put(&[Step::say_step("There."), Step::done_step()]), -5.0),
    ]
}

#[test]
fn a_vote_changes_the_plan() {
    let (report, plans) = vote(divided());
    let done: Vec<&Step> = report.steps.iter().map(|outcome| &outcome.step).collect();
    // Of those that agree it is the likeliest.
    assert_eq!(done, put(&[Step::home_step()]).iter().collect::<Vec<_>>());
    let best = plans.last().unwrap();
    let [decision] = &best.exchanges[..] else {
        panic!("{:?}", best.exchanges);
    };
    assert_eq!(
        (decision.method.as_str(), decision.kind),
        ("vote", ExchangeKind::Decision)
    );
    assert!(
        decision.text.starts_with("3 of the 5 plans"),
        "{}",
        decision.text
    );
    assert!(plans[..4].iter().all(|plan| plan.exchanges.is_empty()));
    // By likelihood it is another one.
    let (report, _) = run(divided(), options(1, 5), |_, _| {});
    assert_eq!(report.steps[0].step, point("red cube"));
}

#[test]
fn only_plans_that_can_be_done_have_a_vote() {
    let absent = || answer(point("green ball"), -0.1);
    let drawn = vec![
        absent(),
        answer(point("red cube"), -9.0),
        absent(),
        absent(),
    ];
    let (report, plans) = vote(drawn);
    assert_eq!(report.steps[0].step, point("red cube"));
    let decision = &plans.last().unwrap().exchanges[0].text;
    assert!(
        decision.contains("1 of the 4") && decision.contains("1 can be done"),
        "{decision}"
    );
    let (report, plans) = vote(vec![absent(), absent()]);
    assert_eq!(report.refusals.len(), 1);
    let decision = &plans.last().unwrap().exchanges[0].text;
    assert_eq!(decision, "none of the 2 plans can be done");
}

#[test]
fn what_is_only_said_is_one_opinion_however_it_is_put() {
    let says = |text: &str| answer_of(&[Step::say_step(text)], -1.0);
    let asks = answer_of(&[Step::ask_step("Which one?")], -0.5);
    let drawn = vec![
        asks.clone(),
        says("I cannot."),
        answer(point("red cube"), -0.1),
        says("That is not possible."),
        says("I cannot."),
        asks,
        answer(point("red cube"), -0.1),
    ];
    let (report, plans) = vote(drawn);
    assert_eq!(report.said, ["I cannot."]);
    assert!(
        plans.last().unwrap().exchanges[0]
            .text
            .starts_with("3 of the 7")
    );
}

#[test]
fn a_vote_that_is_held_again_comes_out_the_same() {
    let summary = |plans: &[ModelResponse<Plan>]| -> Vec<_> {
        let plans = plans.iter();
        plans
            .map(|plan| (plan.completion.clone(), plan.exchanges.clone()))
            .collect()
    };
    let (_, first) = vote(divided());
    let (_, again) = vote(first.clone());
    assert_eq!(summary(&first), summary(&again));
}

/// A plan that follows from rules, and how often it was asked for.
struct Settled<'c> {
    plan: Plan,
    asked: &'c Cell<u32>,
}

impl Planner for Settled<'_> {
    fn plan(&mut self, _: &Frame, _: &Situation) -> Result<ModelResponse<Plan>, PlannerError> {
        self.asked.set(self.asked.get() + 1);
        Ok(ModelResponse::from_plan(self.plan.clone()))
    }

    fn plans_without_model(&mut self, _: &Situation) -> bool {
        true
    }
}

#[test]
fn what_no_model_is_asked_for_is_drawn_once_and_nobody_votes_on_it() {
    for choice in [PlanChoice::Vote(5), PlanChoice::Best(5), PlanChoice::Only] {
        let table = SimulatedTable::new(3);
        let (asked, mut plans) = (Cell::new(0), Plans::default());
        let agent = CompositeAgent {
            perceiver: table.ground_truth_perceiver(),
            planner: Settled {
                plan: Plan {
                    steps: vec![point("red cube"), Step::done_step()],
                },
                asked: &asked,
            },
        };
        let mut session = table.session(agent, vec![Box::new(&mut plans)]);
        let options = TaskOptions {
            choice,
            ..TaskOptions::from_max_turns(1)
        };
        let report = session.run_task("point to something", options).unwrap();
        drop(session);
        assert_eq!(report.ending, TaskEnd::Done, "{choice:?}");
        assert_eq!((asked.get(), plans.0.len()), (1, 1), "{choice:?}");
        assert!(
            plans.0[0].exchanges.is_empty(),
            "{:?}",
            plans.0[0].exchanges
        );
    }
}

#[test]
fn a_plan_is_not_carried_out_when_its_object_was_moved_while_it_was_made() {
    let moved_once = |simulator: &Simulator, thought: u32| {
        if thought == 1 {
            shift(simulator, 0.05);
        }
    };
    let (report, told) = run(
        vec![answer(point("red cube"), -0.1)],
        options(4, 1),
        moved_once,
    );
    assert_eq!(report.ending, TaskEnd::Done);
    assert_eq!((told.len(), report.steps.len()), (2, 1));
    // Time alone changes nothing, and neither does an object that the plan does not name.
    let waits = |simulator: &Simulator, _: u32| shift(simulator, 0.0);
    let (report, told) = run(vec![answer(point("red cube"), -0.1)], options(4, 1), waits);
    assert_eq!((report.ending, told.len()), (TaskEnd::Done, 1));
    let (report, told) = run(
        vec![answer(point("blue bowl"), -0.1)],
        options(4, 1),
        moved_once,
    );
    assert_eq!((report.ending, told.len()), (TaskEnd::Done, 1));
}

#[test]
fn what_is_moved_again_and_again_ends_in_a_question() {
    let restless = |simulator: &Simulator, thought: u32| {
        shift(
            simulator,
            if thought.is_multiple_of(2) {
                0.05
            } else {
                -0.05
            },
        );
    };
    let (report, told) = run(
        vec![answer(point("red cube"), -0.1)],
        options(20, 1),
        restless,
    );
    assert_eq!(report.ending, TaskEnd::Asked);
    assert!(report.said[0].contains("red cube"), "{:?}", report.said);
    assert!(told.len() < 6 && report.steps.is_empty(), "{}", told.len());
}

#[test]
fn a_model_that_never_points_names_marks() {
    let run = |marks: bool| {
        let table = SimulatedTable::new(3);
        let plan = answer(point("red cube"), -0.1).parsed.unwrap();
        let agent = CompositeAgent {
            perceiver: Naming(table.ground_truth_perceiver()),
            planner: ScriptedPlanner::new(plan),
        };
        let mut session = table.session(agent, Vec::new());
        let options = TaskOptions {
            marks,
            ..options(2, 1)
        };
        session
            .run_task("point to the red cube", options)
            .unwrap()
            .ending
    };
    assert_eq!(
        (run(true), run(false)),
        (TaskEnd::Done, TaskEnd::OutOfTurns)
    );
}
