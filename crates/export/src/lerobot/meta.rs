//! What the tables mean, in JSON.

use serde_json::{Value, json};

use super::{Dataset, PICTURES};

/// The text of `meta/info.json`.
pub(super) fn info(dataset: &Dataset<'_>, tasks: &[&str], frames: usize) -> String {
    let episodes = dataset.episodes.len();
    let info = json!({
        "codebase_version": "v3.0",
        "robot_type": dataset.robot.name(),
        "total_episodes": episodes,
        "total_frames": frames,
        "total_tasks": tasks.len(),
        "chunks_size": 1000,
        "data_files_size_in_mb": 100,
        "video_files_size_in_mb": 200,
        "fps": dataset.fps,
        "splits": {"train": format!("0:{episodes}")},
        "data_path": "data/chunk-{chunk_index:03d}/file-{file_index:03d}.parquet",
        "video_path": null,
        "features": features(dataset),
    });
    format!("{info:#}\n")
}

fn features(dataset: &Dataset<'_>) -> Value {
    let joints: Vec<String> = dataset
        .robot
        .joints()
        .iter()
        .map(|joint| format!("{}.pos", joint.name))
        .collect();
    let vector = json!({"dtype": "float32", "shape": [joints.len()], "names": joints});
    let scalar = |kind: &str| json!({"dtype": kind, "shape": [1], "names": null});
    let mut features = json!({
        "action": vector,
        "observation.state": vector,
        "timestamp": scalar("float32"),
        "frame_index": scalar("int64"),
        "episode_index": scalar("int64"),
        "index": scalar("int64"),
        "task_index": scalar("int64"),
    });
    if let Some((width, height)) = dataset.picture_size() {
        features[PICTURES] = json!({
            "dtype": "image",
            "shape": [height, width, 3],
            "names": ["height", "width", "channels"],
        });
    }
    features
}
