//! Names, numbers and poses of XML elements, with errors.

use std::f64::consts::TAU;

use enact_types::Reason;
use roxmltree::{Document, Node};
use urdf_rs::{Pose, Vec3};

use super::not_urdf::EXPAND_XACRO_HINT;
use crate::error::LoadError;
use crate::source_text::SourceText;

/// Angles that exceed a turn by more than this are probably meant as degrees, radians.
const SLACK: f64 = 0.01;

/// A document that is being read.
pub struct DocumentReader<'d> {
    source: &'d SourceText,
    document: &'d Document<'d>,
    /// What was omitted or corrected so far.
    pub warnings: Vec<String>,
}

impl<'d> DocumentReader<'d> {
    /// Creates a reader that has read nothing yet.
    pub fn new(source: &'d SourceText, document: &'d Document<'d>) -> Self {
        Self {
            source,
            document,
            warnings: Vec::new(),
        }
    }

    /// Returns the line on which an element begins.
    pub fn line(&self, node: Node<'_, '_>) -> usize {
        self.document.text_pos_at(node.range().start).row as usize
    }

    /// Returns an error about an element.
    pub fn error(&self, node: Node<'_, '_>, what: impl Into<Reason>) -> LoadError {
        self.source.error_on_line(self.line(node), what)
    }

    /// Adds a warning about an element.
    pub fn warn(&mut self, node: Node<'_, '_>, what: impl std::fmt::Display) {
        let line = self.line(node);
        self.warnings.push(format!("line {line}: {what}"));
    }

    /// Returns the child elements of this name; those of a foreign namespace are skipped.
    pub fn children_named<'a, 'i>(&self, node: Node<'a, 'i>, name: &str) -> Vec<Node<'a, 'i>> {
        let own = self.document.root_element().tag_name().namespace();
        node.children()
            .filter(|child| child.is_element() && child.tag_name().name() == name)
            .filter(|child| [own, None].contains(&child.tag_name().namespace()))
            .collect()
    }

    /// Returns the first child element of this name.
    pub fn first_child_named<'a, 'i>(
        &self,
        node: Node<'a, 'i>,
        name: &str,
    ) -> Option<Node<'a, 'i>> {
        self.children_named(node, name).first().copied()
    }

    /// Returns the only child element of this name, if there is one. Two identical ones count as
    /// one. `what` names the parent.
    ///
    /// # Errors
    /// [`LoadError`] if there are two that differ.
    pub fn only_child_named<'a, 'i>(
        &mut self,
        node: Node<'a, 'i>,
        name: &str,
        what: &str,
    ) -> Result<Option<Node<'a, 'i>>, LoadError> {
        let all = self.children_named(node, name);
        let Some(first) = all.first().copied() else {
            return Ok(None);
        };
        let says = |node: Node<'_, '_>| {
            let mut pairs: Vec<(String, String)> = node
                .attributes()
                .map(|it| (it.name().to_owned(), it.value().trim().to_owned()))
                .collect();
            pairs.sort();
            pairs
        };
        for other in &all[1..] {
            if says(*other) != says(first) {
                let what = format!("{what}: a second `{name}` says something else");
                return Err(self.error(*other, what));
            }
            self.warn(*other, format!("{what}: `{name}` is given twice"));
        }
        Ok(Some(first))
    }

    /// Returns the name of a `link` or `joint`.
    ///
    /// # Errors
    /// [`LoadError`] if there is none or it is an unexpanded macro.
    pub fn name(&self, node: Node<'_, '_>) -> Result<String, LoadError> {
        let tag = node.tag_name().name();
        match node.attribute("name").map(str::trim) {
            None | Some("") => Err(self.error(node, format!("a `{tag}` has no name"))),
            Some(name) => self.expanded(node, name),
        }
    }

    /// Returns a required attribute. `what` names the owner of the element.
    ///
    /// # Errors
    /// [`LoadError`] if the attribute is missing.
    pub fn required_attribute(
        &self,
        node: Node<'_, '_>,
        attribute: &str,
        what: &str,
    ) -> Result<String, LoadError> {
        let tag = node.tag_name().name();
        match node.attribute(attribute).map(str::trim) {
            None | Some("") => {
                let what = format!("{what}: its `{tag}` has no `{attribute}`");
                Err(self.error(node, what))
            }
            Some(value) => self.expanded(node, value),
        }
    }

