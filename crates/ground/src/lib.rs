//! From what the model says to how the arm moves: detections become objects,
//! steps become motion or a refusal, and what happened becomes a verdict.
//!
//! | module | idea |
//! |---|---|
//! | [`scene`] | what is on the table, from frame to frame |

pub mod scene;
