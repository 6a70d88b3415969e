//! Interprets the name of a model.

use std::path::{Path, PathBuf};

use crate::server::{addresses, is_address};

/// Source of a model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ModelSource {
    /// A local folder with `config.json`, `tokenizer.json` and safetensors.
    Folder(PathBuf),
    /// A GGUF file.
    Gguf(PathBuf),
    /// A UQFF file, with `config.json` and `tokenizer.json` beside it.
    Uqff(PathBuf),
    /// A Hugging Face id.
    Hub(String),
    /// The address of an OpenAI-compatible server, or those of several that run one model, separated by
    /// commas.
    Server(String),
}

impl ModelSource {
    /// Reads a source. `host:port` is a server also without `http://`, unless a file is called so.
    /// `owner/name` is a folder if there is one, or if there is
    /// at least a folder `owner`; otherwise it is a hub id.
    pub fn parse(text: &str) -> Self {
        let path = PathBuf::from(text);
        let extension = path.extension().and_then(|extension| extension.to_str());
        if is_address(text) || addresses(text).is_some() {
            Self::Server(text.to_owned())
        } else if extension == Some("gguf") {
            Self::Gguf(path)
        } else if extension == Some("uqff") {
            Self::Uqff(path)
        } else if is_hub_id(text) && !path.exists() && !in_a_folder(&path) {
            Self::Hub(text.to_owned())
        } else {
            Self::Folder(path)
        }
    }

    /// Returns how many servers run the model; none where it is run in this process.
    pub fn server_count(&self) -> usize {
        match self {
            Self::Server(text) => addresses(text).map_or(1, |all| all.len()),
            _ => 0,
        }
    }

    /// Returns the local folder of the model's other files, if there is one.
    pub fn local_files_folder(&self) -> Option<&Path> {
        match self {
            Self::Folder(folder) => Some(folder),
            Self::Gguf(file) | Self::Uqff(file) => Some(match file.parent() {
                Some(parent) if !parent.as_os_str().is_empty() => parent,
                _ => Path::new("."),
            }),
            Self::Hub(_) | Self::Server(_) => None,
        }
    }
}

fn is_hub_id(text: &str) -> bool {
    let word = |part: &str| {
        !part.is_empty()
            && !part.starts_with('.')
            && part
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
    };
    matches!(text.split_once('/'), Some((owner, name)) if word(owner) && word(name))
}

fn in_a_folder(path: &Path) -> bool {
    path.parent().is_some_and(Path::is_dir)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form_is_told_apart() {
        let id = "google/gemma-3-4b-it";
        assert_eq!(ModelSource::parse(id), ModelSource::Hub(id.to_owned()));
        assert_eq!(ModelSource::parse("src"), ModelSource::Folder("src".into()));
        assert_eq!(
            ModelSource::parse("a/b.gguf"),
            ModelSource::Gguf("a/b.gguf".into())
        );
        assert_eq!(
            ModelSource::parse("b.uqff").local_files_folder(),
            Some(Path::new("."))
        );
        for server in [
            "http://localhost:1234/v1",
            "localhost:1234",
            "api.openai.com/v1#m",
        ] {
            assert_eq!(
                ModelSource::parse(server),
                ModelSource::Server(server.to_owned())
            );
        }
    }

    #[test]
    fn servers_are_counted() {
        for (text, count) in [
            ("models/tabletop", 0),
            ("localhost:8000", 1),
            ("gpu1:8000,gpu2:8000", 2),
            ("http://a/v1,https://b/v1#m,c:80", 3),
        ] {
            assert_eq!(ModelSource::parse(text).server_count(), count, "{text}");
        }
    }

    #[test]
    fn a_mistyped_folder_is_not_looked_for_on_the_hub() {
        for text in ["src/tabletip", "./gone", "/no/such/place", "../x", "plain"] {
            assert_eq!(ModelSource::parse(text), ModelSource::Folder(text.into()));
        }
    }
}
