//! A camera on another machine.

mod common;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use common::tcp_proxy::{Delay, TcpProxy};
use common::{TEST_TIMEOUT, address, connecting, eventually, free_tcp};
use enact_camera::{Camera, CameraError, PictureStream, StreamLimits};
use enact_network::{CameraNode, Clock, Link, NetworkConfig, RemoteCamera};
use enact_types::{Frame, Intrinsics, Pose, Stamp, StopSwitch};
use image::{Rgb, RgbImage};

/// A camera whose pictures are gray by their number.
struct Counting(Arc<AtomicU64>);

impl Camera for Counting {
    fn capture(&mut self) -> Result<Frame, CameraError> {
        std::thread::sleep(Duration::from_millis(10));
        let sequence = self.0.fetch_add(1, Ordering::SeqCst) + 1;
        let gray = (sequence * 16 % 256) as u8;
        Ok(Frame {
            sequence,
            stamp: Stamp::ZERO,
            rgb: RgbImage::from_pixel(160, 120, Rgb([gray; 3])),
            depth: None,
            intrinsics: Intrinsics::from_vertical_fov(160, 120, 0.8),
            base_from_camera: Pose::identity(),
        })
    }
}

fn limits() -> StreamLimits {
    StreamLimits {
        patience: TEST_TIMEOUT,
        max_age: TEST_TIMEOUT,
        ..StreamLimits::default()
    }
}

#[test]
fn pictures_come_when_they_are_asked_for_and_clocks_do_not_matter() {
    let endpoint = free_tcp();
    let config = NetworkConfig::listening_at([endpoint.as_str()]);
    // Ten minutes ahead: by its own time, each picture would be from the future.
    let there =
        Link::open_with_clock(&config, Clock::with_wall_clock_ahead(600_000_000_000)).unwrap();
    let taken = Arc::new(AtomicU64::new(0));
    let camera = Counting(Arc::clone(&taken));
    let node = CameraNode::start(&there, "wrist", Box::new(camera)).unwrap();
    std::thread::sleep(Duration::from_millis(200));
    assert_eq!(taken.load(Ordering::SeqCst), 0, "nobody looks");
    let near = connecting(&endpoint);
    let source = RemoteCamera::new(&near, "wrist")
        .unwrap()
        .with_max_rate(20.0);
    let stream = PictureStream::start("wrist", Box::new(source), limits()).unwrap();
    let stop = StopSwitch::new();
    let mut camera = stream.create_camera(0.8, Pose::identity(), &stop);
    let begun = Instant::now();
    for _ in 0..5 {
        let before = taken.load(Ordering::SeqCst);
        let frame = camera.capture().unwrap();
        assert_eq!(frame.rgb.dimensions(), (160, 120));
        // It was taken after it was asked for: one of the next ones.
        let gray = i32::from(frame.rgb.get_pixel(80, 60)[0]);
        let after = taken.load(Ordering::SeqCst);
        let is_shown = |number: u64| (gray - (number * 16 % 256) as i32).abs() < 8;
        assert!(
            (before + 1..=after).any(is_shown),
            "{before} {gray} {after}"
        );
    }
    let age = stream.newest_picture_arrival_age().unwrap();
    assert!(age < begun.elapsed() + Duration::from_secs(1), "{age:?}");
    let most = 20.0 * begun.elapsed().as_secs_f64() + 5.0;
    assert!(
        (taken.load(Ordering::SeqCst) as f64) < most,
        "at most 20 a second"
    );
    drop(camera);
    drop(stream);
    eventually("nobody looks any more", || {
        let before = taken.load(Ordering::SeqCst);
        std::thread::sleep(Duration::from_millis(500));
        taken.load(Ordering::SeqCst) == before
    });
    drop(node);
}

#[test]
fn a_camera_whose_link_was_cut_is_lost_and_comes_back() {
    let endpoint = free_tcp();
    let there = common::listening(&endpoint);
    let camera = Counting(Arc::default());
    let _node = CameraNode::start(&there, "bench", Box::new(camera)).unwrap();
    let proxy = TcpProxy::to(address(&endpoint), Delay::default());
    let near = connecting(proxy.endpoint());
    let source = RemoteCamera::new(&near, "bench").unwrap();
    let stream = PictureStream::start("bench", Box::new(source), limits()).unwrap();
    let stop = StopSwitch::new();
    let mut camera = stream.create_camera(0.8, Pose::identity(), &stop);
    camera.capture().unwrap();
    proxy.close();
    let connections = stream.counts().connections;
    std::thread::sleep(Duration::from_secs(1));
    proxy.mend();
    let frame = camera.capture().unwrap();
    assert_eq!(frame.rgb.dimensions(), (160, 120));
    assert!(stream.counts().connections >= connections);
}
