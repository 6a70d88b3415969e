//! A program's connection to the others.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use enact_types::Reason;
use serde::Serialize;
use serde::de::DeserializeOwned;
use zenoh::Session;
use zenoh::Wait;
use zenoh::bytes::ZBytes;
use zenoh::liveliness::LivelinessToken;
use zenoh::pubsub::{Publisher, Subscriber};
use zenoh::qos::{CongestionControl, Priority};
use zenoh::query::{ConsolidationMode, Query, QueryTarget, Queryable, Reply};
use zenoh::sample::Sample;

use crate::clock::{Clock, Exchange};
use crate::config::NetworkConfig;
use crate::error::NetworkError;
use crate::message::Garbled;
use crate::message::codec::{self, from_bytes, to_bytes};
use crate::message::status::{Ping, Pong};

/// A connection, and the clocks of this program.
#[derive(Debug)]
pub struct Link {
    session: Session,
    heartbeats: Option<Session>,
    clock: Clock,
    places: String,
}

/// How a message is treated on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Urgency {
    /// Before everything else, and dropped where it would wait.
    Heartbeat,
    /// Before everything else.
    Command,
    /// Dropped where it would wait.
    Telemetry,
    /// After everything else.
    Picture,
}

impl Urgency {
    fn priority(self) -> Priority {
        match self {
            Self::Heartbeat | Self::Command => Priority::RealTime,
            Self::Telemetry => Priority::DataHigh,
            Self::Picture => Priority::Background,
        }
    }

    fn congestion_control(self) -> CongestionControl {
        match self {
            Self::Heartbeat | Self::Telemetry => CongestionControl::Drop,
            Self::Command | Self::Picture => CongestionControl::Block,
        }
    }
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq)]
pub enum NoAnswer {
    /// None came in time, or nobody is there.
    Silent,
    /// It is not understood.
    Garbled(Garbled),
}

impl Link {
    /// Opens the connection. Endpoints that cannot be reached yet are tried until they can.
    ///
    /// # Errors
    /// [`NetworkError`] if a setting is wrong, or an endpoint cannot be listened on.
    pub fn open(config: &NetworkConfig) -> Result<Arc<Self>, NetworkError> {
        Self::open_with_clock(config, Clock::new())
    }

