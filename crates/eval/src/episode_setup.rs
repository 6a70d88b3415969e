//! An episode of a task: scene, words and goal, drawn from a seed.

use std::collections::BTreeMap;
use std::f64::consts::FRAC_PI_2;
use std::path::Path;

use enact_dataset::wording::chinese::name_in_chinese;
use enact_robot::Robot;
use enact_sim::render::Card;
use enact_sim::{Color, Layout, PlacedObject, Scene, World};
use enact_types::{Reason, Vector3};
use nalgebra::Vector2;
use rand::seq::{IndexedRandom, SliceRandom};
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use regex::Regex;
use toml::Value;

use crate::suite::{
    Lighting, SpatialRequirement, StartRequirement, Suite, SuiteTask, expected_reply, placeholder,
};
use crate::suite_camera::DrawnCamera;

/// Number of layouts drawn until one meets the requirements.
const DRAWS: u32 = 4000;
/// Smallest difference of distances that counts, meters.
const CLEAR: f64 = 0.02;
/// Distance within which an object is on a line, meters; an object beyond twice that is off it.
const ON_LINE: f64 = 0.025;
/// Number of places tried for a card.
const CARD_PLACES: u32 = 400;
/// Center of the table on which those places lie, meters.
const TABLE: [f64; 2] = [0.2, 0.0];
/// Width of a card, meters.
const CARD_WIDTH: f64 = 0.09;
/// Thickness of a container's floor, meters.
const FLOOR: f64 = 0.007;

/// An instance of a task.
pub struct EpisodeSetup<'a> {
    /// Task of which this is an instance.
    pub task: &'a SuiteTask,
    /// Wording of the instruction, with its placeholders.
    pub wording: &'a str,
    /// Instruction of the person.
    pub instruction: String,
    /// Name of the missing object that the person asks about, in English and in Chinese.
    pub absent: Option<[String; 2]>,
    /// Patterns, each of which something said must match.
    pub says: Vec<Regex>,
    /// Patterns that nothing said may match.
    pub never_says: Vec<Regex>,
    /// Layout of the table. Objects with a role are named after it.
    pub layout: Layout,
    /// Card on the table, with its text.
    pub card: Option<Card>,
    /// Light, table top and camera noise.
    pub light: Lighting,
    /// The camera, and where it is believed to be.
    pub camera: DrawnCamera,
    /// Seed of all other random choices.
    pub seed: u64,
}

/// Draws the `index`th episode of a suite, which depends only on the seed.
///
/// # Errors
/// The reason why the task is impossible to draw.
pub fn draw_random_episode<'a>(
    suite: &'a Suite,
    base: &str,
    robot: &Robot,
    seed: u64,
    index: u64,
) -> Result<EpisodeSetup<'a>, Reason> {
    let tasks = suite.tasks.len() as u64;
    let task = &suite.tasks[(index % tasks) as usize];
    let fault = |what: &str| Reason::from(format!("task `{}`: {what}", task.name));
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(index);
    let words = task
        .draw
        .draw_words(task.differ.as_deref(), &mut rng)
        .map_err(|why| fault(&why.to_string()))?;
    let scene = scene(task, base, &words)?
        .placed_for_robot(robot)
        .map_err(|why| fault(&why.to_string()))?;
    let mut layout = (0..DRAWS)
        .find_map(|_| arranged(task, robot, &scene, rng.next_u64()))
        .ok_or_else(|| fault("no layout is as required"))?;
    let wording =
        wording(task, seed, index, tasks).ok_or_else(|| fault("it has no instruction"))?;
    let absent = if task.absent.is_empty() {
        None
    } else {
        let absent = absent(task, &layout, &mut rng);
        Some(absent.ok_or_else(|| fault("everything of `absent` is there"))?)
    };
    let meant = Meant {
        words: &words,
        layout: &layout,
        absent: absent.as_deref(),
    };
    let unfilled = |name: String| fault(&format!("nothing is called {{{name}}}"));
    let instruction = placeholder::fill(wording, |name| meant.text(name)).map_err(unfilled)?;
    let patterns = |texts: &[String]| -> Result<Vec<Regex>, Reason> {
        let compiled = texts.iter().map(|text| {
            let filled = placeholder::fill(text, |name| meant.pattern(name)).map_err(unfilled)?;
            expected_reply::compile_pattern(&filled)
        });
        compiled.collect()
    };
    let (says, never_says) = (patterns(&task.says)?, patterns(&task.never_says)?);
    let card = task
        .card
        .choose(&mut rng)
        .and_then(|text| laid(text, &layout, &mut rng));
    let seed = rng.next_u64();
    let camera = match &suite.camera {
        Some(camera) => camera.draw_random_camera(&mut rng, &layout.camera),
        None => DrawnCamera::from_scene_camera(layout.camera),
    };
    layout.camera = camera.place;
    Ok(EpisodeSetup {
        absent: absent
            .filter(|_| wording.contains("{absent}"))
            .map(|absent| [absent.clone(), name_in_chinese(&absent)]),
        says,
        never_says,
        card,
        light: match task.disturb.light {
            Lighting::Usual => suite.light,
            own => own,
        },
        task,
        wording,
        instruction: chinese(&instruction),
        layout,
        camera,
        seed,
    })
}

