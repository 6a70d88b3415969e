//! The sentences of `wordings/`, on tables drawn by a seed.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fs, io};

use enact_types::{NormalizedPoint, Point3};
use thiserror::Error;

use super::super::scene::{Scene, kind_of};
use super::super::words;
use super::mention::{self, Delexicalized, Mention, MentionSort};
use super::wording::{fill_placeholders, placeholders};
use crate::situation::{ObjectView, Situation};
use crate::skills::Skill;
use crate::spatial_relations::Relation;

const COLORS: [&str; 6] = ["red", "green", "blue", "yellow", "orange", "purple"];

/// How the meaning of a sentence is compared with that of its plain wording.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum MeaningMatchCriterion {
    #[default]
    Exact,
    /// Any side of the same thing.
    Near,
    /// Whichever things, as many.
    Any,
    /// Nothing moves.
    Still,
}

/// A kind of tasks on one sort of table.
#[derive(Clone, Debug, Default)]
pub(super) struct TableVariant {
    /// Role, color, shapes.
    roles: Vec<(String, String, Vec<String>)>,
    rests: Vec<(String, String)>,
    extra: Option<(usize, usize, Vec<String>)>,
    groups: Vec<(String, Vec<String>)>,
    /// Plain wordings with roles.
    pub plain: Vec<String>,
    mirror: Option<(String, String)>,
    mirrored: Vec<String>,
}

/// A kind of tasks.
#[derive(Clone, Debug, Default)]
pub(super) struct SentenceKind {
    pub name: String,
    pub variants: Vec<TableVariant>,
    pub judge: MeaningMatchCriterion,
}

/// A sentence with roles.
#[derive(Clone, Debug)]
pub(super) struct Sentence {
    pub kind: usize,
    pub text: String,
    /// Which of the files it is from.
    pub voice: usize,
}

/// The sentences of all voices.
#[derive(Clone, Debug, Default)]
pub struct Corpus {
    pub(super) kinds: Vec<SentenceKind>,
    pub(super) sentences: Vec<Sentence>,
    pub(super) voices: usize,
    pub(super) text: String,
}

/// Files of wordings that cannot be read.
#[derive(Debug, Error)]
pub enum CorpusError {
    /// A line is of no form that the file of kinds describes.
    #[error("{line}: {what}")]
    Line {
        /// The line.
        line: String,
        /// What is wrong with it.
        what: &'static str,
    },
    /// A file cannot be read.
    #[error(transparent)]
    File(#[from] io::Error),
}

impl Corpus {
    /// Reads `kinds.txt` and the files beside it, each of which is a voice.
    ///
    /// # Errors
    /// If a file cannot be read, or as [`parse`](Self::parse) does.
    pub fn load(folder: &Path) -> Result<Self, CorpusError> {
        let kinds = folder.join("kinds.txt");
        let mut paths: Vec<PathBuf> = Vec::new();
        for entry in fs::read_dir(folder)? {
            paths.push(entry?.path());
        }
        paths.sort();
        let is_voice =
            |path: &&PathBuf| path.extension().is_some_and(|end| end == "txt") && **path != kinds;
        let voices = paths.iter().filter(is_voice).map(fs::read_to_string);
        let voices: Vec<String> = voices.collect::<Result<_, _>>()?;
        Self::parse(&fs::read_to_string(&kinds)?, &voices)
    }

