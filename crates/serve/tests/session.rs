//! The session with a loop that does what a test says.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, LazyLock};
use std::thread;
use std::time::Duration;

use enact_plan::{ModelResponse, Outcome, Relation, Situation, Step, Verdict};
use enact_runtime::{Event, Observer, TaskEnd};
use enact_serve::session::status::ArmMode;
use enact_serve::session::task::TaskState;
use enact_serve::{JobEnd, Problem, ProblemKind, Role, ServeObserver, Work};
use enact_types::StopSwitch;

mod mock;

use mock::{Mock, TEST_TIMEOUT, asking, client, instruct, picks, reported};

fn kind<T: std::fmt::Debug>(result: Result<T, Problem>) -> ProblemKind {
    result.unwrap_err().kind
}

#[test]
fn one_client_drives_at_a_time() {
    let mock = Mock::new();
    let (ada, lin) = (client("ada", Role::Drive), client("lin", Role::Drive));
    let (boss, guest) = (client("boss", Role::Admin), client("guest", Role::Ask));
    let session = &mock.session;
    assert_eq!(kind(session.take_lease(&guest, false)), ProblemKind::Role);
    session.take_lease(&ada, false).unwrap();
    session.take_lease(&ada, false).unwrap();
    assert_eq!(kind(session.take_lease(&lin, false)), ProblemKind::Leased);
    assert_eq!(kind(session.take_lease(&lin, true)), ProblemKind::Role);
    assert_eq!(kind(session.release_lease(&lin)), ProblemKind::NotDriver);
    assert_eq!(
        kind(session.hand_over_lease(&ada, &guest)),
        ProblemKind::Role
    );
    assert_eq!(
        kind(session.hand_over_lease(&lin, &lin)),
        ProblemKind::NotDriver
    );
    assert_eq!(session.hand_over_lease(&ada, &lin).unwrap().name, "lin");
    assert!(!session.status(&ada).you.unwrap().is_driver);
    assert_eq!(session.take_lease(&boss, true).unwrap().name, "boss");
    assert_eq!(kind(session.pause_work(&lin)), ProblemKind::NotDriver);
    session.release_lease(&boss).unwrap();
    assert_eq!(mock.status().driver, None);
}

#[test]
fn a_lease_runs_out_and_what_moves_pauses() {
    let mock = Mock::with(None, Duration::from_millis(1));
    let ada = client("ada", Role::Drive);
    // With the lease or without, as a busy machine has it: the yes is asked for later.
    mock.ask(&ada, "pick it", true);
    let job = mock.session.next_job().unwrap();
    mock.session.take_lease(&ada, false).unwrap();
    let status = mock.wait_until(|status| status.pause_reason.is_some());
    assert_eq!(status.driver, None);
    assert!(status.pause_reason.unwrap().contains("ada"));
    mock.session.finish_task(job.id, reported(TaskEnd::Done));
}

#[test]
fn tasks_are_carried_out_in_order_and_can_be_cancelled_while_they_wait() {
    let mock = Mock::new();
    let (ada, lin) = (client("ada", Role::Ask), client("lin", Role::Ask));
    let ids: Vec<u64> = ["one", "two", "three"]
        .map(|it| mock.ask(&ada, it, true))
        .to_vec();
    let places = || -> Vec<(String, usize)> {
        let queue = mock.status().queue.into_iter();
        queue.map(|it| (it.instruction, it.place)).collect()
    };
    assert_eq!(mock.session.task(ids[2]).unwrap().place, Some(2));
    assert_eq!(
        kind(mock.session.cancel_task(&lin, ids[1])),
        ProblemKind::Role
    );
    let cancelled = mock.session.cancel_task(&ada, ids[1]).unwrap();
    assert_eq!(cancelled.state, TaskState::Cancelled);
    assert_eq!(
        kind(mock.session.cancel_task(&ada, ids[1])),
        ProblemKind::Over
    );
    assert_eq!(places(), [("one".to_owned(), 0), ("three".to_owned(), 1)]);
    for expected in [ids[0], ids[2]] {
        let job = mock.session.next_job().unwrap();
        assert_eq!(job.id, expected);
        assert_eq!(mock.status().task.unwrap().id, expected);
        mock.session.finish_task(job.id, reported(TaskEnd::Done));
    }
    let done = mock.session.task(ids[0]).unwrap();
    assert_eq!(done.state, TaskState::Ended);
    assert_eq!(done.ending.as_deref(), Some("done"));
    assert_eq!(mock.status().state, ArmMode::Idle);
    assert_eq!(
        kind(mock.session.cancel_task(&ada, 99)),
        ProblemKind::NotFound
    );
}

