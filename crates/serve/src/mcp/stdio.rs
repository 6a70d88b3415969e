//! One client on standard input and output.

use std::future::pending;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::task::{Context, Poll};
use std::thread;
use std::time::Duration;

use rmcp::ServiceExt;
use rmcp::transport::io::{StdioReader, stdio_pipes};
use tokio::io::{AsyncRead, ReadBuf};
use tokio::runtime::Builder;
use tokio::time::interval;
use tokio_util::sync::CancellationToken;

use super::{McpServer, PlanApprover};
use crate::access::{Client, Role};
use crate::request_resources::RequestResources;
use crate::session::ArmSession;

/// Name of the client: whoever started the program.
const NAME: &str = "mcp";
/// Interval at which its lease is renewed: it is there as long as its end of the pipe is open.
const RENEWAL: Duration = Duration::from_secs(10);
/// Longest time that answers have to get out when the session ends.
const LAST: Duration = Duration::from_secs(1);

/// A client that is served until this is dropped.
#[derive(Debug)]
pub struct StdioServing {
    end: CancellationToken,
    ended: Receiver<()>,
}

impl Drop for StdioServing {
    fn drop(&mut self) {
        self.end.cancel();
        // A read of standard input cannot always be broken off; the thread ends with the program.
        let _ = self.ended.recv_timeout(LAST);
    }
}

/// Serves the client on standard input and output, on a thread of its own. Once the client is gone,
/// the arm is stopped if it is at work, and the session ends.
///
/// # Errors
/// If there are no threads.
pub fn serve(served: RequestResources, approver: PlanApprover) -> io::Result<StdioServing> {
    let runtime = Builder::new_multi_thread()
        .worker_threads(2)
        .thread_name("mcp")
        .enable_all()
        .build()?;
    let end = CancellationToken::new();
    let (tell_end, ended) = channel();
    let told = end.clone();
    thread::Builder::new()
        .name("mcp".to_owned())
        .spawn(move || {
            let session = Arc::clone(&served.session);
            runtime.block_on(talk(served, approver, told));
            session.end_session();
            runtime.shutdown_timeout(LAST);
            // Nobody waits if the client left by itself.
            let _ = tell_end.send(());
        })?;
    Ok(StdioServing { end, ended })
}

/// Talks with the client until it is gone, or the session ends.
async fn talk(served: RequestResources, approver: PlanApprover, end: CancellationToken) {
    let session = Arc::clone(&served.session);
    let client = Client {
        name: NAME.to_owned(),
        role: Role::Admin,
    };
    let (input, output) = stdio_pipes();
    let left = CancellationToken::new();
    let input = Watched {
        input,
        left: left.clone(),
    };
    let server = McpServer::new(served, client.clone(), approver);
    let talking = async {
        match server.serve_with_ct((input, output), end.clone()).await {
            Ok(running) => {
                if let Err(error) = running.waiting().await {
                    tracing::error!("the connection ended: {error}");
                }
            }
            Err(error) => tracing::error!("there was no MCP client: {error}"),
        }
    };
    let watching = async {
        let mut renewal = interval(RENEWAL);
        loop {
            tokio::select! {
                _ = renewal.tick() => hear(&session, &client),
                () = left.cancelled() => break,
            }
        }
        // At once: what is still to be answered is waited for a while, and nobody reads it.
        stop_work(&session, &client);
        pending::<()>().await;
    };
    tokio::select! {
        () = talking => {}
        () = watching => {}
    }
    stop_work(&session, &client);
}

/// Notes that the client is there, on a thread that nothing else waits for.
fn hear(session: &Arc<ArmSession>, client: &Client) {
    let (session, client) = (Arc::clone(session), client.clone());
    tokio::task::spawn_blocking(move || session.renew_lease(&client));
}

/// Stops the arm if it is at work for a client that is gone.
fn stop_work(session: &ArmSession, client: &Client) {
    if session.status(client).task.is_some() {
        session.press_stop("the end of the client");
    }
}

/// Standard input that tells when it is at its end.
struct Watched {
    input: StdioReader,
    left: CancellationToken,
}

impl AsyncRead for Watched {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = (buffer.filled().len(), buffer.remaining());
        let read = Pin::new(&mut self.input).poll_read(context, buffer);
        let is_end = match &read {
            Poll::Pending => false,
            Poll::Ready(Ok(())) => buffer.filled().len() == before.0 && before.1 > 0,
            Poll::Ready(Err(_)) => true,
        };
        if is_end {
            self.left.cancel();
        }
        read
    }
}
