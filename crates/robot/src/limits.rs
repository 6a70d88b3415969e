//! A driven joint from its URDF element and its table in `robot.toml`.

use std::f64::consts::TAU;

use urdf_rs::JointType;

use crate::description::{Joint, Limits};
use crate::error::LoadError;
use crate::settings::{At, JointSettings};
use crate::source::Source;

/// Where nothing better is known, the time in which a joint reaches full speed, seconds.
const SPEED_TIME: f64 = 0.25;
/// Where nothing better is known, the time in which it reaches full acceleration, seconds.
const ACCELERATION_TIME: f64 = 0.1;

/// A number that `robot.toml` may give.
type Number<'a> = &'a Option<At<f64>>;

/// One joint's two sources, for its limits and for errors about them.
pub struct JointFiles<'a> {
    /// The URDF's element.
    pub joint: &'a urdf_rs::Joint,
    /// The URDF.
    pub urdf: &'a Source,
    /// The table in `robot.toml`, with that file.
    pub settings: Option<(&'a JointSettings, &'a Source)>,
}

impl JointFiles<'_> {
    /// The joint, with limits that are all finite and positive.
    pub fn joint(&self) -> Result<Joint, LoadError> {
        Ok(Joint {
            name: self.joint.name.clone(),
            prismatic: self.prismatic(),
            limits: self.limits()?,
            servo: self.settings.and_then(|(settings, _)| settings.servo),
        })
    }

    /// Position at home: as given, else the admitted position nearest to zero.
    pub fn home(&self, limits: &Limits) -> Result<f64, LoadError> {
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

    fn limits(&self) -> Result<Limits, LoadError> {
        let limit = &self.joint.limit;
        let (lower, upper) = match self.joint.joint_type {
            JointType::Continuous => (-TAU, TAU),
            JointType::Revolute | JointType::Prismatic => (limit.lower, limit.upper),
            ref other => {
                let what = format!("{other:?} joints cannot be driven").to_lowercase();
                return Err(self.urdf_error(&what));
            }
        };
        if lower == 0.0 && upper == 0.0 {
            return Err(self.urdf_error("it has no position limits"));
        }
        if !(lower.is_finite() && upper.is_finite() && lower < upper) {
            return Err(self.urdf_error(&format!(
                "lower limit {lower} is not below upper limit {upper}"
            )));
        }
        let (min, max) = self.range(lower, upper)?;
        let velocity = self.positive("velocity", limit.velocity, |settings| &settings.velocity)?;
        let effort = self.positive("effort", limit.effort, |settings| &settings.effort)?;
        let acceleration = velocity / SPEED_TIME;
        let acceleration = self.free("acceleration", acceleration, |settings| {
            &settings.acceleration
        })?;
        let jerk = self.free("jerk", acceleration / ACCELERATION_TIME, |settings| {
            &settings.jerk
        })?;
        Ok(Limits {
            min,
            max,
            velocity,
            acceleration,
            jerk,
            effort,
        })
    }

    fn range(&self, lower: f64, upper: f64) -> Result<(f64, f64), LoadError> {
        let min = self.position(|settings| (&settings.min, &settings.min_deg))?;
        let max = self.position(|settings| (&settings.max, &settings.max_deg))?;
        for (value, offset) in min.into_iter().chain(max) {
            if !(lower <= value && value <= upper) {
                let what = format!("{value} is outside the URDF's range [{lower}, {upper}]");
                return Err(self.toml_error(offset, &what));
            }
        }
        let (low, high) = (min.map_or(lower, |it| it.0), max.map_or(upper, |it| it.0));
        match min.or(max) {
            Some((_, offset)) if low >= high => {
                Err(self.toml_error(offset, &format!("min {low} is not below max {high}")))
            }
            _ => Ok((low, high)),
        }
    }

    /// A limit that both files may give; `robot.toml` may only tighten the URDF's.
    fn positive(
        &self,
        what: &str,
        urdf: f64,
        of: fn(&JointSettings) -> Number<'_>,
    ) -> Result<f64, LoadError> {
        if !(urdf >= 0.0 && urdf.is_finite()) {
            return Err(self.urdf_error(&format!("{what} limit {urdf} is not positive and finite")));
        }
        let value = self.free(what, urdf, of)?;
        match self
            .settings
            .and_then(|(settings, _)| of(settings).as_ref())
        {
            Some(given) if urdf > 0.0 && value > urdf => {
                let error = format!("{what} {value} is above the URDF's {urdf}");
                Err(self.toml_error(given.span().start, &error))
            }
            None if value == 0.0 => Err(self.urdf_error(&format!("it has no {what} limit"))),
            _ => Ok(value),
        }
    }

    /// A limit that `robot.toml` may give.
    fn free(
        &self,
        what: &str,
        default: f64,
        of: fn(&JointSettings) -> Number<'_>,
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

    /// A position given plainly or in degrees, and where it stands.
    fn position(
        &self,
        of: fn(&JointSettings) -> (Number<'_>, Number<'_>),
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
                    "it slides, so give metres, not degrees",
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
            .error_about("joint", name, format!("joint `{name}`: {what}"))
    }

    fn toml_error(&self, offset: usize, what: &str) -> LoadError {
        let what = format!("joint `{}`: {what}", self.joint.name);
        match self.settings {
            Some((_, toml)) => toml.error_at(offset, what),
            None => self.urdf.error(what),
        }
    }
}
