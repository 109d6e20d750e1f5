//! Exact decimals as the API writes them: as strings.

use rust_decimal::Decimal;

/// With six decimals, as MB-hours and exact quotients are kept.
pub fn six(mut number: Decimal) -> String {
    number.rescale(6);
    number.to_string()
}

/// Without trailing zeros, as points and half megabytes are read.
pub fn short(number: Decimal) -> String {
    number.normalize().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_keep_their_value() {
        let number = |text: &str| text.parse::<Decimal>().unwrap();
        assert_eq!(six(number("3072")), "3072.000000");
        assert_eq!(six(number("0.000001")), "0.000001");
        assert_eq!(short(number("7.000000")), "7");
        assert_eq!(short(number("1024.5")), "1024.5");
        assert_eq!(short(number("100")), "100");
    }
}
