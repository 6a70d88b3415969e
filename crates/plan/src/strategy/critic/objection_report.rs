//! Objections, and what observers are told of them: each once in a turn, and then only by its rule.

use std::fmt;

use crate::step::Plan;
use crate::strategy::{ExchangeKind, PlanningTurn};
use crate::veto::Veto;

/// A plan that is not accepted.
pub(super) struct PlanObjection {
    /// The vetoes that it breaks, each with the place of its step in the plan.
    pub(super) vetoes: Vec<(usize, Veto)>,
    /// What to do instead.
    pub(super) advice: String,
}

impl PlanObjection {
    /// Returns which rules it is by.
    pub(super) fn rules(&self) -> String {
        let mut rules: Vec<usize> = self.vetoes.iter().map(|(_, veto)| veto.rule).collect();
        rules.sort_unstable();
        rules.dedup();
        let rules: Vec<String> = rules.iter().map(|rule| format!("rule {rule}")).collect();
        rules.join(" and ")
    }
}

impl fmt::Display for PlanObjection {
    /// Says which rule forbids which step, and why.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sentences: Vec<String> = self.vetoes.iter().map(sentence).collect();
        f.write_str(&sentences.join("; "))
    }
}

fn sentence((at, veto): &(usize, Veto)) -> String {
    format!(
        "rule {} forbids step {}, {}: {}",
        veto.rule,
        at + 1,
        veto.step_in_words(),
        veto.reason
    )
}

/// What observers were told in a turn.
#[derive(Debug, Default)]
pub(super) struct ReportedToObservers {
    /// The plan that was proposed last.
    plan: String,
    vetoes: Vec<Veto>,
}

impl ReportedToObservers {
    /// Tells which plan is judged.
    pub(super) fn report_proposal(&mut self, turn: &mut PlanningTurn<'_>, plan: &Plan) {
        let plan = plan.to_string();
        let line = match self.plan == plan {
            true => "the same plan",
            false => plan.as_str(),
        };
        turn.add_exchange("critic", ExchangeKind::Proposal, line);
        self.plan = plan;
    }

    /// Returns what is told of a veto when it is made.
    pub(super) fn veto_report(&mut self, at: usize, veto: &Veto) -> String {
        let full = |at: usize, veto: &Veto| {
            format!(
                "step {}, {}, by rule {}: {}",
                at + 1,
                veto.step_in_words(),
                veto.rule,
                veto.reason
            )
        };
        self.once(at, veto, full)
    }

    /// Returns what is told of an objection by vetoes that are in force.
    pub(super) fn objection_report(&mut self, objection: &PlanObjection) -> String {
        let full = |at: usize, veto: &Veto| sentence(&(at, veto.clone()));
        let vetoes = objection.vetoes.iter();
        let lines: Vec<String> = vetoes
            .map(|(at, veto)| self.once(*at, veto, full))
            .collect();
        lines.join("; ")
    }

    fn once(&mut self, at: usize, veto: &Veto, full: impl Fn(usize, &Veto) -> String) -> String {
        if self.vetoes.contains(veto) {
            return format!("step {}: again rule {}", at + 1, veto.rule);
        }
        self.vetoes.push(veto.clone());
        full(at, veto)
    }
}
