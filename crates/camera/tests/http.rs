//! Cameras on the network, over loopback.
#![cfg(feature = "http")]

mod server;

use std::io::Cursor;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, UNIX_EPOCH};

use enact_camera::source::http::HttpSource;
use enact_camera::{Camera, CameraError, PictureStream, StreamCamera, StreamLimits};
use enact_types::{Pose, StopSwitch};
use image::{ImageFormat, Rgb, RgbImage};
use server::{Connection, Server};

const FRAME_PERIOD: Duration = Duration::from_millis(20);

fn camera(url: &str, patience: Duration) -> StreamCamera {
    let limits = StreamLimits {
        patience,
        ..StreamLimits::default()
    };
    let source = Box::new(HttpSource::new(url, 50).unwrap());
    let stream = PictureStream::start("main", source, limits).unwrap();
    stream.create_camera(0.8, Pose::identity(), &StopSwitch::new())
}

fn jpeg(number: u64) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    // JPEG pictures of slightly different grays may be equal; noise is never.
    RgbImage::from_fn(64, 48, |x, y| {
        Rgb([((u64::from(x * 7 + y * 13) + number) % 100) as u8 + 50; 3])
    })
    .write_to(&mut bytes, ImageFormat::Jpeg)
    .unwrap();
    bytes.into_inner()
}

/// Sends pictures until the connection ends; `part` may send something else.
fn film(connection: &mut Connection, mut part: impl FnMut(&mut Connection, u64) -> bool) {
    let mut number = 0;
    while part(connection, number) {
        number += 1;
        thread::sleep(FRAME_PERIOD);
    }
}

const MINUTE: Duration = Duration::from_secs(60);

#[test]
fn a_stream_is_seen() {
    let server = Server::start(|connection| {
        connection.begin();
        film(connection, |to, number| to.part(&jpeg(number), ""));
    });
    let mut camera = camera(&format!("{}/stream", server.address), MINUTE);
    let first = camera.capture().unwrap();
    let second = camera.capture().unwrap();
    assert_eq!(first.rgb.dimensions(), (64, 48));
    assert!(second.sequence > first.sequence && second.stamp > first.stamp);
}

#[test]
fn stills_are_asked_for_one_by_one() {
    let asked = Arc::new(AtomicU64::new(0));
    let number = Arc::clone(&asked);
    let server = Server::start(move |connection| {
        let number = number.fetch_add(1, Ordering::SeqCst);
        let bytes = jpeg(number);
        // Every third is cut off.
        let sent = bytes.len() / if number % 3 == 2 { 2 } else { 1 };
        connection.whole("image/jpeg", &bytes, sent);
    });
    let mut camera = camera(&format!("{}/still.jpg", server.address), MINUTE);
    for _ in 0..4 {
        assert_eq!(camera.capture().unwrap().rgb.dimensions(), (64, 48));
    }
    let counts = camera.stream().counts();
    assert!(counts.damaged >= 1 && counts.connections == 1, "{counts:?}");
    assert!(asked.load(Ordering::SeqCst) >= 4);
}

/// Fault 24.
#[test]
fn half_pictures_of_a_stream_are_dropped() {
    let server = Server::start(|connection| {
        connection.begin();
        film(connection, |to, number| {
            let mut bytes = jpeg(number);
            if number % 2 == 1 {
                bytes.truncate(bytes.len() / 2);
            }
            to.part(&bytes, "")
        });
    });
    let mut camera = camera(&server.address, MINUTE);
    for _ in 0..3 {
        assert!(camera.capture().is_ok());
    }
    assert!(camera.stream().counts().damaged >= 2);
}

/// Fault 24.
#[test]
fn a_stream_that_breaks_and_returns_is_connected_to_again() {
    let answer = |connection: &mut Connection| {
        connection.begin();
        film(connection, |to, number| {
            number < 10 && to.part(&jpeg(number), "")
        });
    };
    let server = Server::start(answer);
    let address = server.address.clone();
    let mut camera = camera(&address, MINUTE);
    camera.capture().unwrap();
    // The server goes away altogether, and a new one comes.
    drop(server);
    thread::sleep(Duration::from_millis(300));
    let _server = Server::at(address.trim_start_matches("http://"), answer);
    camera.capture().unwrap();
    assert!(camera.stream().counts().connections >= 2);
}

/// Fault 24.
#[test]
fn a_server_that_is_gone_is_an_error_that_says_so() {
    let server = Server::start(|connection| {
        connection.begin();
        film(connection, |to, number| to.part(&jpeg(number), ""));
    });
    let mut camera = camera(&server.address, Duration::from_secs(1));
    camera.capture().unwrap();
    drop(server);
    let error = loop {
        if let Err(error) = camera.capture() {
            break error;
        }
    };
    assert!(matches!(error, CameraError::Lost { .. }), "{error}");
    assert!(error.to_string().contains("efused"), "{error}");
}

/// Fault 26.
#[test]
fn time_stamps_tell_that_a_stream_is_late() {
    let server = Server::start(|connection| {
        connection.begin();
        film(connection, |to, number| {
            let taken = UNIX_EPOCH.elapsed().unwrap().as_secs_f64() - 5.0;
            to.part(&jpeg(number), &format!("X-Timestamp: {taken:.6}\r\n"))
        });
    });
    let error = camera(&server.address, Duration::from_secs(1))
        .capture()
        .unwrap_err();
    assert!(matches!(error, CameraError::Late { .. }), "{error}");
}

#[test]
fn what_is_no_camera_is_said_to_be_none() {
    let cases: [(&[u8], &str); 5] = [
        (
            b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\nhi",
            "text/html, not with pictures",
        ),
        (
            b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
            "404",
        ),
        (
            b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n",
            "NAME:PASSWORD@HOST",
        ),
        (
            b"HTTP/1.0 200 OK\r\nContent-Type: multipart/x-mixed-replace\r\n\r\nabc",
            "what separates pictures",
        ),
        (b"SSH-2.0-OpenSSH_9\r\n", "`main` (http://127.0.0.1"),
    ];
    for (answer, expected) in cases {
        let server = Server::start(move |connection| {
            connection.send(answer);
        });
        let error = camera(&server.address, Duration::from_millis(500)).capture();
        let error = error.unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
}

#[test]
fn name_and_password_are_sent() {
    let server = Server::start(|connection| {
        // "me:secret"
        let request = connection.request.to_ascii_lowercase();
        if request.contains("authorization: basic bwu6c2vjcmv0") {
            connection.begin();
            film(connection, |to, number| to.part(&jpeg(number), ""));
        } else {
            connection.send(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n");
        }
    });
    let url = server.address.replace("http://", "http://me:secret@");
    camera(&url, MINUTE).capture().unwrap();
}
