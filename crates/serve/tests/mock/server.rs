//! A server of a mock, with a client of each role, and whatever lies beside the folder of runs.

use std::fs::File;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use enact_serve::api::{ApiState, router};
use enact_serve::backend::{
    Backend, BackendError, ConfigKind, LiveViewPiece, Models, Replayed, Run, ViewerFile,
};
use enact_serve::{AllowedHosts, RunningServer, ServerOptions, Tls, Tokens, Transcriber};
use enact_testkit::http_client::HttpClient;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::Mock;

pub const WATCH: &str = "watch-watch-watch-watch-watch";
pub const ASK: &str = "ask-ask-ask-ask-ask-ask-ask-ask";
pub const DRIVE: &str = "drive-drive-drive-drive-drive";
pub const OTHER: &str = "other-other-other-other-other";
pub const ADMIN: &str = "admin-admin-admin-admin-admin";

/// A folder with one run, and a camera that may be off.
pub struct Folder {
    pub path: PathBuf,
    pub picture: Option<Vec<u8>>,
}

impl Backend for Folder {
    fn picture(&self) -> Result<Arc<[u8]>, BackendError> {
        let off = || BackendError::Unavailable("the camera is off".to_owned());
        self.picture.as_deref().map(Arc::from).ok_or_else(off)
    }

    fn runs(&self) -> Result<Vec<Run>, BackendError> {
        Ok(vec![self.run_info("one.mcap")?])
    }

    fn run_file(&self, name: &str) -> Result<PathBuf, BackendError> {
        let file = self.path.join("runs").join(name);
        let missing = || BackendError::NotFound("there is no such run".to_owned());
        file.is_file().then_some(file).ok_or_else(missing)
    }

    fn run_info(&self, name: &str) -> Result<Run, BackendError> {
        self.run_file(name)?;
        Ok(Run {
            name: name.to_owned(),
            tasks: None,
            outcome: "reached".to_owned(),
            reached: Some(true),
            seconds: None,
            unix_seconds: None,
            error: None,
        })
    }

    fn story(&self, name: &str) -> Result<Value, BackendError> {
        self.run_file(name)?;
        Ok(json!({"file": name}))
    }

    fn open_rrd(&self, name: &str) -> Result<File, BackendError> {
        let file = self.run_file(name)?;
        File::open(file).map_err(|error| BackendError::Invalid(error.to_string()))
    }

    fn live_view(&self, after: Option<u64>) -> Result<LiveViewPiece, BackendError> {
        let rrd = match after {
            None => b"everything".to_vec(),
            Some(1) => b"new".to_vec(),
            Some(_) => Vec::new(),
        };
        let next = after.map_or(1, |after| after.max(2));
        Ok(LiveViewPiece { rrd, next })
    }

    fn viewer_file(&self, name: &str) -> Option<ViewerFile> {
        (name == "re_viewer.js").then_some(ViewerFile {
            kind: "text/javascript",
            content: b"let wasm_bindgen;",
        })
    }

    fn replay_in_simulation(&self, _name: &str) -> Result<Replayed, BackendError> {
        Ok(Replayed {
            as_recorded: true,
            motions: 3,
            tool_off_m: 0.0,
        })
    }

    fn models(&self) -> Models {
        Models {
            name: Some("nobody".to_owned()),
            perceiver: None,
            planner: None,
        }
    }

    fn check_config(&self, _kind: ConfigKind, text: &str) -> Option<String> {
        text.is_empty().then(|| "there is nothing in it".to_owned())
    }
}

/// A server with a session of a mock.
pub struct Running {
    pub mock: Mock,
    pub address: SocketAddr,
    _listening: RunningServer,
    _folder: TempDir,
}

impl Running {
    pub fn new() -> Self {
        Self::start(None, None, None)
    }

    /// A server whose camera always has this picture.
    pub fn with_camera(picture: Vec<u8>) -> Self {
        Self::start(Some(picture), None, None)
    }

    /// A server that is spoken to by TLS.
    pub fn with_tls(tls: Tls) -> Self {
        Self::start(None, Some(tls), None)
    }

    /// A server that understands speech.
    pub fn with_speech(transcriber: Arc<dyn Transcriber>) -> Self {
        Self::start(None, None, Some(transcriber))
    }

    fn start(
        picture: Option<Vec<u8>>,
        tls: Option<Tls>,
        transcriber: Option<Arc<dyn Transcriber>>,
    ) -> Self {
        let is_secure = tls.is_some();
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("runs")).unwrap();
        std::fs::write(folder.path().join("runs/one.mcap"), [7; 100_000]).unwrap();
        std::fs::write(folder.path().join("secret.mcap"), "secret").unwrap();
        let entry = |name: &str, role: &str, token: &str| {
            format!("[[token]]\nname = \"{name}\"\nrole = \"{role}\"\ntoken = \"{token}\"\n")
        };
        let tokens = [
            entry("watch", "watch", WATCH),
            entry("ask", "ask", ASK),
            entry("drive", "drive", DRIVE),
            entry("other", "drive", OTHER),
            entry("admin", "admin", ADMIN),
        ];
        let options = ServerOptions {
            address: "127.0.0.1:0".parse().unwrap(),
            tls,
            has_tokens: true,
            on_thread_start: || (),
        };
        let (listener, address) = options.bind().unwrap();
        let mock = Mock::new();
        let mut server = ApiState::new(
            Arc::clone(&mock.session),
            Arc::new(Folder {
                path: folder.path().to_owned(),
                picture,
            }),
            Tokens::parse(&tokens.concat()).unwrap(),
            AllowedHosts::new(address, &[]),
            is_secure,
        );
        if let Some(transcriber) = transcriber {
            server = server.with_transcriber(transcriber);
        }
        Self {
            mock,
            address,
            _listening: options.serve(listener, router(server)).unwrap(),
            _folder: folder,
        }
    }

    pub fn client(&self, token: &str) -> HttpClient {
        HttpClient::new(self.address, Some(token))
    }

    pub fn stranger(&self) -> HttpClient {
        HttpClient::new(self.address, None)
    }
}
