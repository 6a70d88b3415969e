//! Turns a step into a motion or a refusal.

use std::sync::Arc;

use enact_plan::pointing::Reading;
use enact_plan::{Detection, Infeasibility, ObjectView, Relation, Skill, Step};
use enact_robot::description::Gripper;
use enact_robot::{CollisionWorld, HalfSpace, Obstacle, Robot};
use enact_types::{Frame, JointVector, NormalizedPoint, Point3, Refusal};

use crate::manipulation::SkillContext;
use crate::manipulation::context::HAND_TILTS_RAD;
use crate::manipulation::grasp::{fits_in_gripper, has_reachable_grasp};
use crate::motion::obstacles::obstacle_from_solid;
use crate::motion::robot_shapes::{
    PlacedShape, held_object_as_body, is_point_near_robot, is_point_on_robot, placed_robot_shapes,
};
use crate::motion::transit::PathSearchBudget;
use crate::motion::{HandDirections, Roll, StepMotion};
use crate::motion::{jog, uncover};
use crate::scene::fit::DEPTH_POSITION_ERROR_M;
use crate::scene::pointing_check;
use crate::scene::{
    DroppedDetection, Finding, PointCloud, Proposal, SceneMemory, SceneObject, Solid,
    proposals_in_cloud,
};
use crate::skills::{
    grounded_skill_of, infeasibility, is_afforded, needs_relation, why_unsupported_by_robot,
};

/// Height above a target that the hand must attain for the target to count as reachable, meters.
const OVER: f64 = 0.03;
/// Number of turns about the approach direction to try.
const ROLLS: u32 = 4;
/// Distance to a known object within which a detection counts as a part of it, meters.
const EXPLAINED: f64 = 0.015;
/// The corresponding distance for the center of a detection beside the robot, meters.
const FLANK: f64 = 0.02;
/// Length by which bounds are widened for the rounding of numbers, meters.
const SLACK: f64 = 1e-6;
/// Label of a detection that nobody has named.
const UNNAMED: &str = "something unnamed";
/// Number of path searches around obstacles allowed for one step.
const SEARCHES: u32 = 6;

/// Turns steps into motion for one robot.
#[derive(Clone, Debug)]
pub struct Grounder {
    robot: Arc<Robot>,
    gripper: Gripper,
    end_effector: HandDirections,
    fixed: CollisionWorld,
}

impl Grounder {
    /// Creates a grounder for a robot. A robot without a gripper can point, push and go home.
    ///
    /// # Errors
    /// If the robot has no arm.
    pub fn new(robot: Arc<Robot>) -> Result<Self, Refusal> {
        let gripper = robot.gripper_or_bare_tool();
        let end_effector = HandDirections::new(&robot, &gripper)
            .ok_or_else(|| Refusal::NotApplicable(format!("`{}` has no arm", robot.name())))?;
        let fixed = CollisionWorld::with_table_only(&robot);
        Ok(Self {
            robot,
            gripper,
            end_effector,
            fixed,
        })
    }

    /// Adds obstacles that are known without looking: fixed bodies, keep-out boxes, and walls of
    /// the workspace.
    pub fn with_obstacles(
        mut self,
        obstacles: impl IntoIterator<Item = Arc<Obstacle>>,
        walls: impl IntoIterator<Item = HalfSpace>,
    ) -> Self {
        let margin = self.robot.clearance().table;
        let obstacles = obstacles.into_iter().map(|obstacle| (obstacle, margin));
        self.fixed.obstacles.extend(obstacles);
        self.fixed.half_spaces.extend(walls);
        self
    }

    /// Returns the robot.
    pub fn robot(&self) -> &Robot {
        &self.robot
    }

    /// Returns the distance from the base up to which the stretched arm reaches on the table, meters.
    pub fn reach_on_table(&self) -> f64 {
        self.end_effector.reach_on_table()
    }

    /// Adds a frame and the model's detections to the scene. With the joints at the time of the
    /// frame, the robot itself and the held object are left out.
    pub fn add_frame_to_scene(
        &self,
        scene: &mut SceneMemory,
        frame: &Frame,
        detections: &[Detection],
        joints: Option<&JointVector>,
    ) -> Vec<DroppedDetection> {
        let held = scene
            .held_object()
            .map(|held| held_object_as_body(&self.robot, held));
        let placed = joints.map_or_else(Vec::new, |joints| {
            placed_robot_shapes(&self.robot, held.as_deref(), joints)
        });
        let cloud = PointCloud::new(frame);
        let is_robot = |point: &Point3| is_point_on_robot(&placed, point);
        let reports = scene.update_with_cloud(frame, cloud.as_ref(), detections, &is_robot);
        // Without the robot's pose, an unnamed detection may be the robot itself.
        let unnamed = match (joints, &cloud) {
            (Some(_), Some(cloud)) => self
                .proposed(scene, cloud, &placed)
                .map(|one| one.solid)
                .collect(),
            _ => Vec::new(),
        };
        scene.set_unnamed_solids(unnamed);
        reports
    }

