//! How much one client, or one address, may ask for.
//!
//! They keep a client that goes wrong from keeping the others out. What protects the arm are tokens
//! that cannot be guessed: a token that is known is let in however often its address failed.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use crate::problem::{Problem, ProblemKind};

/// Largest number of clients or addresses that are told apart.
const MAX_KEYS: usize = 10_000;

/// A rate that may be exceeded for a moment: a bucket for each key, which fills again.
#[derive(Debug)]
pub struct RateLimit<K> {
    per_second: f64,
    burst: f64,
    buckets: Mutex<HashMap<K, Bucket>>,
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    left: f64,
    at: Instant,
}

impl<K: Eq + Hash> RateLimit<K> {
    /// Creates a limit of so many a second, and so many at once.
    pub fn new(per_second: f64, burst: f64) -> Self {
        Self {
            per_second,
            burst,
            buckets: Mutex::default(),
        }
    }

    /// Counts one; false if it is one too many.
    pub fn try_acquire(&self, key: K, now: Instant) -> bool {
        let mut buckets = lock(&self.buckets);
        if buckets.len() >= MAX_KEYS && !buckets.contains_key(&key) {
            // Whoever's bucket is full again need not be remembered.
            buckets.retain(|_, bucket| self.filled(*bucket, now) < self.burst);
            if buckets.len() >= MAX_KEYS {
                return false;
            }
        }
        let full = Bucket {
            left: self.burst,
            at: now,
        };
        let bucket = buckets.entry(key).or_insert(full);
        let left = self.filled(*bucket, now);
        let is_within = left >= 1.0;
        *bucket = Bucket {
            left: if is_within { left - 1.0 } else { left },
            at: now.max(bucket.at),
        };
        is_within
    }

    fn filled(&self, bucket: Bucket, now: Instant) -> f64 {
        let passed = now.saturating_duration_since(bucket.at).as_secs_f64();
        (bucket.left + passed * self.per_second).min(self.burst)
    }
}

/// Number of streams that may be open, of one client and of all.
#[derive(Debug)]
pub struct StreamLimit {
    /// What is limited, in the plural.
    what: &'static str,
    each: usize,
    all: usize,
    open: Mutex<HashMap<String, usize>>,
}

impl StreamLimit {
    /// Creates a limit of so many of each client, and so many of all.
    pub fn new(what: &'static str, each: usize, all: usize) -> Arc<Self> {
        Arc::new(Self {
            what,
            each,
            all,
            open: Mutex::default(),
        })
    }

    /// Lets a client open one more.
    ///
    /// # Errors
    /// [`ProblemKind::TooManyStreams`].
    pub fn open_stream(self: &Arc<Self>, client: &str) -> Result<StreamPermit, Problem> {
        let mut open = lock(&self.open);
        let (own, all) = (
            open.get(client).copied().unwrap_or_default(),
            open.values().sum::<usize>(),
        );
        let what = self.what;
        let detail = if own >= self.each {
            format!("{client} has {own} {what} open; close one")
        } else if all >= self.all {
            format!("{all} {what} are open, of all clients; close one")
        } else {
            open.insert(client.to_owned(), own + 1);
            return Ok(StreamPermit {
                limit: Arc::clone(self),
                client: client.to_owned(),
            });
        };
        Err(Problem::new(ProblemKind::TooManyStreams, detail))
    }
}

/// A stream that counts as open until this is dropped.
#[derive(Debug)]
pub struct StreamPermit {
    limit: Arc<StreamLimit>,
    client: String,
}

impl Drop for StreamPermit {
    fn drop(&mut self) {
        let mut open = lock(&self.limit.open);
        match open.get_mut(&self.client) {
            Some(own) if *own > 1 => *own -= 1,
            _ => drop(open.remove(&self.client)),
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Returns what counts as one address: a household or an office has a whole network of IPv6.
pub fn rate_limit_address(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let network = address.to_bits() >> 64 << 64;
            IpAddr::V6(Ipv6Addr::from_bits(network))
        }
        address => address,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_bucket_fills_again() {
        let (limit, start) = (RateLimit::new(2.0, 3.0), Instant::now());
        let after = |seconds: f64| start + Duration::from_secs_f64(seconds);
        for (name, at, expected) in [
            ("ada", 0.0, true),
            ("ada", 0.0, true),
            ("ada", 0.0, true),
            ("ada", 0.0, false),
            ("ada", 0.4, false),
            ("lin", 0.4, true),
            // What is refused costs nothing.
            ("ada", 0.5, true),
            ("ada", 0.5, false),
            ("ada", 100.0, true),
            ("ada", 100.0, true),
            ("ada", 100.0, true),
            ("ada", 100.0, false),
        ] {
            assert_eq!(
                limit.try_acquire(name, after(at)),
                expected,
                "{name} at {at}"
            );
        }
    }

    #[test]
    fn an_address_more_than_can_be_told_apart_costs_no_memory() {
        let (limit, start) = (RateLimit::new(1.0, 2.0), Instant::now());
        for key in 0..MAX_KEYS {
            assert!(limit.try_acquire(key, start));
        }
        assert!(!limit.try_acquire(MAX_KEYS, start));
        assert!(limit.try_acquire(0, start), "who is known goes on");
        assert!(limit.try_acquire(MAX_KEYS, start + Duration::from_secs(9)));
        assert_eq!(lock(&limit.buckets).len(), 1);
    }

    #[test]
    fn a_client_leaves_streams_to_others() {
        let limit = StreamLimit::new("streams", 2, 3);
        let first = limit.open_stream("ada").unwrap();
        let _second = limit.open_stream("ada").unwrap();
        let own = limit.open_stream("ada").unwrap_err();
        assert_eq!(own.kind, ProblemKind::TooManyStreams);
        assert!(own.detail.contains("ada has 2"), "{own}");
        let _third = limit.open_stream("lin").unwrap();
        let all = limit.open_stream("lin").unwrap_err();
        assert!(all.detail.contains("of all clients"), "{all}");
        drop(first);
        let _again = limit.open_stream("lin").unwrap();
        assert_eq!(lock(&limit.open)["ada"], 1);
    }

    #[test]
    fn networks_of_ipv6_are_told_apart_and_not_their_addresses() {
        let of = |text: &str| rate_limit_address(text.parse().unwrap());
        assert_eq!(of("2001:db8::1"), of("2001:db8::2:3"));
        assert_ne!(of("2001:db8::1"), of("2001:db8:0:1::1"));
        assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
        assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
    }
}
