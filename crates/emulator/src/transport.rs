//! A bus as a transport whose time advances only while the driver waits.

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use enact_arm::bus::Transport;

use crate::emulated_bus::{EmulatedBus, Reply};

/// A handle to a bus. Clones share the bus; what a test does to it while a driver uses it happens
/// at the driver's time.
#[derive(Clone)]
pub struct EmulatedTransport {
    shared: Arc<Mutex<Shared>>,
}

struct Shared {
    emulated_bus: EmulatedBus,
    now: Duration,
    coming: VecDeque<Reply>,
}

impl EmulatedTransport {
    /// Creates a transport to these servos.
    pub fn new(emulated_bus: EmulatedBus) -> Self {
        let shared = Shared {
            emulated_bus,
            now: Duration::ZERO,
            coming: VecDeque::new(),
        };
        Self {
            shared: Arc::new(Mutex::new(shared)),
        }
    }

    /// Calls `act` with exclusive access to the servos.
    pub fn with_locked_bus<T>(&self, act: impl FnOnce(&mut EmulatedBus) -> T) -> T {
        act(&mut self.lock().emulated_bus)
    }

    fn lock(&self) -> MutexGuard<'_, Shared> {
        // A panic elsewhere leaves the servos between two requests, which is a valid state.
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shared {
    fn check(&self) -> io::Result<()> {
        if self.emulated_bus.is_unplugged() {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        Ok(())
    }

    fn wait_until(&mut self, time: Duration) {
        self.now = self.now.max(time);
        self.emulated_bus.advance(self.now);
    }
}

impl Transport for EmulatedTransport {
    fn now(&self) -> Duration {
        self.lock().now
    }

    fn sleep_until(&mut self, time: Duration) {
        self.lock().wait_until(time);
    }

    fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut shared = self.lock();
        shared.check()?;
        let now = shared.now;
        let replies = shared.emulated_bus.receive_from_host(bytes, now);
        shared.coming.extend(replies);
        shared
            .coming
            .make_contiguous()
            .sort_by_key(|reply| reply.at);
        Ok(())
    }

    fn receive(&mut self, into: &mut Vec<u8>, deadline: Duration) -> io::Result<usize> {
        let mut shared = self.lock();
        shared.check()?;
        match shared
            .coming
            .front()
            .map(|reply| reply.at)
            .filter(|at| *at <= deadline)
        {
            Some(at) => {
                shared.wait_until(at);
                let reply = shared
                    .coming
                    .pop_front()
                    .map(|reply| reply.bytes)
                    .unwrap_or_default();
                into.extend_from_slice(&reply);
                Ok(reply.len())
            }
            None => {
                shared.wait_until(deadline);
                shared.check()?;
                Ok(0)
            }
        }
    }
}
