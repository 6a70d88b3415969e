//! `enact completions` and `enact man`: the command line for shells and `man`.

use std::fs;
use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result};
use clap::CommandFactory;
use clap_complete::Shell;
use clap_mangen::Man;

use crate::args::Cli;

/// Writes the script that completes command lines in a shell.
///
/// # Errors
/// If `output` cannot be written.
pub fn write_completions(shell: Shell, output: &mut impl Write) -> Result<()> {
    // The generator panics where it cannot write.
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "enact", &mut script);
    Ok(output.write_all(&script)?)
}

/// Writes every manual page, one after another, or each into a file of its own in `folder`.
///
/// # Errors
/// If `output` or the folder cannot be written.
pub fn write_man_pages(folder: Option<&Path>, output: &mut impl Write) -> Result<()> {
    let pages = pages()?;
    let Some(folder) = folder else {
        for (_, page) in pages {
            output.write_all(&page)?;
        }
        return Ok(());
    };
    fs::create_dir_all(folder)
        .with_context(|| format!("cannot make the folder {}", folder.display()))?;
    for (name, page) in pages {
        let path = folder.join(name);
        fs::write(&path, page).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

/// Returns file names and texts of the pages, `enact.1` first.
fn pages() -> Result<Vec<(String, Vec<u8>)>> {
    // `help` is a word before any subcommand, not one of them.
    let mut command = Cli::command().disable_help_subcommand(true);
    command.build();
    let mut pages = Vec::new();
    let mut rest = vec![command];
    while let Some(command) = rest.pop() {
        rest.extend(command.get_subcommands().cloned());
        let man = Man::new(command);
        let mut page = Vec::new();
        man.render(&mut page)?;
        pages.push((man.get_filename(), page));
    }
    // `enact.1` stands before `enact-run.1` as `enact` does before `enact-run`.
    pages.sort_by(|(one, _), (other, _)| stem(one).cmp(stem(other)));
    Ok(pages)
}

fn stem(name: &str) -> &str {
    name.trim_end_matches(".1")
}
