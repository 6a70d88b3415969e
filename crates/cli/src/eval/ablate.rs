//! `enact eval --ablate`: what each method gives, and what it costs.

use anyhow::{Context, Result, bail};
use enact_eval::ablation::{self, AblationRow};
use enact_eval::episode::EpisodeResult;
use enact_eval::store::EpisodeStore;
use serde_json::json;

use super::job::Job;
use super::method_setting::MethodSetting;
use super::settings;
use crate::args::{EvalArgs, PlannerKind};
use crate::data_dir::DataDir;
use crate::methods::MethodsConfig;
use crate::{out, progress};

/// Runs the same episodes of each suite with each setting, and prints the table.
///
/// # Errors
/// If a suite, a model or what a method needs cannot be loaded, or an episode fails to run.
pub(super) fn ablate(data_dir: &DataDir, args: &EvalArgs) -> Result<()> {
    if args.planner != PlannerKind::Model {
        bail!("--ablate compares methods of a model: leave out --planner");
    }
    let settings = match args.settings.as_slice() {
        [] => MethodSetting::each(),
        named => named.to_vec(),
    };
    // What cannot be loaded is told before anything is run.
    let suites = args.suite.split(',').map(|suite| EvalArgs {
        suite: suite.trim().to_owned(),
        ..args.clone()
    });
    let suites: Vec<(EvalArgs, Job)> = suites
        .map(|args| Ok((args.clone(), Job::load(data_dir, &args)?)))
        .collect::<Result<_>>()?;
    let mut rows: Vec<AblationRow> = Vec::new();
    for (args, mut job) in suites {
        let (methods, rank) = (job.methods.clone(), job.rank);
        let mut first: Option<Vec<EpisodeResult>> = None;
        for setting in &settings {
            job.methods = setting.methods.over(methods.clone());
            job.rank = setting.rank.unwrap_or(rank);
            let records = row(data_dir, &args, &job, setting)?;
            let row = AblationRow::new(&job.name, &setting.name, &records, first.as_deref());
            errln!(
                "{:>9}  {} of {} with {}",
                row.suite,
                row.success.successes,
                row.success.of,
                row.methods
            );
            rows.push(row);
            first.get_or_insert(records);
        }
    }
    print(args, &rows, &settings)
}

/// Runs the episodes of a row that are not kept yet.
fn row(
    data_dir: &DataDir,
    args: &EvalArgs,
    job: &Job,
    setting: &MethodSetting,
) -> Result<Vec<EpisodeResult>> {
    let kept = match &args.out {
        Some(folder) => {
            let folder = folder.join(&job.name).join(setting.folder());
            Some(EpisodeStore::open(&folder, &settings(args, job)?)?)
        }
        None => None,
    };
    let bar = progress::bar(args.episodes, "episodes, {msg}");
    bar.set_message(format!("{} with {setting}", job.name));
    let records = job.run(data_dir, args, kept, &mut |_| bar.inc(1));
    bar.finish_and_clear();
    records
}

fn print(args: &EvalArgs, rows: &[AblationRow], settings: &[MethodSetting]) -> Result<()> {
    let command = command(args, settings);
    let table = format!(
        "{}\n{} episodes of each suite, the same in each row; costs are means of an episode.\n\
         “Against the first” counts the episodes that only this row or only the suite's first one\n\
         succeeds in (McNemar's exact test).\n\nMade by `{command}`\n",
        ablation::markdown(rows),
        args.episodes,
    );
    if let Some(folder) = &args.out {
        let path = folder.join("ablation.md");
        std::fs::write(&path, &table)
            .with_context(|| format!("cannot write {}", path.display()))?;
    }
    if args.json {
        outln!(
            "{}",
            json!({"seed": args.seed, "episodes": args.episodes, "command": command, "rows": rows})
        );
    } else {
        out::data(&table);
    }
    Ok(())
}

/// Returns the command that makes the table.
fn command(args: &EvalArgs, settings: &[MethodSetting]) -> String {
    let names: Vec<&str> = settings.iter().map(|it| it.name.as_str()).collect();
    format!(
        "{}{} --ablate --episodes {} --methods {}",
        super::words(args),
        args.methods.over(MethodsConfig::default()).written(),
        args.episodes,
        names.join(",")
    )
}
