//! Meshes of a URDF become convex bodies, whatever file they are in.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use enact_robot::mesh::{ConvexDecomposition, DecompositionOptions, Triangle, read_triangles};
use enact_robot::{MeshFiles, PackageLocations, Robot, Shape};
use enact_types::{Point3, Pose, Vector3};
use proptest::prelude::*;

/// Corners of the box that the tests write, meters: none of its axes looks like another.
const LOW: [f64; 3] = [-0.01, -0.02, 0.0];
const HIGH: [f64; 3] = [0.03, 0.02, 0.1];

fn corner(bits: usize) -> Point3 {
    Point3::from([0, 1, 2].map(|i| if bits >> i & 1 == 1 { HIGH[i] } else { LOW[i] }))
}

/// Corners of the faces by number.
const QUADS: [[usize; 4]; 6] = [
    [0, 2, 3, 1],
    [4, 5, 7, 6],
    [0, 1, 5, 4],
    [2, 6, 7, 3],
    [0, 4, 6, 2],
    [1, 3, 7, 5],
];

fn box_triangles() -> Vec<Triangle> {
    QUADS
        .iter()
        .flat_map(|[a, b, c, d]| [[*a, *b, *c], [*a, *c, *d]])
        .map(|face| face.map(corner))
        .collect()
}

fn ascii_stl(triangles: &[Triangle]) -> Vec<u8> {
    let mut text = "solid box\n".to_owned();
    for triangle in triangles {
        text += "facet normal 0 0 0\nouter loop\n";
        for p in triangle {
            writeln!(text, "vertex {} {} {}", p.x, p.y, p.z).unwrap();
        }
        text += "endloop\nendfacet\n";
    }
    (text + "endsolid box\n").into_bytes()
}

fn binary_stl(triangles: &[Triangle]) -> Vec<u8> {
    let mut bytes = vec![b' '; 80];
    bytes.extend((triangles.len() as u32).to_le_bytes());
    for triangle in triangles {
        bytes.extend([0; 12]);
        for value in triangle.iter().flat_map(|p| [p.x, p.y, p.z]) {
            bytes.extend((value as f32).to_le_bytes());
        }
        bytes.extend([0; 2]);
    }
    bytes
}

fn obj() -> Vec<u8> {
    let mut text = "# a box\n".to_owned();
    for p in (0..8).map(corner) {
        writeln!(text, "v {} {} {}", p.x, p.y, p.z).unwrap();
    }
    for [a, b, c, d] in QUADS {
        writeln!(text, "f {} {} {} {}", a + 1, b + 1, c + 1, d + 1).unwrap();
    }
    text.into_bytes()
}

/// Returns the box as COLLADA in a unit of `unit` meters, rotated and moved by its node and back by
/// the numbers.
fn collada(unit: f64, up: &str, primitive: &str) -> Vec<u8> {
    let back = Pose::new(
        Vector3::new(0.01, 0.02, -0.03),
        Vector3::z() * std::f64::consts::FRAC_PI_2,
    );
    let mut numbers = String::new();
    for point in (0..8).map(|bits| back.inverse_transform_point(&corner(bits)) / unit) {
        write!(numbers, "{} {} {} ", point.x, point.y, point.z).unwrap();
    }
    // Also a normal for each corner: indices come in pairs.
    let pairs = |corners: &[usize]| {
        let pairs = corners.iter().map(|corner| format!("{corner} 0 "));
        pairs.collect::<String>()
    };
    let quads = QUADS.iter();
    let faces = match primitive {
        "triangles" => {
            let faces = quads.map(|[a, b, c, d]| pairs(&[*a, *b, *c, *a, *c, *d]));
            format!("<p>{}</p>", faces.collect::<String>())
        }
        "polylist" => {
            let faces = quads.map(|face| pairs(face)).collect::<String>();
            format!("<vcount>4 4 4 4 4 4</vcount><p>{faces}</p>")
        }
        "polygons" | "trifans" => quads
            .map(|face| format!("<p>{}</p>", pairs(face)))
            .collect(),
        "tristrips" => quads
            .map(|[a, b, c, d]| format!("<p>{}</p>", pairs(&[*a, *b, *d, *c])))
            .collect(),
        _ => unreachable!(),
    };
    let [x, y, z] = [0.01, 0.02, -0.03].map(|value| value / unit);
    format!(
        r##"<?xml version="1.0"?>
<COLLADA xmlns="http://www.collada.org/2005/11/COLLADASchema" version="1.4.1">
  <asset><unit name="it" meter="{unit}"/><up_axis>{up}</up_axis></asset>
  <library_geometries><geometry id="box"><mesh>
    <source id="s"><float_array id="sa" count="24">{numbers}</float_array>
      <technique_common><accessor source="#sa" count="8" stride="3"/></technique_common></source>
    <source id="n"><float_array id="na" count="3">0 0 1</float_array></source>
    <vertices id="v"><input semantic="POSITION" source="#s"/></vertices>
    <{primitive} count="6"><input semantic="VERTEX" offset="0" source="#v"/>
      <input semantic="NORMAL" offset="1" source="#n"/>{faces}</{primitive}>
  </mesh></geometry></library_geometries>
  <library_nodes><node id="half"><rotate>0 0 1 45</rotate>
    <instance_geometry url="#box"/></node></library_nodes>
  <library_visual_scenes><visual_scene id="scene"><node id="root">
    <translate>{x} {y} {z}</translate>
    <node><matrix>0.7071067811865476 -0.7071067811865476 0 0 0.7071067811865476 0.7071067811865476
      0 0 0 0 1 0 0 0 0 1</matrix><instance_node url="#half"/></node>
  </node></visual_scene></library_visual_scenes>
  <scene><instance_visual_scene url="#scene"/></scene>
</COLLADA>"##
    )
    .into_bytes()
}

