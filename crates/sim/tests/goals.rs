//! Goals are judged by physics.

mod hand;

use enact_sim::{Color, Goal, ObjectShape, PlacedObject, World};
use enact_types::Pose;
use hand::{layout, so101};

/// Creates a red cube and a second object at `(0.2, 0.05)`, then puts the cube at `cube`.
fn world(other: ObjectShape, size: [f64; 3], cube: [f64; 3]) -> World {
    let red =
        PlacedObject::create_on_table(ObjectShape::Cube, Color::Red, [0.03; 3], [0.2, -0.15], 0.0);
    let blue = PlacedObject::create_on_table(other, Color::Blue, size, [0.2, 0.05], 0.0);
    let mut world = World::new(&so101(), &layout(vec![red, blue]));
    world.teleport_object(0, &Pose::translation(cube[0], cube[1], cube[2]));
    world.settle();
    world
}

fn names(other: &str) -> (String, String) {
    ("red cube".to_owned(), format!("blue {other}"))
}

#[test]
fn inside_a_bowl_is_not_beside_it_nor_above_it() {
    let bowl = [0.11, 0.11, 0.04];
    let (cube, name) = names("bowl");
    let goal = Goal::Inside(cube, name);
    assert!(goal.is_satisfied(&world(ObjectShape::Bowl, bowl, [0.2, 0.05, 0.05])));
    assert!(!goal.is_satisfied(&world(ObjectShape::Bowl, bowl, [0.2, -0.05, 0.02])));
    let mut falling = world(ObjectShape::Bowl, bowl, [0.2, -0.15, 0.02]);
    falling.teleport_object(0, &Pose::translation(0.2, 0.05, 0.15));
    assert!(!goal.is_satisfied(&falling));
}

#[test]
fn inside_a_tray_is_within_its_rim() {
    let tray = [0.11, 0.09, 0.012];
    let (cube, name) = names("tray");
    let goal = Goal::Inside(cube, name);
    assert!(goal.is_satisfied(&world(ObjectShape::Tray, tray, [0.21, 0.06, 0.025])));
    assert!(!goal.is_satisfied(&world(ObjectShape::Tray, tray, [0.3, 0.05, 0.02])));
}

#[test]
fn on_is_touching_from_above() {
    let (cube, name) = names("cube");
    let goal = Goal::On(cube, name);
    assert!(goal.is_satisfied(&world(ObjectShape::Cube, [0.03; 3], [0.203, 0.05, 0.046])));
    assert!(!goal.is_satisfied(&world(ObjectShape::Cube, [0.03; 3], [0.232, 0.05, 0.016])));
}

#[test]
fn sides_are_those_of_the_picture() {
    let at = |y: f64| world(ObjectShape::Cube, [0.03; 3], [0.2, y, 0.016]);
    let (cube, name) = names("cube");
    let (left, right) = (
        Goal::LeftOf(cube.clone(), name.clone()),
        Goal::RightOf(cube.clone(), name.clone()),
    );
    // The camera faces the arm, so the arm's left is the camera's right.
    assert!(left.is_satisfied(&at(-0.05)) && !right.is_satisfied(&at(-0.05)));
    assert!(right.is_satisfied(&at(0.12)) && !left.is_satisfied(&at(0.12)));
    let near = Goal::Near(cube, name);
    assert!(near.is_satisfied(&at(0.1)) && !near.is_satisfied(&at(-0.1)));
}

#[test]
fn on_the_table_is_neither_in_nor_on_anything() {
    let on_table = Goal::OnTable("red cube".to_owned());
    assert!(on_table.is_satisfied(&world(ObjectShape::Cube, [0.03; 3], [0.2, -0.1, 0.016])));
    assert!(!on_table.is_satisfied(&world(ObjectShape::Cube, [0.03; 3], [0.203, 0.05, 0.046])));
    let bowl = [0.11, 0.11, 0.04];
    assert!(!on_table.is_satisfied(&world(ObjectShape::Bowl, bowl, [0.2, 0.05, 0.05])));
}

#[test]
fn a_turn_is_judged_by_where_a_side_points_to() {
    let turned = |degrees: f64, x: f64| {
        let mut world = world(ObjectShape::Cube, [0.03; 3], [0.2, -0.15, 0.016]);
        let turn = nalgebra::UnitQuaternion::from_euler_angles(0.0, 0.0, degrees.to_radians());
        world.teleport_object(0, &Pose::from_parts([x, -0.15, 0.015].into(), turn));
        world.settle();
        world
    };
    let holds =
        |asked: i16, world: &World| Goal::Turned("red cube".to_owned(), asked).is_satisfied(world);
    let quarter = turned(95.0, 0.2);
    assert!(holds(90, &quarter) && holds(-270, &quarter));
    // A cube turned the other way around looks the same, and is not what was asked for.
    assert!(!holds(-90, &quarter) && !holds(180, &quarter) && !holds(0, &quarter));
    assert!(holds(180, &turned(-175.0, 0.2)));
    assert!(!holds(90, &turned(90.0, 0.3)));
    let untouched = Goal::Untouched("red cube".to_owned());
    assert!(!untouched.is_satisfied(&quarter) && untouched.is_satisfied(&turned(3.0, 0.2)));
}

#[test]
fn nothing_holds_of_what_is_not_there() {
    let world = world(ObjectShape::Cube, [0.03; 3], [0.2, -0.1, 0.016]);
    let ghost = || "ghost".to_owned();
    assert!(!Goal::Held(ghost()).is_satisfied(&world));
    assert!(!Goal::Inside(ghost(), ghost()).is_satisfied(&world));
    assert!(!Goal::OnTable(ghost()).is_satisfied(&world));
    assert!(!Goal::Between("red cube".to_owned(), ghost(), ghost()).is_satisfied(&world));
    assert!(!Goal::Apart(vec!["red cube".to_owned(), ghost()]).is_satisfied(&world));
    assert!(!Goal::Turned(ghost(), 90).is_satisfied(&world));
    assert!(!Goal::Near("red cube".to_owned(), ghost()).is_satisfied(&world));
}
