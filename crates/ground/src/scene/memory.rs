//! Tracks objects from frame to frame.

use enact_plan::{Detection, ObjectView, Relation, Skill};
use enact_types::{Frame, Intrinsics, NormalizedPoint, Point3, Pose, Vector3};

use super::line_of_sight::{
    SupportVerdict, distance_to_hidden, judge_support, lookalike_at_height, lookalike_on_support,
};
use super::observe::{DroppedDetection, Observation, observe};
use super::point_cloud::PointCloud;
use super::relation::find_supports;
use super::solid::Solid;
use crate::motion::Effect;

/// Number of frames after which an unseen object is forgotten.
const REMEMBERED_FRAMES: u32 = 6;
/// Smallest excess of depth over the expected one if an object is gone, meters.
const GONE_DEPTH_EXCESS: f64 = 0.015;
/// Largest distance between an unseen object and a new label for it, meters.
const RELABELLED: f64 = 0.015;
/// The corresponding distance for an object that was put down, which may have rolled or slid,
/// meters.
const RELABELLED_AFTER_RELEASE: f64 = 0.035;
/// Largest displacement of an object that counts as unmoved, meters.
const STAYED: f64 = 0.015;
/// Largest difference between measured extents of one shape, meters.
const SAME_SHAPE: f64 = 0.006;
/// Largest difference between measured widths of one object, meters.
const SAME_WIDTH: f64 = 0.015;

/// A tracked object.
#[derive(Clone, Debug, PartialEq)]
pub struct SceneObject {
    /// Unique name: the label, numbered where two share it.
    pub name: String,
    /// Name of the object, in the model's words.
    pub label: String,
    /// Point at which the picture shows it, or would if nothing were in the way.
    pub point: NormalizedPoint,
    /// Its position and size.
    pub solid: Solid,
    /// In or on which other object it is.
    pub rests: Option<(Relation, String)>,
    /// Frames since it was last seen; zero if it is in the newest.
    pub unseen: u32,
    /// True if the gripper put it where it is.
    pub released: bool,
    /// True if the newest frame shows it, but not whether it still is in or on what it rests on: it
    /// is then remembered there.
    pub unsure: bool,
}

impl SceneObject {
    /// Returns whether it is in the newest frame.
    pub fn is_seen(&self) -> bool {
        self.unseen == 0
    }

    /// Notes what a frame shows of it; `eye` is the camera's place if it measures no depth.
    fn take_in(&mut self, observation: &Observation, prior: &Prior, eye: Option<&Point3>) {
        self.unseen = 0;
        self.released = false;
        self.point = observation.point;
        let seen = &observation.solid;
        let found = match eye {
            Some(eye) => by_silhouette(&self.solid, prior, seen, eye),
            None => Some(rigid(&self.solid, seen)),
        };
        self.unsure = found.is_none();
        if let Some(solid) = found {
            self.solid = solid;
        }
    }
}

/// The object that the gripper holds.
#[derive(Clone, Debug, PartialEq)]
pub struct HeldObject {
    /// The object as it was before it was grasped.
    pub object: SceneObject,
    /// Its pose in the hand. The object's frame is upright in the middle of its solid, turned by
    /// its yaw.
    pub tool_from_object: Pose,
}

/// What was known of an object before a look without depth, which shows things as if they stood on
/// the table.
#[derive(Clone, Debug, Default)]
struct Prior {
    /// What it rests in or on.
    support: Option<Solid>,
    /// Whether something stands on it and may hide it.
    carries: bool,
}

/// Everything on the table and in the hand.
#[derive(Clone, Debug, Default)]
pub struct SceneMemory {
    objects: Vec<SceneObject>,
    unnamed: Vec<Solid>,
    held: Option<HeldObject>,
    base_from_camera: Option<Pose>,
    /// Of that camera; `None` where it never took a picture.
    intrinsics: Option<Intrinsics>,
}

