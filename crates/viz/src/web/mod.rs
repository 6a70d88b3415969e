//! rerun's viewer as a page for a browser of this machine.
//!
//! | module | idea |
//! |---|---|
//! | `assets` | the viewer's files, which the program `rerun` carries |
//! | `feed` | bytes that only grow, for whoever opens the page at whatever time |
//! | `sink` | a recording into a feed |
//! | `page` | the viewer and the feed, served to this machine alone |

mod assets;
mod feed;
mod page;
mod sink;

pub use page::Page;
pub(crate) use sink::FeedSink;
