//! How a model points, from its files.

use std::path::Path;

use enact_plan::Pointing;
use enact_plan::pointing::{Resize, family};
use serde_json::Value;

use crate::model_name::ModelSource;

/// Returns the pointing convention of the architecture in `config.json`, or else of the model's
/// name; `None` if neither is known. `folder` holds its files.
pub(crate) fn of_model(source: &ModelSource, folder: Option<&Path>) -> Option<Pointing> {
    let name = match source {
        ModelSource::Hub(name) | ModelSource::Server(name) => name.clone(),
        ModelSource::Folder(path) | ModelSource::Gguf(path) | ModelSource::Uqff(path) => {
            path.file_name()?.to_string_lossy().into_owned()
        }
    };
    let config = folder.map_or(Value::Null, |folder| read(folder, "config.json"));
    let architecture = [&config["architectures"][0], &config["model_type"]];
    let known = architecture
        .into_iter()
        .filter_map(Value::as_str)
        .find_map(family::pointing_for_model_name)
        .or_else(|| family::pointing_for_model_name(&name))?;
    let limits = folder.and_then(limits);
    Some(match (known.resize, limits) {
        (Resize::Qwen { .. }, Some(resize)) => Pointing { resize, ..known },
        _ => known,
    })
}

/// Reads the limits of a picture's size.
fn limits(folder: &Path) -> Option<Resize> {
    let preprocessor = read(folder, "preprocessor_config.json");
    let pixels = |name: &str| u32::try_from(preprocessor[name].as_u64()?).ok();
    Some(Resize::Qwen {
        min_pixels: pixels("min_pixels")?,
        max_pixels: pixels("max_pixels").filter(|most| *most > 0)?,
    })
}

fn read(folder: &Path, name: &str) -> Value {
    let text = std::fs::read_to_string(folder.join(name)).unwrap_or_default();
    serde_json::from_str(&text).unwrap_or(Value::Null)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn the_architecture_tells_and_the_name_if_it_does_not() {
        let folder = std::env::temp_dir().join(format!("enact-pointing-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let source = ModelSource::Folder("models/gemma-4".into());
        let known = || of_model(&source, Some(&folder)).map(|known| known.to_string());
        assert_eq!(known().as_deref(), Some("yx-1000-box"));
        let config = r#"{"architectures":["Qwen2_5_VLForConditionalGeneration"]}"#;
        fs::write(folder.join("config.json"), config).unwrap();
        assert_eq!(known().as_deref(), Some("xy-pixels-qwen"));
        let pixels = r#"{"min_pixels":200704,"max_pixels":1003520}"#;
        fs::write(folder.join("preprocessor_config.json"), pixels).unwrap();
        let limited = of_model(&source, Some(&folder)).unwrap();
        assert_eq!(limited.for_picture_size([320, 240]).picture, [532, 392]);
        fs::write(folder.join("config.json"), r#"{"model_type":"idefics3"}"#).unwrap();
        assert_eq!(known().as_deref(), Some("yx-1000"));
        fs::remove_dir_all(&folder).unwrap();
        let unknown = ModelSource::Hub("someone/something".to_owned());
        assert_eq!(of_model(&unknown, None), None);
    }
}
