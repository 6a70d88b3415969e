//! What is known of a connection, and how many there may be of whoever has shown no token.
//!
//! A process has room for so many connections. If strangers took all of them, nobody could stop the
//! arm any more.

use std::future::{Ready, ready};
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use axum::middleware::AddExtension;
use axum::{Extension, Router};
use tower_layer::Layer;
use tower_service::Service;

use crate::access::limits::{StreamLimit, StreamPermit, rate_limit_address};
use crate::problem::Problem;

/// Largest number of connections of strangers, from one address and from all.
const STRANGERS: (usize, usize) = (128, 512);

/// Lets connections in; each gets the routes of the server, which know their visitor.
#[derive(Clone)]
pub(crate) struct ConnectionLimiter {
    router: Router,
    strangers: Arc<StreamLimit>,
}

impl ConnectionLimiter {
    /// Creates the entrance to these routes.
    pub(crate) fn new(router: Router) -> Self {
        let what = "connections without a token";
        Self {
            router,
            strangers: StreamLimit::new(what, STRANGERS.0, STRANGERS.1),
        }
    }
}

impl Service<SocketAddr> for ConnectionLimiter {
    type Response = AddExtension<Router, Visitor>;
    type Error = Problem;
    type Future = Ready<Result<Self::Response, Problem>>;

    fn poll_ready(&mut self, _context: &mut Context<'_>) -> Poll<Result<(), Problem>> {
        Poll::Ready(Ok(()))
    }

    /// Refuses one stranger too many: the connection is closed before anything is read.
    fn call(&mut self, address: SocketAddr) -> Self::Future {
        let address = rate_limit_address(address.ip());
        let permit = self.strangers.open_stream(&address.to_string());
        ready(permit.map(|permit| {
            let visitor = Visitor {
                address,
                stranger: Arc::new(Mutex::new(Some(permit))),
            };
            Extension(visitor).layer(self.router.clone())
        }))
    }
}

/// Whoever is at the other end of a connection.
#[derive(Clone, Debug)]
pub(crate) struct Visitor {
    address: IpAddr,
    /// Taken away once a token was shown.
    stranger: Arc<Mutex<Option<StreamPermit>>>,
}

impl Visitor {
    /// Returns what counts as the visitor's address.
    pub(crate) fn rate_limit_address(&self) -> IpAddr {
        self.address
    }

    /// Notes that a valid token was shown.
    pub(crate) fn mark_authenticated(&self) {
        let mut stranger = self.stranger.lock().unwrap_or_else(PoisonError::into_inner);
        *stranger = None;
    }
}
