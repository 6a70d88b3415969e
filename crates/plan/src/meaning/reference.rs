//! Which of the seen things a noun phrase means.

use super::lexicon::SpatialPreposition;
use super::phrase::{Phrase, Pronoun, Quantity, possible_spoken_words};
use super::reply::{Reply, replies};
use super::scene::{Role, Scene, is_container, kind_of};
use super::whereabouts::{
    SAME_DISTANCE_TOLERANCE, is_at, objects_at_extreme, objects_with_least_key,
};
use crate::situation::ObjectView;
use crate::spatial_relations::Relation;

impl Scene {
    /// The names that a phrase means, or what to say where it means none or too many.
    pub fn resolve(&mut self, phrase: &Phrase, role: Role) -> Result<Vec<String>, Reply> {
        let found = self.meant(phrase, role)?;
        for name in &found {
            self.mentioned.retain(|known| known != name);
            self.mentioned.push(name.clone());
        }
        if !phrase.kinds.is_empty() {
            self.kinds.clone_from(&phrase.kinds);
        }
        Ok(found)
    }

    /// The same of a phrase that means one thing.
    pub fn resolve_one(&mut self, phrase: &Phrase, role: Role) -> Result<String, Reply> {
        let mut found = self.resolve(phrase, role)?;
        match found.len() {
            1 => Ok(found.remove(0)),
            _ => Err(replies::ask_which(&noun(phrase), &found)),
        }
    }

    fn meant(&self, phrase: &Phrase, role: Role) -> Result<Vec<String>, Reply> {
        match phrase.pronoun {
            Some(Pronoun::It | Pronoun::Them) => {
                let is_host = role == Role::Host;
                let known = if is_host
                    && self.it.iter().all(|name| !self.is_container(name))
                    && !self.there.is_empty()
                {
                    &self.there
                } else {
                    &self.it
                };
                if let Some(unseen) = self.unseen.as_ref().filter(|_| known.is_empty()) {
                    return Err(replies::not_seen(unseen));
                }
                let handled = self.handled.clone().filter(|_| !is_host);
                if let Some(handled) =
                    handled.filter(|_| known.is_empty() && phrase.pronoun == Some(Pronoun::It))
                {
                    return Ok(vec![handled]);
                }
                if known.is_empty() {
                    let only = if is_host {
                        self.containers()
                    } else {
                        self.movable_names()
                    };
                    return match only.as_slice() {
                        [_] => Ok(only),
                        _ => Err(replies::ask_meaning_of_word(&phrase.text)),
                    };
                }
                return Ok(match phrase.quantity {
                    Quantity::Any(count) => known.iter().take(count).cloned().collect(),
                    _ => known.clone(),
                });
            }
            Some(Pronoun::Former | Pronoun::Latter) => {
                let count = self.mentioned.len();
                let index = match phrase.pronoun {
                    Some(Pronoun::Latter) => count.checked_sub(1),
                    _ => count.checked_sub(2),
                };
                let name = index.and_then(|index| self.mentioned.get(index));
                return name
                    .map(|name| vec![name.clone()])
                    .ok_or_else(|| replies::ask_meaning_of_word(&phrase.text));
            }
            _ => {}
        }
        let mut fitting = self.names_fitting_phrase(phrase, role)?;
        // “The cube and the ball: put them all in the bowl.”
        let says_them = || phrase.text.split(' ').any(|word| word == "them");
        if phrase.pronoun == Some(Pronoun::Everything) && says_them() {
            let is_spoken_of =
                |name: &&String| self.mentioned.contains(name) || self.it.contains(name);
            let spoken_of: Vec<String> = fitting.iter().filter(is_spoken_of).cloned().collect();
            if spoken_of.len() > 1 {
                fitting = spoken_of;
            }
        }
        let is_left_out =
            !fitting.is_empty() && fitting.iter().all(|name| self.excluded.contains(name));
        let left_out = fitting.first().cloned();
        let is_many = matches!(phrase.quantity, Quantity::All(_) | Quantity::Any(_));
        if is_many || fitting.len() > 1 || phrase.other || phrase.pronoun == Some(Pronoun::Rest) {
            fitting.retain(|name| !self.excluded.contains(name));
        }
        if phrase.other || phrase.pronoun == Some(Pronoun::Rest) {
            let others: Vec<String> = fitting
                .iter()
                .filter(|name| !self.mentioned.contains(name))
                .cloned()
                .collect();
            if fitting.len() > 1 || self.excluded.is_empty() {
                fitting = others;
            }
        }
        let mut excepted = Vec::new();
        for except in &phrase.except {
            let mut except = except.clone();
            if except.kinds.is_empty() {
                except.kinds.clone_from(&phrase.kinds);
            }
            excepted.extend(self.meant(
                &Phrase {
                    quantity: Quantity::All(None),
                    ..except
                },
                Role::Any,
            )?);
        }
        fitting.retain(|name| !excepted.contains(name));
        if fitting.is_empty() {
            // It would be false to say that they are not there.
            return Err(match left_out.filter(|_| is_left_out) {
                Some(name) => replies::ask_when_only_excluded_remains(&name),
                None => replies::not_seen(&describe_phrase(phrase)),
            });
        }
        match phrase.quantity {
            Quantity::All(Some(count)) if fitting.len() != count => {
                // “The two of them” among three.
                Err(replies::ask_which(&noun(phrase), &fitting))
            }
            Quantity::All(_) => Ok(fitting),
            Quantity::Any(count) if fitting.len() < count => Err(replies::ask_which_of_few(
                fitting.len(),
                &describe_phrase(phrase),
            )),
            // “One of those things”.
            Quantity::Any(count)
                if fitting.len() > count
                    && !self.is_free
                    && phrase.kinds.is_empty()
                    && phrase.modifiers.is_empty()
                    && !is_one(&phrase.text)
                    && phrase.pronoun.is_none() =>
            {
                Err(replies::ask_which("one", &fitting))
            }
            Quantity::Any(count) => Ok(fitting.into_iter().take(count).collect()),
            Quantity::Half if fitting.len() % 2 == 0 => {
                let half = fitting.len() / 2;
                Ok(fitting.into_iter().take(half).collect())
            }
            Quantity::Half => Err(replies::ask_which(&noun(phrase), &fitting)),
            Quantity::Only | Quantity::None if fitting.len() == 1 => Ok(fitting),
            Quantity::Only | Quantity::None if self.is_free => {
                Ok(fitting.into_iter().take(1).collect())
            }
            Quantity::Only | Quantity::None => Err(replies::ask_which(&noun(phrase), &fitting)),
        }
    }

