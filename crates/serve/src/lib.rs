//! One arm behind an HTTP API: many watchers, one driver, a queue of tasks, a stream of events.
//!
//! The loop runs on a thread of its own, takes its work from the [`session`] and tells it what
//! happens; requests only read and change the session. A stop presses the switch of the arm and
//! waits for nothing.
//!
//! | module | idea |
//! |---|---|
//! | [`access`] | who may come in, and what they may do |
//! | [`speech`] | speech to text, as the program around the server does it |
//! | [`session`] | the arm's session: lease, queue, approval, events |
//! | [`backend`] | what the program around the server answers |
//! | [`api`] | requests and their answers |
//! | [`openapi`] | the description of the API |
//! | [`mcp`] | the Model Context Protocol: tools, resources, prompts |
//! | `request_resources` | the session and the rest of the program, for requests |
//! | `run_name` | names of recorded runs |
//! | [`problem`] | errors in one form |
//! | `connection_limits` | what is known of a connection, and how many strangers may have |
//! | [`server`] | listens, with or without TLS |
//! | [`tls`] | certificate and key, from files |
//! | [`tool_servers`] | tools of other MCP servers, for the planner |

pub mod access;
pub mod api;
pub mod backend;
mod connection_limits;
pub mod mcp;
pub mod openapi;
pub mod problem;
mod request_resources;
mod run_name;
pub mod server;
pub mod session;
pub mod speech;
pub mod tls;
pub mod tool_servers;

pub use access::{AllowedHosts, Client, Role, Tokens, parse_allowed_host};
pub use backend::{Backend, BackendError};
pub use problem::{Problem, ProblemKind};
pub use request_resources::RequestResources;
pub use server::{RunningServer, ServerError, ServerOptions};
pub use session::{ArmSession, Job, JobEnd, ServeObserver, SessionOptions, Work};
pub use speech::{HearError, Heard, Transcriber};
pub use tls::{Tls, TlsError};