fn bounds(triangles: &[Triangle]) -> [[f64; 3]; 2] {
    let points = || triangles.iter().flatten();
    let over = |pick: fn(f64, f64) -> f64, start: f64| {
        [0, 1, 2].map(|axis| points().map(|p| p[axis]).fold(start, pick))
    };
    [
        over(f64::min, f64::INFINITY),
        over(f64::max, f64::NEG_INFINITY),
    ]
}

fn assert_is_the_box(triangles: &[Triangle], what: &str) {
    let found = bounds(triangles);
    for (found, expected) in found.iter().flatten().zip([LOW, HIGH].iter().flatten()) {
        assert!(
            (found - expected).abs() < 1e-7,
            "{what}: {found} is not {expected}"
        );
    }
    assert_eq!(triangles.len(), 12, "{what}");
}

#[test]
fn the_same_box_comes_out_of_every_kind_of_file() {
    let folder = tempfile::tempdir().unwrap();
    let read = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        let read = read_triangles(&path, [1.0; 3]);
        assert_is_the_box(&read.unwrap_or_else(|error| panic!("{name} {error}")), name);
    };
    let faces = box_triangles();
    read("a.stl", &ascii_stl(&faces));
    read("b.STL", &binary_stl(&faces));
    read("c.Obj", &obj());
    // A name that is wrong, or says nothing.
    read("d.dae", &binary_stl(&faces));
    read("e.obj", &ascii_stl(&faces));
    read("f.stl", &obj());
    read("g", &obj());
    for primitive in ["triangles", "polylist", "polygons", "trifans", "tristrips"] {
        for (unit, up) in [(1.0, "Z_UP"), (0.01, "Z_UP"), (0.0254, "Y_UP")] {
            let name = format!("{primitive}-{unit}-{up}.DAE");
            read(&name, &collada(unit, up, primitive));
        }
    }
    read("h.stl", &collada(0.01, "Y_UP", "triangles"));
}

#[test]
fn a_geometry_that_is_shown_twice_is_there_twice() {
    let folder = tempfile::tempdir().unwrap();
    let text = String::from_utf8(collada(1.0, "Z_UP", "triangles")).unwrap();
    let twice = text.replace(
        "<translate>",
        "<node><translate>0 0 1</translate><instance_geometry url=\"#box\"/></node><translate>",
    );
    let path = folder.path().join("twice.dae");
    fs::write(&path, twice).unwrap();
    assert_eq!(read_triangles(&path, [1.0; 3]).unwrap().len(), 24);
}