impl HeldObject {
    /// How far apart fingers that part along `opening_axis` of the tool are where they touch it at
    /// `tool_from_grasp`, meters.
    pub fn grasped_width(&self, opening_axis: &Vector3, tool_from_grasp: &Point3) -> f64 {
        let along = self.tool_from_object.rotation.inverse() * opening_axis;
        let flat = along.x.hypot(along.y).max(f64::MIN_POSITIVE);
        let (u, v) = (along.x / flat, along.y / flat);
        match &self.object.solid.contour {
            None => 2.0 * self.object.solid.footprint.half_extent(u, v),
            Some(contour) => {
                let at = self
                    .tool_from_object
                    .inverse_transform_point(tool_from_grasp);
                contour.width_at([at.x, at.y], [u, v])
            }
        }
    }
}

impl SceneMemory {
    /// Creates a scene that is known without looking, for a camera at this pose.
    pub fn from_known_objects(objects: Vec<SceneObject>, base_from_camera: Pose) -> Self {
        let mut scene = Self {
            objects,
            base_from_camera: Some(base_from_camera),
            ..Self::default()
        };
        scene.relate();
        scene
    }

    /// Returns all objects on the table, seen or remembered.
    pub fn objects(&self) -> &[SceneObject] {
        &self.objects
    }

    /// Returns the solids on the table that the newest frame shows and nobody has named.
    pub fn unnamed_solids(&self) -> &[Solid] {
        &self.unnamed
    }

    /// Notes what nobody has named.
    pub fn set_unnamed_solids(&mut self, solids: Vec<Solid>) {
        self.unnamed = solids;
    }

    /// Returns the object of this name on the table.
    pub fn find(&self, name: &str) -> Option<&SceneObject> {
        self.objects.iter().find(|object| object.name == name)
    }

    /// Returns the pose of the camera that took the newest frame, in the base frame.
    pub fn camera_pose(&self) -> Option<&Pose> {
        self.base_from_camera.as_ref()
    }

    /// Returns the held object.
    pub fn held_object(&self) -> Option<&HeldObject> {
        self.held.as_ref()
    }

    /// Returns the name of the held object.
    pub fn held_object_name(&self) -> Option<&str> {
        self.held.as_ref().map(|held| held.object.name.as_str())
    }

    /// Notes what the end of a motion's segment changes, with the tool at this pose.
    pub fn apply_effect(&mut self, effect: &Effect, base_from_tool: &Pose) {
        match effect {
            Effect::Grasp {
                object,
                tool_from_object,
            } => self.record_grasp(object, *tool_from_object),
            Effect::Release { yaw } => {
                if let (Some(yaw), Some(held)) = (yaw, &mut self.held) {
                    held.object.solid.yaw = *yaw;
                }
                self.record_release(base_from_tool);
            }
        }
    }

    /// Notes that the gripper has taken the object of this name.
    pub fn record_grasp(&mut self, name: &str, tool_from_object: Pose) {
        if let Some(index) = self.objects.iter().position(|object| object.name == name) {
            let object = self.objects.remove(index);
            self.held = Some(HeldObject {
                object,
                tool_from_object,
            });
        }
    }

    /// Notes that the gripper let go with the tool at this pose. If the object
    /// was seen elsewhere meanwhile, that is where it stays.
    pub fn record_release(&mut self, base_from_tool: &Pose) {
        let Some(HeldObject {
            mut object,
            tool_from_object,
        }) = self.held.take()
        else {
            return;
        };
        let numbered = format!("{} ", object.name);
        let elsewhere = self
            .objects
            .iter_mut()
            .find(|other| other.label == object.label && other.name.starts_with(&numbered));
        if let Some(other) = elsewhere {
            other.name = object.name;
            return;
        }
        let middle = (base_from_tool * tool_from_object).translation.vector;
        (object.solid.x, object.solid.y) = (middle.x, middle.y);
        let height = object.solid.height();
        object.solid.base = self.surface_at(middle.x, middle.y);
        object.solid.top = object.solid.base + height;
        object.rests = None;
        object.unseen = 1;
        object.released = true;
        object.unsure = false;
        self.objects.push(object);
        self.relate();
    }

