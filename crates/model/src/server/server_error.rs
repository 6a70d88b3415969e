//! Error messages of servers.

use reqwest::StatusCode;
use serde_json::Value;

/// Maximum length of a readable message, characters.
const MAX_MESSAGE_CHARS: usize = 300;

/// An error message of a server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ServerError {
    /// The status, if it did not come as a success. In a success it may be told as a code.
    pub status: Option<u16>,
    /// Its message.
    pub message: String,
    /// The names of parameters and kinds of error that stand beside that, in lower case.
    pub names: String,
    /// True if it is a web page, which no model server sends.
    pub is_page: bool,
}

impl ServerError {
    /// Reads the body of an error response.
    pub(crate) fn of_failure(status: StatusCode, text: &str) -> Self {
        let mut complaint = match serde_json::from_str::<Value>(text.trim_start_matches('\u{feff}'))
        {
            Ok(value) => Self::of_value(&value),
            Err(_) => Self::of_text(text),
        };
        complaint.status = Some(status.as_u16());
        if complaint.message.is_empty() {
            let reason = status.canonical_reason().unwrap_or("no reason is given");
            complaint.message = reason.to_owned();
        }
        complaint
    }

    /// Returns the error in a response that should hold an answer.
    pub(crate) fn find_in_response(response: &Value) -> Option<Self> {
        let choice = &response["choices"][0];
        let value = if !choice["error"].is_null() {
            &choice["error"]
        } else if choice.is_null() || !response["error"].is_null() {
            response
        } else {
            return None;
        };
        let complaint = Self::of_value(value);
        (!complaint.message.is_empty()).then_some(complaint)
    }

    /// Reads a text that should be JSON.
    pub(crate) fn of_text(text: &str) -> Self {
        let is_page = text.trim_start().starts_with('<');
        let message = if is_page {
            title(text).unwrap_or_default()
        } else {
            text
        };
        Self {
            message: one_line(message),
            is_page,
            ..Self::default()
        }
    }

    fn of_value(value: &Value) -> Self {
        // Gemini's errors come in a list.
        let value = match value {
            Value::Array(all) if all.len() == 1 => &all[0],
            value => value,
        };
        let error = match &value["error"] {
            Value::Null => value,
            error => error,
        };
        let mut said = Vec::new();
        collect(error, &mut said);
        collect(&error["metadata"]["raw"], &mut said);
        said.dedup();
        let names = ["param", "type", "code", "status"].map(|name| word(&error[name]));
        let code = [&error["code"], &error["status"]]
            .into_iter()
            .find_map(|code| code.as_u64().or_else(|| code.as_str()?.parse().ok()))
            .and_then(|code| u16::try_from(code).ok())
            .filter(|code| (400..600).contains(code));
        Self {
            status: code,
            message: one_line(&said.join(": ")),
            names: names.join(" ").to_lowercase(),
            is_page: false,
        }
    }

    /// Returns all of its text, in lower case.
    pub(crate) fn lowercase_text(&self) -> String {
        format!("{} {}", self.message.to_lowercase(), self.names)
    }

    /// Returns status and message: `429 Too Many Requests: slow down`.
    pub(crate) fn status_and_message(&self) -> String {
        let status = self
            .status
            .and_then(|status| StatusCode::from_u16(status).ok());
        let reason = status.and_then(|status| status.canonical_reason());
        // The sentence goes on.
        let message = self.message.trim_end_matches('.');
        match (status, reason) {
            (Some(status), Some(reason)) if reason == self.message => status.to_string(),
            (Some(status), _) => format!("{status}: {message}"),
            (None, _) => message.to_owned(),
        }
    }
}