    /// Returns whether `readings` of an answer about a frame, the given one first, show that it is
    /// read rightly; `confirmed` if an earlier answer did.
    pub fn check_point_convention(
        &self,
        scene: &SceneMemory,
        frame: &Frame,
        readings: &[Reading],
        joints: &JointVector,
        confirmed: bool,
    ) -> Finding {
        let held = scene
            .held_object()
            .map(|held| held_object_as_body(&self.robot, held));
        let placed = placed_robot_shapes(&self.robot, held.as_deref(), joints);
        let is_robot = |point: &Point3| is_point_on_robot(&placed, point);
        pointing_check::check_point_readings(frame, readings, &is_robot, confirmed)
    }

    /// Returns the points of a frame at which something rises above the table that is neither the
    /// robot nor held nor fixed, in reading order; at most as many as a list of objects may have.
    pub fn find_points_to_mark(
        &self,
        scene: &SceneMemory,
        frame: &Frame,
        joints: &JointVector,
    ) -> Vec<NormalizedPoint> {
        let held = scene
            .held_object()
            .map(|held| held_object_as_body(&self.robot, held));
        let placed = placed_robot_shapes(&self.robot, held.as_deref(), joints);
        let Some(cloud) = PointCloud::new(frame) else {
            return Vec::new();
        };
        let nothing = SceneMemory::default();
        let found = self.proposed(&nothing, &cloud, &placed);
        found
            .take(Detection::MAX_COUNT)
            .map(|one| one.point)
            .collect()
    }

