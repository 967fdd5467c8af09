//! The types of numbers in files of arrays, and their bytes as f64.

/// A type of number and the order of its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::data) struct Number {
    pub(in crate::data) kind: Kind,
    pub(in crate::data) big_endian: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::data) enum Kind {
    Bool,
    U8,
    U16,
    U32,
    U64,
    I8,
    I16,
    I32,
    I64,
    /// IEEE 754 binary16.
    F16,
    /// The upper half of an F32.
    BF16,
    F32,
    F64,
}

impl Number {
    pub(in crate::data) fn little(kind: Kind) -> Self {
        Self { kind, big_endian: false }
    }

    /// Bytes of one number.
    pub(in crate::data) fn size(self) -> usize {
        match self.kind {
            Kind::Bool | Kind::U8 | Kind::I8 => 1,
            Kind::U16 | Kind::I16 | Kind::F16 | Kind::BF16 => 2,
            Kind::U32 | Kind::I32 | Kind::F32 => 4,
            Kind::U64 | Kind::I64 | Kind::F64 => 8,
        }
    }

    /// The number that these bytes are, `size` of them. Whole numbers beyond 2⁵³ are rounded.
    pub(in crate::data) fn read(self, bytes: &[u8]) -> f64 {
        let fold = |bits: u64, byte: &u8| bits << 8 | u64::from(*byte);
        let bits = match self.big_endian {
            true => bytes.iter().fold(0, fold),
            false => bytes.iter().rev().fold(0, fold),
        };
        match self.kind {
            Kind::Bool => f64::from(u8::from(bits != 0)),
            Kind::U8 | Kind::U16 | Kind::U32 | Kind::U64 => bits as f64,
            Kind::I8 => f64::from(bits as u8 as i8),
            Kind::I16 => f64::from(bits as u16 as i16),
            Kind::I32 => f64::from(bits as u32 as i32),
            Kind::I64 => bits as i64 as f64,
            Kind::F16 => half(bits as u16),
            Kind::BF16 => f64::from(f32::from_bits((bits as u32) << 16)),
            Kind::F32 => f64::from(f32::from_bits(bits as u32)),
            Kind::F64 => f64::from_bits(bits),
        }
    }
}

/// IEEE 754 binary16: a sign, five bits of exponent, ten of fraction.
fn half(bits: u16) -> f64 {
    let sign = if bits >> 15 == 1 { -1.0 } else { 1.0 };
    let fraction = f64::from(bits & 0x3ff);
    let size = match bits >> 10 & 0x1f {
        0 => fraction * f64::powi(2.0, -24),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        exponent => (1024.0 + fraction) * f64::powi(2.0, i32::from(exponent) - 25),
    };
    sign * size
}

#[cfg(test)]
mod tests {
    use super::*;

    fn little(kind: Kind, bytes: &[u8]) -> f64 {
        assert_eq!(bytes.len(), Number::little(kind).size());
        Number::little(kind).read(bytes)
    }

    #[test]
    fn every_type_is_read_with_its_sign_and_its_ends() {
        assert_eq!(little(Kind::Bool, &[1]), 1.0);
        assert_eq!(little(Kind::U8, &[255]), 255.0);
        assert_eq!(little(Kind::I8, &[255]), -1.0);
        assert_eq!(little(Kind::U16, &[1, 2]), 513.0);
        assert_eq!(little(Kind::I16, &(-300i16).to_le_bytes()), -300.0);
        assert_eq!(little(Kind::U32, &u32::MAX.to_le_bytes()), 4_294_967_295.0);
        assert_eq!(little(Kind::I32, &i32::MIN.to_le_bytes()), -2_147_483_648.0);
        assert_eq!(little(Kind::U64, &(1u64 << 53).to_le_bytes()), 9_007_199_254_740_992.0);
        assert_eq!(little(Kind::I64, &(-7i64).to_le_bytes()), -7.0);
        assert_eq!(little(Kind::F32, &1.5f32.to_le_bytes()), 1.5);
        assert_eq!(little(Kind::F64, &(-0.1f64).to_le_bytes()), -0.1);
        assert_eq!(little(Kind::BF16, &[0xc0, 0x3f]), 1.5);
        let big = Number { kind: Kind::I16, big_endian: true };
        assert_eq!(big.read(&[0xff, 0xfe]), -2.0);
    }

    /// Values of Wikipedia's table "Half-precision examples".
    #[test]
    fn half_precision_has_subnormal_numbers_and_infinities() {
        assert_eq!(half(0x3c00), 1.0);
        assert_eq!(half(0x3555), 0.333251953125);
        assert_eq!(half(0x7bff), 65504.0);
        assert_eq!(half(0x0001), 5.960464477539063e-8);
        assert_eq!(half(0x0400), 6.103515625e-5);
        assert_eq!(half(0xc000), -2.0);
        assert_eq!(half(0xfc00), f64::NEG_INFINITY);
        assert!(half(0x7e00).is_nan());
    }
}
