//! A model that several servers run, asked wherever one is free.

use std::time::{Duration, Instant};

use enact_plan::pointing::family;
use enact_plan::{MeaningReader, PlannerError, Pointing};
use enact_types::{Reason, StopSwitch};

use crate::VisionLanguageModel;
use crate::chat::{self, Chat, Query, Reply};
use crate::config::ModelConfig;
use crate::control_tokens::SpecialTokens;
use crate::options::{RequestOptions, ServerOptions};
use crate::sampling::RequestRngs;

use super::endpoint::{Endpoint, without_secrets};
use super::pool::{Lease, Membership, NoServer};
use super::retry_class::concerns_server_not_question;
use super::transport::TransportError;
use super::{ChatCompletion, HttpOutcome, RequestError, ServerModel, fields, reply};

/// Longest wait for a sign of life of a server that failed.
const PROBE_TIME: Duration = Duration::from_secs(5);

/// One model that several servers run. Each question goes to one that is free, at best to the same one; a
/// server that fails is set aside for a while, and the question goes to another. Models that are opened with
/// the same [`ServerPool`](super::ServerPool) share the servers, and ask each of them one question at a time.
pub struct PooledModel {
    name: String,
    /// The servers, as they were given.
    addresses: Vec<String>,
    membership: Membership,
    /// Connections to those that were asked.
    servers: Vec<Option<ServerModel>>,
    options: RequestOptions,
    /// The same for one server, which is not asked again while there are others.
    asked: RequestOptions,
    settings: ModelConfig,
    special: SpecialTokens,
    meaning: MeaningReader,
    stop: StopSwitch,
    draws: RequestRngs,
    has_thought: bool,
    load_time: Duration,
}

/// Reason why a server has no answer.
enum Trouble {
    Stopped,
    /// It is out of order; another one may answer.
    Server(Reason),
    /// Another one would say the same.
    Question(PlannerError),
}

impl PooledModel {
    /// Connects to the servers at `addresses`, which `source` names, of which one must be there. Each
    /// address is as [`ServerModel::connect`] takes it; all must run the same model.
    ///
    /// # Errors
    /// [`PlannerError::Load`] where an address is none or is there twice, no server can be used, or they run
    /// several models.
    pub fn open(
        source: &str,
        addresses: &[&str],
        options: RequestOptions,
        stop: &StopSwitch,
    ) -> Result<Self, PlannerError> {
        let start = Instant::now();
        let mut places = Vec::new();
        for address in addresses {
            let failed = |reason: Reason| PlannerError::Load {
                model: without_secrets(address).to_owned(),
                reason,
            };
            let place = Endpoint::parse(address).map_err(failed)?.base().to_string();
            if places.contains(&place) {
                return Err(failed("it is there twice".into()));
            }
            places.push(place);
        }
        let asked = RequestOptions {
            server: ServerOptions {
                retry_time: Duration::ZERO,
                ..options.server.clone()
            },
            ..options.clone()
        };
        let mut model = Self {
            name: source.to_owned(),
            addresses: addresses.iter().map(|&it| it.to_owned()).collect(),
            membership: options.server.pool.join(&places),
            servers: addresses.iter().map(|_| None).collect(),
            asked,
            settings: ModelConfig::default(),
            special: SpecialTokens::of_common_chat_formats(),
            meaning: MeaningReader::new(options.meaning.unwrap_or_default()),
            options,
            stop: stop.clone(),
            draws: RequestRngs::new(),
            has_thought: false,
            load_time: Duration::ZERO,
        };
        model.settings.pointing = model.connect_to_one()?;
        model.load_time = start.elapsed();
        Ok(model)
    }

    /// Connects to the first server that can be used; returns how its model points, if that is known.
    fn connect_to_one(&mut self) -> Result<Option<Pointing>, PlannerError> {
        let count = self.addresses.len();
        let mut troubles = Vec::new();
        for step in 0..count {
            let seat = (self.membership.home + step) % count;
            let model = match self.connected(seat) {
                Ok(server) => server.model.clone(),
                Err(Trouble::Stopped) => return Err(PlannerError::Stopped),
                Err(Trouble::Question(error)) => return Err(error),
                Err(Trouble::Server(reason)) => {
                    troubles.push((self.addresses[seat].clone(), reason));
                    continue;
                }
            };
            for (address, reason) in troubles {
                let sentence = format!("{address} cannot be used now: {reason}");
                self.options.notify.tell(&sentence);
            }
            let pointing = self.options.pointing;
            return Ok(pointing.or_else(|| family::pointing_for_model_name(&model)));
        }
        let all: Vec<String> = troubles
            .iter()
            .map(|(address, reason)| format!("{address}: {reason}"))
            .collect();
        Err(PlannerError::Load {
            model: self.name.clone(),
            reason: format!("none of its servers can be used: {}", all.join("; ")).into(),
        })
    }

    /// Returns the connection to a server, which is made if there is none.
    fn connected(&mut self, seat: usize) -> Result<&mut ServerModel, Trouble> {
        if self.servers[seat].is_none() {
            self.servers[seat] = Some(self.connect(seat)?);
        }
        let server = self.servers[seat].as_mut();
        Ok(server.expect("it was just connected"))
    }

