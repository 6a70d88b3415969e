//! Servers that share the work: who asks which of them, and which are out of order.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use enact_types::StopSwitch;

/// Longest time until a stop is noticed.
const POLL_PERIOD: Duration = Duration::from_millis(20);
/// First time for which a server is set aside, as one part in this many of the time for retries.
const FIRST: u32 = 12;
/// Shortest time for which a server is set aside.
const MIN_SET_ASIDE_TIME: Duration = Duration::from_millis(100);
/// Most times that this time is doubled.
const DOUBLED: u32 = 8;

/// Servers among which the models that are opened with it share their requests. Each server gets at most
/// one request at a time, and one that fails is set aside for a while. Clones share the servers.
#[derive(Clone, Default)]
pub struct ServerPool(Arc<Shared>);

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    freed: Condvar,
}

#[derive(Default)]
struct State {
    servers: Vec<Server>,
    /// Number of models that joined.
    members: usize,
    /// Which model runs on the servers of a source.
    models: BTreeMap<String, String>,
    /// When the first request began, and when the last answer came.
    span: Option<(Instant, Instant)>,
}

struct Server {
    address: String,
    is_busy: bool,
    /// End of the time for which it is set aside.
    back_at: Option<Instant>,
    /// Failures in a row.
    failures: u32,
    answers: u64,
    set_aside: u64,
    busy: Duration,
}

impl Server {
    fn is_free(&self, now: Instant) -> bool {
        !self.is_busy && self.back_at.is_none_or(|back_at| back_at <= now)
    }
}

/// The servers of one model in a pool, as one of those has them that ask.
pub(crate) struct Membership {
    pool: ServerPool,
    /// Their numbers in the pool.
    servers: Vec<usize>,
    /// Which of them is asked first: its own, so that a server keeps what it read in its cache.
    pub home: usize,
}

/// The right to ask a server, which nobody else has meanwhile.
pub(crate) struct Lease {
    pool: ServerPool,
    /// Its number in the pool.
    server: usize,
    /// Its number among those of the model.
    pub seat: usize,
    /// True if it failed last.
    pub is_suspect: bool,
    begun: Instant,
}

/// Reason why there is no server to be asked.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum NoServer {
    /// The stop switch is pressed.
    Stopped,
    /// All of them failed lately.
    AllSetAside,
}

/// What a server of a pool did.
#[derive(Clone, Debug, PartialEq)]
pub struct ServerStats {
    /// Its address.
    pub address: String,
    /// Number of its answers.
    pub answers: u64,
    /// Answers per minute, from the first request to the pool to the last answer.
    pub per_minute: f64,
    /// Share of that time in which it was answering, 0 to 1.
    pub busy: f64,
    /// How often it was set aside.
    pub set_aside: u64,
}

impl ServerPool {
    /// Returns what each server did so far.
    pub fn server_stats(&self) -> Vec<ServerStats> {
        let state = self.lock();
        let span = state.span.map_or(0.0, |(first, last)| {
            last.saturating_duration_since(first).as_secs_f64()
        });
        let per = |amount: f64| if span > 0.0 { amount / span } else { 0.0 };
        let of = |server: &Server| ServerStats {
            address: server.address.clone(),
            answers: server.answers,
            per_minute: 60.0 * per(server.answers as f64),
            busy: per(server.busy.as_secs_f64()),
            set_aside: server.set_aside,
        };
        state.servers.iter().map(of).collect()
    }

    /// Joins those that ask these servers. Each that joins has the next one as its own.
    pub(crate) fn join(&self, addresses: &[String]) -> Membership {
        let mut state = self.lock();
        let mut servers = Vec::new();
        for address in addresses {
            let known = state.servers.iter().position(|it| it.address == *address);
            servers.push(known.unwrap_or(state.servers.len()));
            if known.is_none() {
                state.servers.push(Server {
                    address: address.clone(),
                    is_busy: false,
                    back_at: None,
                    failures: 0,
                    answers: 0,
                    set_aside: 0,
                    busy: Duration::ZERO,
                });
            }
        }
        let home = state.members % addresses.len();
        state.members += 1;
        Membership {
            pool: self.clone(),
            servers,
            home,
        }
    }

