//! Moments as the protocols write them; inside a value a moment is milliseconds since the epoch.

use jiff::Timestamp;
use jiff::fmt::rfc2822::{DateTimeParser, DateTimePrinter};

/// Epoch seconds with a fraction only where there is one, never with an exponent: `1767323045` or `1767323045.25`.
pub(super) fn epoch_seconds(millis: i64) -> String {
    let (seconds, rest) = (millis / 1000, millis % 1000);
    if rest == 0 {
        return seconds.to_string();
    }
    let sign = if millis < 0 { "-" } else { "" };
    let fraction = format!("{:03}", rest.abs());
    format!("{sign}{}.{}", seconds.abs(), fraction.trim_end_matches('0'))
}

/// `2026-01-02T03:04:05.000Z`; `None` outside the years 0000 to 9999 (and on the last of their days).
pub(super) fn iso8601(millis: i64) -> Option<String> {
    Some(moment(millis)?.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string())
}

/// `2026-01-02T03:04:05Z`, cut to the second; `None` where [`iso8601`] is.
pub(super) fn iso8601_seconds(millis: i64) -> Option<String> {
    Some(moment(millis)?.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
}

/// `Fri, 02 Jan 2026 03:04:05 GMT`, IMF-fixdate of RFC 9110 §5.6.7; `None` outside the years 0000 to 9999 (and on the last of their days).
pub(crate) fn http_date(millis: i64) -> Option<String> {
    DateTimePrinter::new().timestamp_to_rfc9110_string(&moment(millis)?).ok()
}

/// Reads IMF-fixdate, or ISO 8601 with its offset; `None` for anything else.
pub(super) fn parse(text: &str) -> Option<i64> {
    let millis = match DateTimeParser::new().parse_timestamp(text) {
        // RFC 2822 allows much that HTTP does not: comments, zones, dates without a weekday.
        Ok(at) => Some(at.as_millisecond()).filter(|&millis| http_date(millis).as_deref() == Some(text)),
        Err(_) => text.parse().ok().map(Timestamp::as_millisecond),
    };
    millis.filter(|&millis| moment(millis).is_some())
}

/// The moment, where four digits can say its year.
fn moment(millis: i64) -> Option<Timestamp> {
    const FIRST_OF_YEAR_0: i64 = -62_167_219_200_000;
    Timestamp::from_millisecond(millis).ok().filter(|_| millis >= FIRST_OF_YEAR_0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND_OF_JANUARY: i64 = 1_767_323_045_000;
    const FIRST: i64 = -62_167_219_200_000;
    const LAST: i64 = 253_402_207_200_000;

    #[test]
    fn a_moment_is_written_in_each_form() {
        assert_eq!(iso8601(SECOND_OF_JANUARY).unwrap(), "2026-01-02T03:04:05.000Z");
        assert_eq!(iso8601(SECOND_OF_JANUARY + 7).unwrap(), "2026-01-02T03:04:05.007Z");
        assert_eq!(iso8601_seconds(SECOND_OF_JANUARY + 7).unwrap(), "2026-01-02T03:04:05Z");
        assert_eq!(http_date(SECOND_OF_JANUARY).unwrap(), "Fri, 02 Jan 2026 03:04:05 GMT");
        assert_eq!(http_date(784_111_777_000).unwrap(), "Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(epoch_seconds(SECOND_OF_JANUARY), "1767323045");
    }

    #[test]
    fn epoch_seconds_have_a_fraction_only_where_there_is_one_and_never_an_exponent() {
        let written = [0, 5, 1500, 1_470_957_431_965, -1, -1500, i64::MAX, i64::MIN].map(epoch_seconds);
        let expected = ["0", "0.005", "1.5", "1470957431.965", "-0.001", "-1.5"];
        assert_eq!(written.get(..6).unwrap(), expected);
        assert_eq!(written[6], "9223372036854775.807");
        assert_eq!(written[7], "-9223372036854775.808");
    }

    #[test]
    fn what_was_written_is_read_again() {
        let mut millis = FIRST;
        while millis <= LAST {
            assert_eq!(parse(&iso8601(millis).unwrap()), Some(millis));
            assert_eq!(parse(&http_date(millis).unwrap()), Some(millis.div_euclid(1000) * 1000));
            millis += 86_399_999 * 37;
        }
    }

    #[test]
    fn moments_outside_four_digit_years_are_not_written() {
        assert_eq!(iso8601(FIRST - 1), None);
        assert_eq!(http_date(LAST + 1000), None);
        assert_eq!(iso8601(i64::MIN), None);
        assert_eq!(iso8601(LAST).unwrap(), "9999-12-30T22:00:00.000Z");
    }

    #[test]
    fn a_date_that_does_not_exist_or_contradicts_itself_is_not_read() {
        for text in [
            "",
            "yesterday",
            "2026-02-29T00:00:00Z",
            "2026-13-01T00:00:00Z",
            "2026-01-02T24:00:00Z",
            "2026-01-02T03:04:05",
            "2026-01-02T03:04:05.Z",
            "2026-01-02T03:04:05.1x3Z",
            "2026-1-2T03:04:05Z",
            "+026-01-02T03:04:05Z",
            "Thu, 02 Jan 2026 03:04:05 GMT",
            "Fri, 02 Jan 2026 03:04:05 CET",
            "Fri, 2 Jan 2026 03:04:05 GMT",
            "F, 02 Jan 2026 03:04:05 GMT",
            "Fri, 02 Jan 2026 03:04:05 GMT ",
            "Fri, 02 Jan 2026 03:04:60 GMT",
            "🙂026-01-02T03:04:05Z",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
        assert_eq!(parse("2026-01-02T03:04:05Z"), Some(SECOND_OF_JANUARY));
        assert_eq!(parse("2026-01-02T03:04:05.25Z"), Some(SECOND_OF_JANUARY + 250));
        assert_eq!(parse("2024-02-29T00:00:00.000000001Z").map(|millis| millis % 1000), Some(0));
    }
}
