//! What was measured of a camera: its lens, and where it stands.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use enact_calibration::{Lens, LensModel};
use enact_camera::{Camera, PlacedCamera};
use enact_robot::Robot;
use enact_types::{Distortion, Intrinsics, Pose, Vector3, text, toml_text};
use nalgebra::{Quaternion, Translation3, UnitQuaternion};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Ending of such files.
pub const ENDING: &str = "camera.toml";

/// A camera's file, which `enact camera calibrate` and `enact camera locate` write and launch files
/// name.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CameraFile {
    /// The lens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lens: Option<LensEntry>,
    /// Where the camera stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<PlaceEntry>,
}

/// A lens. Pixel centers are at integers, as OpenCV and ROS have them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LensEntry {
    /// Day on which it was measured.
    pub date: String,
    /// Kind of distortion.
    pub model: LensKind,
    /// Width of the pictures in pixels.
    pub width: u32,
    /// Height of the pictures in pixels.
    pub height: u32,
    /// Focal length along `x` in pixels.
    pub fx: f64,
    /// Focal length along `y` in pixels.
    pub fy: f64,
    /// Principal point along `x` in pixels.
    pub cx: f64,
    /// Principal point along `y` in pixels.
    pub cy: f64,
    /// Coefficients in OpenCV's order.
    pub distortion: Vec<f64>,
    /// Board that it was measured with.
    pub board: String,
    /// How many views of it.
    pub views: usize,
    /// RMS distance of corners from where they should be, in pixels.
    pub rms_px: f64,
}

/// Kind of distortion.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LensKind {
    /// Brown–Conrady.
    BrownConrady,
    /// Kannala–Brandt.
    Fisheye,
}

/// Where a camera stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlaceEntry {
    /// Day on which it was measured.
    pub date: String,
    /// Link that the camera is mounted on: the base, or the hand.
    pub frame: String,
    /// Place of the camera in that frame, in meters.
    pub position: [f64; 3],
    /// Rotation of the optical frame (`x` right, `y` down, `z` forward).
    pub quaternion_xyzw: [f64; 4],
    /// How it was measured: `sheet`, `touch` or `hand-eye`.
    pub by: String,
    /// Board that it was measured with.
    pub board: String,
    /// RMS distance between where things are seen and where they should be, in millimeters.
    pub residual_mm: f64,
    /// One standard deviation of the place, in millimeters.
    pub place_std_mm: f64,
    /// One standard deviation of the direction, in degrees.
    pub direction_std_deg: f64,
    /// What was found to be missing in the joints' readings, in degrees. Nothing adds it to them:
    /// `enact arm calibrate` does away with it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub joint_offsets_deg: BTreeMap<String, f64>,
    /// Robot whose base it is.
    pub robot: String,
    /// SHA-256 of the arm's calibration at the time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arm_sha256: Option<String>,
    /// SHA-256 of the lens that it was measured with.
    pub lens_sha256: String,
}

impl CameraFile {
    /// Reads a file.
    ///
    /// # Errors
    /// If it cannot be read or is not of this kind.
    pub fn load(path: &Path) -> Result<Self> {
        let text = std::fs::read(path)
            .and_then(text::decode)
            .with_context(|| format!("cannot read the camera's file {}", path.display()))?;
        let file: Self = toml_text::parse(&text)
            .map_err(|error| anyhow::anyhow!("{}, {error}", path.display()))?;
        if let Some(fault) = file.lens.as_ref().and_then(LensEntry::fault) {
            bail!("{}: {fault}", path.display());
        }
        if let Some(fault) = file.place.as_ref().and_then(PlaceEntry::fault) {
            bail!("{}: {fault}", path.display());
        }
        Ok(file)
    }

    /// Reads a file that may not be there yet.
    ///
    /// # Errors
    /// As [`load`](Self::load), except that a missing file is empty.
    pub fn load_or_new(path: &Path) -> Result<Self> {
        if path.exists() {
            Self::load(path)
        } else {
            Ok(Self::default())
        }
    }

