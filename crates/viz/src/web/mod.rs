//! rerun's viewer as a page for a browser on this machine.
//!
//! | module | idea |
//! |---|---|
//! | `assets` | the viewer's files, which rerun ships as a crate |
//! | `feed` | a growing byte stream for browsers that open the page at any time |
//! | `sink` | a recording into a feed |
//! | `page` | the viewer and the feed, served to this machine only |

mod assets;
mod feed;
mod page;
mod sink;

pub use assets::{Asset, asset};
pub use page::Page;
pub(crate) use sink::FeedSink;
