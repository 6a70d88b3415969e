//! `enact optimize`: a better text for a block of the prompt, found by trying.
//!
//! | module | idea |
//! |---|---|
//! | [`args`] | the command line |
//! | `proposer` | texts proposed by a model |
//! | `scorer` | what a text is worth, by episodes of a suite |

pub mod args;
mod proposer;
mod scorer;

use std::path::Path;

use anyhow::{Context, Result, bail};
use enact_eval::optimize::{
    Finding, ScoredText, SearchBounds, SearchEvent, search_for_better_text, split,
};
use enact_eval::wilson::Proportion;
use enact_model::{RequestOptions, VisionLanguageModel};
use enact_plan::PromptTemplates;
use enact_types::StopSwitch;
use serde_json::{Value, json};

use crate::data_dir::DataDir;
use crate::eval::job::Job;
use crate::eval::settings_fixed_on_resume;
use crate::methods::MethodsConfig;
use crate::model_choice::{self, ModelChoice};
use args::OptimizeArgs;
use proposer::ModelProposer;
use scorer::SuiteScorer;

/// Number of texts that the model is shown.
const SHOWN_TEXTS: usize = 8;
/// Most characters of a text: so many times those of the present one, and some more.
const MAX_TEXT_GROWTH: (usize, usize) = (2, 400);
/// Number of characters of a text that are shown in passing.
const GLIMPSE: usize = 60;

/// Searches, and writes the text that is better, if there is one; returns whether there is.
///
/// # Errors
/// If the suite, the block or a model cannot be loaded, a model knows nothing but its own prompts, the
/// search is another one than the folder holds, or it cannot go on.
pub fn optimize(data_dir: &DataDir, args: &OptimizeArgs) -> Result<bool> {
    let evaluation = args.evaluation();
    let methods = args.methods.override_config(MethodsConfig::default());
    if let Some(fault) = args.methods.describe_first_ineffective_flag(&methods) {
        bail!("{fault}");
    }
    let job = Job::load(data_dir, &evaluation)?;
    let templates = job.prompts.as_deref().cloned().unwrap_or_default();
    let (block, present) = block(&templates, &args.block)?;
    let longest = MAX_TEXT_GROWTH.0 * present.chars().count() + MAX_TEXT_GROWTH.1;
    let bounds = SearchBounds {
        rounds: args.rounds,
        candidates: args.candidates.into(),
        shown: SHOWN_TEXTS,
        longest,
    };
    let choice = match &args.proposer {
        Some(name) => ModelChoice::new(data_dir.resolve_model_name(name), &args.models.run),
        None => job.planner.clone(),
    };
    let proposer = participants(&job.planner, &choice)?;
    for task in split::tasks_worded_once(&job.suite) {
        errln!(
            "{:>9}  `{task}` has one wording, in training and when judging",
            "note"
        );
    }
    std::fs::create_dir_all(&args.out)
        .with_context(|| format!("cannot create {}", args.out.display()))?;
    let stem = Path::new(&block).with_extension("");
    let stem = args.out.join(stem).display().to_string();
    let settings = format!(
        "block {block}, present {:08x}, {} candidates, {} and {} episodes, proposed by {}, {}",
        crc32fast::hash(present.as_bytes()),
        args.candidates,
        args.episodes,
        args.held_out,
        choice.name,
        settings_fixed_on_resume(&evaluation, &job)?
    );
    let mut proposer = ModelProposer {
        model: proposer,
        block: args.block.clone(),
        longest,
    };
    let mut scorer = SuiteScorer {
        data_dir,
        args: evaluation,
        suite: job.suite.clone(),
        job,
        templates,
        block: block.clone(),
        held_out: args.held_out,
    };
    let state = format!("{stem}.search.json");
    let finding = search_for_better_text(
        &present,
        &bounds,
        &settings,
        state.as_ref(),
        (&mut proposer, &mut scorer),
        &mut tell,
    )?;
    let record = record(&finding, &settings);
    if let Some(text) = finding.winner() {
        write(&args.out.join(&block), &format!("{}\n", text.trim_end()))?;
        let record = serde_json::to_string_pretty(&record)?;
        write(format!("{stem}.record.json").as_ref(), &record)?;
    }
    if args.json {
        outln!("{record}");
    } else {
        outln!("{}", sentence(&finding, &args.out.join(&block)));
    }
    Ok(finding.winner().is_some())
}

