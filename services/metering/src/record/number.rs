//! Numbers of the format, exactly: never by way of a float.

/// So many decimals `vsan_used_gb` has at most.
const DECIMALS: usize = 6;

/// A JSON number as an unsigned integer of 32 bits: digits alone, so `4.0`, `4e0` and `-0` are none.
pub(super) fn integer(number: &str) -> Option<u32> {
    // The parser of the standard library takes a plus sign; a JSON number never has one in front.
    number.parse().ok()
}

/// A JSON number as a count of millionths: no sign, no exponent, below 10^9, at most 6 decimals.
pub(super) fn micro(number: &str) -> Option<u64> {
    let (whole, fraction) = match number.split_once('.') {
        Some((whole, fraction)) => (whole, fraction),
        None => (number, ""),
    };
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.len() > 9 || fraction.len() > DECIMALS || !digits(whole) || !digits(fraction) {
        return None;
    }
    let missing = DECIMALS - fraction.len();
    let value =
        whole.bytes().chain(fraction.bytes()).fold(0, |sum, digit| sum * 10 + u64::from(digit - b'0'));
    Some((0..missing).fold(value, |sum, _| sum * 10))
}

#[cfg(test)]
mod tests {
    use super::{integer, micro};

    #[test]
    fn integers_are_digits_alone() {
        assert_eq!((integer("0"), integer("4294967295")), (Some(0), Some(u32::MAX)));
        for bad in ["4294967296", "-1", "-0", "1.0", "1e0", "99999999999999999999999"] {
            assert_eq!(integer(bad), None, "{bad}");
        }
    }

    #[test]
    fn decimals_are_exact() {
        assert_eq!(micro("5974.601"), Some(5_974_601_000));
        assert_eq!(micro("0"), Some(0));
        assert_eq!(micro("0.000001"), Some(1));
        assert_eq!(micro("999999999.999999"), Some(999_999_999_999_999));
        for bad in ["1000000000", "0.0000001", "1.0000000", "-1", "-0", "1e2", "1.5E1"] {
            assert_eq!(micro(bad), None, "{bad}");
        }
    }
}
