//! A session and the rest of the program, as requests of every protocol use them.

use std::sync::Arc;

use crate::access::Client;
use crate::access::limits::{StreamLimit, StreamPermit};
use crate::backend::{Backend, BackendError};
use crate::problem::{Problem, ProblemKind};
use crate::session::ArmSession;

/// Largest number of pictures and camera streams that are asked for at a time, by one client and by
/// all.
const PICTURES: (usize, usize) = (16, 32);

/// A session and the rest of the program. Clones share them.
#[derive(Clone)]
pub struct RequestResources {
    /// The session.
    pub session: Arc<ArmSession>,
    backend: Arc<dyn Backend>,
    pictures: Arc<StreamLimit>,
}

impl RequestResources {
    /// Creates what requests use.
    pub fn new(session: Arc<ArmSession>, backend: Arc<dyn Backend>) -> Self {
        Self {
            session,
            backend,
            pictures: StreamLimit::new("pictures", PICTURES.0, PICTURES.1),
        }
    }

    /// Asks the program on a thread that nothing else waits for.
    pub(crate) async fn ask_backend<T: Send + 'static>(
        &self,
        question: impl FnOnce(&dyn Backend) -> Result<T, BackendError> + Send + 'static,
    ) -> Result<T, Problem> {
        let backend = Arc::clone(&self.backend);
        run_blocking(move || question(&*backend).map_err(Problem::from)).await
    }

    /// Returns a picture as it is now.
    pub(crate) async fn picture(&self, client: &Client) -> Result<Arc<[u8]>, Problem> {
        let _place = self.acquire_picture_permit(client)?;
        self.ask_backend(|backend| backend.picture()).await
    }

    /// Takes a place among those who wait for pictures: whoever waits for a camera that hangs keeps a
    /// thread.
    pub(crate) fn acquire_picture_permit(&self, client: &Client) -> Result<StreamPermit, Problem> {
        self.pictures.open_stream(&client.name)
    }

    /// Uses the session on a thread that nothing else waits for: whoever has it may be writing the
    /// queue to a disk that is slow, and a stop is not to wait for that.
    pub(crate) async fn run_with_session<T: Send + 'static>(
        &self,
        change: impl FnOnce(&ArmSession) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let session = Arc::clone(&self.session);
        run_blocking(move || change(&session)).await
    }
}

/// Does work that may wait on a thread for that.
pub(crate) async fn run_blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) => {
            tracing::error!("a request failed: {error}");
            let detail = "the request failed; the server's log says more";
            Err(Problem::new(ProblemKind::Internal, detail))
        }
    }
}