#[test]
fn a_broken_file_is_told_of_in_one_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let binary = binary_stl(&box_triangles());
    let text = ascii_stl(&box_triangles());
    let dae = String::from_utf8(collada(1.0, "Z_UP", "triangles")).unwrap();
    let millimeters: Vec<Triangle> = box_triangles()
        .iter()
        .map(|triangle| triangle.map(|p| p * 1000.0))
        .collect();
    let nan = String::from_utf8(text.clone())
        .unwrap()
        .replacen("0.03", "nan", 1);
    let corner = dae.replace("<p>0 0", "<p>9 0");
    let url = dae.replace("url=\"#box\"", "url=\"#other\"");
    let own = "<instance_node url=\"#half\"/>";
    let endless = dae.replace("<instance_geometry url=\"#box\"/>", own);
    let millimeters = binary_stl(&millimeters);
    let cases: &[(&str, &[u8], &str)] = &[
        ("empty.stl", b"", "too short"),
        ("cut.stl", &binary[..binary.len() - 50], "cut short"),
        (
            "cut-text.stl",
            &text[..text.len() - "endsolid box\n".len()],
            "cut short",
        ),
        (
            "lfs.stl",
            b"version https://git-lfs.github.com/spec/v1\noid sha256:1\n",
            "git lfs pull",
        ),
        ("page.dae", b"<!DOCTYPE html><html></html>", "broken"),
        ("cut.dae", &dae.as_bytes()[..dae.len() - 9], "broken"),
        ("corner.dae", corner.as_bytes(), "not there"),
        ("url.dae", url.as_bytes(), "#other"),
        ("loop.dae", endless.as_bytes(), "too deeply"),
        ("nothing.obj", b"v 0 0 0\nv 1 0 0\n", "no triangles"),
        ("corner.obj", b"v 0 0 0\nf 1 2 3\n", "broken"),
        (
            "picture.png",
            b"\x89PNG\r\n\x1a\n",
            "neither STL, OBJ nor COLLADA",
        ),
        ("mm.stl", &millimeters, "unit"),
        ("nan.stl", nan.as_bytes(), "not finite"),
    ];
    for (name, bytes, part) in cases {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        let error = read_triangles(&path, [1.0; 3]).unwrap_err();
        assert!(error.text().contains(part), "{name}: {error}");
        assert!(!error.text().contains('\n'), "{name}: {error}");
    }
    assert!(
        read_triangles(folder.path(), [1.0; 3])
            .unwrap_err()
            .text()
            .contains("folder")
    );
    let missing = folder.path().join("missing.stl");
    assert!(
        read_triangles(&missing, [1.0; 3])
            .unwrap_err()
            .text()
            .contains("cannot be read")
    );
}

/// Returns an arm of four joints whose links are this geometry.
fn urdf(geometry: &str) -> String {
    let mut text = "<robot name=\"bench\">\n".to_owned();
    for index in 0..5 {
        writeln!(
            text,
            "<link name=\"l{index}\"><inertial><mass value=\"0.3\"/><inertia ixx=\"0.001\" \
             ixy=\"0\" ixz=\"0\" iyy=\"0.001\" iyz=\"0\" izz=\"0.001\"/></inertial>\
             {geometry}</link>"
        )
        .unwrap();
    }
    for index in 0..4 {
        let axis = ["0 0 1", "0 1 0", "0 1 0", "1 0 0"][index];
        writeln!(
            text,
            "<joint name=\"j{index}\" type=\"revolute\"><parent link=\"l{index}\"/>\
             <child link=\"l{}\"/><origin xyz=\"0 0 0.1\"/><axis xyz=\"{axis}\"/>\
             <limit lower=\"-2\" upper=\"2\" effort=\"10\" velocity=\"2\"/></joint>",
            index + 1
        )
        .unwrap();
    }
    text + "</robot>\n"
}

fn collision(mesh: &str) -> String {
    format!("<collision><origin xyz=\"0 0 0.02\"/><geometry>{mesh}</geometry></collision>")
}

fn place(folder: &Path, name: &str, bytes: impl AsRef<[u8]>) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

fn hulls(robot: &Robot, link: usize) -> Vec<(Shape, Pose)> {
    let shapes = robot.links()[link].shapes.iter();
    shapes
        .map(|it| (it.shape.clone(), it.link_from_shape))
        .collect()
}

#[test]
fn links_get_the_shape_of_their_meshes() {
    let folder = tempfile::tempdir().unwrap();
    place(
        folder.path(),
        "meshes/box.stl",
        binary_stl(&box_triangles()),
    );
    let mesh = collision("<mesh filename=\"package://bench/meshes/box.stl\" scale=\"2 -1 1\"/>");
    place(folder.path(), "urdf/arm.urdf", urdf(&mesh));
    let robot = Robot::load(&folder.path().join("urdf/arm.urdf")).unwrap();
    assert_eq!(robot.unguarded_links(), []);
    assert!(!robot.collider().checked_link_pairs().is_empty());
    let found = hulls(&robot, 2);
    assert_eq!(found.len(), 1);
    let (shape, place) = &found[0];
    // The mesh, scaled and mirrored, at its origin.
    for (point, expected) in [
        ([0.06, 0.0, 0.07], 0.0),
        ([-0.02, 0.0, 0.07], 0.0),
        ([0.02, 0.02, 0.07], 0.0),
        ([0.02, -0.02, 0.07], 0.0),
        ([0.02, 0.0, 0.12], 0.0),
        ([0.02, 0.0, 0.02], 0.0),
        ([0.08, 0.0, 0.07], 0.02),
        ([0.02, 0.0, 0.07], -0.02),
    ] {
        let local = place.inverse_transform_point(&Point3::from(point));
        let found = shape.signed_distance(&local);
        assert!(
            (found - expected).abs() < 1e-5,
            "{point:?}: {found}, not {expected}"
        );
    }
}

