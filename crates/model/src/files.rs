//! Checks a model's files before they are loaded.
//!
//! The engine reports broken files by a panic or a long chain of causes; here
//! each common mistake gets one sentence and a hint.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use enact_types::Reason;
use enact_types::text::BYTE_ORDER_MARK;
use serde_json::Value;

use crate::architecture;

/// Longest safetensors header taken, bytes: the limit of the format's own library.
const MAX_HEADER: u64 = 100_000_000;

/// Checks a folder with `config.json`, `tokenizer.json` and safetensors.
///
/// # Errors
/// Says what is missing or broken and what to do.
pub(crate) fn check_folder(folder: &Path) -> Result<(), Reason> {
    if !folder.exists() {
        return Err(
            "there is no such folder; give a folder with config.json, a .gguf or .uqff file, \
             a Hugging Face id like `google/gemma-3-4b-it`, or the http address of a server"
                .into(),
        );
    }
    if !folder.is_dir() {
        return Err("it is neither a folder nor a .gguf or .uqff file".into());
    }
    let files = list(folder)?;
    if files.is_empty() {
        return Err("the folder is empty; copy or download the model's files into it".into());
    }
    for name in ["config.json", "tokenizer.json"] {
        if !folder.join(name).exists() {
            return Err(format!(
                "`{name}` is missing; a model's folder holds config.json, tokenizer.json and \
                 *.safetensors"
            )
            .into());
        }
    }
    for file in with_extension(&files, "json") {
        check_json(file)?;
    }
    architecture::check_config(&read_json(folder, "config.json"))?;
    check_image_splitting(folder)?;
    check_weights(folder, &files)
}

/// Checks a GGUF or UQFF file.
///
/// # Errors
/// Says what is missing or broken and what to do.
pub(crate) fn check_file(file: &Path) -> Result<(), Reason> {
    let name = file_name(file);
    let mut start = [0; 4];
    let opened = File::open(file)
        .and_then(|mut file| file.read_exact(&mut start))
        .map_err(|error| {
            Reason::from_text_and_source(format!("`{name}` cannot be read: {error}"), error)
        });
    opened?;
    let is_gguf = file
        .extension()
        .is_some_and(|extension| extension == "gguf");
    if is_gguf && &start != b"GGUF" {
        return Err(format!("`{name}` is not a GGUF file{}", pointer_hint(&start)).into());
    }
    if is_gguf {
        architecture::check_gguf(file)?;
    }
    Ok(())
}

/// Checks a Hugging Face id: its name, and what is there of it already. `cached` is the folder that
/// the hub's client has put its files in, where it has.
///
/// # Errors
/// Says what cannot be loaded and what to do.
pub(crate) fn check_hub(id: &str, cached: Option<&Path>) -> Result<(), Reason> {
    architecture::check_hub_id(id)?;
    match cached {
        Some(folder) => {
            architecture::check_config(&read_json(folder, "config.json"))?;
            check_image_splitting(folder)
        }
        None => Ok(()),
    }
}

/// Checks for a setting that mistral.rs 0.8.1 cannot run: Idefics 3 (SmolVLM)
/// with pictures split into tiles takes the engine down at the first picture.
///
/// # Errors
/// Names the setting and what to do.
pub(crate) fn check_image_splitting(folder: &Path) -> Result<(), Reason> {
    let splits = read_json(folder, "preprocessor_config.json")["do_image_splitting"] != false;
    if read_json(folder, "config.json")["model_type"] == "idefics3" && splits {
        return Err(
            "mistral.rs cannot show this model pictures in tiles; take a local copy and set \
             `do_image_splitting` to false in its preprocessor_config.json"
                .into(),
        );
    }
    Ok(())
}

/// A file of JSON; null where it is none.
fn read_json(folder: &Path, name: &str) -> Value {
    let text = std::fs::read_to_string(folder.join(name)).unwrap_or_default();
    serde_json::from_str(&text).unwrap_or(Value::Null)
}

fn list(folder: &Path) -> Result<Vec<PathBuf>, Reason> {
    let entries = std::fs::read_dir(folder)
        .map_err(|error| Reason::from_text_and_source(format!("cannot be read: {error}"), error))?;
    let mut files: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    files.sort();
    Ok(files)
}