    /// Writes the file, whole or not at all.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn save(&self, path: &Path) -> Result<()> {
        let failed = || format!("cannot write {}", path.display());
        let text = toml::to_string(self).with_context(failed)?;
        let text = format!(
            "# Written by `enact camera calibrate` and `enact camera locate`; a launch file names it: calibration = \"…\"\n{text}"
        );
        if let Some(folder) = path.parent().filter(|it| !it.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder).with_context(failed)?;
        }
        let new = PathBuf::from(format!("{}.new", path.display()));
        std::fs::write(&new, text).with_context(failed)?;
        std::fs::rename(&new, path).with_context(failed)
    }

    /// Returns the camera's pose on a link.
    ///
    /// # Errors
    /// If it was not measured, or on another link.
    pub fn pose_on_link(&self, link: &str) -> Result<Pose> {
        let Some(place) = &self.place else {
            bail!("it is not known where the camera stands: `enact camera locate` measures it");
        };
        if place.frame != link {
            bail!(
                "the camera was measured on `{}`, not on `{link}`",
                place.frame
            );
        }
        Ok(place.pose())
    }

    /// Returns the camera as it was measured: with this lens, at this place in the base.
    ///
    /// # Errors
    /// If the place is not one in the base.
    pub fn apply_place_and_lens(
        &self,
        camera: Box<dyn Camera>,
        robot: &Robot,
    ) -> Result<Box<dyn Camera>> {
        let pose = self.pose_on_link(&robot.links()[0].name)?;
        self.apply_lens(PlacedCamera::from_standing_camera(camera, pose))
    }

    /// Returns the camera with this lens, if it was measured.
    ///
    /// # Errors
    /// If the lens is none.
    pub fn apply_lens(&self, placed: PlacedCamera) -> Result<Box<dyn Camera>> {
        Ok(match &self.lens {
            Some(lens) => Box::new(placed.with_intrinsics(lens.intrinsics()?)),
            None => Box::new(placed),
        })
    }

    /// Returns what has changed since the camera's place was measured.
    pub fn changes_since_measurement(&self, robot: &str, arm_sha256: Option<&str>) -> Vec<String> {
        let mut changes = Vec::new();
        let Some(place) = &self.place else {
            return vec!["nobody has measured where the camera stands".to_owned()];
        };
        let since = format!("since the camera was located on {}", place.date);
        if place.robot != robot {
            changes.push(format!(
                "the camera was located in the base of `{}`, the arm is `{robot}`",
                place.robot
            ));
        }
        if let (Some(then), Some(now)) = (&place.arm_sha256, arm_sha256)
            && then != now
        {
            changes.push(format!("the arm was calibrated again {since}"));
        }
        match &self.lens {
            Some(lens) if lens.lens_sha256() != place.lens_sha256 => {
                changes.push(format!("its lens was measured again {since}"));
            }
            None => changes.push(format!("its lens is no longer known {since}")),
            Some(_) => {}
        }
        changes
    }
}

impl LensEntry {
    fn fault(&self) -> Option<String> {
        let needed = match self.model {
            LensKind::BrownConrady => 5,
            LensKind::Fisheye => 4,
        };
        let numbers = [self.fx, self.fy, self.cx, self.cy];
        let is_finite = numbers
            .iter()
            .chain(&self.distortion)
            .all(|n| n.is_finite());
        if self.distortion.len() != needed {
            let n = self.distortion.len();
            Some(format!(
                "its distortion has {n} coefficients, {needed} are needed"
            ))
        } else if !is_finite || self.fx <= 0.0 || self.fy <= 0.0 || self.width * self.height == 0 {
            Some("its lens sees nothing".to_owned())
        } else {
            None
        }
    }

    /// Returns the lens as calibration has it.
    pub fn lens(&self) -> Lens {
        Lens {
            model: match self.model {
                LensKind::BrownConrady => LensModel::BrownConrady,
                LensKind::Fisheye => LensModel::Fisheye,
            },
            fx: self.fx,
            fy: self.fy,
            cx: self.cx,
            cy: self.cy,
            distortion: self.distortion.clone(),
        }
    }

    /// Returns the projection of frames, whose pixel centers are at half-integers.
    ///
    /// # Errors
    /// If the number of coefficients is not that of the kind.
    pub fn intrinsics(&self) -> Result<Intrinsics> {
        let wrong = || self.fault().unwrap_or_default();
        Ok(Intrinsics {
            width: self.width,
            height: self.height,
            fx: self.fx,
            fy: self.fy,
            cx: self.cx + 0.5,
            cy: self.cy + 0.5,
            distortion: match self.model {
                LensKind::BrownConrady => Distortion::BrownConrady(
                    self.distortion.as_slice().try_into().with_context(wrong)?,
                ),
                LensKind::Fisheye => {
                    Distortion::Fisheye(self.distortion.as_slice().try_into().with_context(wrong)?)
                }
            },
        })
    }

    /// Returns what tells this lens from another.
    pub fn lens_sha256(&self) -> String {
        let text = toml::to_string(self).unwrap_or_default();
        sha256_hex(text.as_bytes())
    }
}

impl PlaceEntry {
    fn fault(&self) -> Option<String> {
        let norm = self.quaternion_xyzw.iter().map(|v| v * v).sum::<f64>();
        let is_place = self.position.iter().all(|v| v.is_finite());
        (!is_place || (norm - 1.0).abs() > 1e-3 || norm.is_nan())
            .then(|| "its place is none: a quaternion has length 1".to_owned())
    }

