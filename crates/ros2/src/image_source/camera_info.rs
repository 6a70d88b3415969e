//! `sensor_msgs/CameraInfo` and enact's intrinsics.
//!
//! ROS 2 counts pixels as OpenCV does: the center of the first one is at 0. Here it is at one half.

use enact_types::{Distortion, Intrinsics};

use crate::messages::sensor::{CameraInfo, RegionOfInterest};
use crate::messages::std_msgs::Header;

/// Distance between the two ways of counting pixels.
const HALF: f64 = 0.5;

/// Returns the intrinsics of a picture that is not rectified.
///
/// # Errors
/// What is wrong with them, or that the model of distortion is not known.
pub fn intrinsics(info: &CameraInfo) -> Result<Intrinsics, String> {
    let (fx, cx, fy, cy) = (info.k[0], info.k[2], info.k[4], info.k[5]);
    let is_camera = [fx, fy]
        .iter()
        .all(|focal| focal.is_finite() && *focal > 0.0)
        && [cx, cy].iter().all(|center| center.is_finite());
    if !is_camera || info.width == 0 || info.height == 0 {
        return Err(
            "the camera is not calibrated (its camera_info has no focal length)".to_owned(),
        );
    }
    let binning = info.binning_x.max(info.binning_y);
    let is_part =
        info.roi.width != 0 && (info.roi.width, info.roi.height) != (info.width, info.height);
    if binning > 1 || is_part {
        return Err("cameras with binning or a region of interest are not read".to_owned());
    }
    Ok(Intrinsics {
        width: info.width,
        height: info.height,
        fx,
        fy,
        cx: cx + HALF,
        cy: cy + HALF,
        distortion: distortion(info)?,
    })
}

fn distortion(info: &CameraInfo) -> Result<Distortion, String> {
    if !info.d.iter().all(|k| k.is_finite()) {
        return Err("a coefficient of the distortion is no finite number".to_owned());
    }
    if info.d.iter().all(|k| *k == 0.0) {
        return Ok(Distortion::None);
    }
    match (info.distortion_model.as_str(), info.d.as_slice()) {
        ("plumb_bob", [k1, k2, p1, p2, k3]) => {
            Ok(Distortion::BrownConrady([*k1, *k2, *p1, *p2, *k3]))
        }
        ("plumb_bob", [k1, k2, p1, p2]) => Ok(Distortion::BrownConrady([*k1, *k2, *p1, *p2, 0.0])),
        ("rational_polynomial", [k1, k2, p1, p2, k3, rest @ ..])
            if rest.iter().all(|k| *k == 0.0) =>
        {
            Ok(Distortion::BrownConrady([*k1, *k2, *p1, *p2, *k3]))
        }
        ("equidistant" | "fisheye", [k1, k2, k3, k4]) => {
            Ok(Distortion::Fisheye([*k1, *k2, *k3, *k4]))
        }
        (model, d) => Err(format!(
            "a distortion `{model}` with {} coefficients is not known: calibrate for plumb_bob or equidistant",
            d.len()
        )),
    }
}

/// Returns the message for a camera.
pub fn camera_info(header: Header, intrinsics: &Intrinsics) -> CameraInfo {
    let Intrinsics { fx, fy, .. } = *intrinsics;
    let (cx, cy) = (intrinsics.cx - HALF, intrinsics.cy - HALF);
    let (model, d) = match &intrinsics.distortion {
        Distortion::None => ("plumb_bob", vec![0.0; 5]),
        Distortion::BrownConrady(k) => ("plumb_bob", k.to_vec()),
        Distortion::Fisheye(k) => ("equidistant", k.to_vec()),
    };
    CameraInfo {
        header,
        height: intrinsics.height,
        width: intrinsics.width,
        distortion_model: model.to_owned(),
        d,
        k: [fx, 0.0, cx, 0.0, fy, cy, 0.0, 0.0, 1.0],
        r: [1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0],
        p: [fx, 0.0, cx, 0.0, 0.0, fy, cy, 0.0, 0.0, 0.0, 1.0, 0.0],
        binning_x: 0,
        binning_y: 0,
        roi: RegionOfInterest::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn camera(distortion: Distortion) -> Intrinsics {
        Intrinsics {
            distortion,
            ..Intrinsics::from_vertical_fov(640, 480, 0.8)
        }
    }

    #[test]
    fn intrinsics_survive_the_message() {
        for distortion in [
            Distortion::None,
            Distortion::BrownConrady([0.1, -0.2, 0.001, 0.002, 0.03]),
            Distortion::Fisheye([0.01, 0.02, -0.01, 0.005]),
        ] {
            let camera = camera(distortion);
            let info = camera_info(Header::untimed("camera"), &camera);
            assert_eq!(info.k[2], 319.5, "pixel centers are at integers");
            assert_eq!(intrinsics(&info).unwrap(), camera);
        }
    }

    #[test]
    fn what_would_be_a_wrong_camera_is_refused() {
        let good = camera_info(Header::untimed("camera"), &camera(Distortion::None));
        type Spoil = fn(&mut CameraInfo);
        let cases: [(&str, Spoil); 4] = [
            ("not calibrated", |info| info.k = [0.0; 9]),
            ("binning", |info| info.binning_x = 2),
            ("region", |info| info.roi.width = 100),
            ("thin_prism", |info| {
                info.distortion_model = "thin_prism".to_owned();
                info.d = vec![0.1; 12];
            }),
        ];
        for (what, spoil) in cases {
            let mut info = good.clone();
            spoil(&mut info);
            let why = intrinsics(&info).unwrap_err();
            assert!(why.contains(what), "{why}");
        }
    }
}
