//! Who may come in, and what they may do.
//!
//! | module | idea |
//! |---|---|
//! | [`tokens`] | tokens with names and roles |
//! | [`secret_file`] | files that nobody else may read |
//! | [`hosts`] | which names the server answers to, and which pages may ask |
//! | [`limits`] | how much one client, or one address, may ask for |

pub mod hosts;
pub mod limits;
pub mod secret_file;
pub mod tokens;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use hosts::{AllowedHosts, parse_allowed_host};
pub use tokens::{TokenError, Tokens};

use crate::problem::{Problem, ProblemKind};

/// What a client may do; each role may do what the ones before it may.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// See everything, and stop.
    Watch,
    /// Ask for tasks, which a driver approves.
    Ask,
    /// Take the lease and drive.
    Drive,
    /// Take the lease from others, replay, check configurations.
    Admin,
}

impl Role {
    /// Returns its name in files and answers.
    pub fn name(self) -> &'static str {
        match self {
            Self::Watch => "watch",
            Self::Ask => "ask",
            Self::Drive => "drive",
            Self::Admin => "admin",
        }
    }
}

/// Somebody who came in. Clients are told apart by their names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    /// Name of the token.
    pub name: String,
    /// What they may do.
    pub role: Role,
}

impl Client {
    /// Checks that the client's role permits what `needed` may.
    ///
    /// # Errors
    /// [`ProblemKind::Role`], with both roles.
    pub fn require_role(&self, needed: Role) -> Result<(), Problem> {
        if self.role >= needed {
            return Ok(());
        }
        Err(Problem::new(
            ProblemKind::Role,
            format!(
                "{} has the role `{}`; this needs `{}`",
                self.name,
                self.role.name(),
                needed.name()
            ),
        ))
    }
}
