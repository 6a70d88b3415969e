//! What a stream's thread makes of what a camera sends; the camera is a fake.

use std::io::Cursor;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant, UNIX_EPOCH};

use enact_camera::source::yuyv::Yuyv;
use enact_camera::source::{Feed, FeedOutcome, Picture, Pixels, Source};
use enact_camera::{Camera, CameraError, PictureStream, StreamCamera, StreamLimits};
use enact_types::{Frame, Pose, Reason, StopSwitch};
use image::{ImageFormat, Rgb, RgbImage};

/// Time from picture to picture.
const FRAME_PERIOD: Duration = Duration::from_millis(4);
/// Longer than any test takes.
const LONG: Duration = Duration::from_secs(3600);

type Result<T> = std::result::Result<T, Reason>;
type Script = Arc<dyn Fn(u64) -> Result<FeedOutcome> + Send + Sync>;

/// A camera that sends what its script says, picture by picture, over all connections.
struct Fake {
    script: Script,
    next: Arc<AtomicU64>,
    /// Refuses this many connections after the first.
    refuses: u64,
    opened: u64,
    settles: bool,
    gone: Gone,
}

/// Says when nobody has the camera any more.
#[derive(Default)]
struct Gone(Arc<AtomicBool>);

impl Drop for Gone {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

impl Fake {
    fn new(script: impl Fn(u64) -> Result<FeedOutcome> + Send + Sync + 'static) -> Self {
        Self {
            script: Arc::new(script),
            next: Arc::default(),
            refuses: 0,
            opened: 0,
            settles: false,
            gone: Gone::default(),
        }
    }

    fn camera(self, limits: StreamLimits) -> StreamCamera {
        let stream = PictureStream::start("main", Box::new(self), limits).unwrap();
        stream.create_camera(0.8, Pose::identity(), &StopSwitch::new())
    }
}

impl Source for Fake {
    fn place(&self) -> String {
        "fake://".to_owned()
    }

    fn needs_exposure_settling(&self) -> bool {
        self.settles
    }

    fn open(&mut self) -> Result<Box<dyn Feed>> {
        self.opened += 1;
        if (2..2 + self.refuses).contains(&self.opened) {
            return Err("nobody answers".into());
        }
        Ok(Box::new(FakeFeed(
            Arc::clone(&self.script),
            Arc::clone(&self.next),
        )))
    }
}

struct FakeFeed(Script, Arc<AtomicU64>);

impl Feed for FakeFeed {
    fn next(&mut self, _: Duration) -> Result<FeedOutcome> {
        thread::sleep(FRAME_PERIOD);
        (self.0)(self.1.fetch_add(1, Ordering::SeqCst))
    }
}

/// Encodes a picture that shows a number.
fn encoded(number: u64) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    let color = [(number >> 16) as u8, (number >> 8) as u8, number as u8];
    RgbImage::from_pixel(16, 12, Rgb(color))
        .write_to(&mut bytes, ImageFormat::Png)
        .unwrap();
    bytes.into_inner()
}

fn number(frame: &Frame) -> u64 {
    let [high, middle, low] = frame.rgb.get_pixel(0, 0).0.map(u64::from);
    (high << 16) + (middle << 8) + low
}

fn file(bytes: Vec<u8>) -> FeedOutcome {
    stamped(bytes, None)
}

fn stamped(bytes: Vec<u8>, stamp: Option<f64>) -> FeedOutcome {
    FeedOutcome::Picture(Picture {
        pixels: Pixels::File(bytes),
        begun: Instant::now(),
        stamp,
    })
}

fn patient(patience: Duration) -> StreamLimits {
    StreamLimits {
        patience,
        ..StreamLimits::default()
    }
}

#[test]
fn the_newest_picture_wins_and_none_was_taken_before_it_was_asked_for() {
    let mut camera = Fake::new(|number| Ok(file(encoded(number)))).camera(patient(LONG));
    let mut last = None;
    for _ in 0..5 {
        let asked = Instant::now();
        let (frame, taken) = camera.capture_timed().unwrap();
        assert!(taken >= asked);
        // Pictures are counted from one, whether they were seen or not.
        assert_eq!(frame.sequence, number(&frame) + 1);
        if let Some(last) = last {
            assert!(frame.sequence >= last + 5, "{last} {}", frame.sequence);
        }
        last = Some(frame.sequence);
        // Nobody asks for at least five pictures.
        let seen = camera.stream().counts().pictures;
        while camera.stream().counts().pictures < seen + 5 {
            thread::sleep(FRAME_PERIOD);
        }
    }
}

