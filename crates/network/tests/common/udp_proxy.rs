//! A UDP link that is slow and loses packets.

use std::net::{SocketAddr, UdpSocket};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::tcp_proxy::Delay;

/// Passes packets on after a while, each on its own, or loses them.
pub struct UdpProxy {
    endpoint: String,
}

impl UdpProxy {
    /// Passes on what comes to an address; loses this share of the packets.
    pub fn to(address: &str, delay: Delay, loss: f64) -> Self {
        let front = Arc::new(UdpSocket::bind("127.0.0.1:0").unwrap());
        let endpoint = format!("udp/{}", front.local_addr().unwrap());
        let back = Arc::new(UdpSocket::bind("127.0.0.1:0").unwrap());
        back.connect(address).unwrap();
        // One client is enough here.
        let client: Arc<Mutex<Option<SocketAddr>>> = Arc::default();
        let (there, known) = (Arc::clone(&back), Arc::clone(&client));
        let inward = Arc::clone(&front);
        thread::spawn(move || {
            let queue = queue(delay, loss, 1, move |bytes| drop(there.send(bytes)));
            let mut buffer = vec![0; 64 << 10];
            while let Ok((length, from)) = inward.recv_from(&mut buffer) {
                *known.lock().unwrap() = Some(from);
                queue(&buffer[..length]);
            }
        });
        thread::spawn(move || {
            let queue = queue(delay, loss, 2, move |bytes| {
                if let Some(client) = *client.lock().unwrap() {
                    drop(front.send_to(bytes, client));
                }
            });
            let mut buffer = vec![0; 64 << 10];
            loop {
                if let Ok(length) = back.recv(&mut buffer) {
                    queue(&buffer[..length]);
                }
            }
        });
        Self { endpoint }
    }

    /// Returns where to connect to.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }
}

/// When a packet is due, and its bytes.
type Packet = (Instant, Vec<u8>);

/// Returns what sends each packet at its own time, or never.
fn queue(
    delay: Delay,
    loss: f64,
    seed: u64,
    send: impl Fn(&[u8]) + Send + Sync + 'static,
) -> impl Fn(&[u8]) {
    let random = Mutex::new(ChaCha8Rng::seed_from_u64(seed));
    let packets: Arc<Mutex<Vec<Packet>>> = Arc::default();
    let waiting = Arc::clone(&packets);
    thread::spawn(move || {
        loop {
            thread::sleep(Duration::from_millis(1));
            let now = Instant::now();
            let mut waiting = waiting.lock().unwrap();
            let (due, rest): (Vec<_>, Vec<_>) = waiting.drain(..).partition(|it| it.0 <= now);
            *waiting = rest;
            drop(waiting);
            for (_, bytes) in due {
                send(&bytes);
            }
        }
    });
    move |bytes| {
        let mut random = random.lock().unwrap();
        if random.random::<f64>() < loss {
            return;
        }
        let jitter = delay.jitter.mul_f64(random.random::<f64>());
        let due = Instant::now() + delay.least + jitter;
        packets.lock().unwrap().push((due, bytes.to_vec()));
    }
}