    /// Opens the connection with this clock.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn open_with_clock(
        config: &NetworkConfig,
        clock: Clock,
    ) -> Result<Arc<Self>, NetworkError> {
        let open = |config| {
            let opened = zenoh::open(config).wait();
            opened.map_err(|error| NetworkError::Open(Reason::from(error.to_string())))
        };
        Ok(Arc::new(Self {
            session: open(config.main_zenoh_config()?)?,
            heartbeats: config.heartbeat_zenoh_config()?.map(open).transpose()?,
            clock,
            places: config.describe_endpoints(),
        }))
    }

    /// Returns this program's clocks.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Returns where others are looked for, for messages.
    pub fn describe_endpoints(&self) -> &str {
        &self.places
    }

    /// Asks for the one answer that is expected.
    ///
    /// # Errors
    /// [`NoAnswer`] if none comes within `patience`.
    pub fn ask<T: DeserializeOwned>(
        &self,
        key: &str,
        question: Vec<u8>,
        limit: usize,
        patience: Duration,
    ) -> Result<T, NoAnswer> {
        let payload = self.ask_bytes(key, question, Urgency::Command, patience);
        let payload = payload.ok_or(NoAnswer::Silent)?;
        from_bytes(&payload.to_bytes(), limit).map_err(NoAnswer::Garbled)
    }

    /// Asks as [`ask`](Self::ask) does, and returns the bytes of the first answer.
    pub(crate) fn ask_bytes(
        &self,
        key: &str,
        question: Vec<u8>,
        urgency: Urgency,
        patience: Duration,
    ) -> Option<ZBytes> {
        let end = Instant::now() + patience;
        let (sender, replies) = channel::<Reply>();
        self.session
            .get(key)
            .payload(question)
            .timeout(patience)
            // The first answer counts, as soon as it comes.
            .consolidation(ConsolidationMode::None)
            .priority(urgency.priority())
            .congestion_control(CongestionControl::Block)
            .express(urgency == Urgency::Command)
            .callback(move |reply| drop(sender.send(reply)))
            .wait()
            .ok()?;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            match replies.recv_timeout(left) {
                Ok(reply) => {
                    if let Ok(sample) = reply.into_result() {
                        return Some(sample.payload().clone());
                    }
                }
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return None,
            }
        }
    }

    /// Asks for pictures and the like, after everything else, and returns where the answer comes. It is closed
    /// when there is none within `patience`.
    pub(crate) fn begin_asking(
        &self,
        key: &str,
        question: Vec<u8>,
        patience: Duration,
    ) -> Result<Receiver<ZBytes>, Reason> {
        let (sender, answer) = channel();
        self.session
            .get(key)
            .payload(question)
            .timeout(patience)
            .consolidation(ConsolidationMode::None)
            .priority(Urgency::Picture.priority())
            .congestion_control(Urgency::Picture.congestion_control())
            .callback(move |reply: Reply| {
                if let Ok(sample) = reply.into_result() {
                    // Whoever asked may be gone.
                    let _ = sender.send(sample.payload().clone());
                }
            })
            .wait()
            .map_err(|error| Reason::from(error.to_string()))?;
        Ok(answer)
    }

    /// Asks again and again until there is an answer or `patience` is over: somebody may have to be
    /// connected to first.
    ///
    /// # Errors
    /// [`NetworkError`] if there is none, or it is not understood; `node` is who is asked.
    pub fn ask_patiently<T: DeserializeOwned>(
        &self,
        node: &str,
        key: &str,
        question: &[u8],
        patience: Duration,
    ) -> Result<T, NetworkError> {
        /// Time for one question.
        const TRY: Duration = Duration::from_millis(1500);
        /// Time between two.
        const PAUSE: Duration = Duration::from_millis(50);
        let begun = Instant::now();
        loop {
            let left = patience.saturating_sub(begun.elapsed());
            let once = TRY.min(left.max(PAUSE));
            match self.ask(key, question.to_vec(), codec::MAX_SMALL_BYTES, once) {
                Ok(answer) => return Ok(answer),
                Err(NoAnswer::Garbled(garbled)) => {
                    let node = node.to_owned();
                    return Err(NetworkError::Garbled { node, garbled });
                }
                Err(NoAnswer::Silent) if begun.elapsed() >= patience => {
                    return Err(NetworkError::Silent {
                        node: node.to_owned(),
                        endpoints: self.places.clone(),
                        waited: begun.elapsed(),
                    });
                }
                Err(NoAnswer::Silent) => std::thread::sleep(PAUSE),
            }
        }
    }

    /// Asks everybody whose keys match, and returns what came within `patience`, with its keys.
    pub(crate) fn ask_everybody(
        &self,
        keys: &str,
        question: Vec<u8>,
        patience: Duration,
    ) -> Vec<(String, ZBytes)> {
        let (sender, replies) = channel::<Reply>();
        let asked = self
            .session
            .get(keys)
            .payload(question)
            .timeout(patience)
            .target(QueryTarget::All)
            .priority(Urgency::Command.priority())
            .congestion_control(CongestionControl::Block)
            .express(true)
            .callback(move |reply| drop(sender.send(reply)))
            .wait();
        if asked.is_err() {
            return Vec::new();
        }
        let samples = replies.iter().filter_map(|reply| reply.into_result().ok());
        samples
            .map(|sample| (sample.key_expr().to_string(), sample.payload().clone()))
            .collect()
    }

    /// Returns the keys of the liveliness tokens that match.
    pub(crate) fn alive_keys(&self, keys: &str, patience: Duration) -> Vec<String> {
        let (sender, replies) = channel::<Reply>();
        let asked = self
            .session
            .liveliness()
            .get(keys)
            .timeout(patience)
            .callback(move |reply| drop(sender.send(reply)))
            .wait();
        if asked.is_err() {
            return Vec::new();
        }
        let samples = replies.iter().filter_map(|reply| reply.into_result().ok());
        samples
            .map(|sample| sample.key_expr().to_string())
            .collect()
    }

    /// Compares clocks with a node once.
    pub fn compare_clocks(&self, key: &str, patience: Duration) -> Option<(Exchange, Pong)> {
        let asked = self.clock.now();
        let question = to_bytes(&Ping { sent: asked });
        let pong: Pong = self
            .ask(key, question, codec::MAX_SMALL_BYTES, patience)
            .ok()?;
        let exchange = Exchange {
            asked,
            received: pong.received,
            answered: pong.answered,
            back: self.clock.now(),
        };
        exchange.offset().map(|_| (exchange, pong))
    }

    /// Declares that this node is there, until the token is dropped.
    pub(crate) fn declare_alive(&self, key: &str) -> Result<LivelinessToken, NetworkError> {
        let token = self.session.liveliness().declare_token(key.to_owned());
        token.wait().map_err(|error| not_declared(key, &error))
    }

    /// Answers questions at a key, on a thread of Zenoh's: `answer` must be quick.
    pub(crate) fn answer(
        &self,
        key: &str,
        answer: impl Fn(Query) + Send + Sync + 'static,
    ) -> Result<Queryable<()>, NetworkError> {
        let queryable = self.session.declare_queryable(key.to_owned());
        let queryable = queryable.callback(answer).wait();
        queryable.map_err(|error| not_declared(key, &error))
    }

    /// Listens at a key, on a thread of Zenoh's: `hear` must be quick.
    pub(crate) fn listen(
        &self,
        key: &str,
        hear: impl Fn(Sample) + Send + Sync + 'static,
    ) -> Result<Subscriber<()>, NetworkError> {
        let subscriber = self.session.declare_subscriber(key.to_owned());
        let subscriber = subscriber.callback(hear).wait();
        subscriber.map_err(|error| not_declared(key, &error))
    }

    /// Returns what publishes at a key.
    pub(crate) fn publisher(
        &self,
        key: &str,
        urgency: Urgency,
    ) -> Result<Publisher<'static>, NetworkError> {
        let session = match urgency {
            Urgency::Heartbeat => self.heartbeats.as_ref().unwrap_or(&self.session),
            _ => &self.session,
        };
        session
            .declare_publisher(key.to_owned())
            .priority(urgency.priority())
            .congestion_control(urgency.congestion_control())
            .express(urgency == Urgency::Heartbeat)
            .wait()
            .map_err(|error| not_declared(key, &error))
    }

    /// Closes the connection at once, as if it had been cut; for tests.
    pub fn close(&self) {
        drop(self.session.close().wait());
        if let Some(heartbeats) = &self.heartbeats {
            drop(heartbeats.close().wait());
        }
    }
}

/// Answers a question.
pub(crate) fn reply(query: &Query, answer: &impl Serialize) {
    reply_under_key(query, query.key_expr().as_str(), answer);
}

/// Answers a question to several nodes by the key of this one.
pub(crate) fn reply_under_key(query: &Query, key: &str, answer: &impl Serialize) {
    let sent = query.reply(key.to_owned(), to_bytes(answer)).wait();
    if let Err(error) = sent {
        tracing::debug!("an answer at {key} was not sent: {error}");
    }
}

/// Answers with this clock's time.
pub(crate) fn reply_with_time(query: &Query, clock: &Clock) {
    let received = clock.now();
    let pong = Pong {
        received,
        answered: clock.now(),
        time_of_day: clock.unix_time_nanos(),
    };
    reply(query, &pong);
}

/// Returns the bytes of a question.
pub(crate) fn question_bytes(query: &Query) -> Vec<u8> {
    let payload = query.payload();
    payload.map_or_else(Vec::new, |payload| payload.to_bytes().into_owned())
}

fn not_declared(key: &str, error: &zenoh::Error) -> NetworkError {
    NetworkError::Declare {
        key: key.to_owned(),
        reason: Reason::from(error.to_string()),
    }
}