#[test]
fn pictures_of_a_camera_that_is_known_to_be_late_are_waited_for() {
    let limits = StreamLimits {
        latency: Duration::from_millis(60),
        ..patient(LONG)
    };
    let mut camera = Fake::new(|number| Ok(file(encoded(number)))).camera(limits);
    let asked = Instant::now();
    let (_, taken) = camera.capture_timed().unwrap();
    assert!(taken >= asked && asked.elapsed() >= limits.latency);
}

#[test]
fn two_readers_share_a_stream() {
    let mut first = Fake::new(|number| Ok(file(encoded(number)))).camera(patient(LONG));
    let place = Pose::translation(1.0, 0.0, 0.0);
    let mut second = first.stream().create_camera(0.5, place, &StopSwitch::new());
    assert!(number(&first.capture().unwrap()) < number(&second.capture().unwrap()));
    assert_eq!(first.stream().counts().connections, 1);
}

/// Fault 24.
#[test]
fn a_picture_sent_over_and_over_is_a_frozen_camera() {
    let script = |number: u64| Ok(file(encoded(number.min(20))));
    let mut camera = Fake::new(script).camera(patient(LONG));
    let error = loop {
        match camera.capture() {
            Ok(frame) => assert!(number(&frame) <= 20),
            Err(error) => break error,
        }
    };
    let CameraError::Repeating { times, age, .. } = &error else {
        panic!("{error}");
    };
    assert!(*times >= 10 && *age >= Duration::from_secs(1));
    let error = error.to_string();
    assert!(
        error.contains("`main` (fake://)") && error.contains("frozen"),
        "{error}"
    );
}

#[test]
fn a_server_that_doubles_pictures_is_not_frozen() {
    let mut camera = Fake::new(|number| Ok(file(encoded(number / 5)))).camera(patient(LONG));
    for _ in 0..10 {
        camera.capture().unwrap();
    }
    let counts = camera.stream().counts();
    assert!(
        counts.repeated >= 3 * (counts.pictures / 5 - 1),
        "{counts:?}"
    );
}

/// Fault 24.
#[test]
fn half_pictures_are_dropped_and_counted() {
    let script = |number: u64| {
        let mut bytes = encoded(number);
        if !number.is_multiple_of(3) {
            bytes.truncate(bytes.len() - 20);
        }
        Ok(file(bytes))
    };
    let mut camera = Fake::new(script).camera(patient(LONG));
    for _ in 0..5 {
        assert_eq!(number(&camera.capture().unwrap()) % 3, 0);
    }
    let counts = camera.stream().counts();
    assert!(counts.damaged >= 2 * (counts.pictures - 1), "{counts:?}");

    let script = |number: u64| {
        let bytes = encoded(number);
        Ok(file(bytes[..bytes.len() / 2].to_vec()))
    };
    let mut camera = Fake::new(script).camera(patient(Duration::from_millis(200)));
    let error = camera.capture().unwrap_err().to_string();
    assert!(error.contains("its end is missing"), "{error}");
    assert_eq!(camera.stream().counts().pictures, 0);
}

#[test]
fn a_picture_that_cannot_be_decoded_is_passed_over() {
    let script = |number: u64| {
        let mut bytes = encoded(number);
        if number % 2 == 1 {
            // The header's checksum is wrong, the end is there.
            bytes[20] ^= 0x55;
        }
        Ok(file(bytes))
    };
    let mut camera = Fake::new(script).camera(patient(LONG));
    for _ in 0..10 {
        assert_eq!(number(&camera.capture().unwrap()) % 2, 0);
    }
}

