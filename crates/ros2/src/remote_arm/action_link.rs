//! One goal at a time at the action server of a controller.

use ros2_client::Message;
use ros2_client::RmwRequestId;
use ros2_client::action::{ActionClient, GoalId, GoalStatusEnum};

use crate::action_server::read_or_log;

/// How far a goal is.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum GoalPhase<R> {
    /// There is none.
    #[default]
    Idle,
    /// It was sent, and not answered.
    Sent,
    /// It was accepted.
    Accepted,
    /// It was rejected.
    Rejected,
    /// It ended.
    Ended(GoalStatusEnum, R),
}

impl<R> GoalPhase<R> {
    /// Returns whether there is more to come.
    pub fn is_unfinished(&self) -> bool {
        matches!(self, Self::Sent | Self::Accepted)
    }
}

/// An action client with its newest goal.
pub struct ActionLink<G, R, F>
where
    G: Message + Clone + 'static,
    R: Message + Clone + 'static,
    F: Message + 'static,
{
    client: ActionClient<G, R, F>,
    phase: GoalPhase<R>,
    sent: Option<(RmwRequestId, GoalId)>,
    result: Option<RmwRequestId>,
    is_canceled: bool,
}

impl<G, R, F> ActionLink<G, R, F>
where
    G: Message + Clone + 'static,
    R: Message + Clone + 'static,
    F: Message + 'static,
{
    /// Creates a link without a goal.
    pub fn new(client: ActionClient<G, R, F>) -> Self {
        Self {
            client,
            phase: GoalPhase::Idle,
            sent: None,
            result: None,
            is_canceled: false,
        }
    }

    /// Returns the client.
    pub fn client(&self) -> &ActionClient<G, R, F> {
        &self.client
    }

    /// Returns how far the newest goal is.
    pub fn goal_phase(&self) -> &GoalPhase<R> {
        &self.phase
    }

    /// Sends a goal; what was before is forgotten.
    pub fn send_goal(&mut self, goal: G) {
        self.result = None;
        self.is_canceled = false;
        self.sent = self
            .client
            .send_goal(goal)
            .inspect_err(|why| tracing::warn!("a goal could not be sent: {why}"))
            .ok();
        self.phase = match self.sent {
            Some(_) => GoalPhase::Sent,
            None => GoalPhase::Rejected,
        };
    }

    /// Cancels the goal, also one that is not answered yet.
    pub fn cancel_goal(&mut self) {
        if !self.phase.is_unfinished() || self.is_canceled {
            return;
        }
        self.is_canceled = true;
        if let (GoalPhase::Accepted, Some((_, id))) = (&self.phase, self.sent) {
            self.send_cancel(id);
        }
    }

    fn send_cancel(&self, id: GoalId) {
        if let Err(why) = self.client.cancel_goal(id) {
            tracing::error!("a goal could not be canceled: {why}");
        }
    }

    /// Takes what came.
    pub fn poll(&mut self) {
        let Some((request, id)) = self.sent else {
            return;
        };
        if matches!(self.phase, GoalPhase::Sent)
            && let Some(answer) =
                read_or_log("an answer", self.client.receive_goal_response(request))
        {
            self.phase = match answer.accepted {
                true => GoalPhase::Accepted,
                false => GoalPhase::Rejected,
            };
            if answer.accepted {
                self.result = self
                    .client
                    .request_result(id)
                    .inspect_err(|why| tracing::warn!("a result cannot be asked for: {why}"))
                    .ok();
                if self.is_canceled {
                    self.send_cancel(id);
                }
            }
        }
        if let (GoalPhase::Accepted, Some(request)) = (&self.phase, self.result)
            && let Some((status, result)) =
                read_or_log("a result", self.client.receive_result(request))
        {
            self.phase = GoalPhase::Ended(status, result);
        }
        // Nobody needs these, and they must not pile up.
        while read_or_log("feedback", self.client.receive_feedback(id)).is_some() {}
        while read_or_log("a status", self.client.receive_status()).is_some() {}
    }
}
