//! Instructions from ROS 2.
//!
//! Two ways lead to the same runner. Every ROS 2 user has `std_msgs`: a sentence on
//! `enact/instruction` is carried out, and what happens is told as lines of JSON on `enact/events`.
//! Who has built the package `enact_interfaces` uses the action `enact/run_task`, which can be
//! canceled and has a result.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use enact_types::StopSwitch;
use ros2_client::action::{GoalId, GoalStatusEnum};
use ros2_client::{Publisher, Subscription};
use serde_json::json;

use crate::action_server::{ClientRequest, NetworkActionServer, read_or_log};
use crate::messages::enact::{RunTaskFeedback, RunTaskGoal, RunTaskResult};
use crate::messages::std_msgs::Text;
use crate::settings::Ros2Settings;
use crate::{Connection, Ros2Error, qos};

/// Time between two looks for requests.
const POLL: Duration = Duration::from_millis(10);
/// Longest instruction, bytes.
const MAX_INSTRUCTION_BYTES: usize = 10_000;

/// Carries out instructions; the program implements it.
pub trait TaskRunner: Send {
    /// Carries out an instruction, and tells each event as a line of JSON. Ends soon after `cancel`
    /// is pressed.
    fn run(
        &mut self,
        instruction: &str,
        events: &mut dyn FnMut(String),
        cancel: &StopSwitch,
    ) -> TaskOutcome;
}

/// How a task ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskOutcome {
    /// Whether it was done.
    pub success: bool,
    /// How it ended, in a sentence.
    pub message: String,
}

/// A node that takes instructions, one at a time. Dropping it calls off the task that runs.
#[derive(Debug)]
pub struct Ros2TaskNode {
    ended: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl Ros2TaskNode {
    /// Joins the network and hands instructions to `runner`.
    ///
    /// # Errors
    /// [`Ros2Error`] if something cannot be created.
    pub fn start(
        settings: &Ros2Settings,
        mut runner: Box<dyn TaskRunner>,
    ) -> Result<Self, Ros2Error> {
        let mut connection = Connection::open(settings)?;
        let text = ("std_msgs", "String");
        let (jobs, inbox) = channel::<Job>();
        let (teller, events) = channel();
        let mut node = TaskLoop {
            instructions: connection.create_subscription(
                "enact/instruction",
                text,
                &qos::services(),
            )?,
            told: connection.create_publisher("enact/events", text, &qos::services())?,
            action: NetworkActionServer::create(
                &mut connection,
                "enact/run_task",
                ("enact_interfaces", "RunTask"),
            )?,
            jobs,
            events,
            running: None,
        };
        let ended = Arc::new(AtomicBool::new(false));
        let until = Arc::clone(&ended);
        let failed = |why| Ros2Error::cannot_create("thread of the task node", why);
        let work = std::thread::Builder::new()
            .name("ros2 tasks".to_owned())
            .spawn(move || work(runner.as_mut(), &inbox, &teller))
            .map_err(failed)?;
        let serve = std::thread::Builder::new()
            .name("ros2 task node".to_owned())
            .spawn(move || {
                let _connection = connection;
                while !until.load(Ordering::SeqCst) {
                    node.look();
                    std::thread::sleep(POLL);
                }
                if let Some(running) = &node.running {
                    running.cancel.press();
                }
            })
            .map_err(failed)?;
        Ok(Self {
            ended,
            threads: vec![serve, work],
        })
    }
}

impl Drop for Ros2TaskNode {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::SeqCst);
        for thread in self.threads.drain(..) {
            if thread.join().is_err() {
                tracing::error!("a thread of the ROS 2 task node panicked");
            }
        }
    }
}

/// An instruction that is to be carried out.
struct Job {
    instruction: String,
    cancel: StopSwitch,
}

/// What the worker tells.
enum Event {
    Line(String),
    Done(TaskOutcome),
}