    /// Returns detections above the table that are neither the robot nor known.
    fn proposed(
        &self,
        scene: &SceneMemory,
        cloud: &PointCloud,
        placed: &[PlacedShape<'_>],
    ) -> impl Iterator<Item = Proposal> {
        let fixed = || self.fixed.obstacles.iter().map(|(obstacle, _)| obstacle);
        let objects = scene.objects().iter().map(|object| &object.solid);
        // Most points are far from most objects, which is found out without their outlines.
        let objects: Vec<(f64, &Solid)> = objects
            .map(|solid| ((solid.outer_radius() + EXPLAINED + SLACK).powi(2), solid))
            .collect();
        let is_known = |point: &Point3| {
            let is_of = |(reach, solid): &(f64, &Solid)| {
                (point.x - solid.x).powi(2) + (point.y - solid.y).powi(2) < *reach
                    && solid.signed_distance_to_material(point) < EXPLAINED
            };
            is_point_on_robot(placed, point)
                || fixed().any(|obstacle| obstacle.distance_to_point(point) < EXPLAINED)
                || objects.iter().any(is_of)
        };
        proposals_in_cloud(cloud, &is_known)
            .into_iter()
            .filter(move |one| !is_point_near_robot(placed, &one.solid.center(), FLANK))
    }

    /// Returns the scene as described to a planner. Skills that a fixed obstacle prevents are left
    /// out.
    pub fn object_views(&self, scene: &SceneMemory) -> Vec<ObjectView> {
        let mut views = self.within_reach(scene);
        if !self.is_among_fixtures() {
            return views;
        }
        let searches = PathSearchBudget::default();
        let context = self.judging(scene, &self.fixed, &searches);
        for view in &mut views {
            let Some(object) = scene.find(&view.name) else {
                continue;
            };
            let is_barred = |skill, relation| {
                let refusal = infeasibility(skill, &context, relation, object);
                matches!(refusal, Some(Refusal::Collision { .. }))
            };
            view.affords.retain(|skill| !is_barred(*skill, None));
            let barred =
                |relation: &Relation| relational().any(|skill| is_barred(skill, Some(*relation)));
            view.receives.retain(|relation| !barred(relation));
        }
        views
    }

    /// Returns the skills that are impossible with the objects within reach in the current scene,
    /// with reasons. Obstacles among the objects may still be moved.
    pub fn infeasibilities(&self, scene: &SceneMemory) -> Vec<Infeasibility> {
        let (around, searches) = (self.around(scene), PathSearchBudget::default());
        let context = self.judging(scene, &around, &searches);
        let mut infeasibilities = Vec::new();
        for view in self.within_reach(scene) {
            let Some(object) = scene.find(&view.name) else {
                continue;
            };
            let infeasible = |skill, relation, reason| Infeasibility {
                object: view.name.clone(),
                skill,
                relation,
                reason,
            };
            for skill in Skill::ALL {
                if let Some(why) = why_unsupported_by_robot(skill, &self.robot) {
                    infeasibilities.push(infeasible(skill, None, why.to_owned()));
                }
            }
            let skills = view.affords.iter().map(|skill| (*skill, None));
            let relations = view.receives.iter();
            let placed = relations
                .flat_map(|relation| relational().map(move |skill| (skill, Some(*relation))));
            for (skill, relation) in skills.chain(placed) {
                if let Some(refusal) = infeasibility(skill, &context, relation, object) {
                    infeasibilities.push(infeasible(skill, relation, in_words(refusal)));
                }
            }
        }
        infeasibilities
    }

    /// Returns whether any obstacle besides the table is known without looking.
    fn is_among_fixtures(&self) -> bool {
        !self.fixed.obstacles.is_empty() || self.fixed.half_spaces.len() > 1
    }

    /// Returns the objects, with the skills possible if nothing were in the way.
    fn within_reach(&self, scene: &SceneMemory) -> Vec<ObjectView> {
        let reaches = |object: &SceneObject| self.can_reach(scene, object);
        let affords = |object: &SceneObject| -> Vec<Skill> {
            let skills = Skill::ALL.into_iter();
            let afforded = |skill: &Skill| is_afforded(*skill, &self.gripper, &object.solid);
            skills.filter(afforded).collect()
        };
        scene.describe_objects(&reaches, &affords)
    }

    /// Plans a step from rest at `joints`, the last command, or the measurement before the first
    /// one. Steps that do not move the arm give an empty motion.
    ///
    /// Each segment of the motion must pass the gate separately. After a pick the caller tells the
    /// scene which object is held, and after a place that it is released.
    ///
    /// # Errors
    /// The reason why the step cannot be carried out.
    pub fn ground(
        &self,
        step: &Step,
        scene: &SceneMemory,
        joints: &JointVector,
    ) -> Result<StepMotion, Refusal> {
        self.ground_attempt(step, scene, joints, 0)
    }

    /// Plans like [`ground`](Self::ground), but in another way than the first `attempt` ones: an
    /// object is grasped from another side or at another angle.
    ///
    /// # Errors
    /// The reason why the step cannot be carried out.
    pub fn ground_attempt(
        &self,
        step: &Step,
        scene: &SceneMemory,
        joints: &JointVector,
        attempt: usize,
    ) -> Result<StepMotion, Refusal> {
        self.require_valid(joints)?;
        let around = self.around(scene);
        let try_with = |searches: &PathSearchBudget| {
            let context = SkillContext {
                attempt,
                ..self.context(scene, joints, &around, searches)
            };
            grounded_skill_of(step).motion(&context)
        };
        let searches = PathSearchBudget::default();
        let direct = try_with(&searches);
        if direct.is_ok() || !searches.was_exceeded() {
            return direct;
        }
        // Searched only now, because a search costs more than all earlier attempts.
        try_with(&PathSearchBudget::new(SEARCHES)).or(direct)
    }

    /// Plans a slow turn of one joint, by its index among the robot's, from rest at `joints` by rad
    /// or m, clear of what is known.
    ///
    /// # Errors
    /// The reason why it cannot be turned there.
    pub fn plan_jog(
        &self,
        scene: &SceneMemory,
        joints: &JointVector,
        joint: usize,
        by: f64,
    ) -> Result<StepMotion, Refusal> {
        self.require_valid(joints)?;
        let held = scene.held_object();
        if let Some(held) = held
            && self.robot.gripper().is_some_and(|it| it.joint == joint)
        {
            let name = &held.object.name;
            let text = format!("the gripper holds the {name}; put it down first");
            return Err(Refusal::NotApplicable(text));
        }
        let held = held.map(|held| held_object_as_body(&self.robot, held));
        let around = self.around(scene).with_held_object(held);
        let segment = jog::plan_joint_jog(&self.robot, joints, joint, by, &around)?;
        Ok(StepMotion {
            segments: vec![segment],
        })
    }

    /// Plans a slow turn of the arm, from rest at the last of `looked_from`, that shows the camera of
    /// `frame` more of the table where the hand reaches than it saw when the arm stood at any of them, or
    /// what is `half_seen` behind it; `None` where that is little, or the arm cannot turn.
    pub fn plan_turn_to_uncover(
        &self,
        scene: &SceneMemory,
        frame: &Frame,
        half_seen: &[NormalizedPoint],
        looked_from: &[JointVector],
    ) -> Option<StepMotion> {
        let joints = looked_from.last()?;
        self.require_valid(joints).ok()?;
        let held = scene
            .held_object()
            .map(|held| held_object_as_body(&self.robot, held));
        let (around, searches) = (CollisionWorld::default(), PathSearchBudget::default());
        let context = self.judging(scene, &around, &searches);
        let points = uncover::TablePointsToSee {
            frame,
            half_seen,
            reach: self.reach_on_table(),
            reaches: &|point| self.gets_over(&context, point),
        };
        uncover::base_turns_to_uncover(&self.robot, held.as_deref(), &points, looked_from)
            .into_iter()
            .find_map(|turn| self.plan_jog(scene, joints, 0, turn).ok())
    }

    /// Returns whether the arm can reach an object: to grasp it, or else to be above it.
    pub fn can_reach(&self, scene: &SceneMemory, object: &SceneObject) -> bool {
        let (around, searches) = (CollisionWorld::default(), PathSearchBudget::default());
        let context = self.judging(scene, &around, &searches);
        let solid = &object.solid;
        if fits_in_gripper(&self.gripper, solid) {
            has_reachable_grasp(&context, &object.name, solid)
        } else {
            let top = Point3::new(solid.x, solid.y, solid.upper_bound_of_top());
            self.gets_over(&context, &top)
        }
    }

    /// Returns whether the hand can be above a point.
    fn gets_over(&self, context: &SkillContext<'_>, point: &Point3) -> bool {
        let height = point.z + OVER + self.gripper.fingertip_reach;
        let target = Point3::new(point.x, point.y, height);
        self.end_effector.distance_out_of_reach(&target).is_none()
            && HAND_TILTS_RAD.iter().any(|tilt| {
                (0..ROLLS).any(|step| {
                    let turn = f64::from(step) * 2.0 * std::f64::consts::PI / f64::from(ROLLS);
                    let roll = Roll::FromHeading(turn);
                    let pose = self.end_effector.tool_pose_for_target(
                        &self.gripper.tool_from_grasp,
                        &target,
                        *tilt,
                        roll,
                    );
                    context
                        .solve_arm_joints(&pose, context.joints, "it")
                        .is_ok()
                })
            })
    }

    /// Returns the obstacles for free motion: things as high as they may well be. What lies flat is
    /// none; the arm keeps its distance to the table.
    fn around(&self, scene: &SceneMemory) -> CollisionWorld {
        let usual = self.robot.clearance().objects;
        // Without depth, an object may be farther off than the usual margin allows for.
        let margin = |solid: &Solid| usual + (solid.uncertainty - DEPTH_POSITION_ERROR_M).max(0.0);
        let mut around = self.fixed.clone();
        let objects = scene.objects().iter();
        let named = objects
            .filter(|object| !object.solid.is_flat())
            .map(|object| {
                let obstacle =
                    obstacle_from_solid(&object.name, &object.solid.with_upper_bound_height())
                        .mark_perceived();
                (Arc::new(obstacle), margin(&object.solid))
            });
        let unnamed = scene.unnamed_solids().iter();
        let unnamed =
            unnamed.map(|solid| (Arc::new(obstacle_from_solid(UNNAMED, solid)), margin(solid)));
        around.obstacles.extend(named.chain(unnamed));
        around
    }

    /// Returns a context in which only whether something can be done counts, from home.
    fn judging<'a>(
        &'a self,
        scene: &'a SceneMemory,
        around: &'a CollisionWorld,
        searches: &'a PathSearchBudget,
    ) -> SkillContext<'a> {
        SkillContext {
            measures_misses: false,
            ..self.context(scene, self.robot.home(), around, searches)
        }
    }

    fn context<'a>(
        &'a self,
        scene: &'a SceneMemory,
        joints: &'a JointVector,
        around: &'a CollisionWorld,
        searches: &'a PathSearchBudget,
    ) -> SkillContext<'a> {
        SkillContext {
            robot: &self.robot,
            gripper: &self.gripper,
            end_effector: &self.end_effector,
            around,
            searches,
            attempt: 0,
            scene,
            joints,
            measures_misses: true,
        }
    }

    fn require_valid(&self, joints: &JointVector) -> Result<(), Refusal> {
        let expected = self.robot.joints().len();
        if joints.len() != expected {
            let text = format!("{} joints instead of {expected}", joints.len());
            return Err(Refusal::Malformed(text));
        }
        match joints.iter().find(|value| !value.is_finite()) {
            None => Ok(()),
            Some(value) => Err(Refusal::NotFinite {
                what: "a joint position".to_owned(),
                value: value.to_string(),
            }),
        }
    }
}

/// Returns the skills that put the held object in a relation to another one.
fn relational() -> impl Iterator<Item = Skill> {
    let skills = Skill::ALL.into_iter();
    skills.filter(|skill| needs_relation(*skill))
}

fn in_words(refusal: Refusal) -> String {
    match refusal {
        Refusal::Collision { second, .. } => format!("the {second} is in the way"),
        other => other.to_string(),
    }
}
