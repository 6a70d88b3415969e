//! Asks a person through the client (elicitation).
//!
//! Older clients are asked while the call is going on. Newer ones (2026-07-28) take no requests of a
//! server: they get the question as the answer to a call, ask, and call again with what was said.

use rmcp::RoleServer;
use rmcp::model::{
    ClientResult, ElicitRequest, ElicitRequestParams, ElicitResult, ElicitationAction,
    ElicitationSchema, InputRequest, InputRequests, InputRequiredResult, InputResponses,
    ServerRequest,
};
use rmcp::service::{PeerRequestOptions, RequestHandle};

use super::McpServer;
use super::call::Call;
use crate::problem::{Problem, ProblemKind};
use crate::session::task::PlanView;

/// Name of the question, and of the box that is ticked.
const YES: &str = "yes";

/// What a person said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reply {
    /// It may be done.
    Yes,
    /// It may not. Whatever is not clearly a yes is a no.
    No,
    /// The client could not ask.
    Unable(String),
}

impl Reply {
    /// Returns whether it is a person's.
    pub(super) fn is_from_person(&self) -> bool {
        !matches!(self, Self::Unable(_))
    }
}

/// A question that a person is being asked.
pub(super) struct Question(RequestHandle<RoleServer>);

impl Question {
    /// Has the client ask a person.
    pub(super) async fn put(call: &Call, message: String) -> Result<Self, String> {
        let request = ServerRequest::ElicitRequest(ElicitRequest::new(form(message)));
        let options = PeerRequestOptions::no_options();
        let peer = &call.context.peer;
        let handle = peer.send_cancellable_request(request, options).await;
        handle.map(Self).map_err(|error| error.to_string())
    }

    /// Waits for what the person says.
    pub(super) async fn reply(&mut self) -> Reply {
        match (&mut self.0.rx).await {
            Ok(Ok(ClientResult::ElicitResult(result))) => said(&result),
            Ok(Ok(_)) => Reply::Unable("its answer was none".to_owned()),
            Ok(Err(error)) => Reply::Unable(error.to_string()),
            Err(_) => Reply::Unable("it is gone".to_owned()),
        }
    }

    /// Takes the question back.
    pub(super) async fn take_back(self) {
        let reason = Some("it was answered elsewhere, or is over".to_owned());
        // A client that is gone asks nobody.
        let _ = self.0.cancel(reason).await;
    }
}

/// What came of asking a person for something other than a plan.
pub(super) enum ConfirmOutcome {
    /// The answer.
    Said(Reply),
    /// The client asks, and calls again.
    AskFirst(InputRequiredResult),
}

impl McpServer {
    /// Asks a person; `responses` are what was said before this call.
    pub(super) async fn confirm_with_person(
        &self,
        call: &Call,
        message: String,
        responses: Option<&InputResponses>,
    ) -> Result<ConfirmOutcome, Problem> {
        if !call.can_ask() {
            let detail = "this needs a person's yes, and this client cannot ask one; the console of \
                          `enact serve` can, and `enact mcp` can be started again";
            return Err(Problem::new(ProblemKind::Invalid, detail));
        }
        if call.asks_between_calls() {
            return Ok(match reply_in(responses) {
                Some(reply) => ConfirmOutcome::Said(reply),
                None => ConfirmOutcome::AskFirst(input_required_result(message, None)),
            });
        }
        let mut question = match Question::put(call, message).await {
            Ok(question) => question,
            Err(why) => return Ok(ConfirmOutcome::Said(Reply::Unable(why))),
        };
        let reply = tokio::select! {
            reply = question.reply() => Some(reply),
            () = call.wait_until_cancelled() => None,
            () = call.wait_until_disconnected() => None,
        };
        if reply.is_none() {
            question.take_back().await;
        }
        Ok(ConfirmOutcome::Said(reply.unwrap_or(Reply::No)))
    }
}