fn work(runner: &mut dyn TaskRunner, inbox: &Receiver<Job>, teller: &Sender<Event>) {
    while let Ok(job) = inbox.recv() {
        // Nobody may listen any more.
        let mut tell = |line| drop(teller.send(Event::Line(line)));
        let outcome = runner.run(&job.instruction, &mut tell, &job.cancel);
        drop(teller.send(Event::Done(outcome)));
    }
}

/// The task that runs.
struct Running {
    /// The goal, if it came by the action.
    goal: Option<GoalId>,
    cancel: StopSwitch,
    is_canceled: bool,
}

struct TaskLoop {
    instructions: Subscription<Text>,
    told: Publisher<Text>,
    action: NetworkActionServer<RunTaskGoal, RunTaskResult, RunTaskFeedback>,
    jobs: Sender<Job>,
    events: Receiver<Event>,
    running: Option<Running>,
}

impl TaskLoop {
    fn look(&mut self) {
        while let Some((text, _)) = read_or_log("an instruction", self.instructions.take()) {
            if let Err(why) = self.take(None, &text.data) {
                self.tell(&json!({"event": "refused", "message": why}).to_string());
            }
        }
        for asked in self.action.take_requests() {
            match asked {
                ClientRequest::Goal(id, goal) => {
                    if let Err(message) = self.take(Some(id), &goal.instruction) {
                        let result = RunTaskResult {
                            success: false,
                            message,
                        };
                        self.action.finish_goal(id, GoalStatusEnum::Aborted, result);
                    }
                }
                ClientRequest::Cancel(ids) => {
                    if let Some(running) = &mut self.running
                        && running.goal.is_some_and(|goal| ids.contains(&goal))
                    {
                        running.is_canceled = true;
                        running.cancel.press();
                    }
                }
            }
        }
        while let Ok(event) = self.events.try_recv() {
            match event {
                Event::Line(line) => {
                    self.tell(&line);
                    let goal = self.running.as_ref().and_then(|running| running.goal);
                    if let Some(goal) = goal {
                        self.action
                            .send_feedback(goal, RunTaskFeedback { event: line });
                    }
                }
                Event::Done(outcome) => self.finish(outcome),
            }
        }
    }

    /// Takes an instruction unless another one is being carried out; returns why not.
    fn take(&mut self, goal: Option<GoalId>, instruction: &str) -> Result<(), String> {
        let instruction = instruction.trim();
        if instruction.is_empty() {
            return Err("the instruction is empty".to_owned());
        }
        if instruction.len() > MAX_INSTRUCTION_BYTES {
            return Err(format!(
                "the instruction is longer than {MAX_INSTRUCTION_BYTES} bytes"
            ));
        }
        if self.running.is_some() {
            return Err("another instruction is being carried out; wait, or cancel it".to_owned());
        }
        let cancel = StopSwitch::new();
        let job = Job {
            instruction: instruction.to_owned(),
            cancel: cancel.clone(),
        };
        let sent = self.jobs.send(job);
        sent.map_err(|_| "the program that carries out instructions has ended".to_owned())?;
        if let Some(id) = goal {
            self.action.mark_executing(id);
        }
        self.running = Some(Running {
            goal,
            cancel,
            is_canceled: false,
        });
        self.tell(&json!({"event": "started", "instruction": instruction}).to_string());
        Ok(())
    }

    fn finish(&mut self, outcome: TaskOutcome) {
        let TaskOutcome { success, message } = outcome;
        let line = json!({"event": "ended", "success": success, "message": message});
        self.tell(&line.to_string());
        let Some(running) = self.running.take() else {
            return;
        };
        if let Some(goal) = running.goal {
            let status = match success {
                true => GoalStatusEnum::Succeeded,
                false if running.is_canceled => GoalStatusEnum::Canceled,
                false => GoalStatusEnum::Aborted,
            };
            let result = RunTaskResult { success, message };
            self.action.finish_goal(goal, status, result);
        }
    }

    fn tell(&self, line: &str) {
        if self.told.publish(Text::from(line.to_owned())).is_err() {
            tracing::warn!("an event could not be published");
        }
    }
}
