//! How freely plans are drawn, and how many: flags over `[planning.sampling]` of a launch file.

use anyhow::{Result, bail};
use clap::Args;
use enact_model::Sampling;
use enact_runtime::PlanChoice;

/// How freely plans are drawn, and how many.
#[derive(Clone, Copy, Debug, Default, Args)]
#[command(next_help_heading = "Drawing plans")]
pub struct DrawArgs {
    /// Sample N plans per turn and take the best by likelihood x feasibility x past success
    #[arg(long, value_name = "N", allow_negative_numbers = true, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=32))]
    pub rank: u32,
    /// Sample N plans per turn and take the one that most of those come to that can be done
    #[arg(long, value_name = "N", allow_negative_numbers = true, conflicts_with = "rank", value_parser = clap::value_parser!(u32).range(2..=32))]
    pub vote: Option<u32>,
    /// Sampling temperature: 0 takes the most probable plan, 1 draws as the model weighs [default:
    /// 0; 1 with --rank and --vote]
    #[arg(long, value_name = "T", allow_negative_numbers = true)]
    pub temperature: Option<f64>,
    /// Draw among the fewest tokens that are together this probable (nucleus sampling)
    #[arg(long, value_name = "P", allow_negative_numbers = true)]
    pub top_p: Option<f64>,
    /// Draw among the K most probable tokens; 0 is any number [default: 40 in this process]
    #[arg(long, value_name = "K", allow_negative_numbers = true)]
    pub top_k: Option<u32>,
    /// Draw among tokens at least this probable, as a share of the most probable one
    #[arg(long, value_name = "P", allow_negative_numbers = true)]
    pub min_p: Option<f64>,
    /// Make tokens less probable that the answer has already: 1 (not at all) to 2
    #[arg(long, value_name = "X", allow_negative_numbers = true)]
    pub repetition_penalty: Option<f64>,
}

impl DrawArgs {
    /// Returns how many plans are drawn, and which of them is carried out.
    pub fn plan_choice(&self) -> PlanChoice {
        match (self.vote, self.rank) {
            (Some(count), _) => PlanChoice::Vote(count),
            (None, 0 | 1) => PlanChoice::Only,
            (None, count) => PlanChoice::Best(count),
        }
    }

    /// Returns `others` with what these say instead.
    pub fn override_others(self, others: Self) -> Self {
        let chooses = self.plan_choice().drawn_plan_count() > 1;
        Self {
            rank: if chooses { self.rank } else { others.rank },
            vote: if chooses { self.vote } else { others.vote },
            temperature: self.temperature.or(others.temperature),
            top_p: self.top_p.or(others.top_p),
            top_k: self.top_k.or(others.top_k),
            min_p: self.min_p.or(others.min_p),
            repetition_penalty: self.repetition_penalty.or(others.repetition_penalty),
        }
    }

    /// Returns `config` with what the command line says instead.
    pub fn override_sampling(&self, config: Sampling) -> Sampling {
        config.overridden(Sampling {
            temperature: self.temperature,
            top_p: self.top_p,
            top_k: self.top_k,
            min_p: self.min_p,
            repetition_penalty: self.repetition_penalty,
            seed: None,
        })
    }

    /// Returns how plans are drawn in a run with this `seed`, from what its files say and the
    /// command line does.
    ///
    /// # Errors
    /// If a value is out of range, or has no effect.
    pub fn sampling(&self, config: Sampling, seed: u64) -> Result<Sampling> {
        let mut sampling = self.override_sampling(config);
        let drawn = self.plan_choice().drawn_plan_count();
        if drawn > 1 {
            // A choice needs plans that differ: they are drawn as the model weighs them.
            sampling.temperature.get_or_insert(1.0);
        }
        sampling.seed.get_or_insert(seed);
        if let Some(fault) = sampling
            .describe_out_of_range()
            .or_else(|| sampling.describe_missing_setting())
        {
            bail!("sampling: {fault}");
        }
        if drawn > 1 && !sampling.is_random() {
            bail!("sampling: at temperature 0 all {drawn} plans are the same; say a higher one");
        }
        Ok(sampling)
    }

    /// Returns them as they are written on a command line, with a space before each.
    pub fn to_command_line_flags(&self) -> String {
        let Self {
            rank,
            vote,
            temperature,
            top_p,
            top_k,
            min_p,
            repetition_penalty,
        } = self;
        let mut words = String::new();
        let mut write = |flag: &str, value: Option<String>| {
            words += &value.map_or_else(String::new, |value| format!(" --{flag} {value}"));
        };
        let number = |value: &Option<f64>| value.map(|value| value.to_string());
        write("rank", (*rank > 1).then(|| rank.to_string()));
        write("vote", vote.map(|count| count.to_string()));
        write("temperature", number(temperature));
        write("top-p", number(top_p));
        write("top-k", top_k.map(|count| count.to_string()));
        write("min-p", number(min_p));
        write("repetition-penalty", number(repetition_penalty));
        words
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_draws_and_one_plan_does_not() {
        let sampling = |args: DrawArgs, config: Sampling| args.sampling(config, 7);
        let one = sampling(DrawArgs::default(), Sampling::GREEDY).unwrap();
        assert_eq!((one.is_random(), one.seed), (false, Some(7)));
        let vote = DrawArgs {
            vote: Some(5),
            ..DrawArgs::default()
        };
        assert_eq!(vote.plan_choice(), PlanChoice::Vote(5));
        assert_eq!(
            sampling(vote, Sampling::GREEDY).unwrap().temperature,
            Some(1.0)
        );
        let config = Sampling {
            temperature: Some(0.3),
            top_p: Some(0.9),
            seed: Some(1),
            ..Sampling::GREEDY
        };
        assert_eq!(sampling(vote, config).unwrap(), config);
        let greedy = DrawArgs {
            temperature: Some(0.0),
            ..vote
        };
        let error = sampling(greedy, Sampling::GREEDY).unwrap_err().to_string();
        assert!(error.contains("all 5 plans are the same"), "{error}");
        let idle = DrawArgs {
            top_p: Some(0.5),
            ..DrawArgs::default()
        };
        let error = sampling(idle, Sampling::GREEDY).unwrap_err().to_string();
        assert!(error.contains("temperature"), "{error}");
        assert_eq!(vote.to_command_line_flags(), " --vote 5");
        assert_eq!(idle.to_command_line_flags(), " --top-p 0.5");
    }
}
