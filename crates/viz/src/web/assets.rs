//! The viewer's files, which are embedded in the program `rerun`.

use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::process::{Child, Command};

use enact_types::{Reason, StopSwitch};
#[cfg(unix)]
use nix::sys::signal::{Signal, killpg};
#[cfg(unix)]
use nix::unistd::Pid;
use reqwest::Client;
use thiserror::Error;
use tokio::runtime::Builder;

use crate::{VizError, viewer};

/// Files of the page, with the content types that a browser expects.
const FILES: [(&str, &str); 4] = [
    ("/", "text/html; charset=utf-8"),
    ("/favicon.ico", "image/x-icon"),
    ("/re_viewer.js", "text/javascript"),
    ("/re_viewer_bg.wasm", "application/wasm"),
];

/// Upper bound of the size of any of them, bytes.
const LARGEST: usize = 1 << 28;

/// A file of the viewer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Asset {
    /// Content type.
    pub(crate) kind: &'static str,
    /// Its content.
    pub(crate) content: Vec<u8>,
}

/// The viewer's files by path.
pub(crate) type Assets = HashMap<&'static str, Asset>;

/// Lets `program` serve its viewer to this machine for as long as it takes to fetch its files, or
/// until `stop` is pressed.
pub(crate) fn fetch(program: &str, stop: &StopSwitch) -> Result<Assets, VizError> {
    let failure = |reason: Reason| viewer::failure(program, reason);
    let address = free().map_err(|error| failure(Reason::of(error)))?;
    let mut child = Server(viewer::spawned(program, &mut serving(program, address))?);
    viewer::wait(program, &mut child.0, address, stop)?;
    let files = stop.unless_pressed(move || all(address));
    let files = files.ok_or(VizError::Stopped)?;
    files.map_err(|error| {
        failure(Reason::new(
            format!("its web viewer cannot be fetched: {error}"),
            error,
        ))
    })
}

/// Ends with its owner, together with every process it started: `rerun` as installed by pip starts
/// the actual program. It leads its own process group.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        // It does not matter whether it has exited already.
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
        // With a named recording, only the viewer is served.
        .args(["--serve-web", "http://127.0.0.1/none.rrd"])
        .arg(format!("--bind={}", address.ip()))
        .arg(format!("--web-viewer-port={}", address.port()));
    command
}

/// Returns an address of this machine at which nothing listens now.
fn free() -> std::io::Result<SocketAddr> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()
}

/// Fetches all files, one after another.
fn all(address: SocketAddr) -> Result<Assets, FetchError> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    // A proxy must not be used for this machine.
    let client = Client::builder().no_proxy().build()?;
    runtime.block_on(async {
        let mut files = Assets::new();
        for (path, kind) in FILES {
            let content = get(&client, address, path).await?;
            files.insert(path, Asset { kind, content });
        }
        Ok(files)
    })
}

/// Fetches the content of a file.
async fn get(client: &Client, address: SocketAddr, path: &str) -> Result<Vec<u8>, FetchError> {
    let request = client.get(format!("http://{address}{path}"));
    let mut answer = request.send().await?.error_for_status()?;
    let mut content = Vec::new();
    while let Some(piece) = answer.chunk().await? {
        if content.len() + piece.len() > LARGEST {
            return Err(FetchError::TooLarge);
        }
        content.extend_from_slice(&piece);
    }
    Ok(content)
}

/// A reason why a file cannot be fetched.
#[derive(Debug, Error)]
enum FetchError {
    #[error("no client can be started: {0}")]
    Runtime(#[from] std::io::Error),
    #[error("{0}")]
    Http(#[from] reqwest::Error),
    #[error("it is larger than {LARGEST} bytes")]
    TooLarge,
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

    fn fetched(address: SocketAddr) -> Result<Vec<u8>, FetchError> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let client = Client::builder().no_proxy().build()?;
        runtime.block_on(get(&client, address, "/file"))
    }

    #[test]
    fn a_file_is_fetched_whole() {
        let address = once(b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\na\r\n\r\n\x00b");
        assert_eq!(fetched(address).unwrap(), b"a\r\n\r\n\x00b");
    }

    #[test]
    fn what_is_not_there_is_an_error() {
        let address = once(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
        let error = fetched(address).unwrap_err().to_string();
        assert!(error.contains("404"), "{error}");
        assert!(fetched(once(b"HTTP/1.1 200 OK\r\n")).is_err());
    }

    #[test]
    fn a_missing_viewer_is_one_clear_message() {
        let error = fetch("no-such-viewer", &StopSwitch::new());
        let error = error.unwrap_err().to_string();
        assert!(error.contains("pip install rerun-sdk==0.36.3"), "{error}");
    }
}
