//! The description of the API, made from its types.

use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Header, Object, OpenApi as Document, RefOr, SecurityRequirement, Type};
use utoipa::{Modify, OpenApi};

use crate::api::{camera, control, events, information, live_view, runs, speech, tasks};

/// Name of the way to come in.
const TOKEN: &str = "token";

#[derive(OpenApi)]
#[openapi(
    info(title = "enact", description = "One arm: tasks, plans, events, stop."),
    paths(
        information::status,
        information::robot,
        information::scene,
        information::models,
        information::check_config,
        events::stream,
        camera::frame,
        camera::stream,
        control::stop,
        control::clear_stop,
        control::pause,
        control::resume,
        control::take_lease,
        control::release_lease,
        control::hand_over,
        tasks::create,
        tasks::list,
        tasks::show,
        tasks::cancel,
        tasks::show_plan,
        tasks::decide,
        tasks::plan_only,
        tasks::skill,
        tasks::home,
        tasks::jog_joint,
        live_view::piece,
        runs::list,
        runs::show,
        runs::story,
        runs::download,
        runs::view,
        runs::replay_in_simulation,
        speech::info,
        speech::hear,
    ),
    modifiers(&Token, &Problems)
)]
struct Api;

/// Says that every request needs a token.
struct Token;

impl Modify for Token {
    fn modify(&self, document: &mut Document) {
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
        let components = document.components.get_or_insert_default();
        components.add_security_scheme(TOKEN, SecurityScheme::Http(scheme));
        let nothing: [&str; 0] = [];
        document.security = Some(vec![SecurityRequirement::new(TOKEN, nothing)]);
    }
}

/// Says in which form problems come, and that whoever asks too often is told when to ask again.
struct Problems;

impl Modify for Problems {
    fn modify(&self, document: &mut Document) {
        for (path, item) in &mut document.paths.paths {
            let operations = [&mut item.get, &mut item.post, &mut item.delete];
            for operation in operations.into_iter().flatten() {
                let responses = &mut operation.responses.responses;
                for (status, response) in responses.iter_mut() {
                    if let RefOr::T(response) = response
                        && !status.starts_with('2')
                        && let Some(problem) = response.content.swap_remove("application/json")
                    {
                        let kind = "application/problem+json".to_owned();
                        response.content.insert(kind, problem);
                    }
                }
                // No limit is in the way of a stop.
                if path != "/v1/stop"
                    && let Some(RefOr::T(refused)) = responses.get("4XX")
                {
                    let mut limited = refused.clone();
                    limited.description = "Too much is asked for".to_owned();
                    let seconds = Header::new(Object::with_type(Type::Integer));
                    limited.headers.insert("Retry-After".to_owned(), seconds);
                    responses.insert("429".to_owned(), RefOr::T(limited));
                }
            }
        }
    }
}

/// Returns the OpenAPI document.
pub fn document() -> Document {
    Api::openapi()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_path_is_described_and_nothing_is_left_undefined() {
        let document = serde_json::to_value(document()).unwrap();
        let paths = document["paths"].as_object().unwrap();
        assert!(paths.keys().all(|path| path.starts_with("/v1/")));
        assert!(paths.len() >= 25, "{}", paths.len());
        let text = document.to_string();
        let schemas = document["components"]["schemas"].as_object().unwrap();
        for part in text.split("\"#/components/schemas/").skip(1) {
            let name = part.split('"').next().unwrap();
            assert!(schemas.contains_key(name), "{name} is not defined");
        }
    }

    #[test]
    fn problems_and_limits_are_described() {
        let document = serde_json::to_value(document()).unwrap();
        for (path, item) in document["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                let responses = &operation["responses"];
                let problem = &responses["4XX"]["content"]["application/problem+json"];
                assert!(
                    problem["schema"].is_object(),
                    "{method} {path}: {responses}"
                );
                let wait = &responses["429"]["headers"]["Retry-After"]["schema"]["type"];
                let is_limited = path != "/v1/stop";
                assert_eq!(wait == "integer", is_limited, "{method} {path}");
            }
        }
    }
}
