//! `enact camera show`: what a camera sees.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use enact_camera::{Camera, PictureStream, Quality};
use enact_sim::render::Appearance;
use enact_sim::{CameraPlace, Simulator};
use enact_types::{Distortion, Frame, Stamp, StopSwitch};
use serde_json::json;

use super::args::ShowArgs;
use super::config::{
    CameraConfig, CameraSource, MAIN_CAMERA_NAME, PlaceConfig, StreamLimitsConfig,
};
use super::open::OpenCameras;
use crate::data_dir::DataDir;
use crate::launch::Launch;
use crate::recordings::run_recorder::wall_clock;
use crate::rerun_view::{self, RerunView, ViewTarget};
use crate::stop_sources::stop_on_interrupt;

/// Shows a camera, and prints how well it sees.
///
/// # Errors
/// If there is no such camera, it gives no picture, or what it shows cannot be written.
pub fn show_picture_and_quality(data_dir: &DataDir, args: &ShowArgs) -> Result<()> {
    let stop = StopSwitch::new();
    let mut looked_at = Looked::open(data_dir, args, &stop)?;
    let first = looked_at.camera.capture()?;
    stop_on_interrupt(stop.clone())?;
    let measured = looked_at.measure(first, Duration::from_secs_f64(args.seconds), &stop)?;
    looked_at.tell(&measured, args.json);
    if let Some(path) = &args.out {
        write(path, &measured.frame)?;
    }
    match &args.view {
        Some(view) => looked_at.view(view, args, &measured.frame, &stop),
        None => Ok(()),
    }
}

/// A camera that is looked through.
struct Looked {
    name: String,
    camera: Box<dyn Camera>,
    stream: Option<PictureStream>,
}

/// What was seen.
struct Measured {
    frame: Frame,
    quality: Quality,
    /// Pictures a second.
    fps: Option<f64>,
}

impl Looked {
    fn open(data_dir: &DataDir, args: &ShowArgs, stop: &StopSwitch) -> Result<Self> {
        let (config, launch) = match unlisted(&args.camera) {
            Some(config) => (config, None),
            None => {
                let launch = Launch::find(data_dir, &args.launch)?;
                (chosen(&launch, args)?, Some(launch))
            }
        };
        let (place, simulator) = match &launch {
            Some(launch) => world(data_dir, launch, &config)?,
            None => (nowhere(), None),
        };
        let name = config.name.clone();
        if let Some(simulator) = simulator {
            let mount = config.place.mount.as_deref();
            let seed = launch.map_or(0, |launch| launch.seed);
            let camera = simulator.camera_at(&place, mount, Appearance::default(), seed);
            return Ok(Self {
                name,
                camera: Box::new(camera),
                stream: None,
            });
        }
        let cameras = OpenCameras::default();
        Ok(Self {
            name,
            camera: cameras.open_camera(&config, &place, stop)?,
            stream: cameras.picture_stream(&config).ok(),
        })
    }

    /// Looks for a while.
    fn measure(&mut self, first: Frame, time: Duration, stop: &StopSwitch) -> Result<Measured> {
        let begun = Instant::now();
        let before = self.stream.as_ref().map(|stream| stream.counts().pictures);
        let (mut frame, mut seen) = (first, 0_u32);
        while begun.elapsed() < time && !stop.is_pressed() {
            match self.camera.capture() {
                Ok(next) => frame = next,
                Err(_) if stop.is_pressed() => break,
                Err(error) => return Err(error.into()),
            }
            seen += 1;
        }
        // A stream counts pictures that nobody looked at, too.
        let pictures = match (&self.stream, before) {
            (Some(stream), Some(before)) => (stream.counts().pictures - before) as f64,
            _ => f64::from(seen),
        };
        let fps = pictures / begun.elapsed().as_secs_f64();
        Ok(Measured {
            quality: Quality::measure(&frame.rgb),
            fps: (seen > 0).then_some(fps),
            frame,
        })
    }

