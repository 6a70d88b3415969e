//! What is wrong with the methods of a comparison, found before the first of them is run.

use anyhow::{Result, bail};

use super::job::Job;
use super::method_setting::MethodSetting;
use crate::args::EvalArgs;
use crate::data_dir::DataDir;
use crate::out;

/// Methods that cannot be run.
#[derive(Debug)]
pub(super) struct UnusableMethods {
    /// The methods.
    pub setting: MethodSetting,
    /// What is missing or wrong, and in a second line what to do.
    why: String,
}

impl UnusableMethods {
    /// Returns the methods and what is wrong with them in a line.
    pub(super) fn to_line(&self) -> String {
        format!("{}: {}", self.setting, self.parts().0)
    }

    fn parts(&self) -> (&str, Option<&str>) {
        match self.why.split_once('\n') {
            Some((why, hint)) => (why, Some(hint)),
            None => (self.why.as_str(), None),
        }
    }
}

/// Checks that each flag that goes for all settings has an effect in one of them.
///
/// # Errors
/// The flag that has none, and what it belongs to.
pub(super) fn check_shared_flags_have_effect(
    args: &EvalArgs,
    settings: &[MethodSetting],
) -> Result<()> {
    let idle = settings.iter().map(|setting| {
        let (_, methods) = setting.apply_to_eval_args(args);
        args.methods.describe_ineffective_flags(&methods)
    });
    let always = idle.reduce(|before, now| {
        let is_still = |fault: &String| now.contains(fault);
        before.into_iter().filter(is_still).collect()
    });
    match always.unwrap_or_default().first() {
        Some(fault) => bail!("{fault}"),
        None => Ok(()),
    }
}

/// Returns the settings that can be run, and those that cannot: for each the model is opened once as
/// it will be, with the files and the other models that its methods need. Where it cannot be opened
/// without any method, the rest is not tried.
pub(super) fn separate_unusable_methods(
    data_dir: &DataDir,
    suite: &EvalArgs,
    settings: Vec<MethodSetting>,
) -> (Vec<MethodSetting>, Vec<UnusableMethods>) {
    let mut fit = Vec::new();
    let mut unfit = Vec::new();
    for setting in settings {
        let Err(error) = check(data_dir, suite, &setting) else {
            fit.push(setting);
            continue;
        };
        let (why, is_last) = (out::error_message_with_sources(&error), setting.is_none());
        unfit.push(UnusableMethods { setting, why });
        if is_last {
            break;
        }
    }
    (fit, unfit)
}

/// Returns everything that is wrong, with what to do about it.
pub(super) fn describe_unusable_methods(unfit: &[UnusableMethods]) -> String {
    let mut lines = vec!["nothing is run: not all methods can be".to_owned()];
    lines.extend(unfit.iter().map(UnusableMethods::to_line));
    for hint in unfit.iter().filter_map(|it| it.parts().1) {
        if !lines.iter().any(|line| line == hint) {
            lines.push(hint.to_owned());
        }
    }
    lines.join("\n")
}

fn check(data_dir: &DataDir, suite: &EvalArgs, setting: &MethodSetting) -> Result<()> {
    let (args, methods) = setting.apply_to_eval_args(suite);
    if let Some(fault) = setting.describe_first_ineffective_flag(&methods) {
        bail!("{fault}");
    }
    if methods.think.is_some() && (args.free_text || args.models.score_steps) {
        bail!("--think has no place beside --free-text or --score-steps");
    }
    let job = Job::load(data_dir, &args)?.with_methods(methods)?;
    job.open_planner(data_dir, &args).map(drop)
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;

    use super::*;
    use crate::args::parse_args_from_words;

    #[test]
    fn a_flag_for_all_settings_has_an_effect_in_one_of_them() {
        let fault = |settings: &str| {
            let words = ["--critic-rounds=1", "--example-tokens=9"].map(OsStr::new);
            let texts: Vec<String> = settings.split(',').map(str::to_owned).collect();
            let settings = MethodSetting::parse_settings(&texts).unwrap();
            check_shared_flags_have_effect(&parse_args_from_words(&words), &settings)
                .map_err(|error| error.to_string())
        };
        assert_eq!(fault("none,critic=self,examples=2"), Ok(()));
        let told = fault("none,tools=3,examples=2").unwrap_err();
        assert!(told.starts_with("--critic-rounds has no effect"), "{told}");
        let told = fault("critic=self,dialogue=2").unwrap_err();
        assert!(told.starts_with("--example-tokens has no effect"), "{told}");
    }

    #[test]
    fn everything_that_is_wrong_is_told_with_each_hint_once() {
        let unfit = |name: &str, why: &str| UnusableMethods {
            setting: name.parse().unwrap(),
            why: why.to_owned(),
        };
        let told = describe_unusable_methods(&[
            unfit("tools=3", "it cannot\nhint: take another"),
            unfit("goal-first", "it cannot either\nhint: take another"),
            unfit("vote=3", "no"),
        ]);
        let lines: Vec<&str> = told.lines().skip(1).collect();
        assert_eq!(
            lines,
            [
                "tools=3: it cannot",
                "goal-first: it cannot either",
                "vote=3: no",
                "hint: take another"
            ]
        );
    }
}