/// Collects the sentences of a value: the value itself, or those under the keys that servers use
/// for them.
fn collect(value: &Value, said: &mut Vec<String>) {
    match value {
        Value::String(text) if !text.trim().is_empty() => said.push(text.clone()),
        Value::Array(all) => all.iter().take(4).for_each(|each| collect(each, said)),
        Value::Object(fields) => {
            // FastAPI tells where in the request something is wrong.
            if let Some(place) = fields.get("loc").and_then(Value::as_array) {
                let place: Vec<String> = place.iter().map(word).collect();
                said.push(place.join("."));
            }
            for name in ["message", "msg", "detail", "error_description", "reason"] {
                collect(fields.get(name).unwrap_or(&Value::Null), said);
            }
        }
        _ => {}
    }
}

fn word(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

fn title(page: &str) -> Option<&str> {
    // Tags are ASCII, so places in lower case are places in the page.
    let lower = page.to_ascii_lowercase();
    let start = lower.find("<title")?;
    let start = start + lower[start..].find('>')? + 1;
    let end = start + lower[start..].find('<')?;
    Some(&page[start..end])
}

/// Joins a text into one line of readable length.
pub(crate) fn one_line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let line = words.join(" ");
    let mut short: String = line
        .chars()
        .filter(|letter| !letter.is_control())
        .take(MAX_MESSAGE_CHARS)
        .collect();
    if short.len() < line.len() && short.chars().count() == MAX_MESSAGE_CHARS {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn failure(body: &str) -> ServerError {
        ServerError::of_failure(StatusCode::BAD_REQUEST, body)
    }

    #[test]
    fn the_words_are_found_wherever_a_server_puts_them() {
        for (body, said) in [
            (
                r#"{"error":{"message":"no such\n model","type":"t"}}"#,
                "no such model",
            ),
            (r#"{"error":"model 'm' not found"}"#, "model 'm' not found"),
            (r#"{"message":"Unauthorized"}"#, "Unauthorized"),
            (r#"{"detail":"Not Found"}"#, "Not Found"),
            (
                r#"{"detail":[{"loc":["body","response_format"],"msg":"extra fields not permitted"}]}"#,
                "body.response_format: extra fields not permitted",
            ),
            (
                r#"[{"error":{"message":"API key not valid"}}]"#,
                "API key not valid",
            ),
            ("out of memory\nat line 1", "out of memory at line 1"),
            (
                "<!DOCTYPE html><HTML><Title>Open WebUI</title>",
                "Open WebUI",
            ),
            ("", "Bad Request"),
            ("{}", "Bad Request"),
        ] {
            let found = failure(body).message;
            assert_eq!(found, said, "{body}");
        }
        assert!(failure(&"x".repeat(9999)).message.chars().count() <= MAX_MESSAGE_CHARS + 1);
        assert!(failure("<html></html>").is_page);
        assert_eq!(failure("").status_and_message(), "400 Bad Request");
        assert_eq!(
            failure("gone").status_and_message(),
            "400 Bad Request: gone"
        );
    }

    #[test]
    fn an_error_within_a_success_is_one() {
        let within = json!({"error": {"message": "Provider returned error", "code": 429,
            "metadata": {"raw": "the model is rate-limited upstream"}}});
        let complaint = ServerError::find_in_response(&within).unwrap();
        assert_eq!(complaint.status, Some(429));
        assert_eq!(
            complaint.status_and_message(),
            "429 Too Many Requests: Provider returned error: the model is rate-limited upstream"
        );
        let null =
            json!({"choices": null, "error": {"message": "upstream timeout", "code": "504"}});
        assert_eq!(
            ServerError::find_in_response(&null).unwrap().status,
            Some(504)
        );
        let both = json!({"choices": [{"message": {}}], "error": {"message": "it broke"}});
        assert_eq!(
            ServerError::find_in_response(&both).unwrap().message,
            "it broke"
        );
        let choice = json!({"choices": [{"error": {"message": "it broke", "code": 502}}]});
        assert_eq!(
            ServerError::find_in_response(&choice).unwrap().message,
            "it broke"
        );
        for fine in [
            json!({"choices": [{"message": {}}], "error": null}),
            json!({"choices": []}),
        ] {
            assert_eq!(ServerError::find_in_response(&fine), None);
        }
    }
}