    /// Returns the height of the surface under a point of the table, meters: things fall until they
    /// rest.
    fn surface_at(&self, x: f64, y: f64) -> f64 {
        let under = |object: &&SceneObject| object.solid.signed_distance_to_footprint(x, y) < 0.0;
        self.objects
            .iter()
            .filter(under)
            .map(|object| &object.solid)
            .map(Solid::support_surface_height)
            .fold(0.0, f64::max)
    }

    /// Returns whether an object of this radius at a place in the base frame, meters, would fit
    /// into the camera's picture; true without a picture.
    pub fn is_in_view(&self, place: &Point3, radius: f64) -> bool {
        let (Some(camera), Some(lens)) = (&self.base_from_camera, &self.intrinsics) else {
            return true;
        };
        let (width, height) = (f64::from(lens.width), f64::from(lens.height));
        let sides = [-radius, radius];
        let mut edges = sides
            .iter()
            .flat_map(|x| sides.map(|y| Vector3::new(*x, y, 0.0)));
        edges.all(|edge| {
            let point = camera.inverse_transform_point(&(place + edge));
            lens.project(&point)
                .is_some_and(|(x, y)| (0.0..width).contains(&x) && (0.0..height).contains(&y))
        })
    }

    /// Takes in a frame and what the model sees in it. `is_robot` says which
    /// points are the robot's or in its hand. Returns what was left out and why.
    pub fn update(
        &mut self,
        frame: &Frame,
        detections: &[Detection],
        is_robot: &dyn Fn(&Point3) -> bool,
    ) -> Vec<DroppedDetection> {
        let cloud = PointCloud::new(frame);
        self.update_with_cloud(frame, cloud.as_ref(), detections, is_robot)
    }

    /// The same, with the point cloud of the frame, if it has depth.
    pub fn update_with_cloud(
        &mut self,
        frame: &Frame,
        cloud: Option<&PointCloud>,
        detections: &[Detection],
        is_robot: &dyn Fn(&Point3) -> bool,
    ) -> Vec<DroppedDetection> {
        self.base_from_camera = Some(frame.base_from_camera);
        self.intrinsics = Some(frame.intrinsics);
        let (observations, mut reports) = observe(frame, cloud, detections, is_robot);
        for object in &mut self.objects {
            object.unseen += 1;
            object.unsure = false;
        }
        let eye = Point3::from(frame.base_from_camera.translation.vector);
        let eye = frame.depth.is_none().then_some(&eye);
        let priors = self.priors();
        for observation in self.match_known(observations, &priors, eye) {
            self.add(observation, &priors, eye);
        }
        self.relate();
        reports.extend(self.forget(frame));
        self.relate();
        reports
    }

    /// Returns the objects as described to a planner, in reading order. `reaches` says whether the
    /// arm reaches an object, `affords` what it can do with those it reaches.
    pub fn describe_objects(
        &self,
        reaches: &dyn Fn(&SceneObject) -> bool,
        affords: &dyn Fn(&SceneObject) -> Vec<Skill>,
    ) -> Vec<ObjectView> {
        let mut views: Vec<ObjectView> = self
            .objects
            .iter()
            .map(|object| match reaches(object) {
                true => view(object, Some(affords(object))),
                false => view(object, None),
            })
            .collect();
        views.sort_by_key(|view| (view.point.y, view.point.x));
        views
    }

    /// Returns what is known of each object.
    fn priors(&self) -> Vec<Prior> {
        let under = |object: &SceneObject| object.rests.as_ref().map(|(_, under)| under.clone());
        let carries = |name: &str| {
            let mut rests = self.objects.iter().filter_map(|other| other.rests.as_ref());
            rests.any(|(relation, under)| *relation == Relation::On && under == name)
        };
        let prior = |object: &SceneObject| Prior {
            support: under(object).and_then(|name| Some(self.find(&name)?.solid.clone())),
            carries: object.solid.hollow.is_none() && carries(&object.name),
        };
        self.objects.iter().map(prior).collect()
    }