#[test]
fn visual_meshes_serve_where_there_is_no_collision_geometry() {
    let folder = tempfile::tempdir().unwrap();
    place(folder.path(), "box.dae", collada(0.01, "Z_UP", "polylist"));
    let mesh = "<visual><geometry><mesh filename=\"box.dae\"/></geometry></visual>";
    place(folder.path(), "arm.urdf", urdf(mesh));
    let robot = Robot::load(&folder.path().join("arm.urdf")).unwrap();
    assert_eq!(robot.unguarded_links(), []);
    assert_eq!(hulls(&robot, 1).len(), 1);
    let own = "<collision><geometry><sphere radius=\"0.02\"/></geometry></collision>";
    place(folder.path(), "arm.urdf", urdf(&format!("{mesh}{own}")));
    let robot = Robot::load(&folder.path().join("arm.urdf")).unwrap();
    assert_eq!(hulls(&robot, 1)[0].0, Shape::Sphere { radius: 0.02 });
}

#[test]
fn what_cannot_be_had_is_named_and_the_rest_loads() {
    let folder = tempfile::tempdir().unwrap();
    let mesh = collision("<mesh filename=\"package://elsewhere/meshes/box.stl\"/>");
    place(folder.path(), "arm.urdf", urdf(&mesh));
    let path = folder.path().join("arm.urdf");
    let robot = Robot::load(&path).unwrap();
    assert_eq!(robot.unguarded_links().len(), 5);
    let first = &robot.unguarded_links()[0];
    assert_eq!(first.package.as_deref(), Some("elsewhere"));
    let text = first.to_string();
    for part in [
        "`l0`",
        "package://elsewhere/meshes/box.stl",
        "ROS_PACKAGE_PATH",
    ] {
        assert!(text.contains(part), "{text}");
    }
    assert!(robot.warnings().iter().any(|it| it.contains("`l0`")));
    // The command line knows, or robot.toml does.
    place(
        folder.path(),
        "there/meshes/box.stl",
        ascii_stl(&box_triangles()),
    );
    let named = [("elsewhere".to_owned(), folder.path().join("there"))];
    let files = MeshFiles {
        packages: PackageLocations {
            named: named.into(),
            ..PackageLocations::default()
        },
        ..MeshFiles::default()
    };
    assert_eq!(
        Robot::load_with_mesh_files(&path, &files)
            .unwrap()
            .unguarded_links(),
        []
    );
    place(folder.path(), "arm/robot.urdf", urdf(&mesh));
    place(
        folder.path(),
        "arm/robot.toml",
        "[packages]\nelsewhere = \"../there\"\n",
    );
    let robot = Robot::load(&folder.path().join("arm")).unwrap();
    assert_eq!(robot.unguarded_links(), []);
    // The decompositions suffice where the files are missing.
    let again =
        Robot::parse_with_meshes("arm", &urdf(&mesh), None, robot.mesh_decompositions()).unwrap();
    assert_eq!(again.unguarded_links(), []);
    assert_eq!(hulls(&again, 3), hulls(&robot, 3));
    assert_eq!(
        Robot::parse("arm", &urdf(&mesh), None)
            .unwrap()
            .unguarded_links()
            .len(),
        5
    );
}

#[test]
fn a_heavy_link_without_any_shape_is_named_and_a_frame_is_not() {
    let robot = Robot::parse("arm", &urdf(""), None).unwrap();
    // The base does not move.
    assert_eq!(robot.unguarded_links().len(), 4);
    assert!(robot.unguarded_links()[0].to_string().contains("0.3 kg"));
    let light = urdf("").replace("mass value=\"0.3\"", "mass value=\"0.01\"");
    assert_eq!(
        Robot::parse("arm", &light, None).unwrap().unguarded_links(),
        []
    );
}