    /// The names of everything that a phrase fits.
    pub fn names_fitting_phrase(&self, phrase: &Phrase, role: Role) -> Result<Vec<String>, Reply> {
        if !phrase.unknown.is_empty() {
            return self.heard(phrase, role);
        }
        let mut fitting: Vec<&ObjectView> = self.of_kinds(phrase, role).collect();
        for (positive, place, hosts) in &phrase.at {
            let mut ends = Vec::new();
            for host in hosts {
                if host.kinds.first().is_some_and(|kind| kind == "table") {
                    continue;
                }
                // “What is in it”: in what was spoken of as a place.
                let is_within =
                    matches!(place, SpatialPreposition::At(Relation::In | Relation::On));
                let role = match is_within && host.pronoun.is_some() {
                    true => Role::Host,
                    false => Role::Any,
                };
                ends.extend(self.meant(host, role)?);
            }
            let ends: Vec<&ObjectView> = ends.iter().filter_map(|name| self.object(name)).collect();
            if ends.is_empty() {
                // On the table.
                fitting.retain(|seen| seen.rests.is_none() == *positive);
                continue;
            }
            if let SpatialPreposition::NearestTo | SpatialPreposition::FarthestFrom = place {
                let away = |seen: &ObjectView| (seen.position - ends[0].position).xy().norm();
                let sign = if *place == SpatialPreposition::NearestTo {
                    1.0
                } else {
                    -1.0
                };
                fitting.retain(|seen| seen.name != ends[0].name);
                fitting = objects_with_least_key(
                    fitting,
                    |seen| sign * away(seen),
                    SAME_DISTANCE_TOLERANCE,
                );
            } else {
                fitting.retain(|seen| {
                    is_at(seen, *place, &ends) == *positive
                        && ends.iter().all(|end| end.name != seen.name)
                });
            }
        }
        // “What is in the first goes in the second, and what is in the second in the first.”
        if phrase.pronoun == Some(Pronoun::Contents) {
            fitting.retain(|seen| !self.moved.contains(&seen.name));
        }
        if let Some(extreme) = phrase.extreme {
            fitting = objects_at_extreme(fitting, extreme);
        }
        Ok(fitting.into_iter().map(|seen| seen.name.clone()).collect())
    }

