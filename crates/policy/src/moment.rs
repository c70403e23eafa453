//! Dates of policies and requests.

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};

/// Reads a date of the W3C's profile of ISO 8601 (`2026-01-02T03:04:05.5+01:00`, `2026-01-02T03:04Z`, `2026-01-02`,
/// `2026-01`) or seconds since 1970.
///
/// Four digits alone are not read: they are a year to the W3C and seconds to AWS. Source: IAM user guide, "Date condition
/// operators"; W3C note "Date and Time Formats".
pub(crate) fn moment(text: &str) -> Option<Timestamp> {
    if let Some(seconds) = seconds(text) {
        return Timestamp::from_second(seconds).ok();
    }
    let mut rest = Rest(text);
    let year = rest.digits(4)?;
    rest.skip('-')?;
    let month = rest.digits(2)?;
    let day = if rest.is_empty() { 1 } else { rest.skip('-').and_then(|()| rest.digits(2))? };
    if rest.is_empty() {
        return at(DateTime::new(year, small(month)?, small(day)?, 0, 0, 0, 0).ok()?, 0);
    }
    rest.skip('T')?;
    let hour = rest.digits(2)?;
    rest.skip(':')?;
    let minute = rest.digits(2)?;
    let (second, nanosecond) = match rest.skip(':') {
        Some(()) => (rest.digits(2)?, rest.fraction()?),
        None => (0, 0),
    };
    let offset = rest.offset()?;
    let (month, day) = (small(month)?, small(day)?);
    let (hour, minute, second) = (small(hour)?, small(minute)?, small(second)?);
    at(DateTime::new(year, month, day, hour, minute, second, nanosecond).ok()?, offset)
}

fn seconds(text: &str) -> Option<i64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    (is_number && text.len() != 4).then(|| text.parse().ok()).flatten()
}

fn small(number: i16) -> Option<i8> {
    i8::try_from(number).ok()
}

/// The moment of a wall clock that is this many minutes ahead of UTC.
fn at(clock: DateTime, minutes_ahead: i64) -> Option<Timestamp> {
    let ahead = jiff::SignedDuration::from_secs(minutes_ahead * 60);
    TimeZone::UTC.to_timestamp(clock).ok()?.checked_sub(ahead).ok()
}

/// What is not read yet.
struct Rest<'t>(&'t str);

impl Rest<'_> {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn skip(&mut self, wanted: char) -> Option<()> {
        self.0 = self.0.strip_prefix(wanted)?;
        Some(())
    }

    fn digits(&mut self, count: usize) -> Option<i16> {
        let (digits, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok()).flatten()
    }

    /// Nanoseconds of `.5`, or none; at most nine digits.
    fn fraction(&mut self) -> Option<i32> {
        if self.skip('.').is_none() {
            return Some(0);
        }
        let digits = self.0.bytes().take_while(u8::is_ascii_digit).count();
        let (fraction, rest) = self.0.split_at_checked(digits)?;
        self.0 = rest;
        let places = 9_u32.checked_sub(u32::try_from(digits).ok()?)?;
        Some(fraction.parse::<i32>().ok()? * 10_i32.pow(places))
    }

    /// Minutes ahead of UTC of `Z`, `+01:00` or `-01:00`, with nothing behind.
    fn offset(&mut self) -> Option<i64> {
        if self.0 == "Z" {
            return Some(0);
        }
        let sign = if self.skip('+').is_some() { 1 } else { self.skip('-').map(|()| -1)? };
        let hours = self.digits(2)?;
        self.skip(':')?;
        let minutes = self.digits(2)?;
        (self.is_empty() && hours < 24 && minutes < 60).then(|| sign * i64::from(hours * 60 + minutes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_the_same_in_every_form() {
        for text in [
            "2026-01-02T00:00:00Z",
            "2026-01-02T00:00Z",
            "2026-01-02",
            "2026-01-02T01:30:00.000+01:30",
            "2026-01-01T23:00-01:00",
            "2026-01-02T00:00:00.0Z",
            "1767312000",
        ] {
            assert_eq!(moment(text).map(Timestamp::as_second), Some(1_767_312_000), "{text}");
        }
        assert_eq!(moment("2026-01"), moment("2026-01-01T00:00:00Z"));
        assert!(moment("2026-01-02T00:00:00.000000001Z") > moment("2026-01-02"));
        assert_eq!(moment("-1").map(Timestamp::as_second), Some(-1));
    }

    #[test]
    fn what_is_no_moment_is_not_read() {
        for text in [
            "",
            "2026",
            "-",
            "--1",
            "+1767312000",
            "1767312000.5",
            "2026-1-2",
            "2026-13-01",
            "2026-02-30",
            "2026-01-02T",
            "2026-01-02T00",
            "2026-01-02T00:00",
            "2026-01-02T24:00Z",
            "2026-01-02T00:00:60Z",
            "2026-01-02T00:00:00",
            "2026-01-02T00:00:00z",
            "2026-01-02t00:00:00Z",
            "2026-01-02 00:00:00Z",
            "2026-01-02T00:00:00.Z",
            "2026-01-02T00:00:00.0000000001Z",
            "2026-01-02T00:00:00+0100",
            "2026-01-02T00:00:00+24:00",
            "2026-01-02T00:00:00ZZ",
            "20260102T000000Z",
            "99999999999999999",
            "2026-01-02*",
            "tomorrow",
        ] {
            assert_eq!(moment(text), None, "{text}");
        }
    }
}