    fn tell(&self, measured: &Measured, as_json: bool) {
        let Measured {
            frame,
            quality,
            fps,
        } = measured;
        let (width, height) = frame.rgb.dimensions();
        let age = self
            .stream
            .as_ref()
            .and_then(PictureStream::newest_picture_arrival_age);
        let age = age.map(|age| age.as_secs_f64());
        let counts = self.stream.as_ref().map(PictureStream::counts);
        if as_json {
            let counts = counts.map(|counts| {
                json!({
                    "pictures": counts.pictures,
                    "damaged": counts.damaged,
                    "repeated": counts.repeated,
                    "late": counts.late,
                    "connections": counts.connections,
                })
            });
            outln!(
                "{}",
                json!({
                    "camera": self.name,
                    "width": width,
                    "height": height,
                    "fps": fps,
                    "age_s": age,
                    "sharpness": quality.sharpness,
                    "brightness": quality.brightness,
                    "dark": quality.dark,
                    "bright": quality.bright,
                    "exposure": quality.exposure_fault().unwrap_or("good"),
                    "depth": frame.depth.is_some(),
                    "counts": counts,
                })
            );
            return;
        }
        let rate = fps.map_or(String::new(), |fps| format!(", {fps:.1} pictures a second"));
        outln!("{}: {width} x {height} pixels{rate}", self.name);
        outln!(
            "sharpness {:.0} (the higher, the sharper; focus until it grows no more)",
            quality.sharpness
        );
        outln!(
            "exposure {}: brightness {:.0} of 255, {:.0} % black, {:.0} % white",
            quality.exposure_fault().unwrap_or("good"),
            quality.brightness,
            100.0 * quality.dark,
            100.0 * quality.bright
        );
        match age {
            Some(age) => outln!("age {age:.2} s when a picture arrives, by its time stamps"),
            None if self.stream.is_some() => {
                outln!("age unknown: the camera sends no time stamps; `latency_s` may say it");
            }
            None => {}
        }
        if let Some(counts) = counts {
            outln!(
                "{} pictures, {} damaged, {} repeated, {} late",
                counts.pictures,
                counts.damaged,
                counts.repeated,
                counts.late
            );
        }
    }

    /// Shows it until Ctrl-C, or, in a file, what was seen.
    fn view(
        &mut self,
        target: &ViewTarget,
        args: &ShowArgs,
        seen: &Frame,
        stop: &StopSwitch,
    ) -> Result<()> {
        let mut view = RerunView::open_for_run(target, Box::new(wall_clock), stop)?;
        let mut shown = view.other_camera_sink(&self.name);
        let begun = Instant::now();
        shown.receive(seen.clone(), Stamp::ZERO);
        let time = Duration::from_secs_f64(args.seconds);
        let is_file = matches!(target, ViewTarget::File(_));
        let is_over = || stop.is_pressed() || is_file && begun.elapsed() >= time;
        while !is_over() {
            match self.camera.capture() {
                Ok(frame) => shown.receive(frame, Stamp::ZERO.later_by(begun.elapsed())),
                Err(_) if stop.is_pressed() => break,
                // It may come back.
                Err(error) => errln!("enact: {error}"),
            }
        }
        drop(shown);
        if let Some(page) = view.finish()? {
            rerun_view::keep_page_open(page);
        }
        Ok(())
    }
}

/// Returns a camera that needs no launch file: a device, or an address.
fn unlisted(name: &str) -> Option<CameraConfig> {
    let limits = StreamLimitsConfig::default();
    let source = if name.contains("://") {
        CameraSource::Mjpeg {
            url: name.to_owned(),
            fps: None,
            limits,
        }
    } else if name.starts_with("/dev/") {
        CameraSource::Usb {
            device: name.into(),
            mode: (640, 480, 30),
            limits,
        }
    } else {
        return None;
    };
    Some(CameraConfig {
        name: MAIN_CAMERA_NAME.to_owned(),
        source,
        place: PlaceConfig::default(),
    })
}

fn chosen(launch: &Launch, args: &ShowArgs) -> Result<CameraConfig> {
    let mut cameras = launch.cameras.all();
    if let Some(camera) = cameras.find(|camera| camera.name == args.camera) {
        return Ok(camera.clone());
    }
    let names: Vec<&str> = launch.cameras.all().map(|it| it.name.as_str()).collect();
    bail!(
        "the launch file `{}` has no camera `{}`; it has {}",
        args.launch,
        args.camera,
        names.join(", ")
    );
}

/// Returns where a camera is, and the world that it sees if the simulator renders it.
fn world(
    data_dir: &DataDir,
    launch: &Launch,
    camera: &CameraConfig,
) -> Result<(CameraPlace, Option<Simulator>)> {
    let robot = data_dir.load_robot_to_move(&launch.robot)?;
    let mut layout = data_dir.load_layout(&launch.scene, &robot, launch.seed)?;
    layout.camera = launch
        .cameras
        .main_camera()
        .place
        .place_with_scene_defaults(&layout.camera);
    let place = camera.place.place_with_scene_defaults(&layout.camera);
    let is_simulated = camera.source == CameraSource::Sim;
    let simulator = is_simulated.then(|| Simulator::new(&robot, &layout, false));
    Ok((place, simulator))
}

/// Returns a place for a camera of which none is known.
fn nowhere() -> CameraPlace {
    CameraPlace {
        eye: [0.0, 0.0, 1.0].into(),
        target: [0.0, 0.0, 0.0].into(),
        vertical_fov: 45_f64.to_radians(),
        width: 640,
        height: 480,
        depth: false,
        distortion: Distortion::None,
    }
}

fn write(path: &Path, frame: &Frame) -> Result<()> {
    frame
        .rgb
        .save_with_format(path, image::ImageFormat::Png)
        .with_context(|| format!("cannot write {}", path.display()))?;
    errln!("  written  {}", path.display());
    Ok(())
}