#[test]
fn a_cache_changes_nothing_and_a_broken_one_is_mended() {
    let folder = tempfile::tempdir().unwrap();
    place(folder.path(), "box.stl", binary_stl(&bracket(0.03, 0.05)));
    place(
        folder.path(),
        "arm.urdf",
        urdf(&collision("<mesh filename=\"box.stl\"/>")),
    );
    let path = folder.path().join("arm.urdf");
    let cache = folder.path().join("cache");
    let files = MeshFiles {
        cache: Some(cache.clone()),
        ..MeshFiles::default()
    };
    let load = || {
        let robot = Robot::load_with_mesh_files(&path, &files).unwrap();
        assert_eq!(robot.unguarded_links(), []);
        (0..5).map(|link| hulls(&robot, link)).collect::<Vec<_>>()
    };
    let computed = load();
    let entry = || {
        let mut entries = fs::read_dir(&cache).unwrap().flatten();
        let entry = entries.next().unwrap().path();
        assert!(entries.next().is_none());
        entry
    };
    let kept = fs::read_to_string(entry()).unwrap();
    assert_eq!(load(), computed);
    // A digit that is another one, half of it, nothing.
    let changed = kept.replacen("corners_um\":[[", "corners_um\":[[1", 1);
    assert_ne!(changed, kept);
    for broken in [changed.as_str(), &kept[..kept.len() / 2], ""] {
        fs::write(entry(), broken).unwrap();
        assert_eq!(load(), computed);
        assert_eq!(fs::read_to_string(entry()).unwrap(), kept);
    }
    // Another mesh under the same name is another mesh.
    place(folder.path(), "box.stl", binary_stl(&box_triangles()));
    assert_ne!(load(), computed);
    // A folder that cannot be made is no error.
    let blocked = MeshFiles {
        cache: Some(path.join("below-a-file")),
        ..MeshFiles::default()
    };
    assert_eq!(
        Robot::load_with_mesh_files(&path, &blocked)
            .unwrap()
            .unguarded_links(),
        []
    );
}

/// Returns an L of two slabs at right angles.
fn bracket(width: f64, length: f64) -> Vec<Triangle> {
    let outline = [
        [0.0, 0.0],
        [length, 0.0],
        [length, 0.01],
        [0.01, 0.01],
        [0.01, length],
        [0.0, length],
    ];
    let at = |index: usize, y: f64| Point3::new(outline[index % 6][0], y, outline[index % 6][1]);
    let mut faces = Vec::new();
    for index in 0..6 {
        let next = index + 1;
        faces.push([at(index, 0.0), at(next, 0.0), at(next, width)]);
        faces.push([at(index, 0.0), at(next, width), at(index, width)]);
    }
    for y in [0.0, width] {
        for [a, b, c] in [[0, 1, 2], [0, 2, 3], [0, 3, 5], [3, 4, 5]] {
            faces.push([at(a, y), at(b, y), at(c, y)]);
        }
    }
    faces
}

/// Returns a faceted tube bent around y, closed or open at its ends.
fn elbow(radius: f64, tube: f64, sides: usize, closed: bool) -> Vec<Triangle> {
    let ring = |step: usize| -> Vec<Point3> {
        let turn = step as f64 / 8.0 * std::f64::consts::FRAC_PI_2;
        (0..sides)
            .map(|side| {
                let angle = side as f64 / sides as f64 * std::f64::consts::TAU;
                let out = radius + tube * angle.cos();
                Point3::new(out * turn.cos(), tube * angle.sin(), out * turn.sin())
            })
            .collect()
    };
    let mut faces = Vec::new();
    for step in 0..8 {
        let (here, there) = (ring(step), ring(step + 1));
        for side in 0..sides {
            let next = (side + 1) % sides;
            faces.push([here[side], here[next], there[side]]);
            faces.push([here[next], there[next], there[side]]);
        }
    }
    if closed {
        for end in [ring(0), ring(8)] {
            faces.extend((1..sides - 1).map(|side| [end[0], end[side], end[side + 1]]));
        }
    }
    faces
}

/// Returns the distance of a point to the nearest triangle, by parry.
fn to_mesh(faces: &[Triangle], point: &Point3) -> f64 {
    use parry3d_f64::math::Vector;
    use parry3d_f64::query::PointQuery;
    use parry3d_f64::shape::Triangle as Face;
    let vector = |p: &Point3| Vector::new(p.x, p.y, p.z);
    let distances = faces.iter().map(|[a, b, c]| {
        let face = Face::new(vector(a), vector(b), vector(c));
        face.distance_to_local_point(vector(point), false)
    });
    distances.fold(f64::INFINITY, f64::min)
}

