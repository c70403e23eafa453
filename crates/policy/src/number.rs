//! Numbers of policies and requests, exact.

/// A decimal number, kept as so many times 10^-18; it is compared exactly, never as a float.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Decimal(i128);

/// The most digits before the point, and behind it.
const MOST_DIGITS: usize = 18;
const ONE: i128 = 10_i128.pow(18);

impl Decimal {
    /// Reads `-12` or `12.5`: at most eighteen digits before the point and behind it, no sign but `-`, no exponent.
    pub(crate) fn parse(text: &str) -> Option<Decimal> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(digits) => (true, digits),
            None => (false, text),
        };
        let (whole, fraction) = match digits.split_once('.') {
            Some((whole, fraction)) => (number(whole)?, number(fraction)? * shift(fraction)?),
            None => (number(digits)?, 0),
        };
        let value = whole * ONE + fraction;
        Some(Decimal(if negative { -value } else { value }))
    }
}

fn number(digits: &str) -> Option<i128> {
    let fits = (1..=MOST_DIGITS).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    fits.then(|| digits.parse().ok()).flatten()
}

/// What makes so many digits behind the point a multiple of 10^-18.
fn shift(fraction: &str) -> Option<i128> {
    let places = MOST_DIGITS.checked_sub(fraction.len())?;
    10_i128.checked_pow(u32::try_from(places).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_compared_by_what_they_are_worth() {
        let ascending = [
            "-999999999999999999.9",
            "-10",
            "-1.5",
            "-0.000000000000000001",
            "0",
            "0.000000000000000001",
            "1",
            "1.09",
            "1.1",
            "9",
            "10",
            "999999999999999999.999999999999999999",
        ];
        let read = ascending.map(|text| Decimal::parse(text).unwrap());
        assert!(read.is_sorted_by(|one, next| one < next));
        for (one, other) in [("007", "7"), ("1.10", "1.1"), ("-0", "0"), ("5.0", "5")] {
            assert_eq!(Decimal::parse(one), Decimal::parse(other), "{one}");
        }
    }

    #[test]
    fn what_is_no_decimal_number_is_not_read() {
        for text in [
            "",
            "-",
            "+1",
            "--1",
            "1e3",
            "0x10",
            ".5",
            "5.",
            "1.2.3",
            "1 ",
            " 1",
            "1,5",
            "NaN",
            "Infinity",
            "٣",
            "${x:y}",
            "*",
            "1000000000000000000",
            "0.0000000000000000001",
        ] {
            assert_eq!(Decimal::parse(text), None, "{text}");
        }
    }
}
