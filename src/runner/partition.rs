//! One shard of the selected test cases, as `--partition` of cargo nextest cuts it: a CI matrix may
//! run some shards with `cargo nn-test` and others with `cargo nextest run`.

use std::fmt;
use std::num::NonZeroU64;
use std::str::FromStr;

use twox_hash::XxHash64;

/// Shard `shard` of `of`, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Partition {
    method: Method,
    shard: NonZeroU64,
    of: NonZeroU64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Method {
    /// Round robin over all test cases, package by package, each sorted by name.
    Slice,
    /// By the XXH64 hash of the name with seed 0, which nextest has frozen for its 0.9 series.
    /// Another test case more or less moves no other to another shard.
    Hash,
}

/// Why a text is no partition.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PartitionError {
    #[error("it begins with `slice:` or `hash:`, as in `slice:1/3`")]
    UnknownMethod,
    #[error("`count:` cuts each test binary for itself; use `slice:{0}`")]
    Count(String),
    #[error("two numbers follow, as in `{method}:1/3`: the shard and how many there are")]
    NotTwoNumbers { method: &'static str },
    #[error("there are no shards: the second number is at least 1")]
    NoShards,
    #[error("shards are counted from 1 to {of}, and there is no shard {shard}")]
    NoSuchShard { shard: u64, of: u64 },
}

impl Partition {
    /// Whether the shard holds a test case. `place` counts all selected test cases from 0, sorted
    /// by package, then by name.
    pub fn holds(&self, name: &str, place: usize) -> bool {
        let number = match self.method {
            Method::Slice => place as u64,
            Method::Hash => XxHash64::oneshot(0, name.as_bytes()),
        };
        number % self.of == self.shard.get() - 1
    }

    /// All shards of the whole that this one is a part of.
    pub fn siblings(self) -> impl Iterator<Item = Self> {
        let shards = (1..=self.of.get()).filter_map(NonZeroU64::new);
        shards.map(move |shard| Self { shard, ..self })
    }
}

impl Method {
    fn word(self) -> &'static str {
        match self {
            Self::Slice => "slice",
            Self::Hash => "hash",
        }
    }
}

impl fmt::Display for Partition {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}/{}", self.method.word(), self.shard, self.of)
    }
}

impl FromStr for Partition {
    type Err = PartitionError;

    fn from_str(text: &str) -> Result<Self, PartitionError> {
        let (method, numbers) = match text.split_once(':') {
            Some(("slice", numbers)) => (Method::Slice, numbers),
            Some(("hash", numbers)) => (Method::Hash, numbers),
            Some(("count", numbers)) => return Err(PartitionError::Count(numbers.to_owned())),
            _ => return Err(PartitionError::UnknownMethod),
        };
        let number = |text: &str| text.parse::<u64>().ok();
        let (shard, of) = numbers
            .split_once('/')
            .and_then(|(shard, of)| Some((number(shard)?, number(of)?)))
            .ok_or(PartitionError::NotTwoNumbers { method: method.word() })?;
        let of = NonZeroU64::new(of).ok_or(PartitionError::NoShards)?;
        match NonZeroU64::new(shard) {
            Some(shard) if shard <= of => Ok(Self { method, shard, of }),
            _ => Err(PartitionError::NoSuchShard { shard, of: of.get() }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn partition(text: &str) -> Partition {
        text.parse().unwrap()
    }

    fn error(text: &str) -> String {
        text.parse::<Partition>().unwrap_err().to_string()
    }

    /// Sorted by name.
    const NAMES: [&str; 6] = [
        "iris::learns",
        "iris::shapes",
        "wine::learns",
        "wine::shapes",
        "xor::learns",
        "xor::shapes",
    ];

    fn held(text: &str) -> Vec<&'static str> {
        let partition = partition(text);
        let places = NAMES.into_iter().enumerate();
        places.filter(|(place, name)| partition.holds(name, *place)).map(|(_, name)| name).collect()
    }

    #[test]
    fn a_slice_takes_turns() {
        assert_eq!(held("slice:1/3"), ["iris::learns", "wine::shapes"]);
        assert_eq!(held("slice:2/3"), ["iris::shapes", "xor::learns"]);
        assert_eq!(held("slice:3/3"), ["wine::learns", "xor::shapes"]);
    }

    #[test]
    fn a_hash_does_not_depend_on_the_place() {
        let partition = partition("hash:1/3");
        for name in NAMES {
            assert_eq!(partition.holds(name, 0), partition.holds(name, 17), "{name}");
        }
    }

    #[test]
    fn every_test_case_is_in_one_shard() {
        for whole in ["slice:1/1", "slice:1/4", "hash:1/1", "hash:1/2", "hash:1/5"] {
            let shards: Vec<Partition> = partition(whole).siblings().collect();
            for (place, name) in NAMES.into_iter().enumerate() {
                let holders = shards.iter().filter(|shard| shard.holds(name, place));
                assert_eq!(holders.count(), 1, "{name} in {whole}");
            }
        }
    }

    #[test]
    fn the_hash_is_xxh64_with_seed_zero() {
        // Test vectors of the reference implementation (xxhsum 0.8).
        assert_eq!(XxHash64::oneshot(0, b""), 0xef46_db37_51d8_e999);
        assert_eq!(XxHash64::oneshot(0, b"abc"), 0x44bc_2cf5_ad77_0999);
    }

    #[test]
    fn shards_are_those_of_nextest() {
        let rows =
            include_str!("partition_nextest.txt").lines().filter(|row| !row.starts_with('#'));
        let mut count = 0;
        for (place, row) in rows.enumerate() {
            let [hash, slice, name] = row.split(' ').collect::<Vec<_>>()[..] else {
                panic!("{row}")
            };
            for (method, shard) in [("hash", hash), ("slice", slice)] {
                let shards = partition(&format!("{method}:1/3")).siblings();
                let holders: Vec<String> = shards
                    .filter(|part| part.holds(name, place))
                    .map(|part| part.to_string())
                    .collect();
                assert_eq!(holders, [format!("{method}:{shard}/3")], "{name}");
            }
            count += 1;
        }
        assert!(count > 60, "{count}");
    }

    #[test]
    fn a_partition_reads_back_as_it_is_written() {
        for text in ["slice:1/3", "hash:3/3", "hash:99/200"] {
            assert_eq!(partition(text).to_string(), text);
        }
    }

    #[test]
    fn what_is_no_partition_says_why() {
        let lacks_method = "it begins with `slice:` or `hash:`, as in `slice:1/3`";
        for text in ["", "1/3", "foo:1/2", "hash", "Hash:1/2"] {
            assert_eq!(error(text), lacks_method, "{text}");
        }
        let lacks_numbers =
            "two numbers follow, as in `hash:1/3`: the shard and how many there are";
        for text in
            ["hash:", "hash:1", "hash:1/", "hash:m/2", "hash:1/2/3", "hash:-1/2", "hash:1.5/2"]
        {
            assert_eq!(error(text), lacks_numbers, "{text}");
        }
        assert_eq!(error("hash:0/3"), "shards are counted from 1 to 3, and there is no shard 0");
        assert_eq!(error("slice:4/3"), "shards are counted from 1 to 3, and there is no shard 4");
        assert_eq!(error("hash:1/0"), "there are no shards: the second number is at least 1");
        assert_eq!(
            error("count:1/2"),
            "`count:` cuts each test binary for itself; use `slice:1/2`"
        );
    }
}
