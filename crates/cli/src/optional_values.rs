//! Flags whose value may be left out: a word that follows one is its value only if it looks like
//! one.
//!
//! clap takes such a value behind an equals sign alone, or else whatever word follows: the beginning
//! of an instruction, too.

use std::ffi::OsString;
use std::path::Path;

/// A flag, and whether a word that follows it is its value.
type OptionalValue = (&'static str, fn(&str) -> bool);

/// All of them.
const FLAGS: [OptionalValue; 4] = [
    ("--arm", is_launch),
    // `enact serve` has one that takes an address; nothing follows that of `enact chat`.
    ("--listen", |_| false),
    ("--tools", is_number),
    ("--view", is_view),
];

/// Joins each value to its flag with an equals sign.
pub(crate) fn join_values_to_flags(arguments: impl IntoIterator<Item = OsString>) -> Vec<OsString> {
    let mut rest = arguments.into_iter().peekable();
    let mut joined = Vec::new();
    while let Some(mut argument) = rest.next() {
        if argument == "--" {
            joined.push(argument);
            joined.extend(rest);
            break;
        }
        let flag = FLAGS.iter().find(|(flag, _)| argument == *flag);
        if let Some((_, is_value)) = flag
            && let Some(value) = rest.next_if(|word| is_value(&word.to_string_lossy()))
        {
            argument.push("=");
            argument.push(value);
        }
        joined.push(argument);
    }
    joined
}

/// Whether it is a number and nothing else: an instruction may begin with one.
fn is_number(word: &str) -> bool {
    let digits = word.trim_start_matches(['+', '-']);
    let is_part = |letter: char| letter.is_ascii_digit() || letter == '.';
    digits.starts_with(|letter: char| letter.is_ascii_digit()) && digits.chars().all(is_part)
}

/// Whether it may name a launch file, and is not the recording beside it.
fn is_launch(word: &str) -> bool {
    !word.starts_with('-') && !has_ending(word, "mcap")
}

/// Whether it may say where a run is shown, and is no instruction in quotation marks.
fn is_view(word: &str) -> bool {
    !word.starts_with('-') && (has_ending(word, "rrd") || !word.contains(char::is_whitespace))
}

fn has_ending(word: &str, ending: &str) -> bool {
    Path::new(word).extension().is_some_and(|it| it == ending)
}

#[cfg(test)]
mod tests {
    use clap::{Command, CommandFactory, Parser};

    use super::*;
    use crate::args::{Cli, Command as Subcommand, RunArgs};
    use crate::rerun_view::ViewTarget;

    fn parsed(words: &[&str]) -> Result<Subcommand, clap::Error> {
        let words = join_values_to_flags(words.iter().map(OsString::from));
        Ok(Cli::try_parse_from(words)?.command)
    }

    fn run(words: &[&str]) -> RunArgs {
        match parsed(&[&["enact", "run"][..], words].concat()) {
            Ok(Subcommand::Run(args)) => args,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_number_behind_tools_is_never_said_to_the_robot() {
        let read = |words: &[&str]| {
            let args = run(words);
            (args.instruction.join(" "), args.setup.methods.tools)
        };
        let told = |text: &str, tools: u32| (text.to_owned(), Some(tools));
        assert_eq!(read(&["go home", "--tools", "3"]), told("go home", 3));
        assert_eq!(read(&["--tools", "3", "go", "home"]), told("go home", 3));
        assert_eq!(read(&["--tools=3", "go home"]), told("go home", 3));
        assert_eq!(read(&["--tools", "go home"]), told("go home", 6));
        assert_eq!(read(&["go home", "--tools"]), told("go home", 6));
        let cubes = "3 cubes in the bowl please";
        assert_eq!(read(&["--tools", cubes]), told(cubes, 6));
        // What is behind two hyphens is an instruction.
        assert_eq!(read(&["--tools", "--", "3"]), told("3", 6));
        for wrong in ["0", "33", "-3", "2.5"] {
            let words = ["enact", "run", "go home", "--tools", wrong];
            let error = parsed(&words).unwrap_err().to_string();
            assert!(
                error.contains("--tools") && error.contains(wrong),
                "{error}"
            );
        }
    }

    #[test]
    fn an_instruction_behind_view_and_a_recording_behind_arm_are_no_values() {
        let view = |words: &[&str]| {
            let args = run(words);
            (args.instruction.join(" "), args.setup.view)
        };
        let home = || "go home".to_owned();
        let file = || Some(ViewTarget::File("my runs/a.rrd".into()));
        assert_eq!(
            view(&["--view", "go home"]),
            (home(), Some(ViewTarget::Viewer))
        );
        assert_eq!(
            view(&["go home", "--view"]),
            (home(), Some(ViewTarget::Viewer))
        );
        assert_eq!(
            view(&["--view", "web", "go home"]),
            (home(), Some(ViewTarget::Web))
        );
        assert_eq!(
            view(&["--view", "my runs/a.rrd", "go home"]),
            (home(), file())
        );
        let arm = |words: &[&str]| match parsed(&[&["enact", "replay"][..], words].concat()) {
            Ok(Subcommand::Replay(args)) => (args.file.display().to_string(), args.arm),
            other => panic!("{other:?}"),
        };
        let so101 = || Some("so101".to_owned());
        assert_eq!(arm(&["--arm", "a.mcap"]), ("a.mcap".to_owned(), so101()));
        assert_eq!(arm(&["a.mcap", "--arm"]), ("a.mcap".to_owned(), so101()));
        let mine = Some("my-arm".to_owned());
        assert_eq!(
            arm(&["a.mcap", "--arm", "my-arm"]),
            ("a.mcap".to_owned(), mine)
        );
    }

    #[test]
    fn every_flag_whose_value_may_be_left_out_is_known() {
        let mut rest: Vec<Command> = vec![Cli::command()];
        let mut found = Vec::new();
        while let Some(command) = rest.pop() {
            rest.extend(command.get_subcommands().cloned());
            for argument in command.get_arguments().filter(|it| !it.is_positional()) {
                let values = argument.get_num_args();
                if !values.is_some_and(|it| it.min_values() == 0 && it.max_values() > 0) {
                    continue;
                }
                assert!(argument.is_require_equals_set(), "{argument}");
                found.push(format!("--{}", argument.get_long().unwrap()));
            }
        }
        found.sort();
        found.dedup();
        assert_eq!(found, FLAGS.map(|(flag, _)| flag));
    }
}
