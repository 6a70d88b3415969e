//! Shipped scenes, scenes with mistakes, and the goals of instructions.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use enact_robot::Robot;
use enact_sim::{Color, Goal, Layout, ObjectShape, PlacedObject, Scene};

fn shipped(name: &str) -> Scene {
    let path = scenes().join(name);
    Scene::load(&path).expect("a scene that ships loads")
}

fn scenes() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenes")
}

fn labels(layout: &Layout) -> Vec<String> {
    layout
        .objects
        .iter()
        .map(PlacedObject::color_and_shape_label)
        .collect()
}

#[test]
fn the_default_scene_always_has_a_red_cube_and_a_blue_bowl() {
    let scene = shipped("tabletop.toml");
    for seed in 0..200 {
        let labels = labels(&scene.sample_layout(seed));
        assert!(
            labels.contains(&"red cube".to_owned()) && labels.contains(&"blue bowl".to_owned())
        );
        assert!((2..=6).contains(&labels.len()));
    }
}

#[test]
fn the_mixed_scene_has_something_to_move_and_somewhere_to_put_it() {
    let scene = shipped("mixed.toml");
    let mut counts = HashSet::new();
    for seed in 0..200 {
        let layout = scene.sample_layout(seed);
        let containers = layout
            .objects
            .iter()
            .filter(|item| item.shape.is_container())
            .count();
        assert!(containers >= 1 && containers < layout.objects.len());
        counts.insert(layout.objects.len());
    }
    assert_eq!(counts, (2..=6).collect());
}

#[test]
fn objects_keep_apart_have_names_of_their_own_and_are_in_the_picture() {
    for name in ["tabletop.toml", "mixed.toml"] {
        for seed in 0..100 {
            let layout = shipped(name).sample_layout(seed);
            let names: HashSet<&str> = layout
                .objects
                .iter()
                .map(|item| item.name.as_str())
                .collect();
            assert_eq!(names.len(), layout.objects.len());
            for (index, a) in layout.objects.iter().enumerate() {
                assert!(a.shape.can_have_size(a.size), "{a:?}");
                for b in &layout.objects[..index] {
                    let apart = a.base_from_object.translation.vector
                        - b.base_from_object.translation.vector;
                    let radii = a.shape.footprint_radius(a.size) + b.shape.footprint_radius(b.size);
                    assert!(apart.xy().norm() > radii + 0.029);
                }
                assert!(is_in_picture(&layout, a), "{a:?}");
            }
        }
    }
}

fn is_in_picture(layout: &Layout, item: &PlacedObject) -> bool {
    let camera = &layout.camera;
    let base_from_camera = enact_sim::render::pose_looking_at(&camera.eye, &camera.target);
    let center = item.base_from_object.translation.vector.into();
    let seen = camera
        .intrinsics()
        .project(&base_from_camera.inverse_transform_point(&center));
    seen.is_some_and(|(x, y)| {
        0.0 < x && x < f64::from(camera.width) && 0.0 < y && y < f64::from(camera.height)
    })
}

#[test]
fn the_same_seed_draws_the_same_layout() {
    let scene = shipped("mixed.toml");
    assert_eq!(scene.sample_layout(7), scene.sample_layout(7));
    assert_ne!(scene.sample_layout(7), scene.sample_layout(8));
}

#[test]
fn an_instruction_means_a_goal_about_objects_that_are_there() {
    let scene = shipped("tabletop.toml");
    let layout = scene.sample_layout(0);
    let inside = Goal::Inside("red cube".to_owned(), "blue bowl".to_owned());
    let goal = |text: &str| scene.goal_for_instruction(text, &layout);
    assert_eq!(
        goal("put the red cube in the blue bowl"),
        Some(inside.clone())
    );
    assert_eq!(
        goal("  Put the RED cube   in the blue bowl. "),
        Some(inside)
    );
    assert_eq!(
        goal("pick up the red cube"),
        Some(Goal::Held("red cube".to_owned()))
    );
    assert_eq!(goal("put the red cube in the pink bowl"), None);
    assert_eq!(goal("put the blue bowl in the red cube"), None);
    assert_eq!(goal("sing"), None);
}

#[test]
fn an_example_task_is_understood() {
    for seed in 0..50 {
        let scene = shipped("mixed.toml");
        let layout = scene.sample_layout(seed);
        let task = scene
            .example_instruction(&layout, seed)
            .expect("there is always a task");
        assert!(
            scene.goal_for_instruction(&task, &layout).is_some(),
            "{task}"
        );
    }
}

