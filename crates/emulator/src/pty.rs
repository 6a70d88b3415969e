//! A bus as a serial port: a pseudo-terminal that any program can open, in real time.

use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use enact_arm::realtime;
use serialport::{SerialPort, TTYPort};

use crate::emulated_bus::{EmulatedBus, Reply};

/// Largest time step of the joints, also while the host is silent.
const MAX_TIME_STEP: Duration = Duration::from_millis(2);
/// A host that does not read loses bytes after this time, as with any adapter.
const WRITE_TIMEOUT: Duration = Duration::from_millis(20);

/// A bus that is served on a pty until this is dropped.
#[derive(Debug)]
pub struct PtyBus {
    shared: Arc<Shared>,
    link: Option<PathBuf>,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    emulated_bus: Mutex<EmulatedBus>,
    /// Path of the port while it is plugged in.
    name: Mutex<Option<PathBuf>>,
    ended: AtomicBool,
    /// Real-time scheduling is asked for and not requested yet.
    wants_realtime: AtomicBool,
    begun: Instant,
}

impl PtyBus {
    /// Serves these servos. A `link` points to the port while it is plugged in, whatever name the
    /// system gives it.
    ///
    /// # Errors
    /// [`io::Error`] if there is no free pty, or the link cannot be created.
    pub fn serve(emulated_bus: EmulatedBus, link: Option<&Path>) -> io::Result<Self> {
        let port = Port::open(link)?;
        let shared = Arc::new(Shared {
            emulated_bus: Mutex::new(emulated_bus),
            name: Mutex::new(Some(port.name.clone())),
            ended: AtomicBool::new(false),
            wants_realtime: AtomicBool::new(false),
            begun: Instant::now(),
        });
        let server = Server {
            shared: Arc::clone(&shared),
            port: Some(port),
            link: link.map(Path::to_owned),
            coming: VecDeque::new(),
        };
        Ok(Self {
            shared,
            link: link.map(Path::to_owned),
            thread: Some(thread::spawn(move || server.run())),
        })
    }

    /// Returns the path to open; `None` while it is unplugged.
    pub fn path(&self) -> Option<PathBuf> {
        let name = self.shared.name.lock();
        let name = name.unwrap_or_else(PoisonError::into_inner).clone()?;
        Some(self.link.clone().unwrap_or(name))
    }

    /// Calls `act` with exclusive access to the servos.
    pub fn with_locked_bus<T>(&self, act: impl FnOnce(&mut EmulatedBus) -> T) -> T {
        act(&mut self.shared.emulated_bus())
    }

    /// Requests real-time scheduling for the servos: real ones do not wait for a processor either.
    /// What is denied is not reported; whoever drives them asks for the same.
    pub fn request_realtime(&self) {
        self.shared.wants_realtime.store(true, Ordering::SeqCst);
    }

    /// Returns the time of the bus.
    pub fn now(&self) -> Duration {
        self.shared.begun.elapsed()
    }
}

impl Drop for PtyBus {
    fn drop(&mut self) {
        self.shared.ended.store(true, Ordering::SeqCst);
        if let Some(thread) = self.thread.take() {
            // A panic of the server thread has already been reported.
            let _ = thread.join();
        }
    }
}

impl Shared {
    fn emulated_bus(&self) -> MutexGuard<'_, EmulatedBus> {
        // A panic elsewhere leaves the servos between two requests, which is a valid state.
        self.emulated_bus
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// The adapter's end of a pty.
struct Port {
    adapter: TTYPort,
    /// The host's end: without it the pty would hang up whenever no program has it open.
    host: TTYPort,
    name: PathBuf,
    link: Option<PathBuf>,
}

impl Port {
    fn open(link: Option<&Path>) -> io::Result<Self> {
        let (adapter, host) = TTYPort::pair()?;
        let name = host
            .name()
            .map(PathBuf::from)
            .ok_or_else(|| io::Error::other("the pty has no name"))?;
        if let Some(link) = link {
            lead(link, &name)?;
        }
        Ok(Self {
            adapter,
            host,
            name,
            link: link.map(Path::to_owned),
        })
    }

