//! A server as a process of its own, spoken with on its standard input and output.

use std::collections::BTreeMap;
use std::env;
use std::io;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::budget::{Budget, Budgeted};

/// Variables that a process is given of our own. Keys of other servers are none of its business.
const PASSED: [&str; 10] = [
    "HOME", "LANG", "LC_ALL", "LOGNAME", "PATH", "SHELL", "TERM", "TMPDIR", "TZ", "USER",
];
/// Longest time that it has to end by itself, once nobody speaks with it.
const GRACE: Duration = Duration::from_millis(500);
/// Most bytes of its standard error that are read, and that are kept.
const SAID: (usize, usize) = (1 << 20, 400);

/// A process that runs until this is dropped.
pub(super) struct ServerProcess {
    child: Child,
    /// The last line of its standard error, once that is at its end.
    last_words: JoinHandle<String>,
}

/// Its standard output and input.
pub(super) type Pipes = (Budgeted<ChildStdout>, ChildStdin);

impl ServerProcess {
    /// Starts a command line with these variables beside the usual ones. Whoever interrupts this
    /// program at its terminal does not interrupt the process.
    ///
    /// # Errors
    /// If there is no such program, or it cannot be run.
    pub(super) fn start(
        words: &[String],
        variables: &BTreeMap<String, String>,
        budget: &Arc<Budget>,
    ) -> io::Result<(Self, Pipes)> {
        let (program, arguments) = words
            .split_first()
            .ok_or_else(|| io::Error::other("there is no command"))?;
        let passed = PASSED
            .iter()
            .filter_map(|name| Some((*name, env::var_os(name)?)));
        let mut command = Command::new(program);
        command
            .args(arguments)
            .env_clear()
            .envs(passed)
            .envs(variables)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        #[cfg(unix)]
        command.process_group(0);
        let mut child = command.spawn()?;
        let (Some(input), Some(output), Some(said)) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return Err(io::Error::other("it has no pipes"));
        };
        let output = Budgeted::new(output, Arc::clone(budget));
        let process = Self {
            child,
            last_words: tokio::spawn(last_words(said)),
        };
        Ok((process, (output, input)))
    }

    /// Waits a moment for it to end, as it does once nobody speaks with it any more, and else ends
    /// it; returns the last line that it said to a person.
    pub(super) async fn end_and_return_last_line(mut self) -> String {
        if timeout(GRACE, self.child.wait()).await.is_err() {
            // All may have ended just now.
            #[cfg(unix)]
            let _ = self.kill_group();
            let _ = self.child.kill().await;
        }
        match timeout(GRACE, &mut self.last_words).await {
            Ok(Ok(words)) => words,
            _ => {
                self.last_words.abort();
                String::new()
            }
        }
    }
}

#[cfg(unix)]
impl ServerProcess {
    /// Ends whatever the process has started, too: many a command only starts another one.
    fn kill_group(&self) -> nix::Result<()> {
        use nix::errno::Errno;
        use nix::sys::signal::{Signal, killpg};
        use nix::unistd::Pid;

        let leader = self.child.id().and_then(|id| i32::try_from(id).ok());
        killpg(Pid::from_raw(leader.ok_or(Errno::ESRCH)?), Signal::SIGKILL)
    }
}

/// Reads what a process says to a person, and returns the last line of it.
async fn last_words(mut said: ChildStderr) -> String {
    let (mut buffer, mut last, mut read) = ([0; 1024], Vec::new(), 0);
    let (most, kept) = SAID;
    while let Ok(count @ 1..) = said.read(&mut buffer).await {
        last.extend_from_slice(&buffer[..count]);
        let surplus = last.len().saturating_sub(kept);
        last.drain(..surplus);
        read += count;
        if read > most {
            break;
        }
    }
    let last = String::from_utf8_lossy(&last);
    let line = last.lines().rev().find(|line| !line.trim().is_empty());
    line.unwrap_or_default().trim().to_owned()
}
