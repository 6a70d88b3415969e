//! The tools, by subject.
//!
//! | module | idea |
//! |---|---|
//! | `looking` | what lies on the table |
//! | `tasks` | instructions, and plans for them |
//! | `skills` | one step at a time |
//! | `control` | stop, clear, resume |
//! | `runs` | recorded runs |

mod control;
mod looking;
mod runs;
mod skills;
mod tasks;

use rmcp::handler::server::router::tool::ToolRouter;

use super::McpServer;

/// Returns all tools.
pub(super) fn router() -> ToolRouter<McpServer> {
    McpServer::looking()
        + McpServer::tasks()
        + McpServer::skills()
        + McpServer::control()
        + McpServer::runs_tools()
}
