//! From numbers to places on paper, evenly or by powers of ten, and the numbers written beside them.

/// One axis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scale {
    low: f64,
    high: f64,
    log: bool,
    /// Where the ends stand on paper.
    from: f64,
    to: f64,
}

impl Scale {
    /// Over all these numbers; those that the scale has no place for (not finite; on a logarithmic one
    /// not above 0) do not count. Where nothing is left the range is 0…1, or one decade.
    pub fn over(numbers: impl IntoIterator<Item = f64>, log: bool, [from, to]: [f64; 2]) -> Self {
        let fits = |number: &f64| number.is_finite() && (!log || *number > 0.0);
        let ends = numbers.into_iter().filter(fits);
        let [low, high] = ends.fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], number| {
            [low.min(number), high.max(number)]
        });
        let (low, high) = match (low <= high, log) {
            (false, true) => (0.1, 1.0),
            (false, false) => (0.0, 1.0),
            (true, true) => {
                let decades = (low.log10().floor(), high.log10().ceil());
                let high = if decades.1 > decades.0 { decades.1 } else { decades.0 + 1.0 };
                (10f64.powf(decades.0), 10f64.powf(high))
            }
            (true, false) if high > low => (low, high),
            // One number in the middle, from 0 on.
            (true, false) if low == 0.0 => (-1.0, 1.0),
            (true, false) => (f64::min(0.0, 2.0 * low), f64::max(0.0, 2.0 * low)),
        };
        Self { low, high, log, from, to }
    }

    /// The same with both ends at round numbers.
    pub fn rounded(self) -> Self {
        let ticks = self.ticks();
        match (self.log, ticks.as_slice()) {
            (false, [first, second, ..]) => {
                let step = second - first;
                let low = if self.low < *first { first - step } else { *first };
                let last = ticks[ticks.len() - 1];
                let high = if self.high > last { last + step } else { last };
                Self { low, high, ..self }
            }
            _ => self,
        }
    }

    /// The place of a number; none for one that the scale has no place for.
    pub fn place(&self, number: f64) -> Option<f64> {
        if !number.is_finite() || self.log && number <= 0.0 {
            return None;
        }
        let along = |value: f64| if self.log { value.log10() } else { value };
        let (low, high) = (along(self.low), along(self.high));
        Some(self.from + (along(number) - low) / (high - low) * (self.to - self.from))
    }

    /// The same, at the nearest end for numbers outside.
    pub fn clamped(&self, number: f64) -> Option<f64> {
        self.place(number.clamp(self.low, self.high))
    }

    /// Round numbers inside.
    pub fn ticks(&self) -> Vec<f64> {
        if self.log {
            let (low, high) = (self.low.log10().round() as i32, self.high.log10().round() as i32);
            let by = usize::try_from((high - low) / 7 + 1).unwrap_or(1);
            return (low..=high).step_by(by).map(|power| 10f64.powi(power)).collect();
        }
        let wide = (self.high - self.low) / 5.0;
        let power = 10f64.powf(wide.log10().floor());
        let step = [1.0, 2.0, 5.0, 10.0].map(|one| one * power);
        let step = step.into_iter().find(|step| *step >= wide * 0.999).unwrap_or(10.0 * power);
        let (first, last) = ((self.low / step).ceil(), (self.high / step + 1e-9).floor());
        if !(step > 0.0 && step.is_finite() && last - first < 50.0) {
            return vec![self.low, self.high];
        }
        // Whole numbers of steps: sums of them would drift.
        (first as i64..=last as i64).map(|count| count as f64 * step).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_numbers() {
        let scale = Scale::over([0.0, 2.3], false, [0.0, 100.0]);
        assert_eq!(scale.ticks(), [0.0, 0.5, 1.0, 1.5, 2.0]);
        assert_eq!(scale.rounded().place(2.5), Some(100.0));
        let log = Scale::over([3e-4, 0.5, 0.0, f64::NAN], true, [0.0, 100.0]);
        assert_eq!(log.ticks().len(), 5);
        assert_eq!(log.place(1e-4), Some(0.0));
        assert_eq!((log.place(0.0), log.place(f64::NAN)), (None, None));
    }

    #[test]
    fn a_scale_of_one_number_or_none_has_a_width() {
        assert_eq!(Scale::over([2.0], false, [0.0, 10.0]).place(2.0), Some(5.0));
        assert_eq!(Scale::over([], false, [0.0, 10.0]).place(0.5), Some(5.0));
        assert_eq!(Scale::over([1.0], true, [0.0, 10.0]).place(10.0), Some(10.0));
        assert_eq!(Scale::over([0.0, 1.0], false, [0.0, 10.0]).clamped(7.0), Some(10.0));
    }
}
