//! `enact camera list`: the webcams that are plugged in.

#[cfg(target_os = "linux")]
use enact_camera::source::usb::{self, Mode, UsbDevice};
#[cfg(target_os = "linux")]
use serde_json::{Value, json};

use super::args::ListArgs;

/// Lists webcams and their modes; `false` if there are none.
#[cfg(target_os = "linux")]
pub fn list(args: &ListArgs) -> bool {
    let devices = usb::devices();
    if devices.is_empty() {
        errln!(
            "no webcam: there is no /dev/video*; is one plugged in? Cameras on the network need no list: \
             `enact camera show http://HOST/stream`"
        );
        return false;
    }
    for device in &devices {
        if args.json {
            outln!("{}", facts(device));
        } else {
            outln!("{}", describe(device));
        }
    }
    true
}

/// Says where webcams are read.
#[cfg(not(target_os = "linux"))]
pub fn list(_: &ListArgs) -> bool {
    errln!(
        "webcams are read on Linux only; have ffmpeg serve yours as MJPEG, as docs/your-arm.md shows"
    );
    false
}

#[cfg(target_os = "linux")]
fn describe(device: &UsbDevice) -> String {
    let mut lines = vec![format!("{}  {}", device.path.display(), device.name)];
    if let Some(by_id) = &device.by_id {
        lines.push(format!("    {}", by_id.display()));
    }
    match &device.modes {
        Err(why) => lines.push(format!("    {why}")),
        Ok(modes) => lines.extend(by_format(modes)),
    }
    lines.join("\n")
}

/// Returns a line for each format.
#[cfg(target_os = "linux")]
fn by_format(modes: &[Mode]) -> Vec<String> {
    let mut lines: Vec<(&str, String)> = Vec::new();
    for mode in modes {
        let size = format!("{}x{}", mode.width, mode.height);
        match lines.iter_mut().find(|(format, _)| *format == mode.format) {
            Some((_, sizes)) => *sizes += &format!(" {size}"),
            None => lines.push((&mode.format, size)),
        }
    }
    lines
        .into_iter()
        .map(|(format, sizes)| format!("    {format}  {sizes}"))
        .collect()
}

#[cfg(target_os = "linux")]
fn facts(device: &UsbDevice) -> Value {
    let modes = device.modes.as_ref().ok();
    let mode =
        |mode: &Mode| json!({"format": mode.format, "width": mode.width, "height": mode.height});
    json!({
        "device": device.path,
        "by_id": device.by_id,
        "name": device.name,
        "modes": modes.map(|modes| modes.iter().map(mode).collect::<Vec<_>>()),
        "error": device.modes.as_ref().err(),
    })
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_webcam_is_described_by_its_formats() {
        let mode = |format: &str, width, height| Mode {
            format: format.to_owned(),
            width,
            height,
        };
        let mut device = UsbDevice {
            path: "/dev/video0".into(),
            by_id: Some("/dev/v4l/by-id/usb-x".into()),
            name: "Webcam".to_owned(),
            modes: Ok(vec![
                mode("MJPG", 640, 480),
                mode("YUYV", 640, 480),
                mode("MJPG", 1280, 720),
            ]),
        };
        let text = describe(&device);
        assert_eq!(
            text,
            "/dev/video0  Webcam\n    /dev/v4l/by-id/usb-x\n    MJPG  640x480 1280x720\n    YUYV  640x480"
        );
        device.modes = Err("/dev/video0 is not permitted".to_owned());
        assert!(describe(&device).ends_with("not permitted"));
        assert_eq!(facts(&device)["modes"], Value::Null);
    }
}
