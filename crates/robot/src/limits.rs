//! Reads a driven joint from its URDF element and its table in `robot.toml`.

use std::f64::consts::TAU;

use urdf_rs::JointType;

use crate::config::{JointConfig, Located};
use crate::description::{Joint, Limits};
use crate::error::LoadError;
use crate::source_text::SourceText;

/// Default time in which a joint reaches full speed, seconds.
const SPEED_TIME: f64 = 0.25;
/// Default time in which a joint reaches full acceleration, seconds.
const ACCELERATION_TIME: f64 = 0.1;

/// Speed if neither file gives one, slow enough for a hand to get out of the way, rad/s.
const SLOW: f64 = 0.5;
/// Speed of a prismatic joint if neither file gives one, m/s.
const SLOW_SLIDING: f64 = 0.05;
/// Highest speed unless `robot.toml` asks for more, rad/s: a URDF says how fast a motor can turn,
/// not how fast an arm should carry things.
const MODERATE: f64 = 2.5;
/// Highest speed of a prismatic joint unless `robot.toml` asks for more, m/s.
const MODERATE_SLIDING: f64 = 0.25;

/// Largest force with which fingers that slide close unless `robot.toml` gives another, N: what
/// people set for light things. With all that the motor has, a ball is squeezed out of the hand.
const GRASP_FORCE: f64 = 15.0;

/// An optional number of `robot.toml`.
type Number<'a> = &'a Option<Located<f64>>;

/// The two sources of one joint, for its limits and for errors about them.
pub struct JointSources<'a> {
    /// Element of the URDF.
    pub joint: &'a urdf_rs::Joint,
    /// The URDF.
    pub urdf: &'a SourceText,
    /// True if the element gives `lower` or `upper`.
    pub is_ranged: bool,
    /// True for the joint of the gripper.
    pub is_gripper: bool,
    /// Torque or force if neither file gives one, N·m or N.
    pub assumed_effort: f64,
    /// Table in `robot.toml`, with that file.
    pub settings: Option<(&'a JointConfig, &'a SourceText)>,
}

/// The limits that had to be assumed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AssumedLimits {
    /// True if the speed is assumed.
    pub velocity: bool,
    /// True if the torque or force is assumed.
    pub effort: bool,
}

