//! The command line of spoken instructions.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// Speech to text.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Speech")]
pub struct SpeechArgs {
    /// Folder of a Whisper model as on Hugging Face, which turns speech into text on this machine:
    /// config.json, tokenizer.json, model.safetensors
    #[arg(long, value_name = "DIR")]
    pub speech_model: Option<PathBuf>,
    /// Language that is spoken, such as en or zh; repeatable [default: en and zh, told apart by the
    /// model]
    #[arg(long, value_name = "LANGUAGE", requires = "speech_model")]
    pub speech_language: Vec<String>,
}

/// Spoken instructions at the terminal.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Speech")]
pub struct SpokenInstructionArgs {
    /// Listen to the microphone, too: arecord, parecord, rec or ffmpeg records. A command that
    /// records instead must write raw 16-bit mono sound at 16000 Hz; - reads it from standard input
    #[arg(long, value_name = "COMMAND", num_args = 0..=1, require_equals = true,
        default_missing_value = "", requires = "speech_model")]
    pub listen: Option<String>,
    /// Whether what was heard is shown for correction before it is carried out
    #[arg(
        long,
        value_name = "WHEN",
        value_enum,
        default_value_t,
        requires = "listen"
    )]
    pub listen_confirm: Confirm,
    /// Listen between two presses of Enter, instead of whenever somebody speaks; a stop is heard at
    /// any time
    #[arg(long, requires = "listen")]
    pub push_to_talk: bool,
    /// Speech to text.
    #[command(flatten)]
    pub speech: SpeechArgs,
}

/// Whether what was heard is shown for correction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Confirm {
    /// It waits for Enter, and can be edited
    #[default]
    Always,
    /// It is carried out at once
    Never,
}
