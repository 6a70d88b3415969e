//! A call of a tool, and whether its caller is still there.

use std::future::pending;

use axum::http::request::Parts;
use rmcp::RoleServer;
use rmcp::service::RequestContext;
use tokio_util::sync::CancellationToken;

/// The connection that a call came by. Cancelled once it is closed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Connection(pub(crate) CancellationToken);

/// A call of a tool.
pub(super) struct Call {
    pub(super) context: RequestContext<RoleServer>,
    connection: Option<Connection>,
}

impl Call {
    /// Creates a call with the context of its request.
    pub(super) fn new(context: RequestContext<RoleServer>) -> Self {
        let parts = context.extensions.get::<Parts>();
        let connection = parts.and_then(|parts| parts.extensions.get::<Connection>());
        Self {
            connection: connection.cloned(),
            context,
        }
    }

    /// Returns whether the client can ask a person.
    pub(super) fn can_ask(&self) -> bool {
        let capabilities = self.context.client_capabilities();
        let elicitation = capabilities.and_then(|it| it.elicitation);
        // One that names neither forms nor addresses means forms.
        elicitation.is_some_and(|it| it.form.is_some() || it.url.is_none())
    }

    /// Returns whether the client takes no questions while a call is going on, but asks a person
    /// between two of them.
    pub(super) fn asks_between_calls(&self) -> bool {
        let version = self.context.protocol_version();
        version.is_some_and(|version| !version.has_initialize())
    }

    /// Waits until the client cancels the call.
    pub(super) async fn wait_until_cancelled(&self) {
        self.context.ct.cancelled().await;
    }

    /// Waits until the connection is closed, by which the answer would go to the client.
    pub(super) async fn wait_until_disconnected(&self) {
        match &self.connection {
            Some(connection) => connection.0.cancelled().await,
            None => pending().await,
        }
    }
}
