//! Which rows of a file are kept: all of them up to a bound, or a uniform sample.

use crate::data::DataError;
use crate::random::Random;

/// How much of a file is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::data) struct Keep {
    /// The number of rows to draw; `None` keeps all.
    pub(in crate::data) sample: Option<usize>,
    /// Of the sample.
    pub(in crate::data) seed: u64,
    /// The most that may be kept.
    pub(in crate::data) bytes: usize,
}

/// The most that is kept of a file: 1 GiB, which is 2²⁷ numbers. A spec tests a small copy of a
/// network, in seconds.
pub(in crate::data) const MOST: usize = 1 << 30;

/// Draws rows of unknown number, each equally likely, in one pass.
///
/// Method: algorithm L of K.-H. Li, "Reservoir-Sampling Algorithms of Time Complexity
/// O(n(1 + log(N/n)))", ACM TOMS 20 (1994), which draws as algorithm R of J. S. Vitter (1985) does,
/// but draws the number of rows to pass over at once: the first n rows fill the reservoir; then
/// w ← w · u^(1/n), from w = 1, and ⌊ln u / ln(1 − w)⌋ rows are passed over before the next one takes
/// a random place, with u uniform in (0, 1]. Logarithms are `libm`'s, so that the same rows are
/// drawn on every machine.
#[derive(Debug)]
struct Reservoir {
    size: usize,
    seen: usize,
    /// How many rows pass before the next one is drawn.
    passing: usize,
    w: f64,
    random: Random,
}

impl Reservoir {
    fn new(size: usize, seed: u64) -> Self {
        let mut new =
            Self { size, seen: 0, passing: 0, w: 1.0, random: Random::new(seed, "sample") };
        new.pass();
        new
    }

    /// Draws how many rows pass before the next one is drawn.
    fn pass(&mut self) {
        let logarithm = libm::log(1.0 - self.random.uniform());
        self.w *= libm::exp(logarithm / self.size as f64);
        let rows = libm::log(1.0 - self.random.uniform()) / libm::log1p(-self.w);
        // More than can be counted is as good as the largest count.
        self.passing = rows as usize;
    }

    /// Passes over at most `rows` rows at once, and tells how many passed.
    fn skip(&mut self, rows: usize) -> usize {
        let passed = if self.seen < self.size { 0 } else { self.passing.min(rows) };
        self.passing -= passed;
        self.seen += passed;
        passed
    }

    /// The place in the reservoir that the next row takes, if any.
    fn next(&mut self) -> Option<usize> {
        if self.skip(1) == 1 {
            return None;
        }
        self.seen += 1;
        if self.seen <= self.size {
            return Some(self.seen - 1);
        }
        let place = self.random.below(self.size);
        self.pass();
        Some(place)
    }
}

/// Collects what is kept of rows whose number is not known before.
#[derive(Debug)]
pub(in crate::data) struct Kept<T> {
    reservoir: Option<Reservoir>,
    seen: usize,
    bytes: usize,
    most: usize,
    /// Each with its number among all rows and its size.
    rows: Vec<(usize, usize, T)>,
}

impl<T> Kept<T> {
    pub(in crate::data) fn new(keep: Keep) -> Self {
        Self {
            reservoir: keep.sample.map(|size| Reservoir::new(size, keep.seed)),
            seen: 0,
            bytes: 0,
            most: keep.bytes,
            rows: Vec::new(),
        }
    }

    /// Offers the next row; one that is not drawn is not made. `make` also tells the row's bytes.
    ///
    /// # Errors
    ///
    /// When what is kept exceeds the bound.
    pub(in crate::data) fn offer<E: From<DataError>>(
        &mut self,
        make: impl FnOnce() -> Result<(T, usize), E>,
    ) -> Result<(), E> {
        let number = self.seen;
        self.seen += 1;
        let place = match &mut self.reservoir {
            None => self.rows.len(),
            Some(reservoir) => match reservoir.next() {
                Some(place) => place,
                None => return Ok(()),
            },
        };
        let (row, bytes) = make()?;
        let bytes = bytes.saturating_add(size_of::<(usize, usize, T)>());
        self.bytes = self.bytes.saturating_add(bytes);
        match self.rows.get_mut(place) {
            Some(slot) => {
                self.bytes = self.bytes.saturating_sub(slot.1);
                *slot = (number, bytes, row);
            }
            None => self.rows.push((number, bytes, row)),
        }
        if self.bytes > self.most {
            let rows = self.rows.len();
            return Err(DataError::TooMuch { rows, bytes: self.bytes, most: self.most }.into());
        }
        Ok(())
    }

    /// The rows that were kept, in the file's order.
    pub(in crate::data) fn finish(mut self) -> Vec<T> {
        self.rows.sort_by_key(|(number, ..)| *number);
        self.rows.into_iter().map(|(.., row)| row).collect()
    }
}

