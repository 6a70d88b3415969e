//! The command line of `enact serve`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use enact_serve::parse_allowed_host;

use crate::args::SetupArgs;
use crate::listen::SpeechArgs;

/// Serve an arm to browsers and programs.
#[derive(Debug, Args)]
pub struct ServeArgs {
    /// The set-up.
    #[command(flatten)]
    pub setup: SetupArgs,
    /// Address and port to listen on; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8420")]
    pub listen: SocketAddr,
    /// File of tokens with names and roles [default: one token, printed once]
    #[arg(long, value_name = "FILE.toml")]
    pub tokens: Option<PathBuf>,
    /// Certificate chain for TLS; beyond loopback it is needed, and so is --tokens
    #[arg(long, value_name = "FILE.pem", requires = "tls_key")]
    pub tls_cert: Option<PathBuf>,
    /// Key of the certificate
    #[arg(long, value_name = "FILE.pem", requires = "tls_cert")]
    pub tls_key: Option<PathBuf>,
    /// Further name under which browsers may call the server; repeatable
    #[arg(long, value_name = "NAME", value_parser = parse_allowed_host)]
    pub host: Vec<String>,
    /// Follow the plan in this JSON file instead of asking a model
    #[arg(long, value_name = "FILE")]
    pub plan: Option<PathBuf>,
    /// File of the tasks that wait [default: enact/queue.json in the user's state folder]
    #[arg(long, value_name = "FILE")]
    pub state: Option<PathBuf>,
    /// Folder of the recordings: where this one is kept, unless --record names a file, and those that
    /// are shown
    #[arg(long, value_name = "DIR", default_value = "runs")]
    pub runs: PathBuf,
    /// Speech to text, for the console's microphone.
    #[command(flatten)]
    pub speech: SpeechArgs,
}