/// Draws the wording of an episode. The episodes of a task use each of its wordings once before they
/// use one again.
fn wording(task: &SuiteTask, seed: u64, index: u64, tasks: u64) -> Option<&str> {
    let count = task.instructions.len().max(1) as u64;
    let (number, task_index) = (index / tasks, index % tasks);
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    // Streams from zero on are those of the episodes.
    rng.set_stream(u64::MAX - (number / count * tasks + task_index));
    let mut order: Vec<&String> = task.instructions.iter().collect();
    order.shuffle(&mut rng);
    order
        .get((number % count) as usize)
        .map(|text| text.as_str())
}

/// What placeholders stand for in an episode.
struct Meant<'a> {
    words: &'a BTreeMap<String, String>,
    layout: &'a Layout,
    absent: Option<&'a str>,
}

impl Meant<'_> {
    /// Returns what a placeholder of a sentence stands for.
    fn text(&self, name: &str) -> Option<String> {
        if let Some(word) = self.words.get(name) {
            return Some(word.clone());
        }
        if name == "absent" {
            return self.absent.map(str::to_owned);
        }
        let (role, part) = name.split_once('.').unwrap_or((name, ""));
        let item = find(self.layout, role)?;
        Some(match part {
            "" => item.color_and_shape_label(),
            "color" => item.color.to_string(),
            "shape" => item.shape.to_string(),
            _ => return None,
        })
    }

    /// Returns what a placeholder of a pattern stands for.
    fn pattern(&self, name: &str) -> Option<String> {
        if let Some(text) = self.text(name) {
            return Some(regex::escape(&text));
        }
        placeholder::resolve_count_placeholder(name, self.layout, |word| {
            self.words.get(word).cloned()
        })
    }
}

/// Places a card with this text where it covers nothing and is visible, if there is such a place.
fn laid(text: &str, layout: &Layout, rng: &mut ChaCha8Rng) -> Option<Card> {
    // The places move along with the table.
    let [x, y] = layout.table.center;
    let (x, y) = (x - TABLE[0], y - TABLE[1]);
    (0..CARD_PLACES).find_map(|_| {
        let center = [
            x + rng.random_range(0.10..0.36),
            y + rng.random_range(-0.24..0.24),
        ];
        // Upright for a camera that faces the arm.
        let turn = FRAC_PI_2 + rng.random_range(-0.3..0.3);
        let card = Card::from_text(text, center, CARD_WIDTH, turn);
        let clear = layout.objects.iter().all(|item| {
            let at = item.base_from_object.translation.vector.xy();
            let touch = card.enclosing_radius() + item.shape.footprint_radius(item.size);
            (at - Vector2::from(center)).norm() > touch
        });
        clear.then_some(card)
    })
}

/// Translates labels within a Chinese sentence into Chinese.
fn chinese(text: &str) -> String {
    use enact_dataset::vocabulary::{CONTAINER_SHAPES, MOVABLE_SHAPES};
    use enact_plan::replies::Language;
    if Language::detect_language(text) == Language::English {
        return text.to_owned();
    }
    let mut text = text.to_owned();
    for color in Color::ALL_COLORS {
        for shape in MOVABLE_SHAPES.iter().chain(&CONTAINER_SHAPES) {
            let label = format!("{color} {shape}");
            text = text.replace(&label, &name_in_chinese(&label));
        }
    }
    text
}

/// Returns the base scene with the task's objects in place of its own.
fn scene(task: &SuiteTask, base: &str, words: &BTreeMap<String, String>) -> Result<Scene, Reason> {
    let mut table: toml::Table = base
        .parse()
        .map_err(|error: toml::de::Error| Reason::from_error(error))?;
    table.remove("tasks");
    table.remove("random");
    let mut objects = Vec::new();
    for object in &task.objects {
        let mut object = object.clone();
        if let Some(role) = object.remove("role") {
            object.insert("name".to_owned(), role);
        }
        for (_, value) in object.iter_mut() {
            fill(value, words);
        }
        objects.push(Value::Table(object));
    }
    table.insert("objects".to_owned(), Value::Array(objects));
    if let Some(random) = &task.random {
        let mut random = Value::Table(random.clone());
        fill(&mut random, words);
        table.insert("random".to_owned(), random);
    }
    let text = toml::to_string(&table).map_err(Reason::from_error)?;
    Scene::parse(Path::new(&format!("task `{}`", task.name)), &text).map_err(Reason::from_error)
}

