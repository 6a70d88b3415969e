//! Files that are replaced whole: written beside the old one and put in its place, so that whoever reads
//! meanwhile, or after the program was killed, finds all of the old or all of the new.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use tempfile::NamedTempFile;

/// Makes the folder of a file if it is missing, and returns it.
///
/// # Errors
/// If it cannot be made.
pub fn create_parent_folder(path: &Path) -> io::Result<&Path> {
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    Ok(folder)
}

/// Replaces the file at `path` by what `write` writes, and makes its folder if it is missing.
///
/// # Errors
/// If it cannot be written; the old one is still there then.
pub fn replace(path: &Path, write: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<()> {
    let mut file = NamedTempFile::new_in(create_parent_folder(path)?)?;
    write(file.as_file_mut())?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}
