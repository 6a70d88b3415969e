//! Arrangement of the views.

use enact_robot::Robot;
use rerun::blueprint::components::PanelState;
use rerun::blueprint::{
    Blueprint, BlueprintPanel, ContainerLike, Grid, Horizontal, SelectionPanel, Spatial2DView,
    Spatial3DView, Tabs, TextDocumentView, TextLogView, TimePanel, TimeSeriesView, Vertical,
};

use crate::arm::WORLD_PATH;
use crate::camera::{CAMERA_PATH, DEPTH_IMAGE_PATH, side_camera_path};
use crate::clock::ARM_TIMELINE;
use crate::conversation::CONVERSATION_PATH;
use crate::curves::JointQuantity;
use crate::text::{EXCHANGES_PATH, QueryKind, TEXT_LOG_PATH};
use crate::timings::TIMINGS_PATH;

/// Returns a layout with the world and its pictures on the left, words and joints on the right;
/// `others` are the cameras besides the main one.
pub(crate) fn blueprint(robot: &Robot, others: &[String]) -> Blueprint {
    let left = Vertical::new([scene(), pictures(others)]).with_row_shares([3.0, 2.0]);
    let right = Vertical::new([words(), plots(robot)]).with_row_shares([2.0, 3.0]);
    let root = Horizontal::new([left.into(), right.into()]).with_column_shares([1.0, 1.0]);
    Blueprint::new(root)
        .with_auto_views(false)
        .with_blueprint_panel(BlueprintPanel::from_state(PanelState::Collapsed))
        .with_selection_panel(SelectionPanel::from_state(PanelState::Collapsed))
        .with_time_panel(
            TimePanel::new()
                .with_timeline(ARM_TIMELINE)
                .with_state(PanelState::Collapsed),
        )
}

fn scene() -> ContainerLike {
    // Depth is shown by the point cloud, in the picture's colors.
    Spatial3DView::new("World")
        .with_origin(WORLD_PATH)
        .with_contents([
            "+ $origin/**".to_owned(),
            format!("- /{DEPTH_IMAGE_PATH}/**"),
        ])
        .into()
}

fn pictures(others: &[String]) -> ContainerLike {
    let camera = Spatial2DView::new("Camera")
        .with_origin(CAMERA_PATH)
        .with_contents([
            "+ $origin/**".to_owned(),
            format!("- /{DEPTH_IMAGE_PATH}/**"),
        ]);
    let depth = Spatial2DView::new("Depth")
        .with_origin(CAMERA_PATH)
        .with_contents([format!("+ /{DEPTH_IMAGE_PATH}/**")]);
    let others = others.iter().map(|name| {
        Spatial2DView::new(name.as_str())
            .with_origin(side_camera_path(name))
            .into()
    });
    Horizontal::new([camera.into(), depth.into()].into_iter().chain(others)).into()
}

fn words() -> ContainerLike {
    let document = |name: &str, path: &str| TextDocumentView::new(name).with_origin(path).into();
    Tabs::new([
        document("Conversation", CONVERSATION_PATH),
        TextLogView::new("Log").with_origin(TEXT_LOG_PATH).into(),
        document("Plan: prompt", QueryKind::Plan.prompt_path()),
        document("Plan: answer", QueryKind::Plan.completion_path()),
        document("Plan: methods", EXCHANGES_PATH),
        document("Perception: prompt", QueryKind::Perception.prompt_path()),
        document(
            "Perception: answer",
            QueryKind::Perception.completion_path(),
        ),
    ])
    .into()
}

fn plots(robot: &Robot) -> ContainerLike {
    let joints = |quantity: JointQuantity| {
        let plots = robot.joints().iter().map(|joint| {
            TimeSeriesView::new(format!("{} [{}]", joint.name, quantity.unit(joint)))
                .with_origin(quantity.path(joint))
                .into()
        });
        let mut name = quantity.name().to_owned();
        name[..1].make_ascii_uppercase();
        Grid::new(plots).with_name(name).into()
    };
    let timings = TimeSeriesView::new("Timings [s]").with_origin(TIMINGS_PATH);
    let tabs = JointQuantity::ALL.into_iter().map(joints);
    Tabs::new(tabs.chain([timings.into()])).into()
}
