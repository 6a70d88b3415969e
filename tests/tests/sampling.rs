//! Draws and thoughts of models in this process, with tiny random weights.

use std::path::Path;
use std::time::Duration;

use enact_model::{MistralModel, RequestOptions, Sampling};
use enact_plan::{LayeredPlanner, Perceiver, Planner, Strategy, Think};
use enact_tests::tiny::gemma3;
use enact_tests::view;
use enact_types::StopSwitch;

/// Seed of weights that plan and see something.
const WEIGHTS: u64 = 24;

fn load(folder: &Path, sampling: Sampling) -> MistralModel {
    let options = RequestOptions {
        time_limit: Duration::from_secs(120),
        max_tokens: Some(6000),
        sampling,
        ..RequestOptions::default()
    };
    let source = folder.to_str().unwrap();
    MistralModel::load(source, options, &StopSwitch::new()).unwrap()
}

fn drawn(seed: u64) -> Sampling {
    Sampling {
        temperature: Some(1.5),
        top_k: Some(0),
        seed: Some(seed),
        ..Sampling::GREEDY
    }
}

/// What is planned in turn.
fn plans(model: &mut impl Planner, count: usize) -> Vec<String> {
    let frame = view::frame([200, 120, 40], 100, 80);
    let situation = view::situation("put the red cube in the blue bowl");
    (0..count)
        .map(|_| model.plan(&frame, &situation).unwrap().completion)
        .collect()
}

#[test]
fn a_seed_decides_what_is_drawn_and_lists_are_not() {
    let folder = tempfile::tempdir().unwrap();
    gemma3::write(folder.path(), WEIGHTS).unwrap();
    let with = |sampling: Sampling| {
        let mut model = load(folder.path(), sampling);
        let frame = view::frame([200, 120, 40], 100, 80);
        let list = model.perceive(&frame).unwrap().completion;
        (plans(&mut model, 3), list)
    };
    let (first, list) = with(drawn(1));
    let (again, same_list) = with(drawn(1));
    let (other, other_list) = with(drawn(2));
    let (greedy, greedy_list) = with(Sampling::GREEDY);
    assert_eq!(first, again);
    assert_ne!(first, other);
    assert!(first[0] != first[1] && first[1] != first[2], "{first:?}");
    assert!(greedy[0] == greedy[1] && greedy[1] == greedy[2]);
    assert!([same_list, other_list, greedy_list].iter().all(|it| *it == list));
}

#[test]
fn a_drawn_plan_tells_how_likely_it_was() {
    let folder = tempfile::tempdir().unwrap();
    gemma3::write(folder.path(), WEIGHTS).unwrap();
    let mut model = load(folder.path(), drawn(3));
    let frame = view::frame([200, 120, 40], 100, 80);
    let situation = view::situation("put the red cube in the blue bowl");
    let tokens = model.plan(&frame, &situation).unwrap().tokens;
    let told: Vec<f64> = tokens.iter().filter_map(|it| it.log_probability).collect();
    assert_eq!(told.len(), tokens.len());
    // Random weights are sure of little, but of some tokens there is only one.
    assert!(told.iter().all(|it| *it <= 1e-6) && told.iter().any(|it| *it < -0.1), "{told:?}");
}

#[test]
fn a_thought_stands_before_the_plan_under_the_grammar() {
    let folder = tempfile::tempdir().unwrap();
    gemma3::write(folder.path(), WEIGHTS).unwrap();
    let strategies: Vec<Box<dyn Strategy>> = vec![Box::new(Think::new(8))];
    let mut planner = LayeredPlanner::new(load(folder.path(), drawn(1)), strategies);
    let frame = view::frame([200, 120, 40], 100, 80);
    let situation = view::situation("put the red cube in the blue bowl");
    let planned = planner.plan(&frame, &situation).unwrap();
    let [thought] = &planned.exchanges[..] else {
        panic!("{:?}", planned.exchanges);
    };
    assert!((1..=32).contains(&thought.text.chars().count()), "{}", thought.text);
    let plan = planned.parsed.unwrap();
    assert_eq!(serde_json::to_string(&plan).unwrap(), planned.completion);
    assert!(!planned.completion.contains("thought"));
}
