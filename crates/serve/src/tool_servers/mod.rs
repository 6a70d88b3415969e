//! Tools of other servers that speak the Model Context Protocol, for a planner to call.
//!
//! A server is a command, spoken with on its standard input and output, or an address. Only tools that
//! a person has named are offered, and none that says of itself that it changes something: what they
//! return is data for a plan, which passes grounding and the gate like any other. A server that hangs,
//! ends, or sends without end is left out, and said once; everything else goes on without it.
//!
//! | module | idea |
//! |---|---|
//! | `connection` | a connection with a server, over pipes or HTTP |
//! | `process` | a server as a process of its own |
//! | `listener` | our end of a connection, as the server sees it |
//! | `budget` | how much a server may send for one request |
//! | `answer` | what a tool answers, and why a server does not |

mod answer;
mod budget;
mod connection;
mod listener;
mod process;

use std::collections::BTreeMap;
use std::future::Future;
use std::io;
use std::sync::mpsc::channel;
use std::time::Duration;

use enact_plan::strategy::tools::{ForeignTool, ForeignTools, OfferedTools};
use enact_types::{Reason, StopSwitch};
use futures_util::future::join_all;
use rmcp::model::{CallToolRequestParams, Tool};
use serde_json::{Map, Value};
use tokio::runtime::{Builder, Runtime};

use answer::{Trouble, text_of};
use connection::Connection;

/// Longest time that servers have to end when the program does.
const LAST: Duration = Duration::from_secs(1);

/// A server whose tools may be called.
#[derive(Clone)]
pub struct ToolServer {
    /// What it is called here: a word without a dot, with which the names of its tools begin.
    pub name: String,
    /// Where it is.
    pub place: ServerPlace,
    /// Its key, if it wants one.
    pub key: Option<ServerKey>,
    /// The tools that may be called.
    pub allow: Vec<String>,
    /// Longest wait for an answer.
    pub time_limit: Duration,
}

/// Where a server is.
#[derive(Clone)]
pub enum ServerPlace {
    /// A program that is started.
    Command {
        /// The program and its arguments.
        words: Vec<String>,
        /// Variables that it is given beside the usual ones.
        env: BTreeMap<String, String>,
    },
    /// An address, asked by streamable HTTP.
    Address(String),
}

/// A key: a process is given the variable, an address the value.
#[derive(Clone)]
pub struct ServerKey {
    /// Name of the variable that holds it.
    pub variable: String,
    /// The key itself.
    pub value: String,
}

/// Servers, and what they offer.
pub struct ToolServers {
    /// Always there until dropped.
    runtime: Option<Runtime>,
    stop: StopSwitch,
    programs: Vec<Program>,
    /// What was not told yet.
    news: Vec<String>,
}

/// A server, and what it offers.
struct Program {
    server: ToolServer,
    /// None once it is left out.
    connection: Option<Connection>,
    tools: Vec<ForeignTool>,
}

impl ToolServers {
    /// Connects to all servers at once. Those that do not answer are left out, and told by
    /// [`offered`](ForeignTools::offered). Once `stop` is pressed nobody waits for any.
    ///
    /// # Errors
    /// If there are no threads.
    pub fn connect(servers: Vec<ToolServer>, stop: &StopSwitch) -> io::Result<Self> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("tool-servers")
            .enable_all()
            .build()?;
        let mut connected = Self {
            runtime: Some(runtime),
            stop: stop.clone(),
            programs: Vec::new(),
            news: Vec::new(),
        };
        let all: Vec<_> = servers.iter().cloned().map(greet).collect();
        let mut greeted = connected
            .wait(join_all(all))
            .unwrap_or_default()
            .into_iter();
        for server in servers {
            let mut program = Program {
                server,
                connection: None,
                tools: Vec::new(),
            };
            match greeted.next() {
                Some(Ok((connection, tools))) => {
                    program.connection = Some(connection);
                    connected.news.extend(program.choose(&tools));
                }
                Some(Err(why)) => connected.news.push(program.left_out(&why)),
                None => {
                    let why = "it was not waited for, because the arm is stopped";
                    connected.news.push(program.left_out(why));
                }
            }
            connected.programs.push(program);
        }
        Ok(connected)
    }

    /// Does work on a thread of its own and waits for it, unless the stop switch is pressed.
    fn wait<T: Send + 'static>(&self, work: impl Future<Output = T> + Send + 'static) -> Option<T> {
        let (sender, receiver) = channel();
        let task = self.runtime.as_ref()?.spawn(async move {
            // Nobody listens any more once the switch is pressed.
            let _ = sender.send(work.await);
        });
        let done = self.stop.receive_unless_pressed(&receiver, None);
        if done.is_err() {
            task.abort();
        }
        done.ok()
    }

    /// Takes note of what happened to a server since it was asked last.
    fn look_after(&mut self, index: usize) {
        let program = &self.programs[index];
        let Some(connection) = &program.connection else {
            return;
        };
        let ending = connection.ending();
        let has_changed = ending.is_none() && connection.server_notices().take_tools_changed();
        if let Some(trouble) = ending {
            let sentence = self.leave_out(index, trouble);
            self.news.push(sentence);
        } else if has_changed {
            match self.wait(connection.list(program.server.time_limit)) {
                Some(Ok(tools)) => {
                    let news = self.programs[index].replace(&tools);
                    self.news.extend(news);
                }
                Some(Err(trouble)) => {
                    let sentence = self.leave_out(index, trouble);
                    self.news.push(sentence);
                }
                // It is asked the next time.
                None => connection.server_notices().note_tools_changed(),
            }
        }
    }

    /// Ends the connection with a server; returns the sentence about it.
    fn leave_out(&mut self, index: usize, trouble: Trouble) -> String {
        let program = &mut self.programs[index];
        program.tools.clear();
        let why = trouble.into_text();
        let closing = program.connection.take();
        let why = match closing {
            Some(connection) => {
                let told = self.wait(connection.close(why.clone()));
                told.unwrap_or(why)
            }
            None => why,
        };
        self.programs[index].left_out(&why)
    }
}

