//! `enact eval --ablate`: what each method gives, and what it costs.

use anyhow::{Context, Result, bail};
use enact_eval::ablation::{self, AblationRow};
use enact_eval::episode::EpisodeResult;
use enact_eval::store::EpisodeStore;
use serde_json::json;

use super::job::Job;
use super::method_setting::MethodSetting;
use super::preflight::{self, UnusableMethods};
use super::settings_fixed_on_resume;
use crate::args::{EvalArgs, PlannerKind};
use crate::data_dir::DataDir;
use crate::methods::MethodsConfig;
use crate::{out, progress};

/// Runs the same episodes of each suite with each setting, and prints the table.
///
/// # Errors
/// If a suite, a model or what a method needs cannot be loaded, which is told of all methods before
/// the first is run, or an episode fails to run. Of methods that nobody named, those that do not suit
/// the model are left out.
pub(super) fn ablate(data_dir: &DataDir, args: &EvalArgs) -> Result<()> {
    if args.planner != PlannerKind::Model {
        bail!("--ablate compares methods of a model: leave out --planner");
    }
    let is_chosen = !args.settings.is_empty();
    let settings = match is_chosen {
        true => MethodSetting::parse_settings(&args.settings)?,
        false => MethodSetting::none_and_each_alone(),
    };
    let suites: Vec<EvalArgs> = args
        .suite
        .split(',')
        .map(|suite| EvalArgs {
            suite: suite.trim().to_owned(),
            ..args.clone()
        })
        .collect();
    // What cannot be loaded is told before anything is run.
    for suite in &suites {
        Job::load(data_dir, suite)?;
    }
    preflight::check_shared_flags_have_effect(args, &settings)?;
    let (settings, unfit) = preflight::separate_unusable_methods(data_dir, &suites[0], settings);
    // Without the first there is nothing to compare with.
    let is_first_unfit = unfit.first().is_some_and(|it| it.setting.is_none());
    if is_chosen && !unfit.is_empty() || is_first_unfit {
        bail!(preflight::describe_unusable_methods(&unfit));
    }
    let mut left_out: Vec<String> = Vec::new();
    let mut leave_out = |why: String| {
        errln!("{:>9}  {why}", "left out");
        left_out.push(why);
    };
    unfit
        .iter()
        .map(UnusableMethods::to_line)
        .for_each(&mut leave_out);
    let mut rows: Vec<AblationRow> = Vec::new();
    for suite in &suites {
        let mut first: Option<Vec<EpisodeResult>> = None;
        for setting in &settings {
            let (name, records) = match row(data_dir, suite, setting) {
                Err(error) if !is_chosen && first.is_some() => {
                    let why = out::error_message_with_sources(&error);
                    leave_out(format!("{setting} with {}: {why}", suite.suite));
                    continue;
                }
                done => done?,
            };
            let row = AblationRow::new(&name, &setting.name, &records, first.as_deref());
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
    print(args, &rows, &settings, &left_out)
}

/// Runs the episodes of a row that are not kept yet; returns the name of the suite, too.
fn row(
    data_dir: &DataDir,
    suite: &EvalArgs,
    setting: &MethodSetting,
) -> Result<(String, Vec<EpisodeResult>)> {
    let (args, methods) = setting.apply_to_eval_args(suite);
    let job = Job::load(data_dir, &args)?.with_methods(methods)?;
    let kept = match &args.out {
        Some(folder) => {
            let folder = folder.join(&job.name).join(setting.folder_name());
            Some(EpisodeStore::open(
                &folder,
                &settings_fixed_on_resume(&args, &job)?,
            )?)
        }
        None => None,
    };
    let bar = progress::bar(args.episodes, "episodes, {msg}");
    bar.set_message(format!("{} with {setting}", job.name));
    let records = job.run(data_dir, &args, kept, &mut |_| bar.inc(1));
    bar.finish_and_clear();
    Ok((job.name, records?))
}

fn print(
    args: &EvalArgs,
    rows: &[AblationRow],
    settings: &[MethodSetting],
    left_out: &[String],
) -> Result<()> {
    let command = command(args, settings);
    let mut table = format!(
        "{}\n{} episodes of each suite, the same in each row; costs are means of an episode. “Against the\n\
         first” counts the episodes that only this row or only the suite's first one succeeds in\n\
         (McNemar's exact test). Made by `{command}`.\n",
        ablation::markdown(rows),
        args.episodes,
    );
    for why in left_out {
        table += &format!("\nLeft out: {why}.\n");
    }
    if let Some(folder) = &args.out {
        let path = folder.join("ablation.md");
        std::fs::write(&path, &table)
            .with_context(|| format!("cannot write {}", path.display()))?;
    }
    if args.results.json {
        let value = json!({
            "seed": args.seed,
            "episodes": args.episodes,
            "command": command,
            "rows": rows,
            "left_out": left_out,
        });
        outln!("{value}");
    } else {
        out::print_to_stdout(&table);
    }
    Ok(())
}

/// Returns the command that makes the table.
fn command(args: &EvalArgs, settings: &[MethodSetting]) -> String {
    let names: Vec<&str> = settings.iter().map(|it| it.name.as_str()).collect();
    format!(
        "{}{} --ablate --episodes {} --methods {}",
        super::words(args),
        args.methods
            .override_config(MethodsConfig::default())
            .to_command_line_flags(),
        args.episodes,
        names.join(",")
    )
}