#[test]
fn what_makes_no_sense_is_not_taken_up() {
    let mock = Mock::new();
    let ada = client("ada", Role::Drive);
    mock.session.take_lease(&ada, false).unwrap();
    let jog = |joint: &str, by: f64| Work::Jog {
        joint: joint.to_owned(),
        by,
    };
    for work in [
        instruct(""),
        instruct("?!"),
        instruct(&"a".repeat(2001)),
        Work::Skill {
            step: Step::done_step(),
        },
        jog("elbow", 0.1),
        jog("pan", 0.0),
        jog("pan", 0.4),
        jog("pan", f64::NAN),
    ] {
        let refused = mock.session.submit_work(&ada, work.clone(), false, None);
        assert_eq!(kind(refused), ProblemKind::Invalid, "{work:?}");
    }
    mock.session
        .submit_work(&ada, jog("pan", -0.1), false, None)
        .unwrap();
    let busy = mock.session.submit_work(&ada, Work::Home, false, None);
    assert_eq!(kind(busy), ProblemKind::Busy);
}

#[test]
fn what_moves_without_a_yes_needs_the_lease() {
    let mock = Mock::new();
    let (ada, guest) = (client("ada", Role::Drive), client("guest", Role::Ask));
    let submit = |client, work, approve| mock.session.submit_work(client, work, approve, None);
    assert_eq!(
        kind(submit(&guest, instruct("go"), false)),
        ProblemKind::NotDriver
    );
    assert_eq!(kind(submit(&guest, Work::Home, false)), ProblemKind::Role);
    assert_eq!(
        kind(submit(&ada, Work::Home, false)),
        ProblemKind::NotDriver
    );
    submit(&guest, instruct("go"), true).unwrap();
    let watcher = client("watcher", Role::Watch);
    assert_eq!(
        kind(submit(&watcher, instruct("go"), true)),
        ProblemKind::Role
    );
}

#[test]
fn a_full_queue_takes_nothing_more_and_a_stop_all_the_same() {
    let mock = Mock::new();
    let ada = client("ada", Role::Ask);
    for number in 0..64 {
        mock.ask(&ada, &format!("task {number}"), true);
    }
    let one_more = mock.session.submit_work(&ada, instruct("more"), true, None);
    assert_eq!(kind(one_more), ProblemKind::QueueFull);
    mock.session.press_stop("ada");
    assert!(mock.stop.is_pressed());
}

#[test]
fn a_request_that_is_sent_again_does_nothing_more() {
    let folder = tempfile::tempdir().unwrap();
    let (state, copy) = (
        folder.path().join("queue.json"),
        folder.path().join("copy.json"),
    );
    let (ada, lin) = (client("ada", Role::Ask), client("lin", Role::Ask));
    let first = {
        let mock = Mock::with(Some(&state), TEST_TIMEOUT);
        let submit = |client, text: &str| {
            mock.session
                .submit_work(client, instruct(text), true, Some("key"))
        };
        let first = submit(&ada, "one").unwrap();
        assert_eq!(submit(&ada, "one").unwrap(), first);
        assert_eq!(kind(submit(&ada, "two")), ProblemKind::KeyReused);
        assert_ne!(submit(&lin, "two").unwrap().id, first.id, "a key of lin's");
        // Also once the arm is stopped: it was taken up before.
        mock.session.press_stop("ada");
        assert_eq!(submit(&ada, "one").unwrap(), first);
        assert_eq!(mock.session.tasks().len(), 2);
        std::fs::copy(&state, &copy).unwrap();
        first
    };
    let mock = Mock::with(Some(&copy), TEST_TIMEOUT);
    let again = mock
        .session
        .submit_work(&ada, instruct("one"), true, Some("key"));
    assert_eq!(again.unwrap().id, first.id);
}

