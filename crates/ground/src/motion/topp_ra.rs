//! The fastest timing along a path whose speed and acceleration are bounded at each place.
//!
//! With `s` the share of the path, `x` the square of its rate and `u` its acceleration, each bound
//! is linear: `|first * u + second * x| <= limit`. Between two places `u` is constant and `x`
//! changes by `2 u` times their distance.

/// Number of bisections that find a largest speed.
const BISECTIONS: usize = 40;
/// Upper bound of squared speeds, 1/s².
const FASTEST: f64 = 1e6;
/// Rate below which a bound has no effect.
const NOTHING: f64 = 1e-9;

/// The constraints at one place of the path.
#[derive(Clone, Debug)]
pub struct PathConstraint {
    /// Largest `x`.
    ceiling: f64,
    /// `first`, `second` and `limit` of each bound.
    bounds: Vec<[f64; 3]>,
}

impl Default for PathConstraint {
    fn default() -> Self {
        Self {
            ceiling: FASTEST,
            bounds: Vec::new(),
        }
    }
}

impl PathConstraint {
    /// Requires that a quantity with derivative `rate` along the path changes no faster than
    /// `limit`.
    pub fn bound_velocity(&mut self, rate: f64, limit: f64) {
        if rate > NOTHING {
            self.ceiling = self.ceiling.min((limit / rate).powi(2));
        }
    }

    /// Requires that a quantity with these derivatives along the path accelerates no more than
    /// `limit`.
    pub fn bound_acceleration(&mut self, first: f64, second: f64, limit: f64) {
        if first.abs() > NOTHING {
            self.bounds.push([first, second, limit]);
        } else if second.abs() > NOTHING {
            self.ceiling = self.ceiling.min(limit / second.abs());
        }
    }

    /// Returns the smallest and largest `u` at `x`.
    fn accelerations(&self, x: f64) -> (f64, f64) {
        let mut range = (f64::NEG_INFINITY, f64::INFINITY);
        for [first, second, limit] in &self.bounds {
            let middle = -second * x / first;
            let half = limit / first.abs();
            range = (range.0.max(middle - half), range.1.min(middle + half));
        }
        range
    }
}

/// The times at which the places are passed.
#[derive(Clone, Debug)]
pub struct PathTimes {
    /// Rate of the share at each place, 1/s.
    rates: Vec<f64>,
    /// Times of the places, seconds from the start.
    times: Vec<f64>,
}

/// Returns the fastest timing past evenly spaced places, from rest to rest. There must be at least
/// two places.
pub fn fastest_path_times(places: &[PathConstraint]) -> PathTimes {
    let step = 1.0 / (places.len() - 1) as f64;
    let stoppable = stoppable(places, step);
    let mut squares = vec![0.0; places.len()];
    for at in 1..places.len() {
        let x: f64 = squares[at - 1];
        let most = x + 2.0 * step * places[at - 1].accelerations(x).1;
        squares[at] = most.clamp(0.0, stoppable[at]);
    }
    let rates: Vec<f64> = squares.into_iter().map(f64::sqrt).collect();
    let mut times = vec![0.0];
    for pair in rates.windows(2) {
        let took = 2.0 * step / (pair[0] + pair[1]).max(NOTHING);
        times.push(times[times.len() - 1] + took);
    }
    PathTimes { rates, times }
}

/// Returns the largest `x` at each place from which the end can be reached at rest.
fn stoppable(places: &[PathConstraint], step: f64) -> Vec<f64> {
    let mut largest = vec![0.0; places.len()];
    for at in (0..places.len() - 1).rev() {
        let place = &places[at];
        let can_stop = |x: f64| {
            let (least, most) = place.accelerations(x);
            least <= most && x + 2.0 * step * least <= largest[at + 1]
        };
        largest[at] = if can_stop(place.ceiling) {
            place.ceiling
        } else {
            // The stoppable speeds form an interval that begins at rest, because all bounds are
            // linear.
            let (mut low, mut high) = (0.0, place.ceiling);
            for _ in 0..BISECTIONS {
                let middle = (low + high) / 2.0;
                if can_stop(middle) {
                    low = middle;
                } else {
                    high = middle;
                }
            }
            low
        };
    }
    largest
}

impl PathTimes {
    /// Returns the share of the path every `period` seconds, both ends included.
    pub fn sample_path_shares(&self, period: f64) -> Vec<f64> {
        let end = self.times[self.times.len() - 1];
        let count = (end / period).ceil().max(1.0) as usize;
        let spans = self.times.len() - 1;
        let mut span = 0;
        let mut shares: Vec<f64> = (0..count)
            .map(|sample| {
                let time = sample as f64 * period;
                while span + 1 < spans && self.times[span + 1] <= time {
                    span += 1;
                }
                let within = time - self.times[span];
                let took = (self.times[span + 1] - self.times[span]).max(NOTHING);
                let gain = (self.rates[span + 1] - self.rates[span]) / took;
                let more = within * (self.rates[span] + gain * within / 2.0);
                (span as f64 / spans as f64 + more).clamp(0.0, 1.0)
            })
            .collect();
        shares.push(1.0);
        shares
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns a straight line of one meter, at most 1 m/s and 2 m/s².
    fn line(places: usize) -> Vec<PathConstraint> {
        let mut rate = PathConstraint::default();
        rate.bound_velocity(1.0, 1.0);
        rate.bound_acceleration(1.0, 0.0, 2.0);
        vec![rate; places]
    }

    #[test]
    fn a_straight_line_takes_what_a_trapeze_takes() {
        let times = fastest_path_times(&line(201));
        // Half a second to accelerate over 0.25 m, as long to brake, and half a meter in between.
        let end = times.times[200];
        assert!((end - 1.5).abs() < 0.01, "{end}");
        let shares = times.sample_path_shares(0.01);
        assert!((shares[25] - 0.0625).abs() < 0.002, "{}", shares[25]);
        assert!(shares.windows(2).all(|pair| pair[0] <= pair[1]));
    }

    #[test]
    fn it_slows_down_in_time_for_a_slow_place() {
        let mut places = line(101);
        for place in &mut places[50..60] {
            place.bound_velocity(1.0, 0.1);
        }
        let times = fastest_path_times(&places);
        assert!(times.rates[50..60].iter().all(|rate| *rate <= 0.1 + 1e-9));
        assert!(times.rates[40] < 1.0 && times.rates[40] > 0.5);
        for pair in times.rates.windows(2) {
            let acceleration = (pair[1].powi(2) - pair[0].powi(2)) / 0.02;
            assert!(acceleration.abs() <= 2.0 + 1e-6, "{acceleration}");
        }
    }
}
