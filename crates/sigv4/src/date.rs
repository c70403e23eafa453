use jiff::{Timestamp, civil::DateTime, tz::TimeZone};

/// The last second of the year 9998, far from where a calendar overflows.
const LATEST: i64 = 253_370_764_799;

/// Seconds since the epoch of `20150830T123600Z`; `None` for any other form and for days or hours that do not exist.
pub(crate) fn parse(amz_date: &str) -> Option<i64> {
    let (day, clock) = amz_date.strip_suffix('Z')?.split_once('T')?;
    let (day, clock) = (digits(day, 8)?, digits(clock, 6)?);
    let moment = DateTime::new(
        i16::try_from(day / 10_000).ok()?,
        i8::try_from(day / 100 % 100).ok()?,
        i8::try_from(day % 100).ok()?,
        i8::try_from(clock / 10_000).ok()?,
        i8::try_from(clock / 100 % 100).ok()?,
        i8::try_from(clock % 100).ok()?,
        0,
    );
    Some(TimeZone::UTC.to_timestamp(moment.ok()?).ok()?.as_second())
}

/// A moment in the form `20150830T123600Z`; one before 1970 or after 9998 is brought to that edge.
pub(crate) fn format(seconds: i64) -> String {
    let moment = Timestamp::from_second(seconds.clamp(0, LATEST)).unwrap_or_default();
    moment.strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// A number written in exactly this many digits.
pub(crate) fn digits(text: &str, count: usize) -> Option<u32> {
    (text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit()))
        .then(|| text.parse().ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::{format, parse};

    #[test]
    fn a_moment_is_read_as_it_was_written() {
        assert_eq!(parse("20150830T123600Z"), Some(1_440_938_160));
        assert_eq!(format(1_440_938_160), "20150830T123600Z");
        assert_eq!(parse(&format(super::LATEST)), Some(super::LATEST));
    }

    #[test]
    fn a_moment_in_another_form_or_that_never_was_is_refused() {
        for text in [
            "",
            "20150830T123600",
            "2015083OT123600Z",
            "20150230T123600Z",
            "20150830T246000Z",
            "20150830T123660Z",
            "+2150830T123600Z",
            "2015-08-30T12:36:00Z",
            "20150830T123600Z ",
            "20150830T1236000Z",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_moment_out_of_range_is_brought_to_the_edge() {
        assert_eq!(format(i64::MIN), "19700101T000000Z");
        assert_eq!(format(i64::MAX), "99981231T235959Z");
    }
}
