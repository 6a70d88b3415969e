//! The middle one of many numbers.

/// Number of parts of the range from 0 to 1.
const PARTS: usize = 1024;

/// Returns the middle one of some shares, each from 0 to 1, in their order; not a number without any.
///
/// Of a whole picture's, only those in the same part of the range as the middle one are sorted.
pub fn median_share(shares: impl Iterator<Item = f64> + Clone) -> f64 {
    let part_of = |share: f64| ((share * PARTS as f64) as usize).min(PARTS - 1);
    let mut counts = [0_usize; PARTS];
    for share in shares.clone() {
        counts[part_of(share)] += 1;
    }
    let middle = counts.iter().sum::<usize>() / 2;
    let mut below = 0;
    let part = counts.iter().position(|count| {
        below += count;
        below > middle
    });
    let Some(part) = part else {
        return f64::NAN;
    };
    below -= counts[part];
    let mut near: Vec<f64> = shares.filter(|share| part_of(*share) == part).collect();
    *near
        .select_nth_unstable_by(middle - below, f64::total_cmp)
        .1
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_is_the_middle_of_the_sorted_ones(mut shares in prop::collection::vec(0.0..=1.0_f64, 1..300)) {
            let median = median_share(shares.iter().copied());
            shares.sort_by(f64::total_cmp);
            prop_assert_eq!(median, shares[shares.len() / 2]);
        }
    }

    #[test]
    fn of_equal_ones_it_is_any_and_of_none_it_is_no_number() {
        assert_eq!(median_share([0.25; 7].into_iter()), 0.25);
        assert!(median_share(std::iter::empty()).is_nan());
    }
}
