//! A rerun viewer on this machine, started if there is none.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use enact_types::{Reason, StopSwitch};

use crate::VizError;

/// The viewer's program.
pub(crate) const PROGRAM: &str = "rerun";

/// Longest time that a viewer may take until it listens.
const STARTUP: Duration = Duration::from_secs(20);

/// Returns the address at which the viewer listens.
pub(crate) fn address() -> SocketAddr {
    (Ipv4Addr::LOCALHOST, rerun::DEFAULT_SERVER_PORT).into()
}

/// Makes sure that a viewer listens at `address`; starts `program` if none does. Waiting ends when
/// `stop` is pressed.
pub(crate) fn ensure_running(
    program: &str,
    address: SocketAddr,
    stop: &StopSwitch,
) -> Result<(), VizError> {
    if listens(address) {
        return Ok(());
    }
    let mut child = spawned(program, &mut showing(program, address))?;
    wait(program, &mut child, address, stop)
}

/// Returns the command that starts a viewer. Unlike [`rerun::spawn`] it neither listens beyond this
/// machine nor lets the viewer hold our stdout open.
fn showing(program: &str, address: SocketAddr) -> Command {
    let mut command = Command::new(program);
    command
        .arg(format!("--bind={}", address.ip()))
        .arg(format!("--port={}", address.port()))
        .args(["--expect-data-soon", "--hide-welcome-screen"]);
    command
}

/// Starts the viewer's program, silently.
fn spawned(program: &str, command: &mut Command) -> Result<Child, VizError> {
    // The viewer sends usage data unless it believes it runs in a test.
    command.env("CI", "1");
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    // Ctrl-C ends the run, not the viewer that shows it.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(command, 0);
    command.spawn().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => VizError::NoViewer {
            program: program.to_owned(),
        },
        _ => failure(program, Reason::from_error(error)),
    })
}

/// Waits until the program listens or `stop` is pressed.
fn wait(
    program: &str,
    child: &mut Child,
    address: SocketAddr,
    stop: &StopSwitch,
) -> Result<(), VizError> {
    let started = Instant::now();
    while !listens(address) {
        let status = child
            .try_wait()
            .map_err(|error| failure(program, Reason::from_error(error)))?;
        // A launcher that exits successfully may have left the viewer running.
        if let Some(status) = status.filter(|status| !status.success()) {
            return Err(failure(
                program,
                format!("it ended at once ({status}); run it by itself to see why").into(),
            ));
        }
        if started.elapsed() > STARTUP {
            return Err(failure(
                program,
                format!("it does not listen at {address}").into(),
            ));
        }
        stop.sleep_unless_pressed(Duration::from_millis(100));
        if stop.is_pressed() {
            return Err(VizError::Stopped);
        }
    }
    Ok(())
}

fn listens(address: SocketAddr) -> bool {
    TcpStream::connect_timeout(&address, Duration::from_secs(1)).is_ok()
}

/// Returns the error of a program that cannot be used.
fn failure(program: &str, reason: Reason) -> VizError {
    VizError::Viewer {
        program: program.to_owned(),
        reason,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    /// Returns an address at which nothing listens: the discard port, which no system assigns to
    /// the listeners of other tests.
    fn free() -> SocketAddr {
        (Ipv4Addr::new(127, 0, 0, 2), 9).into()
    }

    #[test]
    fn a_missing_viewer_is_one_clear_message() {
        let error = ensure_running("no-such-viewer", free(), &StopSwitch::new());
        let error = error.unwrap_err().to_string();
        assert!(
            error.contains("`no-such-viewer` is not on the PATH"),
            "{error}"
        );
        assert!(error.contains("pip install rerun-sdk==0.36.3"), "{error}");
    }

    #[test]
    fn a_running_viewer_is_used() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        ensure_running("no-such-viewer", address, &StopSwitch::new()).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn a_viewer_that_fails_is_not_waited_for() {
        let error = ensure_running("false", free(), &StopSwitch::new());
        let error = error.unwrap_err().to_string();
        assert!(error.contains("`false`: it ended at once"), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn a_viewer_is_not_waited_for_once_a_stop_is_pressed() {
        let stop = StopSwitch::new();
        stop.press();
        // The program exits successfully, like a launcher that leaves the viewer running, and
        // nothing listens.
        let waited = ensure_running("true", free(), &stop);
        assert!(matches!(waited, Err(VizError::Stopped)), "{waited:?}");
    }
}