#[test]
fn the_queue_survives_and_nothing_moves_by_itself() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("queue.json");
    let ada = client("ada", Role::Drive);
    // As after kill -9: the file is all that is left.
    let copy = folder.path().join("copy.json");
    let (running, waiting) = {
        let mock = Mock::with(Some(&state), TEST_TIMEOUT);
        mock.session.take_lease(&ada, false).unwrap();
        let running = mock.ask(&ada, "one", false);
        let waiting = mock.ask(&ada, "two", false);
        assert_eq!(mock.session.next_job().unwrap().id, running);
        std::fs::copy(&state, &copy).unwrap();
        (running, waiting)
    };
    let mock = Mock::with(Some(&copy), TEST_TIMEOUT);
    let was_running = mock.session.task(running).unwrap();
    assert_eq!(was_running.state, TaskState::Interrupted);
    let status = mock.status();
    assert_eq!(status.state, ArmMode::Paused);
    assert_eq!(status.driver, None);
    assert_eq!(status.queue.len(), 1);
    let (sender, receiver) = channel();
    let session = Arc::clone(&mock.session);
    let arm_loop = thread::spawn(move || sender.send(session.next_job().unwrap().id));
    assert!(receiver.recv_timeout(Duration::from_millis(100)).is_err());
    mock.session.take_lease(&ada, false).unwrap();
    mock.session.resume_work(&ada).unwrap();
    assert_eq!(receiver.recv_timeout(TEST_TIMEOUT).unwrap(), waiting);
    arm_loop.join().unwrap().unwrap();
    assert!(mock.ask(&ada, "three", false) > waiting, "numbers are new");
}

#[test]
fn a_stop_ends_everything_and_clearing_begins_nothing() {
    let mock = Mock::new();
    let ada = client("ada", Role::Drive);
    let session = &mock.session;
    session.take_lease(&ada, false).unwrap();
    let (first, second) = (mock.ask(&ada, "one", false), mock.ask(&ada, "two", false));
    assert_eq!(session.next_job().unwrap().id, first);
    session.press_stop("lin");
    let status = mock.wait_until(|status| status.stop_reason.is_some());
    assert_eq!(status.state, ArmMode::Stopped);
    assert!(status.stop_reason.unwrap().contains("lin"));
    assert_eq!(
        kind(session.clear_stop(&ada)),
        ProblemKind::Busy,
        "it brakes"
    );
    assert!(mock.stop.is_pressed());
    session.finish_task(first, reported(TaskEnd::Stopped));
    let refused = session.submit_work(&ada, instruct("three"), false, None);
    assert_eq!(kind(refused), ProblemKind::Stopped);
    let lin = client("lin", Role::Drive);
    assert_eq!(kind(session.clear_stop(&lin)), ProblemKind::NotDriver);
    session.clear_stop(&ada).unwrap();
    assert!(!mock.stop.is_pressed());
    assert_eq!(mock.status().state, ArmMode::Paused);
    session.resume_work(&ada).unwrap();
    assert_eq!(session.next_job().unwrap().id, second);
    session.finish_task(second, reported(TaskEnd::Done));
    let ending = session.task(first).unwrap().ending;
    assert_eq!(ending.as_deref(), Some("stopped"));
}

#[test]
fn a_task_that_is_being_taken_up_as_the_stop_is_pressed_waits_again() {
    static STOP: LazyLock<StopSwitch> = LazyLock::new(StopSwitch::new);
    static IS_TAKEN: AtomicBool = AtomicBool::new(false);
    // Taking a task up reads the clock, and that is when somebody presses.
    let clock = || {
        if IS_TAKEN.load(Ordering::SeqCst) {
            STOP.press();
        }
        1.0
    };
    let mock = Mock::timed(None, TEST_TIMEOUT, STOP.clone(), clock);
    let ada = client("ada", Role::Drive);
    mock.session.take_lease(&ada, false).unwrap();
    let id = mock.ask(&ada, "one", false);
    IS_TAKEN.store(true, Ordering::SeqCst);
    let session = Arc::clone(&mock.session);
    let arm_loop = thread::spawn(move || session.next_job().map(|job| job.id));
    let stopped = mock.wait_until(|status| status.stopped);
    assert_eq!((stopped.task, stopped.queue.len()), (None, 1));
    IS_TAKEN.store(false, Ordering::SeqCst);
    mock.session.clear_stop(&ada).unwrap();
    let task = mock.session.task(id).unwrap();
    assert_eq!((task.state, task.began_at), (TaskState::Queued, None));
    mock.session.resume_work(&ada).unwrap();
    assert_eq!(arm_loop.join().unwrap(), Some(id));
}