fn check_json(file: &Path) -> Result<(), Reason> {
    let name = file_name(file);
    let text = std::fs::read_to_string(file).map_err(|error| {
        Reason::from_text_and_source(format!("`{name}` cannot be read: {error}"), error)
    })?;
    if text.starts_with(BYTE_ORDER_MARK) {
        return Err(format!(
            "`{name}` begins with a byte order mark, which mistral.rs does not read; save it as \
             UTF-8 without one"
        )
        .into());
    }
    serde_json::from_str::<Value>(&text)
        .map(drop)
        .map_err(|error| {
            Reason::from_text_and_source(
                format!("`{name}` is broken: {error}; copy or download it again"),
                error,
            )
        })
}

fn with_extension<'a>(
    files: &'a [PathBuf],
    wanted: &'static str,
) -> impl Iterator<Item = &'a PathBuf> {
    files.iter().filter(move |file| {
        file.extension()
            .is_some_and(|extension| extension == wanted)
    })
}

fn check_weights(folder: &Path, files: &[PathBuf]) -> Result<(), Reason> {
    if with_extension(files, "safetensors").next().is_none() {
        return Err("there is no .safetensors file in the folder; the weights are missing".into());
    }
    for part in parts_of_index(folder)? {
        if !folder.join(&part).exists() {
            return Err(format!(
                "`{part}` is missing, which model.safetensors.index.json lists; download it again"
            )
            .into());
        }
    }
    with_extension(files, "safetensors").try_for_each(|file| check_safetensors(file))
}

/// Returns the files listed in the index of a model in several parts.
fn parts_of_index(folder: &Path) -> Result<Vec<String>, Reason> {
    let name = "model.safetensors.index.json";
    let Ok(text) = std::fs::read_to_string(folder.join(name)) else {
        return Ok(Vec::new());
    };
    let index: Value = serde_json::from_str(&text).map_err(|error| {
        Reason::from_text_and_source(
            format!("`{name}` is broken: {error}; download it again"),
            error,
        )
    })?;
    let mut parts: Vec<String> = index["weight_map"]
        .as_object()
        .into_iter()
        .flat_map(|map| map.values())
        .filter_map(|part| part.as_str().map(str::to_owned))
        .collect();
    parts.sort();
    parts.dedup();
    Ok(parts)
}

/// Checks a safetensors file: the length of its header (8 bytes, little endian), the header (JSON
/// with `data_offsets` of each tensor), and the data.
fn check_safetensors(path: &Path) -> Result<(), Reason> {
    let name = file_name(path);
    let unreadable = |error: std::io::Error| {
        Reason::from_text_and_source(format!("`{name}` cannot be read: {error}"), error)
    };
    let mut file = File::open(path).map_err(unreadable)?;
    let length = file.metadata().map_err(unreadable)?.len();
    let cut = |expected: u64| {
        Reason::from(format!(
            "`{name}` is cut short: {length} bytes instead of {expected}; copy or download it again"
        ))
    };
    let mut start = [0; 8];
    file.read_exact(&mut start).map_err(|_| cut(8))?;
    let header_length = u64::from_le_bytes(start);
    if header_length > MAX_HEADER {
        return Err(format!("`{name}` is not a safetensors file{}", pointer_hint(&start)).into());
    }
    if length < 8 + header_length {
        return Err(cut(8 + header_length));
    }
    let mut header = vec![0; header_length as usize];
    file.read_exact(&mut header).map_err(unreadable)?;
    let header: Value = serde_json::from_slice(&header).map_err(|error| {
        Reason::from_text_and_source(format!("the header of `{name}` is broken: {error}"), error)
    })?;
    let expected = data_length(&header).saturating_add(8 + header_length);
    if length < expected {
        return Err(cut(expected));
    }
    Ok(())
}

fn data_length(header: &Value) -> u64 {
    header
        .as_object()
        .into_iter()
        .flat_map(|tensors| tensors.values())
        .filter_map(|tensor| tensor["data_offsets"][1].as_u64())
        .max()
        .unwrap_or(0)
}

fn pointer_hint(start: &[u8]) -> &'static str {
    if start.starts_with(b"vers") {
        " but a Git LFS pointer; run `git lfs pull`"
    } else {
        ""
    }
}

fn file_name(path: &Path) -> String {
    path.file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default()
}