    /// Updates the objects that the observations show, nearest pairs of one
    /// label first; returns the observations that show something new.
    fn match_known(
        &mut self,
        observations: Vec<Observation>,
        priors: &[Prior],
        eye: Option<&Point3>,
    ) -> Vec<Observation> {
        let mut pairs: Vec<(f64, usize, usize)> = Vec::new();
        for (known, object) in self.objects.iter().enumerate() {
            for (new, observation) in observations.iter().enumerate() {
                if object.label == observation.label {
                    let seen = expected(&object.solid, &priors[known], &observation.solid, eye);
                    let apart = (object.solid.center() - seen.center()).norm();
                    pairs.push((apart, known, new));
                }
            }
        }
        pairs.sort_by(|a, b| a.0.total_cmp(&b.0).then((a.1, a.2).cmp(&(b.1, b.2))));
        let mut matched = vec![false; observations.len()];
        for (_, known, new) in pairs {
            let object = &mut self.objects[known];
            if object.unseen > 0 && !matched[new] {
                matched[new] = true;
                object.take_in(&observations[new], &priors[known], eye);
            }
        }
        observations
            .into_iter()
            .zip(matched)
            .filter_map(|(observation, matched)| (!matched).then_some(observation))
            .collect()
    }

    /// Takes in something of a label that nothing known has. What a model calls
    /// an object may change from picture to picture; what it is does not.
    fn add(&mut self, observation: Observation, priors: &[Prior], eye: Option<&Point3>) {
        let mut known = self.objects.iter_mut().zip(priors);
        if let Some((known, prior)) = known.find(|(known, prior)| {
            let seen = expected(&known.solid, prior, &observation.solid, eye);
            is_it(known, &seen)
        }) {
            known.take_in(&observation, prior, eye);
            return;
        }
        let name = self.unique_name(&observation.label);
        self.objects.push(SceneObject {
            name,
            label: observation.label,
            point: observation.point,
            solid: observation.solid,
            rests: None,
            unseen: 0,
            released: false,
            unsure: false,
        });
    }

    fn unique_name(&self, label: &str) -> String {
        let taken = |name: &str| self.find(name).is_some() || self.held_object_name() == Some(name);
        std::iter::once(label.to_owned())
            .chain((2..).map(|number| format!("{label} {number}")))
            .find(|name| !taken(name))
            .unwrap_or_default()
    }

    /// Drops what has been out of sight for long, unless something stands on it, or whose place is
    /// seen empty.
    fn forget(&mut self, frame: &Frame) -> Vec<DroppedDetection> {
        let carries: Vec<bool> = self.priors().iter().map(|prior| prior.carries).collect();
        let mut carries = carries.into_iter();
        let (kept, lost) =
            std::mem::take(&mut self.objects)
                .into_iter()
                .partition(|object: &SceneObject| {
                    let carries = carries.next().unwrap_or_default();
                    let is_recent = carries || object.unseen <= REMEMBERED_FRAMES;
                    object.is_seen() || is_recent && !is_gone(frame, &object.solid)
                });
        self.objects = kept;
        lost.into_iter()
            .map(|object: SceneObject| DroppedDetection {
                label: object.name,
                point: object.point,
                reason: "it is not there any more".to_owned(),
            })
            .collect()
    }

    fn relate(&mut self) {
        let solids: Vec<&Solid> = self.objects.iter().map(|object| &object.solid).collect();
        let found = find_supports(&solids);
        let names: Vec<String> = self
            .objects
            .iter()
            .map(|object| object.name.clone())
            .collect();
        for (object, support) in self.objects.iter_mut().zip(found) {
            object.rests = support.map(|(relation, under)| (relation, names[under].clone()));
        }
    }
}

/// Returns the solid of an object after it was seen again. One that has hardly moved but seems to
/// have another shape is half hidden, or merged with a neighbor of its color, and keeps its solid.
fn rigid(known: &Solid, seen: &Solid) -> Solid {
    if has_stayed(known, seen) && !has_same_shape(known, seen) {
        known.clone()
    } else {
        seen.clone()
    }
}