#[test]
fn cancelling_what_is_carried_out_stops_the_arm() {
    let mock = Mock::new();
    let guest = client("guest", Role::Ask);
    let id = mock.ask(&guest, "one", true);
    mock.session.next_job().unwrap();
    mock.session.cancel_task(&guest, id).unwrap();
    assert!(mock.stop.is_pressed());
    mock.session.finish_task(id, JobEnd::Stopped);
    let ending = mock.session.task(id).unwrap().ending;
    assert_eq!(ending.as_deref(), Some("stopped"));
}

#[test]
fn nothing_is_carried_out_before_a_yes_to_this_very_plan() {
    let mock = Mock::new();
    let ada = client("ada", Role::Drive);
    let session = &mock.session;
    let id = mock.ask(&ada, "pick", true);
    session.next_job().unwrap();
    let asked = asking(&mock, &picks(&["red cube", "far cube"]), Some("far cube"));
    mock.wait_until(|status| status.state == ArmMode::WaitingForApproval);
    let shown = session.plan_of_task(id).unwrap();
    let verdicts: Vec<&str> = shown
        .steps
        .iter()
        .map(|step| step.verdict.as_deref().unwrap())
        .collect();
    assert_eq!(verdicts, ["feasible", "refused"]);
    assert_eq!(shown.steps[1].reason.as_deref(), Some("too far"));
    let decide = |plan, agreed| session.decide_on_plan(&ada, id, plan, agreed, None);
    assert_eq!(kind(decide(shown.plan, true)), ProblemKind::NotDriver);
    session.take_lease(&ada, false).unwrap();
    assert_eq!(kind(decide(shown.plan + 1, true)), ProblemKind::NotWaiting);
    assert_eq!(
        kind(session.decide_on_plan(&ada, id + 1, shown.plan, true, None)),
        ProblemKind::NotFound
    );
    session.pause_work(&ada).unwrap();
    assert_eq!(
        mock.status().state,
        ArmMode::Paused,
        "a yes would move nothing"
    );
    session.resume_work(&ada).unwrap();
    assert_eq!(mock.status().state, ArmMode::WaitingForApproval);
    decide(shown.plan, true).unwrap();
    assert!(asked.join().unwrap());
    // What came of a step is kept with the plan, for whoever asks later.
    let mut observer = ServeObserver::new(session);
    let step = Step::pick_step("red cube");
    observer.observe(&Event::StepVerified(&Outcome {
        step,
        verdict: Verdict::No,
        reason: "it slipped".to_owned(),
    }));
    let tried = session.plan_of_task(id).unwrap().steps;
    assert_eq!(tried[0].verdict.as_deref(), Some("no"));
    assert_eq!(tried[0].reason.as_deref(), Some("it slipped"));
    assert_eq!(tried[1].verdict.as_deref(), Some("refused"), "the preview");
    assert_eq!(kind(decide(shown.plan, true)), ProblemKind::NotWaiting);
    // The next plan of the same task waits again; silence ends with a stop, and is a no.
    let asked = asking(&mock, &picks(&["red cube"]), None);
    mock.wait_until(|status| status.state == ArmMode::WaitingForApproval);
    session.press_stop("lin");
    assert!(!asked.join().unwrap());
}

#[test]
fn a_plan_that_is_rejected_ends_the_task() {
    let mock = Mock::new();
    let ada = client("ada", Role::Drive);
    mock.session.take_lease(&ada, false).unwrap();
    let id = mock.ask(&ada, "pick", true);
    mock.session.next_job().unwrap();
    let asked = asking(&mock, &picks(&["red cube"]), None);
    mock.wait_until(|status| status.state == ArmMode::WaitingForApproval);
    let plan = mock.session.plan_of_task(id).unwrap().plan;
    mock.session
        .decide_on_plan(&ada, id, plan, false, None)
        .unwrap();
    assert!(!asked.join().unwrap());
    assert_eq!(mock.session.take_edited_plan(id), None);
    mock.session.finish_task(id, reported(TaskEnd::Stopped));
    let ending = mock.session.task(id).unwrap().ending;
    assert_eq!(ending.as_deref(), Some("rejected"));
}

