//! The description of the API, made from its types.

use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{OpenApi as Document, SecurityRequirement};
use utoipa::{Modify, OpenApi};

use crate::api::{camera, control, events, runs, tasks, telling};

/// Name of the way to come in.
const TOKEN: &str = "token";

#[derive(OpenApi)]
#[openapi(
    info(title = "enact", description = "One arm: tasks, plans, events, stop."),
    paths(
        telling::status,
        telling::robot,
        telling::scene,
        telling::models,
        telling::check,
        events::stream,
        camera::frame,
        camera::stream,
        control::stop,
        control::clear,
        control::pause,
        control::resume,
        control::drive,
        control::leave,
        control::hand_over,
        tasks::create,
        tasks::list,
        tasks::show,
        tasks::cancel,
        tasks::plan,
        tasks::decide,
        tasks::plan_only,
        tasks::skill,
        tasks::home,
        tasks::jog,
        runs::list,
        runs::show,
        runs::story,
        runs::download,
        runs::replay,
    ),
    modifiers(&Token)
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
}