impl JointSources<'_> {
    /// Returns the joint, with limits that are all finite and positive, and which of them are
    /// assumed.
    ///
    /// # Errors
    /// [`LoadError`] if a limit is missing without a default, invalid, or looser than the URDF's.
    pub fn joint_with_limits(&self) -> Result<(Joint, AssumedLimits), LoadError> {
        let (limits, assumed) = self.limits()?;
        let joint = Joint {
            name: self.joint.name.clone(),
            prismatic: self.prismatic(),
            limits,
            servo: self.settings.and_then(|(settings, _)| settings.servo),
        };
        Ok((joint, assumed))
    }

    /// Returns the home position: the given one, else the permitted position nearest to zero.
    ///
    /// # Errors
    /// [`LoadError`] if the given position is outside the limits.
    pub fn home_position(&self, limits: &Limits) -> Result<f64, LoadError> {
        let given = self.position(|settings| (&settings.home, &settings.home_deg))?;
        let Some((home, offset)) = given else {
            return Ok(0f64.clamp(limits.min, limits.max));
        };
        if limits.min <= home && home <= limits.max {
            Ok(home)
        } else {
            let what = format!("home {home} is outside [{}, {}]", limits.min, limits.max);
            Err(self.toml_error(offset, &what))
        }
    }

    fn prismatic(&self) -> bool {
        self.joint.joint_type == JointType::Prismatic
    }

    fn limits(&self) -> Result<(Limits, AssumedLimits), LoadError> {
        let limit = &self.joint.limit;
        let (min, max) = self.range()?;
        let (slow, moderate) = match self.prismatic() {
            true => (SLOW_SLIDING, MODERATE_SLIDING),
            false => (SLOW, MODERATE),
        };
        let velocity = self.positive("velocity", limit.velocity, |it| &it.velocity)?;
        let effort = self.positive("effort", limit.effort, |it| &it.effort)?;
        let assumed = AssumedLimits {
            velocity: velocity.is_none(),
            effort: effort.is_none(),
        };
        let settings = self.settings.map(|(settings, _)| settings);
        let is_asked_for = settings.is_some_and(|settings| settings.velocity.is_some());
        let velocity = match is_asked_for {
            true => velocity.unwrap_or(slow),
            false => velocity.unwrap_or(slow).min(moderate),
        };
        let acceleration = velocity / SPEED_TIME;
        let acceleration = self.free("acceleration", acceleration, |settings| {
            &settings.acceleration
        })?;
        let jerk = self.free("jerk", acceleration / ACCELERATION_TIME, |settings| {
            &settings.jerk
        })?;
        let limits = Limits {
            min,
            max,
            velocity,
            acceleration,
            jerk,
            effort: match settings.is_some_and(|settings| settings.effort.is_some()) {
                false if self.is_gripper && self.prismatic() => {
                    effort.unwrap_or(GRASP_FORCE).min(GRASP_FORCE)
                }
                _ => effort.unwrap_or(self.assumed_effort),
            },
        };
        Ok((limits, assumed))
    }

    /// Returns the URDF's range, tightened by `robot.toml`, which must give one if the URDF does
    /// not.
    fn range(&self) -> Result<(f64, f64), LoadError> {
        let limit = &self.joint.limit;
        let is_endless = self.joint.joint_type == JointType::Continuous;
        let (lower, upper) = match is_endless {
            true => (-TAU, TAU),
            false => (limit.lower, limit.upper),
        };
        let is_given = is_endless || (self.is_ranged && !(lower == 0.0 && upper == 0.0));
        if is_given && !(lower.is_finite() && upper.is_finite() && lower < upper) {
            let swapped = (lower > upper).then(|| "are they swapped?".to_owned());
            return Err(self
                .urdf_error(&format!(
                    "lower limit {lower} is not below upper limit {upper}"
                ))
                .with_hint(swapped));
        }
        let min = self.position(|settings| (&settings.min, &settings.min_deg))?;
        let max = self.position(|settings| (&settings.max, &settings.max_deg))?;
        if is_given {
            for (value, offset) in min.into_iter().chain(max) {
                if !(lower <= value && value <= upper) {
                    let what = format!("{value} is outside the URDF's range [{lower}, {upper}]");
                    return Err(self.toml_error(offset, &what));
                }
            }
        } else if min.is_none() || max.is_none() {
            let hint = match self.prismatic() {
                true => self.keys("min = METERS, max = METERS"),
                false => self.keys("min_deg = DEGREES, max_deg = DEGREES"),
            };
            return Err(self
                .urdf_error("it has no position limits")
                .with_hint(Some(hint)));
        }
        let (low, high) = (min.map_or(lower, |it| it.0), max.map_or(upper, |it| it.0));
        match min.or(max) {
            Some((_, offset)) if low >= high => {
                Err(self.toml_error(offset, &format!("min {low} is not below max {high}")))
            }
            _ => Ok((low, high)),
        }
    }

    /// Returns a limit that both files may give; `robot.toml` may only tighten the URDF's. Zero,
    /// negative values and infinity are what exporters write for an unknown limit.
    fn positive(
        &self,
        what: &str,
        urdf: f64,
        of: fn(&JointConfig) -> Number<'_>,
    ) -> Result<Option<f64>, LoadError> {
        let urdf = (0.0 < urdf && urdf.is_finite()).then_some(urdf);
        let given = self
            .settings
            .and_then(|(settings, _)| of(settings).as_ref());
        let Some(given) = given else {
            return Ok(urdf);
        };
        let value = self.free(what, f64::NAN, of)?;
        match urdf {
            Some(urdf) if value > urdf => {
                let error = format!("{what} {value} is above the URDF's {urdf}");
                Err(self.toml_error(given.span().start, &error))
            }
            _ => Ok(Some(value)),
        }
    }

    /// Returns the keys to write into `robot.toml`.
    fn keys(&self, keys: &str) -> String {
        let name = to_toml_key(&self.joint.name);
        format!("robot.toml may give them, under `[joints]`: `{name} = {{ {keys} }}`")
    }

    /// Returns a positive number of `robot.toml`, or its default.
    fn free(
        &self,
        what: &str,
        default: f64,
        of: fn(&JointConfig) -> Number<'_>,
    ) -> Result<f64, LoadError> {
        let Some(given) = self
            .settings
            .and_then(|(settings, _)| of(settings).as_ref())
        else {
            return Ok(default);
        };
        let value = *given.get_ref();
        if 0.0 < value && value.is_finite() {
            Ok(value)
        } else {
            let error = format!("{what} {value} is not positive and finite");
            Err(self.toml_error(given.span().start, &error))
        }
    }

    /// Returns a position given in rad or m or in degrees, with its location.
    fn position(
        &self,
        of: fn(&JointConfig) -> (Number<'_>, Number<'_>),
    ) -> Result<Option<(f64, usize)>, LoadError> {
        let given = self.settings.map(|(settings, _)| of(settings));
        let (value, offset) = match given {
            Some((Some(plain), None)) => (*plain.get_ref(), plain.span().start),
            Some((None, Some(degrees))) if !self.prismatic() => {
                (degrees.get_ref().to_radians(), degrees.span().start)
            }
            Some((None, Some(degrees))) => {
                return Err(self.toml_error(
                    degrees.span().start,
                    "it slides, so give meters, not degrees",
                ));
            }
            Some((Some(_), Some(degrees))) => {
                return Err(self.toml_error(degrees.span().start, "a position is given twice"));
            }
            None | Some((None, None)) => return Ok(None),
        };
        if value.is_finite() {
            Ok(Some((value, offset)))
        } else {
            Err(self.toml_error(offset, &format!("{value} is not finite")))
        }
    }

    fn urdf_error(&self, what: &str) -> LoadError {
        let name = &self.joint.name;
        self.urdf
            .error_about_element("joint", name, format!("joint `{name}`: {what}"))
    }

    fn toml_error(&self, offset: usize, what: &str) -> LoadError {
        let what = format!("joint `{}`: {what}", self.joint.name);
        match self.settings {
            Some((_, toml)) => toml.error_at_offset(offset, what),
            None => self.urdf.error_about_file(what),
        }
    }
}

/// Returns a name as a TOML key, quoted if necessary.
pub fn to_toml_key(name: &str) -> String {
    let is_bare = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    if !name.is_empty() && name.chars().all(is_bare) {
        name.to_owned()
    } else {
        toml::Value::from(name).to_string()
    }
}