    /// Returns which model the servers of `source` run: the first one that was found there.
    pub(crate) fn get_or_record_model(&self, source: &str, found: &str) -> String {
        let mut state = self.lock();
        let model = state.models.entry(source.to_owned());
        model.or_insert_with(|| found.to_owned()).clone()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Membership {
    /// Waits for a server that is free and not set aside, its own first. Where all are set aside it waits
    /// until `end`, which begins to run after `patience` from the first time that this is so.
    pub(crate) fn lease(
        &self,
        end: &mut Option<Instant>,
        patience: Duration,
        stop: &StopSwitch,
    ) -> Result<Lease, NoServer> {
        let mut state = self.pool.lock();
        loop {
            if stop.is_pressed() {
                return Err(NoServer::Stopped);
            }
            let now = Instant::now();
            let count = self.servers.len();
            let mut seats = (0..count).map(|step| (self.home + step) % count);
            let free = seats.find(|seat| state.servers[self.servers[*seat]].is_free(now));
            if let Some(seat) = free {
                state.span.get_or_insert((now, now));
                let server = &mut state.servers[self.servers[seat]];
                server.is_busy = true;
                return Ok(Lease {
                    pool: self.pool.clone(),
                    server: self.servers[seat],
                    seat,
                    is_suspect: server.failures > 0,
                    begun: now,
                });
            }
            let is_any_busy = self.servers.iter().any(|it| state.servers[*it].is_busy);
            if !is_any_busy && now >= *end.get_or_insert(now + patience) {
                return Err(NoServer::AllSetAside);
            }
            let waited = self.pool.0.freed.wait_timeout(state, POLL_PERIOD);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

impl Lease {
    /// Counts an answer.
    pub(crate) fn answered(self) {
        let now = Instant::now();
        let mut state = self.pool.lock();
        if let Some((_, last)) = &mut state.span {
            *last = now.max(*last);
        }
        let server = &mut state.servers[self.server];
        server.failures = 0;
        server.back_at = None;
        server.answers += 1;
        server.busy += now.saturating_duration_since(self.begun);
    }

    /// Sets the server aside, longer each time, at most for `retry_time`; returns for how long.
    pub(crate) fn set_aside(self, retry_time: Duration) -> Duration {
        let mut state = self.pool.lock();
        let server = &mut state.servers[self.server];
        let first = (retry_time / FIRST).max(MIN_SET_ASIDE_TIME);
        let doubled = first.saturating_mul(1 << server.failures.min(DOUBLED));
        let wait = doubled.min(retry_time.max(MIN_SET_ASIDE_TIME));
        server.failures += 1;
        server.set_aside += 1;
        server.back_at = Some(Instant::now() + wait);
        wait
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.pool.lock().servers[self.server].is_busy = false;
        self.pool.0.freed.notify_all();
    }
}

/// Who asks what meanwhile makes no model another one.
impl PartialEq for ServerPool {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for ServerPool {}

impl fmt::Debug for ServerPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ServerPool")
    }
}

impl fmt::Display for ServerStats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let times = |count: u64, what: &str| match count {
            1 => format!("1 {what}"),
            count => format!("{count} {what}s"),
        };
        write!(
            f,
            "{}: {}, {:.1} a minute, busy {:.0} % of the time",
            self.address,
            times(self.answers, "answer"),
            self.per_minute,
            100.0 * self.busy
        )?;
        match self.set_aside {
            0 => Ok(()),
            count => write!(f, ", set aside {}", times(count, "time")),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    /// Longer than any test takes.
    const LONG: Duration = Duration::from_secs(3600);

    fn joined(pool: &ServerPool) -> Membership {
        pool.join(&["a".to_owned(), "b".to_owned()])
    }

    fn lease(member: &Membership, patience: Duration) -> Result<Lease, NoServer> {
        member.lease(&mut None, patience, &StopSwitch::new())
    }

    #[test]
    fn each_has_its_own_server_and_takes_another_if_that_is_busy() {
        let pool = ServerPool::default();
        let (one, two) = (joined(&pool), joined(&pool));
        let first = lease(&one, LONG).unwrap();
        assert_eq!(first.seat, 0);
        let second = lease(&two, LONG).unwrap();
        assert_eq!(second.seat, 1);
        let third = thread::scope(|scope| {
            let waiting = scope.spawn(|| lease(&one, LONG).unwrap().seat);
            thread::sleep(3 * POLL_PERIOD);
            assert!(!waiting.is_finished(), "both servers are busy");
            second.answered();
            waiting.join().unwrap()
        });
        assert_eq!(third, 1);
        first.answered();
        let answers: Vec<u64> = pool.server_stats().iter().map(|it| it.answers).collect();
        assert_eq!(answers, [1, 1]);
    }

    #[test]
    fn what_failed_is_set_aside_longer_each_time_and_then_suspect() {
        let pool = ServerPool::default();
        let one = joined(&pool);
        let time = Duration::from_millis(1500);
        let mut waits = Vec::new();
        for _ in 0..6 {
            // Whatever the time that it is set aside for.
            pool.lock().servers[0].back_at = None;
            let lease = lease(&one, LONG).unwrap();
            assert_eq!((lease.seat, lease.is_suspect), (0, !waits.is_empty()));
            waits.push(lease.set_aside(time).as_millis());
        }
        assert_eq!(waits, [125, 250, 500, 1000, 1500, 1500]);
        assert_eq!(lease(&one, LONG).unwrap().seat, 1);
        pool.lock().servers[0].back_at = None;
        lease(&one, LONG).unwrap().answered();
        assert!(!lease(&one, LONG).unwrap().is_suspect);
        assert_eq!(pool.server_stats()[0].set_aside, 6);
    }

    #[test]
    fn where_all_are_set_aside_patience_ends_and_a_stop_ends_it_at_once() {
        let pool = ServerPool::default();
        let one = joined(&pool);
        for _ in 0..2 {
            lease(&one, LONG).unwrap().set_aside(LONG);
        }
        let refused = lease(&one, 2 * POLL_PERIOD).err();
        assert_eq!(refused, Some(NoServer::AllSetAside));
        let stop = StopSwitch::new();
        stop.press();
        let refused = one.lease(&mut None, LONG, &stop).err();
        assert_eq!(refused, Some(NoServer::Stopped));
    }

    #[test]
    fn the_first_model_that_is_found_is_the_one() {
        let pool = ServerPool::default();
        assert_eq!(pool.get_or_record_model("a,b", "m"), "m");
        assert_eq!(pool.get_or_record_model("a,b", "n"), "m");
        assert_eq!(pool.get_or_record_model("a,c", "n"), "n");
    }

    #[test]
    fn throughput_is_a_sentence() {
        let throughput = ServerStats {
            address: "http://a/v1".to_owned(),
            answers: 57,
            per_minute: 12.34,
            busy: 0.96,
            set_aside: 1,
        };
        assert_eq!(
            throughput.to_string(),
            "http://a/v1: 57 answers, 12.3 a minute, busy 96 % of the time, set aside 1 time"
        );
    }
}