    fn connect(&self, seat: usize) -> Result<ServerModel, Trouble> {
        let address = &self.addresses[seat];
        let server = ServerModel::connect(address, self.asked.clone(), &self.stop);
        let server = server.map_err(|error| match error {
            PlannerError::Stopped => Trouble::Stopped,
            PlannerError::Load { reason, .. } => Trouble::Server(reason),
            other => Trouble::Question(other),
        })?;
        let model = self
            .options
            .server
            .pool
            .get_or_record_model(&self.name, &server.model);
        if model != server.model {
            let reason = format!(
                "{address} runs `{}`, and another of these servers `{model}`: all must run one model; \
                 name it, as in {address}#MODEL",
                server.model
            );
            return Err(Trouble::Question(PlannerError::Load {
                model: self.name.clone(),
                reason: reason.into(),
            }));
        }
        Ok(server)
    }

    /// Asks one server.
    fn ask_at(
        &mut self,
        lease: &Lease,
        query: &Query<'_>,
        draws: &RequestRngs,
    ) -> Result<ChatCompletion, Trouble> {
        let limit = self.options.time_limit;
        let server = self.connected(lease.seat)?;
        if lease.is_suspect {
            probe(server)?;
        }
        // Whichever server is asked, the same question has the same draw.
        server.draws = draws.clone();
        let answer = server.answer(query, Instant::now() + limit);
        answer.map_err(|trouble| match trouble {
            RequestError::Stopped => Trouble::Stopped,
            RequestError::TimedOut => Trouble::Server(silent_for(limit)),
            RequestError::Down(reason) => Trouble::Server(reason),
            RequestError::Refused(complaint) if concerns_server_not_question(&complaint) => {
                Trouble::Server(server.explain(&complaint))
            }
            other => Trouble::Question(server.failed(other)),
        })
    }

    /// Says that no server answers.
    fn unanswered(&self, last: Option<(String, Reason)>) -> PlannerError {
        let last = last.map_or_else(String::new, |(address, reason)| {
            format!("; {address}: {reason}")
        });
        PlannerError::Request {
            model: self.name.clone(),
            reason: format!("none of its {} servers answers{last}", self.addresses.len()).into(),
        }
    }
}

/// Looks whether a server that failed is there again, before somebody waits for its answer.
fn probe(server: &ServerModel) -> Result<(), Trouble> {
    let request = server.transport.client().get(server.endpoint.models());
    match server.send_once(request, PROBE_TIME) {
        Ok(HttpOutcome::Success(_)) => Ok(()),
        Ok(HttpOutcome::Error(complaint, _)) => match complaint.status {
            Some(500..) => Err(Trouble::Server(complaint.status_and_message().into())),
            // Some do not list their models.
            _ => Ok(()),
        },
        Err(TransportError::Failed(_)) => Ok(()),
        Err(TransportError::Stopped) => Err(Trouble::Stopped),
        Err(TransportError::TimedOut) => Err(Trouble::Server(silent_for(PROBE_TIME))),
        Err(TransportError::Unreachable(reason)) => {
            Err(Trouble::Server(server.unreachable(reason)))
        }
        Err(TransportError::Broken(reason)) => Err(Trouble::Server(server.through_proxy(reason))),
    }
}

fn silent_for(limit: Duration) -> Reason {
    format!("it did not answer within {} s", limit.as_secs_f64()).into()
}

impl Chat for PooledModel {
    fields::chat_fields!();

    fn takes_several_pictures(&self) -> bool {
        let mut known = self.servers.iter().flatten();
        known.all(Chat::takes_several_pictures)
    }

    fn ask(&mut self, query: Query<'_>) -> Result<Reply, PlannerError> {
        let patience = self.options.server.retry_time;
        let draws = self.draws.clone();
        let (mut end, mut failures, mut last) = (None, 0, None);
        loop {
            let lease = match self.membership.lease(&mut end, patience, &self.stop) {
                Ok(lease) => lease,
                Err(NoServer::Stopped) => return Err(PlannerError::Stopped),
                Err(NoServer::AllSetAside) => return Err(self.unanswered(last)),
            };
            let (seat, start) = (lease.seat, Instant::now());
            let reason = match self.ask_at(&lease, &query, &draws) {
                Ok(asked) => {
                    lease.answered();
                    if let Some(server) = &self.servers[seat] {
                        self.draws = server.draws.clone();
                    }
                    self.has_thought |= !asked.content.thinking.is_empty();
                    let free_text = self.options.free_text;
                    return Ok(reply(asked, &query.schema, start.elapsed(), free_text));
                }
                Err(Trouble::Stopped) => return Err(PlannerError::Stopped),
                Err(Trouble::Question(error)) => return Err(error),
                Err(Trouble::Server(reason)) => reason,
            };
            let address = self.addresses[seat].clone();
            let seconds = lease.set_aside(patience).as_secs_f64();
            self.options.notify.tell(&format!(
                "{address} is set aside for {seconds:.1} s: {reason}"
            ));
            failures += 1;
            last = Some((address, reason));
            let now = Instant::now();
            let is_over = now >= *end.get_or_insert(now + patience);
            if is_over && failures >= self.addresses.len() {
                return Err(self.unanswered(last));
            }
        }
    }
}

chat::see_and_plan!(PooledModel);

impl VisionLanguageModel for PooledModel {
    fields::model_fields!();
}