#[test]
fn an_edited_plan_is_carried_out_only_if_all_of_it_is_feasible() {
    for (refused, is_carried_out) in [(None, true), (Some("blue cube"), false)] {
        let mock = Mock::new();
        let ada = client("ada", Role::Drive);
        let session = &mock.session;
        session.take_lease(&ada, false).unwrap();
        let id = mock.ask(&ada, "pick", true);
        session.next_job().unwrap();
        let asked = asking(&mock, &picks(&["red cube"]), None);
        mock.wait_until(|status| status.state == ArmMode::WaitingForApproval);
        let plan = session.plan_of_task(id).unwrap().plan;
        let edited = picks(&["blue cube"]);
        session
            .decide_on_plan(&ada, id, plan, true, Some(edited.clone()))
            .unwrap();
        assert!(!asked.join().unwrap(), "not the plan that was shown");
        assert_eq!(session.take_edited_plan(id), Some(edited.clone()));
        assert_eq!(session.take_edited_plan(id), None, "once");
        let asked = asking(&mock, &edited, refused);
        if is_carried_out {
            assert!(asked.join().unwrap());
            continue;
        }
        mock.wait_until(|status| status.state == ArmMode::WaitingForApproval);
        let shown = session.plan_of_task(id).unwrap();
        assert!(shown.edited && shown.waiting && shown.plan > plan);
        session.press_stop("ada");
        assert!(!asked.join().unwrap());
    }
}

#[test]
fn a_yes_to_an_edited_plan_is_none_to_another_one() {
    let mock = Mock::new();
    let ada = client("ada", Role::Drive);
    let session = &mock.session;
    session.take_lease(&ada, false).unwrap();
    let id = mock.ask(&ada, "pick", true);
    session.next_job().unwrap();
    let asked = asking(&mock, &picks(&["red cube"]), None);
    mock.wait_until(|status| status.state == ArmMode::WaitingForApproval);
    let plan = session.plan_of_task(id).unwrap().plan;
    let edited = picks(&["blue cube"]);
    session
        .decide_on_plan(&ada, id, plan, true, Some(edited))
        .unwrap();
    assert!(!asked.join().unwrap());
    session.take_edited_plan(id).unwrap();
    let asked = asking(&mock, &picks(&["green cube"]), None);
    mock.wait_until(|status| status.state == ArmMode::WaitingForApproval);
    session.press_stop("ada");
    assert!(!asked.join().unwrap());
}

#[test]
fn a_skill_that_was_tried_once_is_refused_or_did_not_work() {
    for (verdict, ending) in [(Verdict::Refused, "refused"), (Verdict::No, "not_done")] {
        let mock = Mock::new();
        let ada = client("ada", Role::Drive);
        mock.session.take_lease(&ada, false).unwrap();
        let step = Step::pick_step("goose");
        let work = Work::Skill { step: step.clone() };
        let id = mock
            .session
            .submit_work(&ada, work, false, None)
            .unwrap()
            .id;
        mock.session.next_job().unwrap();
        let JobEnd::Reported { mut report, .. } = reported(TaskEnd::OutOfTurns) else {
            panic!("it is reported");
        };
        report.steps.push(Outcome {
            step,
            verdict,
            reason: "nothing of the kind".to_owned(),
        });
        let reached = Some(false);
        mock.session
            .finish_task(id, JobEnd::Reported { report, reached });
        let task = mock.session.task(id).unwrap();
        assert_eq!(task.ending.as_deref(), Some(ending));
        assert_eq!(task.reason.as_deref(), Some("nothing of the kind"));
    }
}

/// What the status says of the gripper: whether that is known, and what it holds.
fn held(mock: &Mock) -> (bool, Option<String>) {
    let gripper = mock.status().gripper.unwrap();
    (gripper.is_known, gripper.holding)
}