/// Connects to a server and lists its tools.
async fn greet(server: ToolServer) -> Result<(Connection, Vec<Tool>), String> {
    let opened = Connection::open(&server).await;
    let connection = opened.map_err(Trouble::into_text)?;
    match connection.list(server.time_limit).await {
        Ok(tools) => Ok((connection, tools)),
        Err(trouble) => Err(connection.close(trouble.into_text()).await),
    }
}

impl Program {
    /// Offers those of a server's tools that may be called; returns a sentence for each that was named
    /// and is not offered.
    fn choose(&mut self, tools: &[Tool]) -> Vec<String> {
        let (name, mut news) = (&self.server.name, Vec::new());
        self.tools.clear();
        for allowed in &self.server.allow {
            let found = tools.iter().find(|tool| tool.name == *allowed);
            let why = match found {
                None => "the server has no such tool".to_owned(),
                Some(tool) if changes_something(tool) => {
                    "it says of itself that it changes something".to_owned()
                }
                Some(tool) => match read(name, tool) {
                    Ok(tool) => {
                        self.tools.push(tool);
                        continue;
                    }
                    Err(why) => format!("it {why}"),
                },
            };
            news.push(format!("the tool `{name}.{allowed}` is not offered: {why}"));
        }
        news
    }

    /// Offers other tools than before; returns sentences about the change.
    fn replace(&mut self, tools: &[Tool]) -> Vec<String> {
        let before = std::mem::take(&mut self.tools);
        let mut news = self.choose(tools);
        if self.tools != before {
            let names: Vec<&str> = self.tools.iter().map(|it| it.name.as_str()).collect();
            let now = match names.as_slice() {
                [] => "none that may be called".to_owned(),
                names => names.join(", "),
            };
            let sentence = format!(
                "the server `{}` has other tools now: {now}",
                self.server.name
            );
            news.insert(0, sentence);
        }
        news
    }

    /// Says that the server is left out.
    fn left_out(&self, why: &str) -> String {
        format!("the tools of `{}` are left out: {why}", self.server.name)
    }
}

/// Whether a tool says of itself that it changes something. One that says nothing is taken for what
/// the person who named it takes it for.
fn changes_something(tool: &Tool) -> bool {
    let Some(hints) = &tool.annotations else {
        return false;
    };
    let is_harmless = hints.read_only_hint == Some(true);
    hints.read_only_hint == Some(false) || (hints.destructive_hint == Some(true) && !is_harmless)
}

fn read(server: &str, tool: &Tool) -> Result<ForeignTool, String> {
    let about = tool.description.as_deref().unwrap_or_default();
    let schema = Value::Object((*tool.input_schema).clone());
    ForeignTool::from_schema(server, &tool.name, about, &schema)
}

impl ForeignTools for ToolServers {
    fn offered(&mut self) -> OfferedTools {
        for index in 0..self.programs.len() {
            self.look_after(index);
        }
        let tools = self.programs.iter().flat_map(|it| it.tools.clone());
        OfferedTools {
            tools: tools.collect(),
            news: std::mem::take(&mut self.news),
        }
    }

    fn call(&mut self, tool: &str, arguments: &Map<String, Value>) -> Result<String, Reason> {
        let offers = |program: &Program| program.tools.iter().any(|it| it.name == tool);
        let missing = || Reason::from("there is no such tool");
        let index = self.programs.iter().position(offers).ok_or_else(missing)?;
        let program = &self.programs[index];
        let connection = program.connection.as_ref().ok_or_else(missing)?;
        let (_, name) = tool.split_once('.').ok_or_else(missing)?;
        let request = CallToolRequestParams::new(name.to_owned()).with_arguments(arguments.clone());
        match self.wait(connection.call(request, program.server.time_limit)) {
            Some(Ok(result)) => {
                let text = connection.redacted(text_of(&result));
                match result.is_error {
                    Some(true) => Err(text.into()),
                    _ => Ok(text),
                }
            }
            Some(Err(Trouble::Refused(why))) => Err(connection.redacted(why).into()),
            Some(Err(trouble)) => Err(self.leave_out(index, trouble).into()),
            None => Err("the arm was stopped meanwhile".into()),
        }
    }
}

impl Drop for ToolServers {
    fn drop(&mut self) {
        let Some(runtime) = self.runtime.take() else {
            return;
        };
        let programs = self.programs.iter_mut();
        let closing: Vec<_> = programs
            .filter_map(|program| program.connection.take())
            .map(|connection| connection.close(String::new()))
            .collect();
        let (sender, receiver) = channel();
        runtime.spawn(async move {
            join_all(closing).await;
            // Nobody waits for servers that do not end.
            let _ = sender.send(());
        });
        let _ = receiver.recv_timeout(LAST);
        runtime.shutdown_background();
    }
}

#[cfg(test)]
mod tests;
