//! Plans and motions that what they rest on has left behind.

use std::time::Duration;

use enact_camera::CameraError;
use enact_ground::scene::Solid;
use enact_ground::scene::memory::is_gone;
use enact_plan::{Plan, Step};

use crate::event::Event;
use crate::gaze;
use crate::session::{BridgeError, Session};

/// A look older than this is not trusted without a glance at what the plan names.
const FRESH: Duration = Duration::from_secs(2);
/// So many plans in a task may be overtaken; then the person is asked.
pub(crate) const PATIENCE: usize = 3;

impl Session<'_> {
    /// What a plan names that is no longer where the look showed it that the plan rests on, if
    /// that look is old: the model may have thought, or the person considered, for long.
    pub(crate) fn overtaken(&mut self, plan: &Plan) -> Result<Option<String>, BridgeError> {
        let Some(looked) = self
            .looked_at
            .filter(|_| plan.steps.iter().any(Step::moves))
        else {
            return Ok(None);
        };
        if self.state()?.stamp.since(looked) <= FRESH {
            return Ok(None);
        }
        self.missed(named(&plan.steps))
    }

    /// Which of these a new picture shows to be no longer where the newest look showed it. None
    /// without depth, nor if no picture comes: the next look tells.
    pub(crate) fn missed<'a>(
        &mut self,
        names: impl Iterator<Item = &'a str>,
    ) -> Result<Option<String>, BridgeError> {
        let known = names.filter_map(|name| self.memory.find(name));
        let known: Vec<(String, Solid)> = known
            .filter(|object| object.is_seen() && object.solid.hollow.is_none())
            .map(|object| (object.name.clone(), object.solid.clone()))
            .collect();
        if known.is_empty() || !self.sees_depth {
            return Ok(None);
        }
        let frame = match gaze::fresh(self.camera.as_mut(), self.last_frame) {
            Ok(frame) => frame,
            Err(stopped @ CameraError::Stopped) => return Err(stopped.into()),
            Err(error) => {
                tracing::warn!("no glance: {error}");
                return Ok(None);
            }
        };
        self.last_frame = Some(frame.sequence);
        self.tell(&Event::Saw(&frame));
        let mut known = known.into_iter();
        let gone = known.find(|(_, solid)| is_gone(&frame, solid));
        Ok(gone.map(|(name, _)| name))
    }

    /// What the rest of a plan names that the newest look shows to have been moved by
    /// somebody else.
    pub(crate) fn disturbed(&self, rest: &[Step]) -> Option<String> {
        named(rest)
            .find(|name| self.changes.iter().any(|change| change.name == *name))
            .map(str::to_owned)
    }
}

fn named(steps: &[Step]) -> impl Iterator<Item = &str> {
    steps.iter().flat_map(Step::names)
}