/// Which of `rows` rows are kept, in the file's order: those that [`Kept`] keeps of as many.
///
/// # Errors
///
/// When they exceed the bound, at `row_bytes` each.
pub(in crate::data) fn chosen(
    keep: Keep,
    rows: usize,
    row_bytes: usize,
) -> Result<Chosen, DataError> {
    let kept = keep.sample.map_or(rows, |sample| sample.min(rows));
    let bytes = kept.saturating_mul(row_bytes);
    if bytes > keep.bytes {
        return Err(DataError::TooMuch { rows: kept, bytes, most: keep.bytes });
    }
    if kept == rows {
        return Ok(Chosen::All(rows));
    }
    let mut reservoir = Reservoir::new(kept, keep.seed);
    let mut numbers = vec![0; kept];
    let mut row = 0;
    // A file may claim more rows than anyone could count one by one.
    while row < rows {
        row += reservoir.skip(rows - row);
        if row < rows
            && let Some(place) = reservoir.next()
        {
            numbers[place] = row;
            row += 1;
        }
    }
    numbers.sort_unstable();
    Ok(Chosen::Some(numbers))
}

/// The numbers of rows that are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::data) enum Chosen {
    All(usize),
    /// In ascending order.
    Some(Vec<usize>),
}

impl Chosen {
    pub(in crate::data) fn len(&self) -> usize {
        match self {
            Self::All(rows) => *rows,
            Self::Some(numbers) => numbers.len(),
        }
    }

    /// The number that row `index` of the kept ones has in the file.
    pub(in crate::data) fn number(&self, index: usize) -> usize {
        match self {
            Self::All(_) => index,
            Self::Some(numbers) => numbers[index],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keep(sample: Option<usize>, seed: u64) -> Keep {
        Keep { sample, seed, bytes: MOST }
    }

    fn drawn(size: usize, rows: usize, seed: u64) -> Vec<usize> {
        let mut kept = Kept::new(keep(Some(size), seed));
        for row in 0..rows {
            kept.offer::<DataError>(|| Ok((row, 8))).unwrap();
        }
        kept.finish()
    }

    #[test]
    fn every_row_is_drawn_equally_often() {
        let mut counts = [0usize; 20];
        for seed in 0..20_000 {
            for row in drawn(5, 20, seed) {
                counts[row] += 1;
            }
        }
        let five_standard_errors = 5.0 * (20_000.0f64 * 0.25 * 0.75).sqrt();
        for count in counts {
            assert!((count as f64 - 5000.0).abs() < five_standard_errors, "{counts:?}");
        }
    }

    #[test]
    fn the_drawn_rows_are_pinned_and_in_the_files_order() {
        assert_eq!(drawn(5, 1000, 42), [363, 699, 842, 916, 999]);
        assert_eq!(drawn(5, 3, 42), [0, 1, 2]);
    }

    #[test]
    fn known_and_unknown_numbers_of_rows_draw_the_same() {
        for (size, rows) in [(5, 1000), (7, 8), (8, 8), (9, 8)] {
            let chosen = chosen(keep(Some(size), 3), rows, 8).unwrap();
            let numbers: Vec<usize> = (0..chosen.len()).map(|row| chosen.number(row)).collect();
            assert_eq!(numbers, drawn(size, rows, 3));
        }
    }

    #[test]
    fn without_a_sample_all_rows_are_kept_up_to_the_bound() {
        let mut kept = Kept::new(Keep { sample: None, seed: 1, bytes: 10_000 });
        let mut offer = |row| kept.offer::<DataError>(|| Ok((row, 8)));
        let stopped = (0..10_000usize).find_map(|row| offer(row).err().map(|error| (row, error)));
        let (row, error) = stopped.expect("the bound was not kept");
        assert!(matches!(error, DataError::TooMuch { most: 10_000, .. }), "{error:?}");
        assert_eq!(row, 10_000 / (8 + 24));
    }

    #[test]
    fn a_sample_stays_in_its_bound_however_many_rows_pass() {
        let mut kept = Kept::new(Keep { sample: Some(10), seed: 1, bytes: 10 * (8 + 24) });
        for row in 0..100_000usize {
            kept.offer::<DataError>(|| Ok((row, 8))).unwrap();
        }
        assert_eq!(kept.finish().len(), 10);
    }

    #[test]
    fn a_claim_of_more_rows_than_memory_is_refused_before_anything_is_allocated() {
        let all = chosen(keep(None, 1), usize::MAX, 8);
        let bytes = usize::MAX;
        assert_eq!(all, Err(DataError::TooMuch { rows: usize::MAX, bytes, most: MOST }));
        assert!(chosen(keep(Some(usize::MAX), 1), usize::MAX, 8).is_err());
        // A sample of them is drawn in no time; that they are not there is found when they are read.
        assert_eq!(chosen(keep(Some(5), 1), usize::MAX, 8).map(|chosen| chosen.len()), Ok(5));
    }
}
