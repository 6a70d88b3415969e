//! What a tool answers, as text, and why a server does not answer.

use std::time::Duration;

use enact_types::reason::innermost_message;
use rmcp::ServiceError;
use rmcp::model::{CallToolResult, ContentBlock, EmbeddedResource, ResourceContents};
use rmcp::service::ClientInitializeError;
use rmcp::transport::DynamicTransportError;
use rmcp::transport::streamable_http_client::StreamableHttpError;

/// Why a server does not answer, as the rest of a sentence about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// It says so itself, and may answer something else.
    Refused(String),
    /// It answers nothing any more.
    Gone(String),
}

impl Trouble {
    /// A server that hangs.
    pub(super) fn silent_for(limit: Duration) -> Self {
        Self::Gone(format!(
            "it did not answer within {} s",
            limit.as_secs_f64()
        ))
    }

    /// A server that ended, or a connection that broke.
    pub(super) fn ended() -> Self {
        Self::Gone("it ended".to_owned())
    }

    /// A server that sends without end.
    pub(super) fn flooded() -> Self {
        Self::Gone("it sends more than anybody asked for".to_owned())
    }

    /// The text.
    pub(super) fn into_text(self) -> String {
        match self {
            Self::Refused(text) | Self::Gone(text) => text,
        }
    }
}

impl From<ServiceError> for Trouble {
    fn from(error: ServiceError) -> Self {
        match error {
            ServiceError::McpError(error) => Self::Refused(said(&error.message)),
            ServiceError::UnexpectedResponse | ServiceError::InputRequiredRoundsExceeded { .. } => {
                Self::Refused("it wants something else first, which nobody gives it".to_owned())
            }
            ServiceError::TransportSend(error) => Self::Gone(cause(&error)),
            ServiceError::TransportClosed => Self::ended(),
            other => Self::Gone(other.to_string()),
        }
    }
}

impl From<ClientInitializeError> for Trouble {
    fn from(error: ClientInitializeError) -> Self {
        match error {
            ClientInitializeError::JsonRpcError(error) => Self::Gone(said(&error.message)),
            ClientInitializeError::TransportError { error, .. } => Self::Gone(cause(&error)),
            ClientInitializeError::ConnectionClosed(_) => Self::ended(),
            other => Self::Gone(format!("it does not speak the protocol: {other}")),
        }
    }
}

/// Returns what is wrong with a connection, in the words of whoever noticed it first.
fn cause(error: &DynamicTransportError) -> String {
    type HttpError = StreamableHttpError<reqwest::Error>;
    match error.error.downcast_ref::<HttpError>() {
        // It does not tell its source itself.
        Some(HttpError::Client(error)) => innermost_message(error),
        Some(HttpError::AuthRequired(_)) => "it lets nobody in without a valid key".to_owned(),
        _ => innermost_message(&*error.error),
    }
}

fn said(message: &str) -> String {
    format!("it answers with an error: {message}")
}

/// Returns what a tool says in words. Pictures and sounds are named and left out.
pub(super) fn text_of(result: &CallToolResult) -> String {
    let mut parts: Vec<String> = result.content.iter().map(part).collect();
    if parts.is_empty()
        && let Some(value) = &result.structured_content
    {
        parts.push(value.to_string());
    }
    parts.join("\n")
}

fn part(block: &ContentBlock) -> String {
    match block {
        ContentBlock::Text(text) => text.text.clone(),
        ContentBlock::Resource(EmbeddedResource {
            resource: ResourceContents::TextResourceContents { text, .. },
            ..
        }) => text.clone(),
        ContentBlock::ResourceLink(link) => format!("(a link to {})", link.uri),
        ContentBlock::Image(_) => "(a picture, which is not shown)".to_owned(),
        _ => "(something that is no text)".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use rmcp::transport::StreamableHttpClientTransport;
    use rmcp::transport::streamable_http_client::AuthRequiredError;
    use rmcp::{ErrorData, RoleClient};
    use serde_json::{Value, json};

    use super::*;

    fn told(answer: Value) -> String {
        text_of(&serde_json::from_value(answer).unwrap())
    }

    #[test]
    fn what_is_text_is_told_and_what_is_not_is_named() {
        let file = json!({"uri": "file:///a", "mimeType": "text/plain", "text": "in a file"});
        let answer = json!({"content": [
            {"type": "text", "text": "noon"},
            {"type": "image", "data": "AAAA", "mimeType": "image/png"},
            {"type": "resource", "resource": file},
            {"type": "resource_link", "uri": "file:///b", "name": "b"},
        ]});
        let expected = "noon\n(a picture, which is not shown)\nin a file\n(a link to file:///b)";
        assert_eq!(told(answer), expected);
        let structured = json!({"content": [], "structuredContent": {"hour": 12}});
        assert_eq!(told(structured), "{\"hour\":12}");
        let both = json!({"content": [{"type": "text", "text": "noon"}], "structuredContent": 12});
        assert_eq!(told(both), "noon");
        assert_eq!(told(json!({"content": []})), "");
    }

    #[test]
    fn an_error_that_a_server_tells_leaves_the_server_usable() {
        let error = ErrorData::invalid_params("no such zone", None);
        assert_eq!(
            Trouble::from(ServiceError::McpError(error)),
            Trouble::Refused("it answers with an error: no such zone".to_owned())
        );
        let gone = Trouble::from(ServiceError::TransportClosed);
        assert_eq!(gone, Trouble::Gone("it ended".to_owned()));
        let refused =
            StreamableHttpError::AuthRequired(AuthRequiredError::new("Bearer".to_owned()));
        let refused = DynamicTransportError::new::<
            StreamableHttpClientTransport<reqwest::Client>,
            RoleClient,
        >(refused);
        let told = Trouble::from(ServiceError::TransportSend(refused)).into_text();
        assert_eq!(told, "it lets nobody in without a valid key");
        let silent = Trouble::silent_for(Duration::from_millis(1500)).into_text();
        assert_eq!(silent, "it did not answer within 1.5 s");
    }
}