#[test]
fn an_example_task_stacks_only_what_stays() {
    let scene = shipped("tabletop.toml");
    for seed in 0..100 {
        let task = scene.example_instruction(&scene.sample_layout(seed), seed);
        let task = task.expect("there is always a task");
        let Some((_, support)) = task.split_once(" on the ") else {
            continue;
        };
        assert!(!task.contains("ball"), "{task}");
        assert!(
            ["cube", "cylinder"]
                .iter()
                .any(|flat| support.ends_with(flat)),
            "{task}"
        );
    }
}

/// Returns the error message for a scene that differs from the shipped one.
fn complaint(from: &str, to: &str) -> String {
    let path = scenes().join("tabletop.toml");
    let text = std::fs::read_to_string(path).expect("the scene can be read");
    assert!(text.contains(from));
    let error = Scene::parse(Path::new("bad.toml"), &text.replacen(from, to, 1));
    error.expect_err("the scene is wrong").to_string()
}

#[test]
fn mistakes_are_told_with_their_line_and_a_hint() {
    let typo = complaint("color = \"red\"", "colr = \"red\"");
    assert!(
        typo.starts_with("bad.toml:27: ") && typo.ends_with("did you mean `color`?"),
        "{typo}"
    );
    let value = complaint("color = \"red\"", "color = \"reed\"");
    assert!(value.contains("did you mean `red`?"), "{value}");
    let size = complaint("color = \"red\"", "size = [0.03, 0.03, 0.9]");
    assert!(size.contains("cannot be"), "{size}");
    let slot = complaint(
        "{ inside = [\"{object}\", \"{container}\"] }",
        "{ inside = [\"{thing}\", \"{container}\"] }",
    );
    assert!(
        slot.contains("`{thing}` is not in the instruction"),
        "{slot}"
    );
    let full = complaint("count = [0, 4]", "count = [25, 30]");
    assert!(full.contains("do not fit"), "{full}");
    let nan = complaint("gap = 0.03", "gap = nan");
    assert!(nan.contains("gap"), "{nan}");
}

#[test]
fn a_layout_can_be_made_by_hand() {
    let item = PlacedObject::create_on_table(
        ObjectShape::Tray,
        Color::Green,
        [0.11, 0.09, 0.012],
        [0.2, 0.1],
        0.5,
    );
    assert_eq!(item.name, "green tray");
    assert_eq!(item.base_from_object.translation.z, 0.006);
}

/// Four links in a row, at this angle below the horizontal at home, rad.
fn hanging(home: f64) -> Robot {
    let link = |name: &str| {
        format!(
            r#"<link name="{name}"><collision>
                 <origin xyz="0.05 0 0"/><geometry><box size="0.1 0.02 0.02"/></geometry>
               </collision></link>"#
        )
    };
    let joint = |name: &str, parent: &str, child: &str, x: f64| {
        format!(
            r#"<joint name="{name}" type="revolute">
                 <parent link="{parent}"/><child link="{child}"/>
                 <origin xyz="{x} 0 0"/><axis xyz="0 1 0"/>
                 <limit lower="-1.6" upper="1.6" effort="1" velocity="1"/>
               </joint>"#
        )
    };
    let names = ["base", "upper", "middle", "lower", "hand"];
    let links: String = names[1..].iter().map(|name| link(name)).collect();
    let joints: String = (0..4)
        .map(|i| {
            let reach = if i == 0 { 0.0 } else { 0.1 };
            joint(&format!("j{i}"), names[i], names[i + 1], reach)
        })
        .collect();
    let urdf = format!(r#"<robot name="hanger"><link name="base"/>{links}{joints}</robot>"#);
    let homes: String = (0..4)
        .map(|i| format!("j{i} = {{ home = {} }}\n", if i == 0 { home } else { 0.0 }))
        .collect();
    let toml = format!("[joints]\n{homes}");
    Robot::parse("hanger", &urdf, Some(&toml)).expect("it is an arm")
}

#[test]
fn an_arm_that_hangs_in_the_table_is_refused_before_the_physics_sees_it() {
    for (home, fits) in [(-1.0, true), (0.0, true), (0.5, false), (1.5, false)] {
        let placed = shipped("tabletop.toml").placed_for_robot(&hanging(home));
        assert_eq!(placed.is_ok(), fits, "{home}");
        if let Err(fault) = placed {
            let said = fault.to_string();
            for part in ["hanger", "`hand`", "mm below the table", "`home`"] {
                assert!(said.contains(part), "{said}");
            }
        }
    }
}
