//! Log messages on standard error.
//!
//! Warnings and errors are shown by default, written like the rest of what the program says there.
//! Libraries that log what their callers are told anyway are silent. `RUST_LOG` replaces the filter,
//! and with it come times and modules.

use std::fmt;
use std::io::{IsTerminal, stderr};

use tracing::{Event, Level, Subscriber};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

/// The filter if `RUST_LOG` is not set. A target stands for all targets that begin with it:
/// `mistralrs` for `mistralrs_core`, `re_` for rerun's crates.
const DEFAULT: &str = "warn,mistralrs=off,candle=off,hf_hub=off,llguidance=off,toktrie=off,\
                       tokenizers=off,re_=off,rmcp=off,tiny_http=off,ureq=off,reqwest=off,hyper=off,\
                       rustdds=off,ros2_client=off";

/// Begins to write log messages to standard error.
pub fn init() {
    let chosen = EnvFilter::try_from_default_env();
    let builder = tracing_subscriber::fmt()
        .with_writer(stderr)
        .with_ansi(stderr().is_terminal())
        // They would be written to standard error, which is what failed.
        .log_internal_errors(false);
    match chosen {
        Ok(filter) => builder.with_env_filter(filter).init(),
        Err(_) => builder
            .with_env_filter(EnvFilter::new(DEFAULT))
            .event_format(Plain)
            .init(),
    }
}

/// Formats messages as `enact: warning: MESSAGE`.
struct Plain;

impl<S, N> FormatEvent<S, N> for Plain
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let level = match *event.metadata().level() {
            Level::ERROR => "error",
            Level::WARN => "warning",
            _ => "note",
        };
        write!(writer, "enact: {level}: ")?;
        context
            .field_format()
            .format_fields(writer.by_ref(), event)?;
        writeln!(writer)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, Write};
    use std::sync::{Arc, Mutex};

    use tracing_subscriber::fmt::MakeWriter;

    use super::*;

    /// Destination of a test's log messages.
    #[derive(Clone, Default)]
    struct Page(Arc<Mutex<Vec<u8>>>);

    impl Write for Page {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl<'a> MakeWriter<'a> for Page {
        type Writer = Self;

        fn make_writer(&'a self) -> Self {
            self.clone()
        }
    }

    #[test]
    fn warnings_are_shown_and_the_model_engine_is_not_heard() {
        let page = Page::default();
        let subscriber = tracing_subscriber::fmt()
            .with_writer(page.clone())
            .with_ansi(false)
            .with_env_filter(EnvFilter::new(DEFAULT))
            .event_format(Plain)
            .finish();
        tracing::subscriber::with_default(subscriber, || {
            tracing::error!(target: "enact_arm::driver", "joint `elbow_flex` may still have torque");
            tracing::warn!(target: "enact_arm::driver", "joint `gripper` is hot");
            tracing::info!(target: "enact_arm::driver", "arming");
            tracing::error!(target: "mistralrs_core::engine", "engine");
            tracing::warn!(target: "candle_core::cpu", "engine");
            tracing::error!(target: "re_sdk::sink", "viewer");
        });
        let written = String::from_utf8(page.0.lock().unwrap().clone()).unwrap();
        assert_eq!(
            written,
            "enact: error: joint `elbow_flex` may still have torque\n\
             enact: warning: joint `gripper` is hot\n"
        );
    }
}
