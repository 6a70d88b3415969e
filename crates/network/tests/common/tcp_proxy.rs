//! A TCP link that is slow, or cut.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Passes bytes on after a while, in order, until it is cut.
pub struct TcpProxy {
    endpoint: String,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    /// Nothing passes, and nobody is told.
    is_dead: AtomicBool,
    /// New connections are refused.
    is_closed: AtomicBool,
    streams: Mutex<Vec<TcpStream>>,
}

/// How long bytes take.
#[derive(Clone, Copy, Default)]
pub struct Delay {
    pub least: Duration,
    pub jitter: Duration,
}

impl TcpProxy {
    /// Passes on what comes to an address, as `127.0.0.1:7447`.
    pub fn to(address: &str, delay: Delay) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = format!("tcp/{}", listener.local_addr().unwrap());
        let shared = Arc::new(Shared::default());
        let (kept, address) = (Arc::clone(&shared), address.to_owned());
        thread::spawn(move || {
            for (seed, client) in listener.incoming().enumerate() {
                let Ok(client) = client else { return };
                if kept.is_closed.load(Ordering::SeqCst) {
                    continue;
                }
                let Ok(server) = TcpStream::connect(&address) else {
                    continue;
                };
                for stream in [&client, &server] {
                    stream.set_nodelay(true).unwrap();
                    kept.streams
                        .lock()
                        .unwrap()
                        .push(stream.try_clone().unwrap());
                }
                let seed = seed as u64;
                pump(&client, &server, delay, 2 * seed, &kept);
                pump(&server, &client, delay, 2 * seed + 1, &kept);
            }
        });
        Self { endpoint, shared }
    }

    /// Returns where to connect to.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// Cuts the link, as pulling the plug does: nothing passes, and neither side is told.
    pub fn cut(&self) {
        self.shared.is_dead.store(true, Ordering::SeqCst);
    }

    /// Cuts the link, as a program that ends does: both sides are told.
    pub fn close(&self) {
        self.shared.is_closed.store(true, Ordering::SeqCst);
        self.cut();
        self.hang_up();
    }

    /// Lets new connections through again.
    pub fn mend(&self) {
        self.hang_up();
        self.shared.is_dead.store(false, Ordering::SeqCst);
        self.shared.is_closed.store(false, Ordering::SeqCst);
    }

    fn hang_up(&self) {
        for stream in self.shared.streams.lock().unwrap().drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

fn pump(from: &TcpStream, to: &TcpStream, delay: Delay, seed: u64, shared: &Arc<Shared>) {
    let (mut from, to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
    let (sender, receiver) = channel::<(Instant, Vec<u8>)>();
    let shared = Arc::clone(shared);
    thread::spawn(move || write(to, &receiver));
    thread::spawn(move || {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let mut last = Instant::now();
        let mut buffer = vec![0; 64 << 10];
        while let Ok(length) = from.read(&mut buffer) {
            if length == 0 {
                return;
            }
            if shared.is_dead.load(Ordering::SeqCst) {
                // Of the same connection nothing passes any more, even later.
                while from.read(&mut buffer).is_ok_and(|length| length > 0) {}
                return;
            }
            let jitter = delay.jitter.mul_f64(random.random::<f64>());
            last = last.max(Instant::now() + delay.least + jitter);
            if sender.send((last, buffer[..length].to_vec())).is_err() {
                return;
            }
        }
    });
}

fn write(mut to: TcpStream, receiver: &Receiver<(Instant, Vec<u8>)>) {
    while let Ok((due, bytes)) = receiver.recv() {
        thread::sleep(due.saturating_duration_since(Instant::now()));
        if to.write_all(&bytes).is_err() {
            return;
        }
    }
}