    /// Returns bytes from the host, or none if none arrive in time.
    fn read(&mut self, response_timeout: Duration) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; 1024];
        self.adapter.set_timeout(response_timeout)?;
        match self.adapter.read(&mut bytes) {
            Ok(count) => bytes.truncate(count),
            Err(error) if is_nothing(&error) => {
                // A killed host leaves its exclusive lock behind; closing any handle releases it.
                drop(self.host.try_clone_native()?);
                bytes.clear();
            }
            Err(error) => return Err(error),
        }
        Ok(bytes)
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.adapter.set_timeout(WRITE_TIMEOUT)?;
        match self.adapter.write_all(bytes) {
            Err(error) if !is_nothing(&error) => Err(error),
            _ => Ok(()),
        }
    }
}

impl Drop for Port {
    fn drop(&mut self) {
        if let Some(link) = &self.link
            && std::fs::read_link(link).is_ok_and(|to| to == self.name)
        {
            // Another program may have removed it already.
            let _ = std::fs::remove_file(link);
        }
    }
}

fn is_nothing(error: &io::Error) -> bool {
    let kinds = [io::ErrorKind::TimedOut, io::ErrorKind::Interrupted];
    kinds.contains(&error.kind())
}

/// Makes `link` point to `port`; replaces another link, but nothing else.
fn lead(link: &Path, port: &Path) -> io::Result<()> {
    if let Ok(there) = link.symlink_metadata() {
        if !there.is_symlink() {
            let what = format!("{} is there already and no link", link.display());
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, what));
        }
        std::fs::remove_file(link)?;
    }
    std::os::unix::fs::symlink(port, link)
}

struct Server {
    shared: Arc<Shared>,
    /// `None` while it is unplugged.
    port: Option<Port>,
    link: Option<PathBuf>,
    coming: VecDeque<Reply>,
}

impl Server {
    fn run(mut self) {
        while !self.shared.ended.load(Ordering::SeqCst) {
            if self.shared.wants_realtime.swap(false, Ordering::SeqCst) {
                drop(realtime::request_realtime());
            }
            if let Err(error) = self.turn() {
                tracing::error!("the emulated port is lost: {error}");
                break;
            }
        }
    }

    /// Serves the port once; takes a few milliseconds at most.
    fn turn(&mut self) -> io::Result<()> {
        let now = self.shared.begun.elapsed();
        let frozen = self.shared.emulated_bus().is_frozen(now);
        if frozen {
            thread::sleep(MAX_TIME_STEP);
            return Ok(());
        }
        let unplugged = {
            let mut emulated_bus = self.shared.emulated_bus();
            emulated_bus.advance(now);
            emulated_bus.is_unplugged()
        };
        self.plug(!unplugged)?;
        let Some(port) = &mut self.port else {
            thread::sleep(MAX_TIME_STEP);
            return Ok(());
        };
        // An adapter delivers everything that has arrived at once.
        let mut arrived = Vec::new();
        while let Some(reply) = self.coming.pop_front_if(|reply| reply.at <= now) {
            arrived.extend(reply.bytes);
        }
        if !arrived.is_empty() {
            port.write(&arrived)?;
        }
        let next = self
            .coming
            .front()
            .map_or(MAX_TIME_STEP, |reply| reply.at - now);
        // Waiting for bytes ends late, so the clock is used for what is due soon.
        if next < MAX_TIME_STEP {
            thread::sleep(next);
            return Ok(());
        }
        let bytes = port.read(MAX_TIME_STEP)?;
        if !bytes.is_empty() {
            self.take(&bytes);
        }
        Ok(())
    }

    fn take(&mut self, bytes: &[u8]) {
        let mut emulated_bus = self.shared.emulated_bus();
        if let Some(port) = &self.port
            && let Ok(baud) = port.adapter.baud_rate()
        {
            emulated_bus.set_host_baud(baud);
        }
        let replies = emulated_bus.receive_from_host(bytes, self.shared.begun.elapsed());
        self.coming.extend(replies);
        let coming = self.coming.make_contiguous();
        coming.sort_by_key(|reply| reply.at);
    }

    /// Plugs the port in or out.
    fn plug(&mut self, plugged: bool) -> io::Result<()> {
        if plugged == self.port.is_some() {
            return Ok(());
        }
        self.coming.clear();
        if plugged {
            let port = Port::open(self.link.as_deref())?;
            self.call(Some(port.name.clone()));
            self.port = Some(port);
        } else {
            self.call(None);
            self.port = None;
        }
        Ok(())
    }

    /// Publishes the path of the port.
    fn call(&self, name: Option<PathBuf>) {
        let known = self.shared.name.lock();
        *known.unwrap_or_else(PoisonError::into_inner) = name;
    }
}
