//! “The leftmost cube”: phrases that refer to objects by position, size or container, and the
//! objects they fit.

use enact_plan::spatial_order::is_between;
use enact_plan::{ObjectView, Situation};
use rand::RngExt;
use rand::seq::IndexedRandom;

use crate::episode::{place_object_in_or_on, sort_in_reading_order};
use crate::vocabulary::{is_movable, noun_of};
use crate::wording::{Speaker, chinese, english};
use enact_plan::replies::Language;

/// Difference of picture coordinates below which they look alike, of 1000.
const SAME_POINT: f64 = 35.0;
/// Difference of sizes below which they look alike, meters.
const SAME_SIZE: f64 = 0.003;
/// Difference of distances below which they look alike, meters.
const SAME_DISTANCE: f64 = 0.015;

/// Share of phrases that refer to an object by its distance to the target, as in “the cube nearest
/// to the bowl in the bowl”.
const AT_TARGET: f64 = 0.3;

/// Share of phrases with several fits that are left out: an object beside another is seldom the
/// only one there, and a model that mostly learns to ask asks too often.
const ASKED_LESS: f64 = 0.6;

/// A phrase and its possible referents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReferringExpression {
    /// Phrase as the person says it.
    pub phrase: String,
    /// Names of the objects that the phrase fits.
    pub fits: Vec<String>,
    /// A shape, or “thing” if any shape would do.
    pub noun: String,
}

/// The property that distinguishes an object from others of its shape.
#[derive(Clone, Copy)]
enum Selector {
    Leftmost,
    Rightmost,
    Frontmost,
    Backmost,
    Biggest,
    Smallest,
    NearestArm,
    FarthestArm,
    NearestTo,
    FarthestFrom,
    LeftOf,
    RightOf,
    InFrontOf,
    Behind,
    Between,
    In,
    NotIn,
}

/// Selectors with their weights. Few tables have an object between two others.
const EVERY: [(Selector, u32); 17] = [
    (Selector::Leftmost, 2),
    (Selector::Rightmost, 2),
    (Selector::Frontmost, 2),
    (Selector::Backmost, 2),
    (Selector::Biggest, 2),
    (Selector::Smallest, 2),
    (Selector::NearestArm, 6),
    (Selector::FarthestArm, 6),
    (Selector::NearestTo, 8),
    (Selector::FarthestFrom, 4),
    (Selector::LeftOf, 3),
    (Selector::RightOf, 3),
    (Selector::InFrontOf, 3),
    (Selector::Behind, 3),
    (Selector::Between, 8),
    (Selector::In, 3),
    (Selector::NotIn, 7),
];

/// Returns a phrase for an object of the shape of `like`, or for any movable object, which is to go
/// to `target`; `None` where the referent would be doubtful.
pub fn draw_spatial_expression(
    speaker: &mut Speaker<'_>,
    situation: &mut Situation,
    like: &str,
    target: &str,
) -> Option<ReferringExpression> {
    let any = is_movable(like) && speaker.rng.random_bool(0.15);
    let noun = if any { "thing" } else { noun_of(like) };
    let in_pool = |seen: &ObjectView| {
        if any {
            is_movable(&seen.name)
        } else {
            noun_of(&seen.name) == noun
        }
    };
    // An object that is alone needs no such phrase, so little is learned from one.
    let alone = situation
        .objects
        .iter()
        .filter(|seen| in_pool(seen))
        .count()
        < 2;
    if alone && speaker.rng.random_bool(0.8) {
        return None;
    }
    let (by, _) = *EVERY
        .choose_weighted(speaker.rng, |(_, weight)| *weight)
        .ok()?;
    let at_target = situation.objects.iter().find(|seen| seen.name == target);
    let first = match at_target.filter(|_| speaker.rng.random_bool(AT_TARGET)) {
        Some(target) => target.clone(),
        None => situation.objects.choose(speaker.rng)?.clone(),
    };
    let second = situation.objects.choose(speaker.rng)?.clone();
    if matches!(by, Selector::In | Selector::NotIn) && speaker.rng.random_bool(0.8) {
        fill(speaker, situation, &first.name, in_pool);
    }
    let pool: Vec<&ObjectView> = situation
        .objects
        .iter()
        .filter(|seen| in_pool(seen))
        .collect();
    let fits = fitting(by, &pool, &first, &second)?;
    if fits.len() > 1 && speaker.rng.random_bool(ASKED_LESS) {
        return None;
    }
    let phrase = phrase(speaker, by, noun, &first.name, &second.name);
    Some(ReferringExpression {
        phrase,
        fits,
        noun: noun.to_owned(),
    })
}

