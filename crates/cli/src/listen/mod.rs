//! Spoken instructions. Without the feature `speech`, the program only says that it cannot.
//!
//! | module | idea |
//! |---|---|
//! | [`args`] | the command line |
//! | `model` | the model that turns speech into text, for the terminal and for the console |
//! | `ears` | lines that are spoken or typed |
//! | `keys` | keys, while nobody edits a line |
//! | `absent` | what takes their place in a program without the feature `speech` |

#[cfg(not(feature = "speech"))]
mod absent;
pub mod args;
#[cfg(feature = "speech")]
mod ears;
#[cfg(feature = "speech")]
mod keys;
#[cfg(feature = "speech")]
mod model;

#[cfg(not(feature = "speech"))]
pub use absent::{SpeechInput, SpokenOrTypedInput, prepare_listening, transcriber};
pub use args::{SpeechArgs, SpokenInstructionArgs};
#[cfg(feature = "speech")]
pub use ears::{SpeechInput, SpokenOrTypedInput, prepare_listening};
#[cfg(feature = "speech")]
pub use model::transcriber;
