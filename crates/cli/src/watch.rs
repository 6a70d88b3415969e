//! Who watches a run: the narrator, the journals, rerun.

use std::fs::File;
use std::io::{BufWriter, Stderr, stderr};
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use enact_bridge::{Journal, Observer};
use enact_journal::film::CAMERA;
use enact_journal::{Film, Outcomes};
use enact_record::{Pace, Page};

use crate::args::SetupArgs;
use crate::home::Home;
use crate::journal::keep::{Keeper, wall_clock};
use crate::narrate::Narrator;
use crate::setup::Setup;
use crate::view::View;

/// Everyone who watches.
pub struct Watchers {
    narrator: Narrator<Stderr>,
    journal: Option<(PathBuf, Journal<BufWriter<File>>)>,
    view: Option<View>,
    keeper: Option<Keeper>,
}

impl Watchers {
    /// Those that the command line asks for, for `task`; `scripted` if a file plans.
    pub fn open(
        home: &Home,
        args: &SetupArgs,
        setup: &Setup,
        task: &str,
        scripted: bool,
    ) -> Result<Self> {
        let journal = args
            .journal
            .as_deref()
            .map(|path| {
                let file = File::create(path)
                    .with_context(|| format!("cannot write the journal {}", path.display()))?;
                anyhow::Ok((path.to_owned(), Journal::new(BufWriter::new(file))))
            })
            .transpose()?;
        let view = args.view.as_ref();
        let view =
            view.map(|shown| View::open(shown, Pace::Run, Box::new(wall_clock), &setup.stop));
        Ok(Self {
            narrator: Narrator::new(stderr()),
            journal,
            view: view.transpose()?,
            keeper: Keeper::begin(home, &args.keep, setup, task, scripted)?,
        })
    }

    /// All of them, for a session.
    pub fn observers(&mut self) -> Vec<Box<dyn Observer + '_>> {
        let mut all: Vec<Box<dyn Observer + '_>> = vec![Box::new(&mut self.narrator)];
        if let Some((_, journal)) = &mut self.journal {
            all.push(Box::new(journal));
        }
        if let Some(view) = &mut self.view {
            all.push(Box::new(&mut view.recorder));
        }
        if let Some(keeper) = &mut self.keeper {
            all.push(Box::new(&mut keeper.journal));
        }
        all
    }

    /// Where the camera's pictures go while the arm moves, if they are kept.
    pub fn film(&self, setup: &Setup) -> Option<Film> {
        let keeper = self.keeper.as_ref()?;
        let journal = &keeper.journal;
        (setup.launch.film_fps() > 0).then(|| journal.film(CAMERA, setup.launch.record_depth))
    }

    /// Who may note how tasks come out meanwhile, if the run is kept.
    pub fn outcomes(&self) -> Option<Outcomes> {
        let keeper = self.keeper.as_ref()?;
        Some(keeper.journal.outcomes())
    }

    /// Notes whether the goal was reached.
    pub fn outcome(&mut self, reached: bool) {
        if let Some(keeper) = &mut self.keeper {
            keeper.journal.outcome(reached);
        }
    }

    /// Writes out what is left to write; a page that shows the run stays for whom it is given. One
    /// that cannot be written does not keep the others from being written.
    ///
    /// # Errors
    /// Everything that was asked for and could not be written, with what to do.
    pub fn finish(self) -> Result<Option<Page>> {
        let mut failures = Vec::new();
        let mut note = |failure: anyhow::Error| failures.push(format!("{failure:#}"));
        if let Some((path, journal)) = self.journal {
            let written = journal.finish().with_context(|| {
                format!(
                    "the journal {} is not complete, name another file with --journal",
                    path.display()
                )
            });
            written.map_or_else(&mut note, drop);
        }
        let mut page = None;
        if let Some(view) = self.view {
            match view.finish() {
                Ok(shown) => page = shown,
                Err(error) => note(error),
            }
        }
        if let Some(keeper) = self.keeper {
            keeper.finish().unwrap_or_else(&mut note);
        }
        match failures.as_slice() {
            [] => Ok(page),
            // The run is over: what came of it was said before.
            _ => bail!(
                "the run is over as it was told, but {}",
                failures.join("\nand ")
            ),
        }
    }
}