    /// Reads the file of kinds, and those of sentences, one for each voice.
    ///
    /// # Errors
    /// If a line is none of the form that the file of kinds describes, or a kind is not known.
    pub fn parse(kinds: &str, voices: &[String]) -> Result<Self, CorpusError> {
        let mut corpus = Self {
            kinds: kinds_of(kinds)?,
            sentences: Vec::new(),
            voices: voices.len(),
            text: format!("{kinds}{}", voices.concat()),
        };
        for (voice, text) in voices.iter().enumerate() {
            let mut kind = None;
            for line in text.lines().filter(|line| is_said(line)) {
                if let Some(name) = line.strip_prefix("== ") {
                    kind = corpus.kinds.iter().position(|kind| kind.name == name);
                    kind.ok_or_else(|| fault(line, "no such kind"))?;
                } else {
                    corpus.sentences.push(Sentence {
                        kind: kind.ok_or_else(|| fault(line, "it is of no kind"))?,
                        text: line.to_owned(),
                        voice,
                    });
                }
            }
        }
        Ok(corpus)
    }
}

fn is_said(line: &str) -> bool {
    !line.is_empty() && !line.starts_with('#')
}

fn fault(line: &str, what: &'static str) -> CorpusError {
    CorpusError::Line {
        line: line.to_owned(),
        what,
    }
}

fn kinds_of(text: &str) -> Result<Vec<SentenceKind>, CorpusError> {
    let mut kinds: Vec<SentenceKind> = Vec::new();
    for line in text.lines().filter(|line| is_said(line)) {
        if let Some(name) = line.strip_prefix("== ") {
            kinds.push(SentenceKind {
                name: name.to_owned(),
                ..SentenceKind::default()
            });
            continue;
        }
        let (key, value) = line.split_once(": ").ok_or_else(|| fault(line, "no key"))?;
        let kind = kinds.last_mut().ok_or_else(|| fault(line, "no kind"))?;
        if key == "scene" {
            let scene = scene(value).ok_or_else(|| fault(line, "no scene"))?;
            kind.variants.push(scene);
            continue;
        }
        let variant = kind.variants.last_mut();
        let variant = variant.ok_or_else(|| fault(line, "no scene before"))?;
        let pair = value
            .split_once('=')
            .map(|(a, b)| (a.to_owned(), b.to_owned()));
        match key {
            "as" => variant.plain.push(value.to_owned()),
            "to" => variant.mirrored.push(value.to_owned()),
            "mirror" => variant.mirror = pair,
            "group" => {
                let (name, roles) = pair.ok_or_else(|| fault(line, "no roles"))?;
                let roles = roles.split(' ').map(str::to_owned).collect();
                variant.groups.push((name, roles));
            }
            "judge" => {
                kind.judge = match value {
                    "near" => MeaningMatchCriterion::Near,
                    "any" => MeaningMatchCriterion::Any,
                    "still" => MeaningMatchCriterion::Still,
                    _ => return Err(fault(line, "no way to judge")),
                }
            }
            _ => return Err(fault(line, "no such key")),
        }
    }
    Ok(kinds)
}

fn scene(text: &str) -> Option<TableVariant> {
    let mut variant = TableVariant::default();
    let shapes = |text: &str| text.split('|').map(str::to_owned).collect::<Vec<_>>();
    for part in text.split("; ") {
        if let Some(extra) = part.strip_prefix("+ ") {
            let (range, of) = extra.split_once(' ')?;
            let (least, most) = range.split_once('-')?;
            variant.extra = Some((least.parse().ok()?, most.parse().ok()?, shapes(of)));
        } else if let Some((object, host)) = part.split_once(" in ") {
            variant.rests.push((object.to_owned(), host.to_owned()));
        } else {
            let (role, what) = part.split_once('=')?;
            let (color, of) = what.rsplit_once(' ').unwrap_or(("", what));
            variant
                .roles
                .push((role.to_owned(), color.to_owned(), shapes(of)));
        }
    }
    Some(variant)
}

/// Numbers that are the same everywhere (SplitMix64).
#[derive(Clone, Debug)]
pub(super) struct SeededRng(pub u64);

impl SeededRng {
    pub fn random_below(&mut self, count: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((word ^ (word >> 31)) % count as u64) as usize
    }

    fn one<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> &'a T {
        of[self.random_below(of.len())]
    }
}

/// A table, and what stands for the roles and draws of a sentence.
#[derive(Clone, Debug, Default)]
pub(super) struct Table {
    pub objects: Vec<ObjectView>,
    /// What each role means.
    pub roles: BTreeMap<String, Vec<String>>,
    draws: BTreeMap<String, String>,
}