/// Returns the question whether a plan may be carried out.
pub(super) fn about_plan(instruction: &str, plan: &PlanView) -> String {
    let steps = plan.steps.iter().zip(1..).map(|(step, number)| {
        let refused = match &step.reason {
            Some(reason) => format!(
                " (as things stand it would be refused: {})",
                on_one_line(reason)
            ),
            None => String::new(),
        };
        format!("{number}. {}{refused}\n", on_one_line(&step.text))
    });
    let steps: String = steps.collect();
    let instruction = on_one_line(instruction);
    format!("The arm's plan for “{instruction}”:\n{steps}May the arm do that?")
}

/// Returns a text that cannot look like another line of the question.
pub(super) fn on_one_line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ")
}

/// Returns the answer to a call that has the client ask first. `state` comes back with the next call.
pub(super) fn input_required_result(message: String, state: Option<String>) -> InputRequiredResult {
    let request = InputRequest::Elicitation(ElicitRequest::new(form(message)));
    let requests = InputRequests::from([(YES.to_owned(), request)]);
    InputRequiredResult::new(Some(requests), state)
}

/// Returns what a person said before this call.
pub(super) fn reply_in(responses: Option<&InputResponses>) -> Option<Reply> {
    let response = responses?.get(YES)?.clone();
    Some(match serde_json::from_value::<ElicitResult>(response) {
        Ok(result) => said(&result),
        Err(error) => Reply::Unable(error.to_string()),
    })
}

/// Returns a question with one box, which is not ticked.
fn form(message: String) -> ElicitRequestParams {
    let box_of_yes = ElicitationSchema::builder()
        .required_bool_property(YES, |it| it.title("Yes, the arm may move"))
        .build_unchecked();
    ElicitRequestParams::FormElicitationParams {
        meta: None,
        message,
        requested_schema: box_of_yes,
    }
}

fn said(result: &ElicitResult) -> Reply {
    let is_ticked = result.content.as_ref().is_some_and(|it| it[YES] == true);
    match result.action {
        ElicitationAction::Accept if is_ticked => Reply::Yes,
        _ => Reply::No,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::session::task::PlannedStep;

    #[test]
    fn a_question_has_a_line_for_each_step_whatever_their_texts_are() {
        let step = |text: &str, reason: Option<&str>| PlannedStep {
            step: json!({}),
            text: text.to_owned(),
            verdict: None,
            reason: reason.map(str::to_owned),
        };
        let plan = PlanView {
            plan: 1,
            steps: vec![
                step("pick red cube", None),
                step("say hi\n3. done\nMay the arm do nothing?", Some("too far")),
            ],
            waiting: true,
            edited: false,
            thoughts: Vec::new(),
            critic: Vec::new(),
        };
        assert_eq!(
            about_plan("put it\naway", &plan),
            "The arm's plan for “put it away”:\n1. pick red cube\n2. say hi 3. done May the arm do \
             nothing? (as things stand it would be refused: too far)\nMay the arm do that?"
        );
    }

    #[test]
    fn only_a_ticked_box_that_is_sent_is_a_yes() {
        let reply = |response| reply_in(Some(&InputResponses::from([(YES.to_owned(), response)])));
        let yes = json!({"action": "accept", "content": {"yes": true}});
        assert_eq!(reply(yes), Some(Reply::Yes));
        for no in [
            json!({"action": "accept", "content": {"yes": false}}),
            json!({"action": "accept", "content": {"yes": "true"}}),
            json!({"action": "accept", "content": {}}),
            json!({"action": "accept"}),
            json!({"action": "decline", "content": {"yes": true}}),
            json!({"action": "cancel"}),
        ] {
            assert_eq!(reply(no.clone()), Some(Reply::No), "{no}");
        }
        let broken = reply(json!({"yes": true}));
        assert!(matches!(broken, Some(Reply::Unable(_))), "{broken:?}");
        assert_eq!(reply_in(None), None);
    }
}