/// Fault 24.
#[test]
fn a_camera_that_is_unplugged_is_opened_again_until_it_is_there() {
    let script = |number: u64| match number {
        10 => Err("its plug was pulled".into()),
        number => Ok(file(encoded(number))),
    };
    let fake = Fake {
        refuses: 3,
        ..Fake::new(script)
    };
    let mut camera = fake.camera(patient(LONG));
    while camera.stream().counts().connections < 2 {
        camera.capture().unwrap();
    }
    assert!(number(&camera.capture().unwrap()) > 10);
    assert_eq!(camera.stream().counts().connections, 2);
}

/// Fault 24.
#[test]
fn a_camera_that_stays_away_is_an_error_that_says_why() {
    let script = |number: u64| match number {
        0..10 => Ok(file(encoded(number))),
        _ => Err("its plug was pulled".into()),
    };
    let fake = Fake {
        refuses: u64::MAX - 2,
        ..Fake::new(script)
    };
    let mut camera = fake.camera(patient(Duration::from_millis(600)));
    camera.capture().unwrap();
    let error = loop {
        if let Err(error) = camera.capture() {
            break error;
        }
    };
    let CameraError::Lost { .. } = &error else {
        panic!("{error}");
    };
    let error = error.to_string();
    assert!(
        error.contains("nobody answers") && error.contains("(for "),
        "{error}"
    );
}

/// Fault 26.
#[test]
fn pictures_that_come_seconds_late_are_not_shown() {
    let script = |number: u64| {
        let now = UNIX_EPOCH.elapsed().unwrap().as_secs_f64();
        let late = if number < 20 { 0.0 } else { 5.0 };
        Ok(stamped(encoded(number), Some(now - late)))
    };
    let limits = StreamLimits {
        // A busy computer is late too.
        max_age: Duration::from_secs(4),
        ..patient(Duration::from_millis(500))
    };
    let mut camera = Fake::new(script).camera(limits);
    let error = loop {
        match camera.capture() {
            Ok(frame) => assert!(number(&frame) < 20),
            Err(error) => break error,
        }
    };
    let CameraError::Late { age, .. } = &error else {
        panic!("{error}");
    };
    assert!(*age >= Duration::from_secs(5));
    assert!(error.to_string().contains("max_age_s"), "{error}");
    assert!(camera.stream().counts().late > 0);
}

/// Fault 26.
#[test]
fn what_waited_in_a_queue_is_not_shown() {
    // The line stands still for a second, and what was taken meanwhile comes at once.
    let script = |number: u64| {
        match number {
            20 => thread::sleep(Duration::from_secs(1)),
            21..50 => {}
            _ => thread::sleep(Duration::from_millis(40)),
        }
        Ok(file(encoded(number)))
    };
    let mut camera = Fake::new(script).camera(patient(LONG));
    let mut seen = 0;
    while seen < 50 {
        seen = number(&camera.capture().unwrap());
        assert!(!(20..48).contains(&seen), "{seen}");
    }
}

/// A camera that shows an arm, which moves at an instant, so much later.
fn onlooker(moves: Arc<Mutex<Option<Instant>>>, delay: Duration) -> Fake {
    Fake::new(move |number| {
        let moves = *moves.lock().unwrap();
        let x = if moves.is_some_and(|at| at.elapsed() >= delay) {
            30
        } else {
            5
        };
        let picture = RgbImage::from_fn(64, 48, |u, v| {
            let gray = if (x..x + 20).contains(&u) && v < 24 {
                40
            } else {
                150
            };
            // No two pictures are equal.
            let noise = (u64::from(u * 31 + v * 17) + number * 7) % 5;
            Rgb([gray + noise as u8; 3])
        });
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, ImageFormat::Png).unwrap();
        Ok(file(bytes.into_inner()))
    })
}