impl Table {
    pub fn random_table(variant: &TableVariant, draw: &mut SeededRng) -> Self {
        let mut table = Self::default();
        for (role, color, shapes) in &variant.roles {
            let shapes: Vec<&str> = shapes.iter().map(String::as_str).collect();
            let shape = table.value(draw.one(&shapes), &["cube", "cylinder", "ball"], draw);
            let (size, color) = match color.as_str() {
                "big" => (0.034, ""),
                "small" => (0.026, ""),
                color => (0.03, color),
            };
            let color = table.value(color, &COLORS, draw);
            let name = table.add(&color, &shape, size, draw);
            table.roles.insert(role.clone(), vec![name]);
        }
        for (name, roles) in &variant.groups {
            let names = roles.iter().flat_map(|role| table.roles[role].clone());
            table.roles.insert(name.clone(), names.collect());
        }
        if let Some((least, most, shapes)) = &variant.extra {
            let shapes: Vec<&str> = shapes.iter().map(String::as_str).collect();
            for _ in 0..least + draw.random_below(most - least + 1) {
                table.add("", draw.one(&shapes), 0.03, draw);
            }
        }
        for (object, host) in &variant.rests {
            let (object, host) = (&table.roles[object][0], &table.roles[host][0]);
            let seen = table.objects.iter_mut().find(|seen| seen.name == *object);
            if let Some(seen) = seen {
                seen.rests = Some((Relation::In, host.clone()));
            }
        }
        table
    }

    /// A word, or what is drawn where it begins with `$`.
    fn value(&mut self, word: &str, of: &[&str], draw: &mut SeededRng) -> String {
        let Some(name) = word.strip_prefix('$') else {
            return word.to_owned();
        };
        let drawn = || draw.one(of).to_owned();
        let value = self.draws.entry(name.to_owned()).or_insert_with(drawn);
        value.clone()
    }

    fn add(&mut self, color: &str, shape: &str, size: f64, draw: &mut SeededRng) -> String {
        let is_free = |color: &&&str| {
            let name = format!("{color} {shape}");
            !self.draws.values().any(|drawn| drawn == **color)
                && self.objects.iter().all(|seen| seen.name != name)
        };
        let free: Vec<&str> = COLORS.iter().filter(is_free).copied().collect();
        let color = match color {
            "" => draw.one(&free),
            color => color,
        };
        let is_hollow = ["bowl", "tray"].contains(&shape);
        let index = self.objects.len() as u16;
        let mut affords = vec![Skill::Point];
        let mut receives = Relation::BESIDE_RELATIONS.to_vec();
        if is_hollow {
            receives.extend([Relation::In, Relation::On]);
        } else {
            affords.extend([Skill::Pick, Skill::Push]);
            if shape != "ball" {
                receives.push(Relation::On);
            }
        }
        let name = format!("{color} {shape}");
        self.objects.push(ObjectView {
            name: name.clone(),
            point: NormalizedPoint {
                y: 500,
                x: 100 + 100 * index,
            },
            position: Point3::new(
                0.2 + 0.005 * f64::from(index),
                // The first two are close to each other, and far from the rest.
                0.3 - 0.1 * f64::from(index) - if index < 2 { 0.0 } else { 0.3 },
                0.015,
            ),
            size: if is_hollow { 0.1 } else { size },
            reachable: true,
            rests: None,
            affords,
            receives,
        });
        name
    }

    /// A sentence with its roles and draws filled in.
    pub fn fill_sentence(&self, sentence: &str) -> Option<String> {
        filled_plain(sentence, |what| {
            let role = self.roles.get(what).and_then(|names| names.first());
            role.or_else(|| self.draws.get(what)).cloned()
        })
    }

    pub fn situation_with_instruction(&self, instruction: String) -> Situation {
        Situation {
            instruction,
            objects: self.objects.clone(),
            ..Situation::default()
        }
    }