#[test]
fn what_the_gripper_holds_is_told_only_where_it_is_known() {
    let mock = Mock::new();
    let ada = client("ada", Role::Ask);
    let id = mock.ask(&ada, "pick it and place it", true);
    mock.session.next_job().unwrap();
    let mut observer = ServeObserver::new(&mock.session);
    let (unknown, nothing) = ((false, None), (true, None));
    let cube = (true, Some("red cube".to_owned()));
    assert_eq!(held(&mock), unknown, "nobody has looked yet");
    let planned = |holding: Option<&str>| Situation {
        holding: holding.map(str::to_owned),
        ..Situation::default()
    };
    let answer = ModelResponse::from_plan(picks(&["red cube"]));
    let looks = |observer: &mut ServeObserver, holding: Option<&str>| {
        let situation = &planned(holding);
        let answer = &answer;
        observer.observe(&Event::Planned { situation, answer });
    };
    let judged = |step: &Step, verdict: Verdict| Outcome {
        step: step.clone(),
        verdict,
        reason: String::new(),
    };
    looks(&mut observer, None);
    assert_eq!(held(&mock), nothing);
    let (pick, point) = (Step::pick_step("red cube"), Step::point_step("blue bowl"));
    observer.observe(&Event::StepStarted(&pick));
    assert_eq!(held(&mock), unknown, "the fingers may close at any time");
    observer.observe(&Event::StepVerified(&judged(&pick, Verdict::Yes)));
    assert_eq!(held(&mock), cube);
    observer.observe(&Event::StepStarted(&Step::home_step()));
    assert_eq!(held(&mock), cube, "no thing is handled on the way home");
    observer.observe(&Event::StepStarted(&point));
    observer.observe(&Event::StepVerified(&judged(&point, Verdict::Yes)));
    assert_eq!(held(&mock), cube, "to point changes nothing");
    let place = Step::place_step("red cube", Relation::In, "blue bowl");
    observer.observe(&Event::StepStarted(&place));
    observer.observe(&Event::StepVerified(&judged(&place, Verdict::No)));
    assert_eq!(held(&mock), unknown, "it may lie anywhere");
    looks(&mut observer, Some("red cube"));
    assert_eq!(held(&mock), cube);
    observer.observe(&Event::StepStarted(&place));
    mock.session.finish_task(id, reported(TaskEnd::Stopped));
    assert_eq!(held(&mock), unknown, "it was stopped on the way");
    assert!(!mock.session.scene().is_holding_known);
}

#[test]
fn without_its_driver_the_arm_pauses_after_the_present_step() {
    let mock = Mock::new();
    let ada = client("ada", Role::Drive);
    let session = &mock.session;
    session.take_lease(&ada, false).unwrap();
    let stream = session.open_event_stream(&ada);
    let id = mock.ask(&ada, "pick", false);
    session.next_job().unwrap();
    drop(stream);
    assert!(mock.status().pause_reason.is_some());
    let (sender, receiver) = channel();
    let arm_loop = thread::spawn({
        let session = Arc::clone(session);
        move || {
            let mut observer = ServeObserver::new(&session);
            observer.observe(&Event::StepStarted(&Step::pick_step("red cube")));
            sender.send(()).unwrap();
        }
    });
    mock.wait_until(|status| status.state == ArmMode::Paused);
    assert!(receiver.try_recv().is_err(), "the step has not begun");
    session.resume_work(&ada).unwrap();
    receiver.recv_timeout(TEST_TIMEOUT).unwrap();
    arm_loop.join().unwrap();
    assert_eq!(mock.status().state, ArmMode::Moving);
    session.finish_task(id, reported(TaskEnd::Done));
}

#[test]
fn an_arm_that_failed_takes_nothing_up() {
    let mock = Mock::new();
    let ada = client("ada", Role::Ask);
    let id = mock.ask(&ada, "pick", true);
    mock.session.next_job().unwrap();
    let end = JobEnd::Broken("the bus is silent".to_owned());
    mock.session.finish_task(id, end);
    let status = mock.status();
    assert_eq!(status.state, ArmMode::Faulted);
    assert_eq!(status.fault.as_deref(), Some("the bus is silent"));
    assert_eq!(mock.session.task(id).unwrap().state, TaskState::Failed);
    let refused = mock.session.submit_work(&ada, instruct("pick"), true, None);
    assert_eq!(kind(refused), ProblemKind::Faulted);
}

#[test]
fn the_end_of_the_session_ends_whoever_waits() {
    let mock = Mock::new();
    let session = Arc::clone(&mock.session);
    let arm_loop = thread::spawn(move || session.next_job().is_none());
    mock.session.end_session();
    assert!(arm_loop.join().unwrap());
}
