//! The viewer's files, which rerun ships as a crate.

use std::sync::LazyLock;

use re_web_viewer_server::{WebViewerData, WebViewerDataError};

use crate::VizError;

/// A file of the viewer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asset {
    /// Content type.
    pub kind: &'static str,
    /// Its content.
    pub content: &'static [u8],
}

/// Returns a file of the viewer by its path, if there is one: `/` is rerun's own page, which
/// loads the others.
///
/// # Errors
/// [`VizError::Page`] if this build of rerun has none of its files.
pub fn asset(path: &str) -> Result<Option<Asset>, VizError> {
    static DATA: LazyLock<Result<WebViewerData, WebViewerDataError>> =
        LazyLock::new(|| WebViewerData::load(None));
    let data = DATA.as_ref();
    let data = data.map_err(|error| VizError::Page(error.to_string().into()))?;
    let (kind, content) = match path {
        "/" => ("text/html; charset=utf-8", data.index_html()),
        "/favicon.ico" => ("image/x-icon", data.favicon()),
        "/re_viewer.js" => ("text/javascript", data.viewer_js()),
        "/re_viewer_bg.wasm" => ("application/wasm", data.viewer_wasm()),
        _ => return Ok(None),
    };
    Ok(Some(Asset { kind, content }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_viewer_is_whole() {
        let content = |path| asset(path).unwrap().unwrap().content;
        assert!(content("/").starts_with(b"<!doctype html>"));
        assert!(content("/re_viewer_bg.wasm").starts_with(b"\0asm"));
        let script = String::from_utf8_lossy(content("/re_viewer.js"));
        // What the console calls, too.
        for name in ["open_channel(", "send_rrd_to_channel(", "class WebHandle"] {
            assert!(script.contains(name), "{name}");
        }
        assert_eq!(asset("/sw.js").unwrap(), None);
    }
}
