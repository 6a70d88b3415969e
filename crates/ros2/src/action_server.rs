//! An action server on the network: reads requests, and answers them by the states of the goals.

use ros2_client::action::{
    ActionServer, CancelGoalRequest, CancelGoalResponse, GetResultResponse, GoalId, GoalInfo,
    GoalStatusEnum, SendGoalResponse,
};
use ros2_client::action_msgs::{CancelGoalResponseEnum, GoalStatus, GoalStatusArray};
use ros2_client::builtin_interfaces::Time;
use ros2_client::{Message, RmwRequestId};
use serde::Deserialize;

use crate::Ros2Error;
use crate::connection::{Connection, TypeName};
use crate::goals::{Goals, ResultLookup};

/// An action server.
pub struct NetworkActionServer<G, R, F>
where
    G: Message + Clone + 'static,
    R: Message + Clone + Default + 'static,
    F: Message + 'static,
{
    server: ActionServer<G, R, F>,
    goals: Goals<R>,
    /// Requests for results that are still to come.
    waiting: Vec<(GoalId, RmwRequestId)>,
}

/// What a client asks for.
pub enum ClientRequest<G> {
    /// A new goal, which was accepted.
    Goal(GoalId, G),
    /// These goals are to be canceled.
    Cancel(Vec<GoalId>),
}

impl<G, R, F> NetworkActionServer<G, R, F>
where
    G: Message + Clone + 'static,
    R: Message + Clone + Default + 'static,
    F: Message + 'static,
{
    /// Offers an action.
    ///
    /// # Errors
    /// [`Ros2Error`] if it cannot be created.
    pub fn create(
        connection: &mut Connection,
        name: &str,
        kind: TypeName,
    ) -> Result<Self, Ros2Error> {
        Ok(Self {
            server: connection.create_action_server(name, kind)?,
            goals: Goals::default(),
            waiting: Vec::new(),
        })
    }

    /// Returns what was asked for since the last call. Every goal is accepted: a rejection carries
    /// no reason, and the result of a goal that is aborted at once does.
    pub fn take_requests(&mut self) -> Vec<ClientRequest<G>> {
        let mut asked = Vec::new();
        while let Some((request, goal)) = read_or_log("a goal", self.server.receive_goal()) {
            let now = Time::now();
            let accepted = self.goals.accept(goal.goal_id, now);
            let response = SendGoalResponse {
                accepted,
                stamp: now,
            };
            log_write_error(
                "an answer",
                self.server.send_goal_response(request, response),
            );
            if accepted {
                self.tell_statuses();
                asked.push(ClientRequest::Goal(goal.goal_id, goal.goal));
            }
        }
        while let Some((request, cancel)) =
            read_or_log("a request", self.server.receive_cancel_request())
        {
            let Some(which) = meant(&cancel) else {
                continue;
            };
            let goals_canceling = self.goals.cancel_matching(&which);
            let ids: Vec<GoalId> = goals_canceling.iter().map(|goal| goal.goal_id).collect();
            let return_code = match self.goals.has_ended(which.goal_id) {
                _ if !ids.is_empty() => CancelGoalResponseEnum::None,
                Some(true) => CancelGoalResponseEnum::GoalTerminated,
                None if which.goal_id != GoalId::ZERO => CancelGoalResponseEnum::UnknownGoal,
                _ => CancelGoalResponseEnum::Rejected,
            };
            let response = CancelGoalResponse {
                return_code,
                goals_canceling,
            };
            log_write_error(
                "an answer",
                self.server.send_cancel_response(request, response),
            );
            if !ids.is_empty() {
                self.tell_statuses();
                asked.push(ClientRequest::Cancel(ids));
            }
        }
        while let Some((request, wanted)) =
            read_or_log("a request", self.server.receive_result_request())
        {
            self.waiting.push((wanted.goal_id, request));
        }
        self.answer_waiting();
        asked
    }

    /// Notes that a goal is being carried out.
    pub fn mark_executing(&mut self, id: GoalId) {
        self.goals.mark_executing(id);
        self.tell_statuses();
    }

    /// Notes how a goal ended, and tells whoever waits for it.
    pub fn finish_goal(&mut self, id: GoalId, status: GoalStatusEnum, result: R) {
        self.goals.finish(id, status, result);
        self.tell_statuses();
        self.answer_waiting();
    }

    /// Tells how a goal is going.
    pub fn send_feedback(&self, id: GoalId, feedback: F) {
        // Whoever is too slow misses some.
        drop(self.server.send_feedback(id, feedback));
    }

    fn answer_waiting(&mut self) {
        let goals = &self.goals;
        let server = &self.server;
        self.waiting.retain(|(id, request)| {
            let (status, result) = match goals.result(*id) {
                ResultLookup::Later => return true,
                ResultLookup::Ready(status, result) => (status, result),
                ResultLookup::Unknown => (GoalStatusEnum::Unknown, R::default()),
            };
            let response = GetResultResponse { status, result };
            log_write_error("a result", server.send_result(*request, response));
            false
        });
    }

    fn tell_statuses(&self) {
        let statuses = self.goals.statuses().into_iter();
        let status_list = statuses
            .map(|(goal_info, status)| GoalStatus { goal_info, status })
            .collect();
        drop(
            self.server
                .send_goal_statuses(GoalStatusArray { status_list }),
        );
    }
}

/// Returns which goals a request means. Its only field is private, but not what it is sent as.
fn meant(request: &CancelGoalRequest) -> Option<GoalInfo> {
    #[derive(Deserialize)]
    struct Sent {
        goal_info: GoalInfo,
    }
    let sent = serde_json::to_value(request).and_then(serde_json::from_value::<Sent>);
    sent.map(|sent| sent.goal_info)
        .inspect_err(|why| tracing::warn!("a request to cancel cannot be read: {why}"))
        .ok()
}

/// Returns what was read. What cannot be read is dropped.
pub fn read_or_log<T>(what: &str, read: Result<Option<T>, ros2_client::ReadError>) -> Option<T> {
    read.inspect_err(|why| tracing::warn!("{what} from ROS 2 cannot be read: {why}"))
        .ok()
        .flatten()
}

/// Tells that something could not be sent.
pub fn log_write_error(what: &str, written: Result<(), ros2_client::WriteError<()>>) {
    if let Err(why) = written {
        tracing::warn!("{what} could not be sent to ROS 2: {why}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_to_cancel_says_what_it_means() {
        #[derive(serde::Serialize)]
        struct Sent {
            goal_info: GoalInfo,
        }
        let goal_info = GoalInfo {
            goal_id: GoalId::new_random(),
            stamp: Time::new(3, 5),
        };
        let sent = serde_json::to_value(Sent {
            goal_info: goal_info.clone(),
        });
        let request = serde_json::from_value(sent.unwrap()).unwrap();
        let read = meant(&request).unwrap();
        assert_eq!(read.goal_id, goal_info.goal_id);
        assert_eq!(read.stamp, goal_info.stamp);
    }
}