/// Opens the model that proposes texts, once it is known that the one that plans is asked with them.
///
/// # Errors
/// If either cannot be loaded, or knows nothing but the prompts that it was trained on.
fn participants(
    planner: &ModelChoice,
    proposer: &ModelChoice,
) -> Result<Box<dyn VisionLanguageModel>> {
    let open = |choice: &ModelChoice| {
        let notify = model_choice::stderr_notice_listener();
        let options = RequestOptions {
            notify,
            ..choice.request_options()
        };
        choice.open(options, &StopSwitch::new())
    };
    let model = open(planner)?;
    if !model.follows_requests() {
        bail!(
            "`{}` was trained on two prompts alone, and no other text of a block changes what it plans: \
             choose a model that follows requests in words, with --plan-with MODEL",
            planner.name
        );
    }
    if proposer == planner {
        return Ok(model);
    }
    drop(model);
    let model = open(proposer)?;
    if !model.follows_requests() {
        bail!(
            "`{}` was trained on two prompts alone and cannot propose texts: choose a model that follows \
             requests in words, with --proposer MODEL",
            proposer.name
        );
    }
    Ok(model)
}

/// Returns the file name and the text of a block.
fn block(templates: &PromptTemplates, name: &str) -> Result<(String, String)> {
    let file = match name.ends_with(".txt") {
        true => name.to_owned(),
        false => format!("{name}.txt"),
    };
    if let Some((_, text)) = templates.blocks().find(|(block, _)| *block == file) {
        return Ok((file, text.to_owned()));
    }
    let names: Vec<&str> = templates.blocks().map(|(name, _)| name).collect();
    bail!(
        "the prompt has no block `{name}`; it has {}",
        names.join(", ")
    )
}

fn write(path: &Path, text: &str) -> Result<()> {
    std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

fn tell(event: SearchEvent<'_>) {
    match event {
        SearchEvent::Tried(text) => errln!(
            "{:>9}  {} of {}, {} refused: {}",
            "tried",
            text.successes(),
            text.trials.len(),
            text.refusals(),
            glimpse(&text.text)
        ),
        SearchEvent::Dropped(text, why) => errln!("{:>9}  {why}: {}", "dropped", glimpse(text)),
        SearchEvent::Judging => errln!("{:>9}  the best and the present text", "judging"),
    }
}

/// Returns the beginning of a text in one line.
fn glimpse(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(GLIMPSE) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

/// Returns what was found and how, to be kept beside the text.
fn record(finding: &Finding, settings: &str) -> Value {
    let score = |text: &ScoredText| {
        json!({
            "success": Proportion::new(text.successes(), text.trials.len() as u64),
            "refusals": text.refusals(),
        })
    };
    let judged = finding.judged.as_ref().map(|judged| {
        json!({
            "present": score(&judged.present),
            "best": score(&judged.best),
            "test": judged.test,
        })
    });
    json!({
        "is_better": finding.winner().is_some(),
        "text": finding.best.text,
        "round": finding.best.round,
        "training": {"present": score(&finding.present), "best": score(&finding.best)},
        "held_out": judged,
        "settings": settings,
    })
}

/// Returns what was found in a sentence.
fn sentence(finding: &Finding, path: &Path) -> String {
    let Some(judged) = &finding.judged else {
        return "no text was better than the present one in training".to_owned();
    };
    let score = |text: &ScoredText| format!("{} of {}", text.successes(), text.trials.len());
    let (test, path) = (&judged.test, path.display());
    let scores = format!(
        "{} against {} of the held-out episodes (+{} −{}, p {:.3})",
        score(&judged.best),
        score(&judged.present),
        test.won,
        test.lost,
        test.p_value
    );
    match finding.winner() {
        Some(_) => format!("{path} is better than the present text: {scores}"),
        None => format!("the best text is not shown to be better than the present one: {scores}"),
    }
}
