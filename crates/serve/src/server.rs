//! Listens, with or without TLS.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::mpsc::channel;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use axum::Router;
use axum_server::Handle;
use thiserror::Error;
use tokio::runtime::{Builder, Runtime};

use crate::connection_limits::ConnectionLimiter;
use crate::tls::Tls;

/// Longest time that the head of a request may take to arrive.
const SLOWEST_HEAD: Duration = Duration::from_secs(10);
/// Longest time that requests have to end when the server does.
const LAST: Duration = Duration::from_secs(1);
/// Number of threads that answer requests.
const THREADS: usize = 2;
/// Largest number of threads for work that waits, such as for a camera.
const WAITING_THREADS: usize = 64;

/// Where a server listens.
#[derive(Clone, Debug)]
pub struct ServerOptions {
    /// The address; port 0 takes a free one.
    pub address: SocketAddr,
    /// Certificate and key.
    pub tls: Option<Tls>,
    /// Whether there is a file of tokens.
    pub has_tokens: bool,
    /// Called on each thread that answers requests, when it starts.
    pub on_thread_start: fn(),
}

/// Why a server does not listen.
#[derive(Debug, Error)]
pub enum ServerError {
    /// It would be open to others without protection.
    #[error(
        "{0} can be reached from other machines: that needs --tls-cert, --tls-key and --tokens; \
         listen on 127.0.0.1 to be alone"
    )]
    Open(SocketAddr),
    /// The address cannot be had.
    #[error("cannot listen on {address}: {source}")]
    Bind {
        /// The address.
        address: SocketAddr,
        /// Why not.
        source: io::Error,
    },
    /// There are no threads.
    #[error("cannot start the server: {0}")]
    Start(io::Error),
}

impl ServerOptions {
    /// Takes the address, so that it is known before anybody is answered.
    ///
    /// # Errors
    /// [`ServerError::Open`] or [`ServerError::Bind`].
    pub fn bind(&self) -> Result<(TcpListener, SocketAddr), ServerError> {
        let is_guarded = self.tls.is_some() && self.has_tokens;
        if !self.address.ip().is_loopback() && !is_guarded {
            return Err(ServerError::Open(self.address));
        }
        let failed = |source| ServerError::Bind {
            address: self.address,
            source,
        };
        let listener = TcpListener::bind(self.address).map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        Ok((listener, address))
    }

    /// Answers requests on threads of their own.
    ///
    /// # Errors
    /// [`ServerError::Start`].
    pub fn serve(
        &self,
        listener: TcpListener,
        router: Router,
    ) -> Result<RunningServer, ServerError> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(THREADS)
            .max_blocking_threads(WAITING_THREADS)
            .thread_name("serve")
            .on_thread_start(self.on_thread_start)
            .enable_all()
            .build()
            .map_err(ServerError::Start)?;
        let handle = Handle::new();
        let (started, starting) = channel();
        let thread = thread::Builder::new().name("serve".to_owned()).spawn({
            let (handle, tls) = (handle.clone(), self.tls.clone());
            move || {
                answer(runtime, listener, tls, router, handle, |result| {
                    // Nobody asks once the server has started.
                    let _ = started.send(result);
                })
            }
        });
        let thread = thread.map_err(ServerError::Start)?;
        match starting.recv() {
            Ok(Ok(())) => Ok(RunningServer {
                handle,
                thread: Some(thread),
            }),
            Ok(Err(error)) => Err(ServerError::Start(error)),
            Err(_) => Err(ServerError::Start(io::Error::other("the thread ended"))),
        }
    }
}

/// Answers requests until the handle says that it is over.
fn answer(
    runtime: Runtime,
    listener: TcpListener,
    tls: Option<Tls>,
    router: Router,
    handle: Handle<SocketAddr>,
    started: impl Fn(io::Result<()>),
) {
    let service = ConnectionLimiter::new(router);
    let ended = runtime.block_on(async {
        match tls {
            None => {
                let mut server = axum_server::from_tcp(listener)?.handle(handle);
                let builder = server.http_builder();
                builder.http1().header_read_timeout(SLOWEST_HEAD);
                started(Ok(()));
                let server = server.http1_only().first_request_timeout(SLOWEST_HEAD);
                server.serve(service).await
            }
            Some(tls) => {
                let server = axum_server::from_tcp_rustls(listener, tls.config())?;
                let mut server = server.handle(handle);
                let builder = server.http_builder();
                builder.http1().header_read_timeout(SLOWEST_HEAD);
                started(Ok(()));
                let server = server.http1_only().first_request_timeout(SLOWEST_HEAD);
                server.serve(service).await
            }
        }
    });
    if let Err(error) = ended {
        tracing::error!("the server ended: {error}");
        started(Err(error));
    }
    // Work that waits, such as for a camera, is not waited for.
    runtime.shutdown_timeout(LAST);
}

/// A server that answers requests until it is dropped.
#[derive(Debug)]
pub struct RunningServer {
    handle: Handle<SocketAddr>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for RunningServer {
    fn drop(&mut self) {
        self.handle.graceful_shutdown(Some(LAST));
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the thread of the server panicked");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tls::tests::pair;

    #[test]
    fn nothing_beyond_loopback_is_open_without_tls_and_tokens() {
        let folder = tempfile::tempdir().unwrap();
        let (certificate, key) = pair(folder.path());
        let files = || Some(Tls::load(&certificate, &key).unwrap());
        for (address, tls, has_tokens) in [
            ("0.0.0.0:0", None, false),
            ("0.0.0.0:0", None, true),
            ("0.0.0.0:0", files(), false),
            ("[::]:0", None, true),
            ("192.0.2.1:0", files(), false),
        ] {
            let options = ServerOptions {
                address: address.parse().unwrap(),
                tls,
                has_tokens,
                on_thread_start: || (),
            };
            assert!(
                matches!(options.bind(), Err(ServerError::Open(_))),
                "{options:?}"
            );
        }
        let alone = ServerOptions {
            address: "127.0.0.1:0".parse().unwrap(),
            tls: None,
            has_tokens: false,
            on_thread_start: || (),
        };
        assert_ne!(alone.bind().unwrap().1.port(), 0);
    }
}