/// Puts an object that fits into `host`, if `host` is a container.
fn fill(
    speaker: &mut Speaker<'_>,
    situation: &mut Situation,
    host: &str,
    fits: impl Fn(&ObjectView) -> bool,
) {
    let objects = &mut situation.objects;
    let movers: Vec<usize> = (0..objects.len())
        .filter(|index| fits(&objects[*index]) && is_movable(&objects[*index].name))
        .collect();
    let at = objects.iter().position(|seen| seen.name == host);
    if let (Some(&mover), Some(host)) = (movers.choose(speaker.rng), at)
        && !is_movable(&objects[host].name)
    {
        place_object_in_or_on(speaker.rng, objects, mover, host);
        sort_in_reading_order(situation);
    }
}

fn fitting(
    by: Selector,
    pool: &[&ObjectView],
    first: &ObjectView,
    second: &ObjectView,
) -> Option<Vec<String>> {
    let x = |seen: &ObjectView| f64::from(seen.point.x);
    let y = |seen: &ObjectView| f64::from(seen.point.y);
    let from_arm = |seen: &ObjectView| seen.position.coords.xy().norm();
    let apart = |seen: &ObjectView| (seen.position - first.position).xy().norm();
    let others: Vec<&ObjectView> = pool
        .iter()
        .filter(|seen| seen.name != first.name)
        .copied()
        .collect();
    match by {
        Selector::Leftmost => extreme(pool, x, SAME_POINT),
        Selector::Rightmost => extreme(pool, |seen| -x(seen), SAME_POINT),
        Selector::Frontmost => extreme(pool, |seen| -y(seen), SAME_POINT),
        Selector::Backmost => extreme(pool, y, SAME_POINT),
        Selector::Biggest => extreme(pool, |seen| -seen.size, SAME_SIZE),
        Selector::Smallest => extreme(pool, |seen| seen.size, SAME_SIZE),
        Selector::NearestArm => extreme(pool, from_arm, SAME_DISTANCE),
        Selector::FarthestArm => extreme(pool, |seen| -from_arm(seen), SAME_DISTANCE),
        Selector::NearestTo => extreme(&others, apart, SAME_DISTANCE),
        Selector::FarthestFrom => extreme(&others, |seen| -apart(seen), SAME_DISTANCE),
        Selector::LeftOf => beyond(&others, |seen| x(first) - x(seen)),
        Selector::RightOf => beyond(&others, |seen| x(seen) - x(first)),
        Selector::InFrontOf => beyond(&others, |seen| y(seen) - y(first)),
        Selector::Behind => beyond(&others, |seen| y(first) - y(seen)),
        Selector::Between => {
            if first.name == second.name {
                return None;
            }
            Some(filtered(pool, |seen| is_between(seen, first, second)))
                .filter(|fits| !fits.is_empty())
        }
        Selector::In | Selector::NotIn if is_movable(&first.name) => None,
        Selector::In => {
            Some(filtered(pool, |seen| rests_at(seen, &first.name))).filter(|fits| !fits.is_empty())
        }
        Selector::NotIn => {
            let any_in = pool.iter().any(|seen| rests_at(seen, &first.name));
            let fits = filtered(&others, |seen| !rests_at(seen, &first.name));
            (any_in && !fits.is_empty()).then_some(fits)
        }
    }
}

fn rests_at(seen: &ObjectView, host: &str) -> bool {
    seen.rests.as_ref().is_some_and(|(_, at)| at == host)
}

/// Returns the object with the smallest key, if no other comes near it.
fn extreme(
    pool: &[&ObjectView],
    key: impl Fn(&ObjectView) -> f64,
    margin: f64,
) -> Option<Vec<String>> {
    let mut keys: Vec<(f64, &str)> = pool
        .iter()
        .map(|seen| (key(seen), seen.name.as_str()))
        .collect();
    keys.sort_by(|a, b| a.0.total_cmp(&b.0));
    let [best, rest @ ..] = keys.as_slice() else {
        return None;
    };
    let clear = rest.first().is_some_and(|next| next.0 - best.0 > margin);
    clear.then(|| vec![best.1.to_owned()])
}

/// Returns the objects whose key is clearly above zero, if no key is near zero.
fn beyond(pool: &[&ObjectView], key: impl Fn(&ObjectView) -> f64) -> Option<Vec<String>> {
    let clear = pool.iter().all(|seen| key(seen).abs() > SAME_POINT);
    clear
        .then(|| filtered(pool, |seen| key(seen) > 0.0))
        .filter(|fits| !fits.is_empty())
}

fn filtered(pool: &[&ObjectView], fits: impl Fn(&ObjectView) -> bool) -> Vec<String> {
    pool.iter()
        .filter(|seen| fits(seen))
        .map(|seen| seen.name.clone())
        .collect()
}