    fn of_kinds<'a>(&'a self, phrase: &Phrase, role: Role) -> impl Iterator<Item = &'a ObjectView> {
        let is_meant = |seen: &ObjectView| {
            let has = |word: &String| seen.name.split(' ').any(|part| part == word);
            phrase.modifiers.iter().all(has)
                && !phrase.not_modifiers.iter().any(has)
                && !phrase.not_kinds.iter().any(|kind| kind_of(seen) == kind)
        };
        let fits_role = |seen: &ObjectView| match role {
            Role::Mover => !is_container(seen),
            Role::Host | Role::Any => true,
        };
        let kinds = if phrase.kinds.is_empty()
            && phrase.pronoun.is_none()
            && is_one(&phrase.text)
            && !self.kinds.is_empty()
        {
            let inherited = self
                .objects
                .iter()
                .any(|seen| is_meant(seen) && self.kinds.contains(&kind_of(seen).to_owned()));
            if inherited {
                &self.kinds
            } else {
                &phrase.kinds
            }
        } else {
            &phrase.kinds
        };
        let mut found: Vec<&ObjectView> = Vec::new();
        if kinds.is_empty() {
            found.extend(
                self.objects
                    .iter()
                    .filter(|seen| is_meant(seen) && fits_role(seen)),
            );
        } else if phrase.alike {
            found.extend(
                self.objects.iter().filter(|seen| {
                    is_meant(seen) && kinds.iter().any(|kind| kind_of(seen) == kind)
                }),
            );
        } else {
            for kind in kinds {
                found.extend(
                    self.objects
                        .iter()
                        .filter(|seen| is_meant(seen) && kind_of(seen) == kind),
                );
                if !found.is_empty() {
                    break;
                }
            }
        }
        found.into_iter()
    }

    /// Takes an unknown word for what dictation may have made of a name, if that is one seen thing.
    fn heard(&self, phrase: &Phrase, role: Role) -> Result<Vec<String>, Reply> {
        let [word] = phrase.unknown.as_slice() else {
            return Err(self.unknown(phrase));
        };
        let mut found = Vec::new();
        for meant in possible_spoken_words(word) {
            let mut known = Phrase {
                unknown: Vec::new(),
                headless: false,
                ..phrase.clone()
            };
            if phrase.headless && !phrase.modifiers.is_empty() {
                known.kinds = vec![meant];
            } else if !phrase.headless && !phrase.kinds.is_empty() {
                known.modifiers.push(meant);
            } else {
                continue;
            }
            for name in self.names_fitting_phrase(&known, role)? {
                if !found.contains(&name) {
                    found.push(name);
                }
            }
        }
        match found.len() {
            1 => Ok(found),
            _ => Err(self.unknown(phrase)),
        }
    }

    fn unknown(&self, phrase: &Phrase) -> Reply {
        let words = phrase.unknown.join(" ");
        if phrase.headless {
            let mut parts = phrase.modifiers.clone();
            parts.push(words);
            return replies::not_seen(&parts.join(" "));
        }
        let known = Phrase {
            unknown: Vec::new(),
            ..phrase.clone()
        };
        let fitting = self
            .names_fitting_phrase(&known, Role::Any)
            .unwrap_or_default();
        replies::word_not_known(&words, &fitting)
    }
}

fn is_one(text: &str) -> bool {
    let last = text.rsplit(' ').next();
    matches!(last, Some("one" | "ones")) || !text.contains("thing") && !text.contains("object")
}

/// What a phrase speaks of, for “which … do you mean?”.
fn noun(phrase: &Phrase) -> String {
    phrase
        .kinds
        .first()
        .cloned()
        .unwrap_or_else(|| "one".to_owned())
}

/// What a phrase speaks of, for “I do not see a …”.
pub(super) fn describe_phrase(phrase: &Phrase) -> String {
    let mut words = phrase.modifiers.clone();
    if phrase.other {
        words.insert(0, "other".to_owned());
    }
    match phrase.kinds.first() {
        Some(_) if phrase.alike && phrase.kinds.len() > 1 => words.push("container".to_owned()),
        Some(kind) => words.push(kind.clone()),
        None => words.push("thing like that".to_owned()),
    }
    words.join(" ")
}