/// Fault 26.
#[test]
fn a_camera_that_shows_the_arms_motion_late_is_noticed_without_any_clock() {
    let moves = Arc::new(Mutex::new(None));
    let delay = Duration::from_millis(1500);
    let limits = StreamLimits {
        max_age: Duration::ZERO,
        ..patient(LONG)
    };
    let mut camera = onlooker(Arc::clone(&moves), delay).camera(limits);
    camera.capture().unwrap();
    camera.watch_for_motion();
    *moves.lock().unwrap() = Some(Instant::now());
    let error = camera.check_lag().unwrap_err();
    let CameraError::Lagging { lag, .. } = &error else {
        panic!("{error}");
    };
    assert!(*lag >= delay);
    assert!(error.to_string().contains("latency_s"), "{error}");

    // Whoever knows the latency waits for it, and the motion is shown in time.
    let moves = Arc::new(Mutex::new(None));
    let limits = StreamLimits {
        latency: delay,
        max_age: LONG,
        ..patient(LONG)
    };
    let mut camera = onlooker(Arc::clone(&moves), delay).camera(limits);
    camera.capture().unwrap();
    camera.watch_for_motion();
    *moves.lock().unwrap() = Some(Instant::now());
    camera.check_lag().unwrap();
    assert!(moves.lock().unwrap().unwrap().elapsed() >= delay);
    // It is not measured again.
    camera.watch_for_motion();
    camera.check_lag().unwrap();
}

#[test]
fn exposure_settles_before_the_first_picture() {
    let script = |number: u64| {
        let gray = (number * 20).min(100) as u8;
        let picture = RgbImage::from_pixel(16, 12, Rgb([gray, gray, (number % 4) as u8]));
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, ImageFormat::Png).unwrap();
        Ok(file(bytes.into_inner()))
    };
    let fake = Fake {
        settles: true,
        ..Fake::new(script)
    };
    let frame = fake.camera(patient(LONG)).capture().unwrap();
    assert_eq!(frame.rgb.get_pixel(0, 0)[0], 100);
}

#[test]
fn raw_pictures_are_converted() {
    let script = |number: u64| {
        let raw = Yuyv {
            width: 16,
            height: 12,
            stride: 32,
            bytes: [
                [16, 128, 235, 128],
                [16, 128, 235, (number % 5) as u8 + 126],
            ]
            .concat()
            .repeat(48),
        };
        Ok(FeedOutcome::Picture(Picture {
            pixels: Pixels::Yuyv(raw),
            begun: Instant::now(),
            stamp: None,
        }))
    };
    let frame = Fake::new(script).camera(patient(LONG)).capture().unwrap();
    assert_eq!(frame.rgb.dimensions(), (16, 12));
    assert_eq!([0, 1].map(|x| frame.rgb.get_pixel(x, 3)[0]), [0, 255]);
}

#[test]
fn a_stop_ends_the_waiting() {
    let stream = Fake::new(|_| Ok(FeedOutcome::Nothing));
    let stream = PictureStream::start("main", Box::new(stream), patient(LONG)).unwrap();
    let stop = StopSwitch::new();
    let mut camera = stream.create_camera(0.8, Pose::identity(), &stop);
    let waiting = thread::spawn(move || camera.capture().unwrap_err());
    thread::sleep(Duration::from_millis(50));
    stop.press();
    assert!(matches!(waiting.join().unwrap(), CameraError::Stopped));
}

#[test]
fn silence_is_said_with_its_length() {
    let limits = patient(Duration::from_millis(100));
    let script = |number: u64| match number {
        0..5 => Ok(file(encoded(number))),
        _ => Ok(FeedOutcome::Nothing),
    };
    let mut camera = Fake::new(script).camera(limits);
    camera.capture().unwrap();
    let error = loop {
        if let Err(error) = camera.capture() {
            break error.to_string();
        }
    };
    assert!(error.contains("sent none for 0.1 s"), "{error}");
}

#[test]
fn a_driver_that_panics_is_a_camera_that_is_lost() {
    let mut camera = Fake::new(|number| match number {
        5 => panic!("a driver's bug"),
        number => Ok(file(encoded(number))),
    })
    .camera(patient(LONG));
    let error = loop {
        if let Err(error) = camera.capture() {
            break error;
        }
    };
    assert!(error.to_string().contains("has ended"), "{error}");
}

#[test]
fn nobody_takes_pictures_that_nobody_reads() {
    let fake = Fake::new(|number| Ok(file(encoded(number))));
    let gone = Arc::clone(&fake.gone.0);
    let mut camera = fake.camera(patient(LONG));
    camera.capture().unwrap();
    let stream = camera.stream().clone();
    drop(camera);
    assert!(!gone.load(Ordering::SeqCst));
    drop(stream);
    while !gone.load(Ordering::SeqCst) {
        thread::sleep(FRAME_PERIOD);
    }
}
