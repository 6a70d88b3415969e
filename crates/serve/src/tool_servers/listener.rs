//! Our end of a connection, as the server sees it: it takes part in nothing but answers of tools.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rmcp::model::{
    ClientCapabilities, ClientConfig, ClientResult, ErrorCode, Implementation, ServerNotification,
    ServerRequest,
};
use rmcp::service::{NotificationContext, RequestContext};
use rmcp::{ErrorData, RoleClient, Service};
use tokio_util::sync::CancellationToken;

use super::budget::Budget;

/// What a message takes of the budget, however short it is: each has to be read.
const MESSAGE: usize = 4096;

/// What was heard of a server beside its answers.
#[derive(Debug, Default)]
pub(super) struct ServerNotices {
    /// How much it may send.
    pub(super) budget: Arc<Budget>,
    /// Ends the connection.
    pub(super) end: CancellationToken,
    has_changed: AtomicBool,
}

impl ServerNotices {
    /// Notes that its tools are others now.
    pub(super) fn note_tools_changed(&self) {
        self.has_changed.store(true, Ordering::Relaxed);
    }

    /// Returns whether its tools are others now, once.
    pub(super) fn take_tools_changed(&self) -> bool {
        self.has_changed.swap(false, Ordering::Relaxed)
    }

    fn count_message(&self) {
        if !self.budget.take(MESSAGE) {
            self.end.cancel();
        }
    }
}

/// Answers that nobody is there for what a server may ask, and counts what it tells.
#[derive(Clone, Debug)]
pub(super) struct Listener(pub(super) Arc<ServerNotices>);

impl Service<RoleClient> for Listener {
    async fn handle_request(
        &self,
        request: ServerRequest,
        _context: RequestContext<RoleClient>,
    ) -> Result<ClientResult, ErrorData> {
        self.0.count_message();
        match request {
            ServerRequest::PingRequest(_) => Ok(ClientResult::empty(())),
            _ => Err(ErrorData::new(
                ErrorCode::METHOD_NOT_FOUND,
                "there is nobody to ask",
                None,
            )),
        }
    }

    async fn handle_notification(
        &self,
        notification: ServerNotification,
        _context: NotificationContext<RoleClient>,
    ) -> Result<(), ErrorData> {
        self.0.count_message();
        if matches!(
            notification,
            ServerNotification::ToolListChangedNotification(_)
        ) {
            self.0.note_tools_changed();
        }
        Ok(())
    }

    fn get_info(&self) -> ClientConfig {
        ClientConfig::new(
            ClientCapabilities::default(),
            Implementation::new("enact", env!("CARGO_PKG_VERSION")),
        )
    }
}