/// Returns the solid of an object after a camera without depth at `eye` has `seen` it, which shows
/// it as if it stood on the table; `None` if that does not tell whether it still is where it was put.
fn by_silhouette(known: &Solid, prior: &Prior, seen: &Solid, eye: &Point3) -> Option<Solid> {
    let looks_alike = has_same_shape(known, &expected(known, prior, seen, Some(eye)));
    let doubt = known.uncertainty.max(seen.uncertainty);
    let is_partly_hidden =
        prior.carries && !looks_alike && distance_to_hidden(known, eye, [seen.x, seen.y]) < doubt;
    if is_partly_hidden {
        return Some(known.clone());
    }
    let Some(support) = &prior.support else {
        return Some(rigid(known, seen));
    };
    match judge_support(seen, support, eye) {
        // The arm knows better than a silhouette where it let go.
        SupportVerdict::Upon => Some(
            lookalike_on_support(seen, support, eye)
                .filter(|upper| !has_stayed(known, upper))
                .unwrap_or_else(|| known.clone()),
        ),
        SupportVerdict::Apart => Some(seen.clone()),
        SupportVerdict::Unclear => None,
    }
}

/// Returns `seen` as it is if it still rests at the height at which it is known to rest.
fn expected(known: &Solid, prior: &Prior, seen: &Solid, eye: Option<&Point3>) -> Solid {
    let raised = eye.filter(|_| prior.support.is_some());
    raised
        .and_then(|eye| lookalike_at_height(seen, eye, known.base))
        .unwrap_or_else(|| seen.clone())
}

fn has_stayed(known: &Solid, seen: &Solid) -> bool {
    (known.center() - seen.center()).xy().norm() < STAYED
}

fn has_same_shape(known: &Solid, seen: &Solid) -> bool {
    known.hollow.is_some() == seen.hollow.is_some()
        && (known.smallest_width() - seen.smallest_width()).abs() < SAME_SHAPE
        && (known.height() - seen.height()).abs() < SAME_SHAPE
}

/// Returns whether `seen`, which has another label, is an unseen object.
fn is_it(known: &SceneObject, seen: &Solid) -> bool {
    let reach = if known.released {
        RELABELLED_AFTER_RELEASE
    } else {
        RELABELLED
    };
    let apart = known.solid.center() - seen.center();
    let wider = known.solid.smallest_width() - seen.smallest_width();
    !known.is_seen() && apart.xy().norm() < reach && wider.abs() < SAME_WIDTH
}

/// Returns whether the frame looks through the place where the top of `solid` would be.
pub fn is_gone(frame: &Frame, solid: &Solid) -> bool {
    let top = solid.peak();
    let Some((x, y)) = frame.project(&top) else {
        return false;
    };
    let expected = frame.base_from_camera.inverse_transform_point(&top).z;
    let measured = frame.depth.as_ref().and_then(|depth| depth.depth_at(x, y));
    solid.hollow.is_none() && measured.is_some_and(|depth| depth > expected + GONE_DEPTH_EXCESS)
}

/// Describes an object to a planner. `affords`: what can be done with it if it is within reach.
fn view(object: &SceneObject, affords: Option<Vec<Skill>>) -> ObjectView {
    let reachable = affords.is_some();
    ObjectView {
        name: object.name.clone(),
        point: object.point,
        position: object.solid.center(),
        size: object.solid.largest_extent(),
        reachable,
        rests: object.rests.clone(),
        affords: affords.unwrap_or_default(),
        receives: if reachable {
            receives(&object.solid)
        } else {
            Vec::new()
        },
    }
}

fn receives(solid: &Solid) -> Vec<Relation> {
    let supports: &[Relation] = match solid.hollow {
        Some(_) => &[Relation::In, Relation::On],
        None if solid.ball => &[],
        None => &[Relation::On],
    };
    [supports, &Relation::BESIDE_RELATIONS].concat()
}