    /// Returns the camera's pose in its frame.
    pub fn pose(&self) -> Pose {
        let [x, y, z, w] = self.quaternion_xyzw;
        Pose::from_parts(
            Translation3::from(Vector3::from(self.position)),
            UnitQuaternion::from_quaternion(Quaternion::new(w, x, y, z)),
        )
    }
}

/// Returns the SHA-256 of bytes in hexadecimal.
pub fn sha256_hex(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Returns today's date.
pub fn today() -> String {
    chrono::Local::now().format("%Y-%m-%d").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file() -> CameraFile {
        let lens = LensEntry {
            date: "2026-12-01".to_owned(),
            model: LensKind::BrownConrady,
            width: 640,
            height: 480,
            fx: 536.0,
            fy: 540.0,
            cx: 325.0,
            cy: 236.0,
            distortion: vec![-0.28, 0.09, 0.0005, -0.0008, 0.01],
            board: "charuco:7x5:0.03:0.022:DICT_4X4_50".to_owned(),
            views: 14,
            rms_px: 0.2,
        };
        let place = PlaceEntry {
            date: "2026-12-01".to_owned(),
            frame: "base_link".to_owned(),
            position: [0.5, 0.0, 0.4],
            quaternion_xyzw: [0.6, 0.0, 0.8, 0.0],
            by: "sheet".to_owned(),
            board: "tags:5x3:0.036:0.052:DICT_APRILTAG_36h11".to_owned(),
            residual_mm: 0.3,
            place_std_mm: 0.5,
            direction_std_deg: 0.1,
            joint_offsets_deg: BTreeMap::from([("elbow_flex".to_owned(), 1.5)]),
            robot: "so101".to_owned(),
            arm_sha256: Some("a".to_owned()),
            lens_sha256: lens.lens_sha256(),
        };
        CameraFile {
            lens: Some(lens),
            place: Some(place),
        }
    }

    #[test]
    fn a_file_is_read_as_it_was_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cameras/overhead.camera.toml");
        file().save(&path).unwrap();
        assert_eq!(CameraFile::load(&path).unwrap(), file());
    }

    #[test]
    fn frames_and_calibration_agree_on_where_a_ray_meets_the_picture() {
        let mut entry = file().lens.unwrap();
        let fisheye = LensEntry {
            model: LensKind::Fisheye,
            distortion: vec![0.03, -0.01, 0.002, -0.001],
            ..entry.clone()
        };
        entry.distortion[4] = -0.02;
        for entry in [entry, fisheye] {
            let (lens, intrinsics) = (entry.lens(), entry.intrinsics().unwrap());
            for at in [[0.0, 0.0, 1.0], [0.3, -0.2, 0.7], [-0.25, 0.1, 0.5]] {
                let by_lens = lens.project(&Vector3::from(at)).unwrap();
                let (x, y) = intrinsics.project(&at.into()).unwrap();
                // The middle of the first pixel is 0 for one, 0.5 for the other.
                assert!((by_lens.x + 0.5 - x).abs() < 1e-9 && (by_lens.y + 0.5 - y).abs() < 1e-9);
                let back = intrinsics.deproject(x, y, at[2]).unwrap();
                assert!((back.coords - Vector3::from(at)).norm() < 1e-8);
            }
        }
    }

    #[test]
    fn what_changed_since_is_said() {
        let mut file = file();
        assert!(
            file.changes_since_measurement("so101", Some("a"))
                .is_empty()
        );
        assert!(
            file.changes_since_measurement("so101", Some("b"))[0]
                .contains("the arm was calibrated again")
        );
        assert!(file.changes_since_measurement("so100", None)[0].contains("base of `so101`"));
        file.lens.as_mut().unwrap().fx += 1.0;
        assert!(
            file.changes_since_measurement("so101", Some("a"))[0]
                .contains("lens was measured again")
        );
    }

    #[test]
    fn numbers_that_are_no_lens_or_place_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.camera.toml");
        let mut broken = file();
        broken.lens.as_mut().unwrap().distortion.pop();
        broken.save(&path).unwrap();
        let error = CameraFile::load(&path).unwrap_err().to_string();
        assert!(error.contains("4 coefficients"), "{error}");
        let mut broken = file();
        broken.place.as_mut().unwrap().quaternion_xyzw = [0.0; 4];
        broken.save(&path).unwrap();
        let error = CameraFile::load(&path).unwrap_err().to_string();
        assert!(error.contains("length 1"), "{error}");
    }
}
