//! `sensor_msgs`.

use serde::{Deserialize, Serialize};

use super::std_msgs::Header;

/// `sensor_msgs/JointState`: lists that are as long as `name`, or empty.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct JointState {
    /// Time of the reading.
    pub header: Header,
    /// Names of the joints.
    pub name: Vec<String>,
    /// Positions, rad or m.
    pub position: Vec<f64>,
    /// Velocities, rad/s or m/s.
    pub velocity: Vec<f64>,
    /// Torques or forces, N·m or N.
    pub effort: Vec<f64>,
}

/// `sensor_msgs/Image`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Image {
    /// Time of the picture, and the optical frame of the camera.
    pub header: Header,
    /// Height, pixels.
    pub height: u32,
    /// Width, pixels.
    pub width: u32,
    /// Meaning of the bytes, such as `rgb8`.
    pub encoding: String,
    /// Nonzero if numbers of several bytes are big-endian.
    pub is_bigendian: u8,
    /// Bytes of a row.
    pub step: u32,
    /// `height * step` bytes.
    #[serde(with = "serde_bytes")]
    pub data: Vec<u8>,
}

/// `sensor_msgs/CompressedImage`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CompressedImage {
    /// Time of the picture, and the optical frame of the camera.
    pub header: Header,
    /// Format, such as `jpeg`.
    pub format: String,
    /// Bytes of a file.
    #[serde(with = "serde_bytes")]
    pub data: Vec<u8>,
}

/// `sensor_msgs/RegionOfInterest`; all zero is the whole picture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegionOfInterest {
    /// Leftmost pixel.
    pub x_offset: u32,
    /// Topmost pixel.
    pub y_offset: u32,
    /// Height, pixels.
    pub height: u32,
    /// Width, pixels.
    pub width: u32,
    /// Whether the region is one of the rectified picture.
    pub do_rectify: bool,
}

/// `sensor_msgs/CameraInfo`. The names are those of the definition: one letter each.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CameraInfo {
    /// Time of the picture, and the optical frame of the camera.
    pub header: Header,
    /// Height of a calibrated picture, pixels.
    pub height: u32,
    /// Width of a calibrated picture, pixels.
    pub width: u32,
    /// `plumb_bob` for five coefficients of Brown and Conrady, `equidistant` for four of Kannala
    /// and Brandt.
    pub distortion_model: String,
    /// Coefficients of the distortion.
    pub d: Vec<f64>,
    /// Camera matrix, row by row; pixel centers are at integers.
    pub k: [f64; 9],
    /// Rotation that rectifies, row by row.
    pub r: [f64; 9],
    /// Projection of the rectified picture, row by row.
    pub p: [f64; 12],
    /// Pixels that were combined along `x`; 0 is the same as 1.
    pub binning_x: u32,
    /// Pixels that were combined along `y`; 0 is the same as 1.
    pub binning_y: u32,
    /// Part of the sensor that is shown.
    pub roi: RegionOfInterest,
}

super::messages!(
    JointState,
    Image,
    CompressedImage,
    RegionOfInterest,
    CameraInfo
);