fn phrase(
    speaker: &mut Speaker<'_>,
    by: Selector,
    noun: &str,
    first: &str,
    second: &str,
) -> String {
    let (first, second) = (
        speaker.phrase_for_object(first),
        speaker.phrase_for_object(second),
    );
    let (noun, patterns) = match speaker.language {
        Language::English => {
            let noun = match noun {
                "thing" => ["thing", "object"][speaker.rng.random_range(0..2)].to_owned(),
                shape => english::word_for_shape(speaker, shape),
            };
            (noun, english_patterns(by))
        }
        Language::Chinese => {
            let noun = match noun {
                "thing" => ["东西", "物品", "物体"][speaker.rng.random_range(0..3)].to_owned(),
                shape => chinese::word_for_shape(speaker, shape),
            };
            (noun, chinese_patterns(by))
        }
    };
    let slots = [
        ("{noun}", noun.as_str()),
        ("{first}", first.as_str()),
        ("{second}", second.as_str()),
    ];
    speaker.choose_wording(&[patterns], &slots)
}

fn english_patterns(by: Selector) -> &'static str {
    match by {
        Selector::Leftmost => {
            "the (leftmost {noun}|{noun} on the left|left {noun}|{noun} on the far left|{noun} furthest left|{noun} farthest to the left)"
        }
        Selector::Rightmost => {
            "the (rightmost {noun}|{noun} on the right|right {noun}|{noun} on the far right|{noun} furthest right|{noun} farthest to the right)"
        }
        Selector::Frontmost => {
            "the (frontmost {noun}|{noun} (in|at) the front|front {noun}|{noun} furthest in front)"
        }
        Selector::Backmost => {
            "the (backmost {noun}|{noun} (in|at) the back|back {noun}|{noun} furthest back)"
        }
        Selector::Biggest => "the (biggest|largest|bigger|larger|big|large) {noun}",
        Selector::Smallest => "the (smallest|smaller|small|little|tiniest) {noun}",
        Selector::NearestArm => {
            "the ((nearest|closest|nearer|closer) {noun}|{noun} (nearest|closest|nearer|closer) to (you|the robot|the arm|your base))"
        }
        Selector::FarthestArm => {
            "the ((farthest|furthest|most distant) {noun}|{noun} (farthest|furthest) (away|from you|from the robot|from the arm|away from you))"
        }
        Selector::NearestTo => {
            "the {noun} (nearest to|closest to|nearest|near|close to|nearer to|closer to) {first}"
        }
        Selector::FarthestFrom => {
            "the {noun} (farthest from|furthest from|farthest away from|far from|most distant from) {first}"
        }
        Selector::LeftOf => {
            "the {noun} (left of|to the left of|on the left of|that is left of|on the left side of) {first}"
        }
        Selector::RightOf => {
            "the {noun} (right of|to the right of|on the right of|that is right of|on the right side of) {first}"
        }
        Selector::InFrontOf => {
            "the {noun} (in front of|that is in front of|that stands in front of) {first}"
        }
        Selector::Behind => {
            "the {noun} (behind|that is behind|in back of|that stands behind) {first}"
        }
        Selector::Between => {
            "the {noun} (between|in between|in the middle between|that is between) {first} and {second}"
        }
        Selector::In => "the {noun} (in|inside|that is in|on|from|that lies in) {first}",
        Selector::NotIn => {
            "the {noun} (that is not in|not in|that isn't in|outside|that is outside|outside of|that is not on) {first}"
        }
    }
}

fn chinese_patterns(by: Selector) -> &'static str {
    match by {
        Selector::Leftmost => "(最左边|最左侧|左边|最左面)的{noun}",
        Selector::Rightmost => "(最右边|最右侧|右边|最右面)的{noun}",
        Selector::Frontmost => "(最前面|最前边|前面)的{noun}",
        Selector::Backmost => "(最后面|最后边|后面)的{noun}",
        Selector::Biggest => "(最大|大|较大|更大)的{noun}",
        Selector::Smallest => "(最小|小|较小|更小)的{noun}",
        Selector::NearestArm => "(最近|离你最近|离机器人最近|离手臂最近)的{noun}",
        Selector::FarthestArm => "(最远|离你最远|离机器人最远|离手臂最远)的{noun}",
        Selector::NearestTo => "(离{first}最近|靠近{first}|最靠近{first}|离{first}近)的{noun}",
        Selector::FarthestFrom => "(离{first}最远|远离{first}|离{first}远)的{noun}",
        Selector::LeftOf => "{first}(左边|的左边|左侧|的左侧)的{noun}",
        Selector::RightOf => "{first}(右边|的右边|右侧|的右侧)的{noun}",
        Selector::InFrontOf => "{first}(前面|的前面|前边|前方)的{noun}",
        Selector::Behind => "{first}(后面|的后面|后边|后方)的{noun}",
        Selector::Between => "{first}(和|与|跟){second}(之间|中间)的{noun}",
        Selector::In => "{first}(里|里面|中|上|里边)的{noun}",
        Selector::NotIn => {
            "(不在{first}里|没在{first}里|不在{first}里面|{first}外面|{first}外|不在{first}上)的{noun}"
        }
    }
}