fn fill(value: &mut Value, words: &BTreeMap<String, String>) {
    match value {
        Value::String(text) => {
            if let Some(word) = text.strip_prefix('$').and_then(|name| words.get(name)) {
                text.clone_from(word);
            }
        }
        Value::Array(values) => values.iter_mut().for_each(|value| fill(value, words)),
        Value::Table(table) => table.iter_mut().for_each(|(_, value)| fill(value, words)),
        _ => {}
    }
}

/// Draws a layout of the scene; `None` unless it has every role, meets the requirements, and leaves
/// the goal unreached and what must never be untrue.
fn arranged(task: &SuiteTask, robot: &Robot, scene: &Scene, seed: u64) -> Option<Layout> {
    let mut layout = scene.sample_layout(seed);
    let has = |role: &&str| layout.objects.iter().any(|item| item.name == **role);
    if !task.object_roles().iter().all(has) {
        return None;
    }
    for (upper, lower) in &task.rests {
        let host = find(&layout, lower)?.clone();
        let item = layout.objects.iter_mut().find(|item| item.name == *upper)?;
        let floor = if host.shape.is_container() {
            FLOOR - host.size[2] / 2.0
        } else {
            host.size[2] / 2.0
        };
        item.base_from_object.translation.vector = host.base_from_object.translation.vector
            + Vector3::z() * (floor + item.size[2] / 2.0 + 0.001);
    }
    let spaces_hold = task.requires.iter().all(|requirement| match requirement {
        StartRequirement::Space(space) => holds(space, &layout) == Some(true),
        StartRequirement::State(_) => true,
    });
    if !spaces_hold {
        return None;
    }
    let states: Vec<_> = task
        .requires
        .iter()
        .filter_map(|requirement| match requirement {
            StartRequirement::State(goal) => Some(goal),
            StartRequirement::Space(_) => None,
        })
        .collect();
    if states.is_empty() && task.goal.is_none() && task.never.is_empty() {
        return Some(layout);
    }
    let mut world = World::new(robot, &layout);
    world.settle();
    let begins_right = states.iter().all(|goal| goal.is_satisfied(&world));
    // What comes about on the way may leave everything as it was.
    let is_done = task.during.is_empty() && task.goal.iter().any(|goal| goal.is_satisfied(&world));
    let is_spoilt = task.never.iter().any(|goal| goal.is_satisfied(&world));
    (begins_right && !is_done && !is_spoilt).then_some(layout)
}

fn find<'a>(layout: &'a Layout, name: &str) -> Option<&'a PlacedObject> {
    layout.objects.iter().find(|item| item.name == name)
}

fn holds(space: &SpatialRequirement, layout: &Layout) -> Option<bool> {
    let at = |name: &String| Some(find(layout, name)?.base_from_object.translation.vector.xy());
    Some(match space {
        SpatialRequirement::NearerToArm(a, b) => at(a)?.norm() + CLEAR < at(b)?.norm(),
        SpatialRequirement::Nearer(a, b, to) => {
            (at(a)? - at(to)?).norm() + CLEAR < (at(b)? - at(to)?).norm()
        }
        // The camera of the shipped scenes faces the arm.
        SpatialRequirement::Lefter(a, b) => at(a)?.y + CLEAR < at(b)?.y,
        SpatialRequirement::Lower(a, b) => at(a)?.x > at(b)?.x + CLEAR,
        SpatialRequirement::Between(a, b, c) => off_line(at(a)?, at(b)?, at(c)?) < ON_LINE,
        SpatialRequirement::NotBetween(a, b, c) => off_line(at(a)?, at(b)?, at(c)?) > 2.0 * ON_LINE,
    })
}

/// Returns the distance to the line between two points; infinite beyond its ends.
fn off_line(point: Vector2<f64>, from: Vector2<f64>, to: Vector2<f64>) -> f64 {
    let line = to - from;
    let along = (point - from).dot(&line) / line.norm_squared();
    if (0.1..=0.9).contains(&along) {
        (point - from - line * along).norm()
    } else {
        f64::INFINITY
    }
}

/// Draws an object of the task's shapes that is missing from the layout.
fn absent(task: &SuiteTask, layout: &Layout, rng: &mut ChaCha8Rng) -> Option<String> {
    let mut labels: Vec<String> = task
        .absent
        .iter()
        .flat_map(|shape| Color::ALL_COLORS.map(|color| format!("{color} {shape}")))
        .filter(|label| {
            layout
                .objects
                .iter()
                .all(|item| item.color_and_shape_label() != *label)
        })
        .collect();
    labels.shuffle(rng);
    labels.pop()
}