fn mesh() -> impl Strategy<Value = Vec<Triangle>> {
    prop_oneof![
        (0.02..0.06_f64, 0.03..0.12_f64).prop_map(|(width, length)| bracket(width, length)),
        (0.05..0.1_f64, 0.01..0.04_f64, 5..14_usize, any::<bool>())
            .prop_map(|(radius, tube, sides, closed)| elbow(radius, tube, sides, closed)),
        // Arbitrary triangles, including flat ones.
        prop::collection::vec(
            prop::array::uniform3(prop::array::uniform3(-0.08..0.08_f64)),
            1..12
        )
        .prop_map(|all| all.iter().map(|it| it.map(Point3::from)).collect()),
        prop::collection::vec(
            prop::array::uniform3(prop::array::uniform2(-0.08..0.08_f64)),
            1..6
        )
        .prop_map(|all| all
            .iter()
            .map(|it| it.map(|[x, y]| Point3::new(x, y, 0.01)))
            .collect()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_cover_holds_the_mesh_and_reaches_no_farther_than_it_says(
        faces in mesh(),
        shares in prop::collection::vec(prop::array::uniform3(0.0..1.0_f64), 60),
        pieces in 1..12_usize,
    ) {
        let fineness = DecompositionOptions { pieces, ..DecompositionOptions::default() };
        let cover = ConvexDecomposition::from_triangles(&faces, &fineness);
        prop_assert!(cover.pieces.len() <= pieces);
        // Every corner, and points all over the triangles.
        for face in &faces {
            for corner in face {
                prop_assert!(cover.distance_to_point(corner) <= 2e-6, "{}", cover.distance_to_point(corner));
            }
        }
        for (face, [u, v, _]) in faces.iter().cycle().zip(&shares) {
            let (u, v) = if u + v > 1.0 { (1.0 - u, 1.0 - v) } else { (*u, *v) };
            let point = face[0] + (face[1] - face[0]) * u + (face[2] - face[0]) * v;
            prop_assert!(cover.distance_to_point(&point) <= 2e-6, "{}", cover.distance_to_point(&point));
        }
        // Points of the bodies' surfaces that are in no other body.
        for piece in &cover.pieces {
            for face in piece.hull.faces() {
                let [a, b, c] = face.map(|index| piece.hull.corners()[index as usize]);
                let out = (b - a).cross(&(c - a)).try_normalize(0.0).unwrap_or_default();
                for [u, v, _] in shares.iter().take(12) {
                    let (u, v) = if u + v > 1.0 { (1.0 - u, 1.0 - v) } else { (*u, *v) };
                    let point = a + (b - a) * u + (c - a) * v + out * (piece.hull.rounding() + 1e-5);
                    let point = point + piece.origin_in_mesh();
                    if cover.distance_to_point(&point) > 2e-6 {
                        let reach = to_mesh(&faces, &point);
                        prop_assert!(reach <= cover.max_distance_from_mesh() + 1.1e-5, "{reach} {}", cover.max_distance_from_mesh());
                    }
                }
            }
        }
    }
}

#[test]
fn a_bracket_and_an_elbow_stay_what_they_are() {
    let bracket = bracket(0.04, 0.1);
    let cover = ConvexDecomposition::from_triangles(&bracket, &DecompositionOptions::default());
    assert_eq!(cover.pieces.len(), 2);
    assert!(cover.max_distance_from_mesh() <= 0.005);
    // The middle of the corner that a single hull would fill.
    assert!(cover.distance_to_point(&Point3::new(0.045, 0.02, 0.045)) > 0.02);
    let elbow = elbow(0.08, 0.02, 24, true);
    let cover = ConvexDecomposition::from_triangles(&elbow, &DecompositionOptions::default());
    assert!(
        cover.max_distance_from_mesh() <= 0.005,
        "{}",
        cover.max_distance_from_mesh()
    );
    assert!(
        (2..=6).contains(&cover.pieces.len()),
        "{}",
        cover.pieces.len()
    );
    let single = DecompositionOptions {
        pieces: 1,
        ..DecompositionOptions::default()
    };
    let coarse = ConvexDecomposition::from_triangles(&elbow, &single);
    assert_eq!(coarse.pieces.len(), 1);
    assert!(coarse.max_distance_from_mesh() > 0.005);
}