    fn expanded(&self, node: Node<'_, '_>, text: &str) -> Result<String, LoadError> {
        if contains_macro(text) {
            let what = format!("`{text}` is not expanded");
            return Err(self
                .error(node, what)
                .with_hint(Some(EXPAND_XACRO_HINT.to_owned())));
        }
        Ok(text.to_owned())
    }

    /// Returns a number; `None` if the attribute is missing or empty. `what` names the owner of the
    /// element.
    ///
    /// # Errors
    /// [`LoadError`] if the attribute is not a number.
    pub fn number_attribute(
        &self,
        node: Node<'_, '_>,
        attribute: &str,
        what: &str,
    ) -> Result<Option<f64>, LoadError> {
        let Some(text) = node.attribute(attribute).map(str::trim) else {
            return Ok(None);
        };
        if text.is_empty() {
            return Ok(None);
        }
        match text.parse() {
            Ok(value) => Ok(Some(value)),
            Err(_) => Err(self.no_numbers(node, attribute, text, "a number", what)),
        }
    }

    /// Returns three numbers; `None` if the attribute is missing or empty.
    ///
    /// # Errors
    /// [`LoadError`] if the attribute is not three numbers.
    pub fn vector_attribute(
        &self,
        node: Node<'_, '_>,
        attribute: &str,
        what: &str,
    ) -> Result<Option<[f64; 3]>, LoadError> {
        let Some(text) = node.attribute(attribute).map(str::trim) else {
            return Ok(None);
        };
        if text.is_empty() {
            return Ok(None);
        }
        let values: Result<Vec<f64>, _> = text.split_whitespace().map(str::parse).collect();
        match values.as_deref() {
            Ok([x, y, z]) => Ok(Some([*x, *y, *z])),
            _ => Err(self.no_numbers(node, attribute, text, "three numbers", what)),
        }
    }

    /// Returns the pose given by the child `origin`; the identity if there is none.
    ///
    /// # Errors
    /// [`LoadError`] if its numbers are invalid or there are two that differ.
    pub fn origin(&mut self, node: Node<'_, '_>, what: &str) -> Result<Pose, LoadError> {
        let Some(origin) = self.only_child_named(node, "origin", what)? else {
            return Ok(Pose::default());
        };
        let xyz = self
            .vector_attribute(origin, "xyz", what)?
            .unwrap_or_default();
        let rpy = self
            .vector_attribute(origin, "rpy", what)?
            .unwrap_or_default();
        if rpy.iter().any(|angle| angle.abs() > TAU + SLACK) {
            let text = origin.attribute("rpy").unwrap_or_default();
            let what = format!("{what}: rpy=\"{text}\" is read as radians; were degrees meant?");
            self.warn(origin, what);
        }
        Ok(Pose {
            xyz: Vec3(xyz),
            rpy: Vec3(rpy),
        })
    }

    fn no_numbers(
        &self,
        node: Node<'_, '_>,
        attribute: &str,
        text: &str,
        wanted: &str,
        what: &str,
    ) -> LoadError {
        let tag = node.tag_name().name();
        let what = format!("{what}: `{tag} {attribute}=\"{text}\"` is not {wanted}");
        let hint = if contains_macro(text) {
            Some(EXPAND_XACRO_HINT)
        } else if text.contains(',') {
            Some("numbers have a decimal point, and blanks between them")
        } else {
            None
        };
        self.error(node, what).with_hint(hint.map(str::to_owned))
    }
}

/// Returns whether the text contains something that xacro should have replaced.
pub fn contains_macro(text: &str) -> bool {
    text.contains("${") || text.contains("$(")
}

/// Returns the numbers separated by blanks or commas.
pub fn parse_number_list(text: &str) -> Option<Vec<f64>> {
    text.split(|c: char| c.is_whitespace() || c == ',')
        .filter(|word| !word.is_empty())
        .map(|word| word.parse().ok())
        .collect()
}
