//! Files that are given with an instruction: `--attach`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use enact_camera::decode;
use enact_plan::strategy::attachments::{Attachment, AttachmentContent, Attachments};
use enact_types::text;

/// Largest file that is read, bytes; photos are smaller.
const MAX_FILE_BYTES: u64 = 64 << 20;

/// Reads the files.
///
/// # Errors
/// The first that cannot be read, or is neither a picture nor text, or is too much for a prompt.
pub fn load(files: &[PathBuf]) -> Result<Attachments> {
    let files: Vec<Attachment> = files.iter().map(|it| read(it)).collect::<Result<_>>()?;
    Attachments::new(files).map_err(|why| anyhow::anyhow!("--attach {why}"))
}

fn read(path: &Path) -> Result<Attachment> {
    let shown = path.display();
    let unreadable = || format!("cannot read the attached file {shown}");
    let size = std::fs::metadata(path).with_context(unreadable)?.len();
    if size > MAX_FILE_BYTES {
        bail!(
            "the attached file {shown} is larger than {} MiB",
            MAX_FILE_BYTES >> 20
        );
    }
    let bytes = std::fs::read(path).with_context(unreadable)?;
    let name = path.file_name().unwrap_or(path.as_os_str());
    // What is no text in any encoding is a picture, or nothing that a model reads.
    let content = match text::decode(bytes.clone()) {
        Ok(text) => AttachmentContent::Text(text),
        Err(no_text) => match decode::decode(&bytes) {
            Ok(rgb) => AttachmentContent::Picture(Arc::new(rgb)),
            Err(no_picture) => bail!(
                "the attached file {shown} is neither a picture ({no_picture}) nor text ({no_text})"
            ),
        },
    };
    Ok(Attachment {
        name: name.to_string_lossy().into_owned(),
        content,
    })
}
