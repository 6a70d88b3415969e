//! The simulated world of a recording: as it was, or as it was perceived.

use std::path::Path;

use anyhow::{Context, Result, bail};
use enact_plan::ObjectView;
use enact_recording::message::{JointStates, ObjectsMessage};
use enact_recording::{Recording, RunInfo, Topic};
use enact_robot::Robot;
use enact_sim::{
    CameraPlace, Color, Goal, Layout, ObjectShape, PlacedObject, Scene, Simulator, TableExtent,
};
use enact_types::{Frame, Point3};

/// Largest distance from the start of the recording at which the arm is left, rad or m.
const ELSEWHERE: f64 = 0.005;
/// A table for objects seen by a real camera, meters.
const TABLE: TableExtent = TableExtent {
    center: [0.2, 0.0],
    size: [1.2, 1.4],
};

/// The world of a replay.
pub struct ReplayWorld {
    /// The robot.
    pub robot: Robot,
    /// The world.
    pub simulator: Simulator,
    layout: Layout,
    info: RunInfo,
}

impl ReplayWorld {
    /// Creates the world in which a recording begins.
    ///
    /// # Errors
    /// If the recorded robot or scene cannot be read.
    pub fn from_recording(recording: &Recording) -> Result<Self> {
        let info = recording.run_info()?;
        let robot = info.robot.load_robot()?;
        let layout = match &info.scene {
            Some(scene) => serde_json::from_value(scene.layout.clone())
                .context("the recorded scene cannot be read")?,
            None => as_perceived(recording)?,
        };
        let simulator = Simulator::new(&robot, &layout, false);
        let world = Self {
            robot,
            simulator,
            layout,
            info,
        };
        world.begin_where_it_began(recording)?;
        Ok(world)
    }

    /// Returns the goal of an instruction, if the scene knows it.
    pub fn goal_of_instruction(&self, instruction: &str) -> Option<Goal> {
        let scene = self.info.scene.as_ref()?;
        let parsed = Scene::parse(Path::new(&scene.name), &scene.toml).ok()?;
        parsed.goal_for_instruction(instruction, &self.layout)
    }

    fn begin_where_it_began(&self, recording: &Recording) -> Result<()> {
        let Some(record) = recording.messages_of_topic(Topic::JointStates).next() else {
            return Ok(());
        };
        let first = record
            .deserialize_message::<JointStates>()?
            .to_arm_state()
            .position;
        let joints = self.robot.joints().len();
        if first.len() != joints {
            bail!(
                "the first reading has {} joints, the robot {joints}",
                first.len()
            );
        }
        self.simulator.with_world(|world| {
            if world.arm_state().position.max_difference(&first) > ELSEWHERE && first.is_finite() {
                world.teleport_arm(&first);
            }
        });
        Ok(())
    }
}

/// Returns a layout of the first objects seen, at their positions. Leaves out, with a message,
/// objects of shapes and colors that the simulator does not have.
fn as_perceived(recording: &Recording) -> Result<Layout> {
    let Some(record) = recording.messages_of_topic(Topic::Objects).next() else {
        bail!("nothing was seen in this recording, so there is no scene to replay it in");
    };
    let seen: ObjectsMessage = record.deserialize_message()?;
    let mut objects = Vec::new();
    for view in &seen.objects {
        match item(view) {
            Some(item) => objects.push(item),
            None => errln!(
                "enact: the simulator has no `{}`; it is left out",
                view.name
            ),
        }
    }
    // Containers come first in a layout.
    objects.sort_by_key(|item: &PlacedObject| !item.shape.is_container());
    let frames = recording.frames()?;
    let camera = frames.first().map(place).context("no picture was kept")?;
    Ok(Layout {
        table: TABLE,
        camera,
        objects,
        fixtures: Vec::new(),
        workspace: None,
    })
}

fn item(view: &ObjectView) -> Option<PlacedObject> {
    let has = |word: String| view.name.split(' ').any(|part| part == word);
    let shape = ObjectShape::ALL_SHAPES
        .into_iter()
        .find(|it| has(it.to_string()))?;
    let color = Color::ALL_COLORS
        .into_iter()
        .find(|it| has(it.to_string()))?;
    // The largest extent was measured; the others are as they usually are.
    let usual = shape.size_range().map(|(low, high)| (low + high) / 2.0);
    let largest = usual.iter().copied().fold(0.0, f64::max);
    let size = usual.map(|extent| extent * view.size / largest);
    let item =
        PlacedObject::create_on_table(shape, color, size, [view.position.x, view.position.y], 0.0);
    shape.can_have_size(size).then_some(PlacedObject {
        name: view.name.clone(),
        ..item
    })
}

fn place(frame: &Frame) -> CameraPlace {
    let camera = &frame.intrinsics;
    let eye = Point3::from(frame.base_from_camera.translation.vector);
    CameraPlace {
        eye,
        target: frame.base_from_camera * Point3::new(0.0, 0.0, 0.5),
        vertical_fov: 2.0 * (f64::from(camera.height) / 2.0 / camera.fy).atan(),
        width: camera.width,
        height: camera.height,
        depth: frame.depth.is_some(),
        distortion: camera.distortion,
    }
}