    pub fn delexicalize(&self, instruction: &str) -> Delexicalized {
        let situation = self.situation_with_instruction(instruction.to_owned());
        let words = words::read(instruction, &self.objects);
        mention::delexicalize_words(&words, &Scene::new(&situation))
    }

    /// The things of a role as if they were mentioned.
    pub fn mention_of_role(&self, role: &str) -> Option<Mention> {
        let known = |names: &[String]| {
            let name = names.first()?;
            let seen = self.objects.iter().find(|seen| seen.name == *name)?;
            let is_one = names.len() == 1;
            let is_hollow = ["bowl", "tray"].contains(&kind_of(seen));
            Some(Mention {
                sort: match (is_one, is_hollow) {
                    (true, true) => MentionSort::Container,
                    (true, false) => MentionSort::Object,
                    (false, true) => MentionSort::Containers,
                    (false, false) => MentionSort::Objects,
                },
                number: 1,
                names: names.to_vec(),
                kind: kind_of(seen).to_owned(),
                modifiers: Vec::new(),
            })
        };
        let unseen = |sort, kind: &str, modifiers| Mention {
            sort,
            number: 1,
            names: Vec::new(),
            kind: kind.to_owned(),
            modifiers,
        };
        match role {
            "absent" => Some(unseen(MentionSort::Absent, "ball", Vec::new())),
            "color" => {
                let color = self.draws.get("colour")?.clone();
                Some(unseen(MentionSort::Color, "", vec![color]))
            }
            _ => known(self.roles.get(role)?),
        }
    }

    /// A plain wording of roles in terms of what a sentence mentions, if it mentions just that.
    pub fn roles_to_slots(&self, plain: &str, sentence: &Delexicalized) -> Option<String> {
        let mut used = Vec::new();
        let wording = fill_placeholders(plain, |role, form| {
            let is_meant = |mention: &&Mention| match role {
                "absent" => mention.sort == MentionSort::Absent,
                "color" => mention.sort == MentionSort::Color,
                _ => self
                    .roles
                    .get(role)
                    .is_some_and(|names| is_alike(names, &mention.names)),
            };
            let slot = sentence.mentions.iter().find(is_meant)?.slot();
            used.push(slot.clone());
            Some(match form {
                "" => format!("{{{slot}}}"),
                form => format!("{{{slot}.{form}}}"),
            })
        })?;
        used.sort();
        used.dedup();
        (used == sentence.slots()).then_some(wording)
    }
}

fn is_alike(some: &[String], others: &[String]) -> bool {
    some.len() == others.len() && some.iter().all(|name| others.contains(name))
}

/// Fills the places of a sentence as it is written.
fn filled_plain(sentence: &str, fill: impl Fn(&str) -> Option<String>) -> Option<String> {
    let mut text = sentence.to_owned();
    for (place, _) in placeholders(sentence) {
        text = text.replace(&format!("{{{place}}}"), &fill(place)?);
    }
    Some(text)
}

impl TableVariant {
    /// A sentence and its plain wordings with the opposite meaning.
    pub fn mirror_sentence(&self, sentence: &str) -> Option<(String, &[String])> {
        let (this, other) = self.mirror.as_ref()?;
        let text = sentence.to_lowercase();
        // What is said of the other side, or in a sense of its own.
        const UNSURE: [&str; 12] = [
            "right away",
            "right now",
            "right here",
            "right there",
            "all right",
            "right?",
            "right,",
            "alright",
            "front",
            "rear",
            "in back",
            "past",
        ];
        if !text.contains(this) || UNSURE.iter().any(|unsure| text.contains(unsure)) {
            return None;
        }
        let swapped = sentence
            .replace(other.as_str(), "\u{1}")
            .replace(this, other)
            .replace('\u{1}', this);
        (swapped != *sentence).then_some((swapped, self.mirrored.as_slice()))
    }
}
