//! The viewer's files, which the program `rerun` carries.

use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::process::{Child, Command};

use enact_types::StopSwitch;
#[cfg(unix)]
use nix::sys::signal::{Signal, killpg};
#[cfg(unix)]
use nix::unistd::Pid;

use crate::{RecordError, viewer};

/// What the page consists of, with the types that a browser expects.
const FILES: [(&str, &str); 4] = [
    ("/", "text/html; charset=utf-8"),
    ("/favicon.ico", "image/x-icon"),
    ("/re_viewer.js", "text/javascript"),
    ("/re_viewer_bg.wasm", "application/wasm"),
];

/// Larger than any of them, bytes.
const LARGEST: u64 = 1 << 28;

/// A file of the viewer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Asset {
    /// Its type.
    pub(crate) kind: &'static str,
    /// Its content.
    pub(crate) content: Vec<u8>,
}

/// The viewer's files by path.
pub(crate) type Assets = HashMap<&'static str, Asset>;

/// Has `program` serve its viewer to this machine for as long as it takes to fetch its files, or
/// until `stop` is pressed.
pub(crate) fn fetch(program: &str, stop: &StopSwitch) -> Result<Assets, RecordError> {
    let failure = |reason: String| viewer::failure(program, reason);
    let address = free().map_err(|error| failure(error.to_string()))?;
    let mut child = Server(viewer::spawned(program, &mut serving(program, address))?);
    viewer::wait(program, &mut child.0, address, stop)?;
    let file = move |(path, kind): (&'static str, &'static str)| {
        let content = get(address, path)?;
        Ok((path, Asset { kind, content }))
    };
    let files = move || FILES.into_iter().map(file).collect();
    let files: Option<Result<Assets, ureq::Error>> = stop.unless_pressed(files);
    let files = files.ok_or(RecordError::Stopped)?;
    files.map_err(|error| failure(format!("its web viewer cannot be fetched: {error}")))
}

/// Ends with its owner, and with it whatever it started: as pip installs it, `rerun` starts the
/// program proper. It leads a group of processes of its own.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        // Whether it is over already does not matter.
        #[cfg(unix)]
        let _ = killpg(Pid::from_raw(self.0.id() as i32), Signal::SIGTERM);
        #[cfg(not(unix))]
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn serving(program: &str, address: SocketAddr) -> Command {
    let mut command = Command::new(program);
    command
        // Where a recording is named, only the viewer is served.
        .args(["--serve-web", "http://127.0.0.1/none.rrd"])
        .arg(format!("--bind={}", address.ip()))
        .arg(format!("--web-viewer-port={}", address.port()));
    command
}

/// An address of this machine at which nothing listens now.
fn free() -> std::io::Result<SocketAddr> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()
}

/// The content of a file. Whatever proxy there is, it is not for this machine.
fn get(address: SocketAddr, path: &str) -> Result<Vec<u8>, ureq::Error> {
    let config = ureq::Agent::config_builder().proxy(None).build();
    let agent = ureq::Agent::new_with_config(config);
    let mut answer = agent.get(format!("http://{address}{path}")).call()?;
    let body = answer.body_mut().with_config();
    body.limit(LARGEST).read_to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{BufRead, BufReader, Write};
    use std::thread;

    /// Answers one request.
    fn once(answer: &'static [u8]) -> SocketAddr {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        thread::spawn(move || {
            let (mut connection, _) = listener.accept().unwrap();
            let mut reader = BufReader::new(connection.try_clone().unwrap());
            let mut line = String::new();
            while line != "\r\n" {
                line.clear();
                reader.read_line(&mut line).unwrap();
            }
            connection.write_all(answer).unwrap();
        });
        address
    }

    #[test]
    fn a_file_is_fetched_whole() {
        let address = once(b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\na\r\n\r\n\x00b");
        assert_eq!(get(address, "/file").unwrap(), b"a\r\n\r\n\x00b");
    }

    #[test]
    fn what_is_not_there_is_an_error() {
        let address = once(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
        let error = get(address, "/file").unwrap_err().to_string();
        assert!(error.contains("404"), "{error}");
        assert!(get(once(b"HTTP/1.1 200 OK\r\n"), "/file").is_err());
    }

    #[test]
    fn a_missing_viewer_is_one_clear_message() {
        let error = fetch("no-such-viewer", &StopSwitch::new());
        let error = error.unwrap_err().to_string();
        assert!(error.contains("pip install rerun-sdk==0.36.3"), "{error}");
    }
}
