//! Moments and spans; nothing here asks a clock.

use crate::text::NotA;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A moment in whole milliseconds since 1970-01-01T00:00:00Z.
///
/// Serialised as that number; each protocol renders it in its own form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default)]
#[serde(transparent)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The moment this many milliseconds after the epoch.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// The moment this many seconds after the epoch; saturates at the ends of time.
    pub const fn from_secs(secs: i64) -> Self {
        Self(secs.saturating_mul(1000))
    }

    /// Milliseconds since the epoch.
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// Whole seconds since the epoch, rounded down.
    pub const fn secs(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// The moment this much later.
    pub const fn after(self, span: Span) -> Self {
        Self(self.0.saturating_add(span.millis()))
    }

    /// The moment this much earlier.
    pub const fn before(self, span: Span) -> Self {
        Self(self.0.saturating_sub(span.millis()))
    }

    /// How long ago `earlier` was; zero if it lies ahead.
    pub const fn since(self, earlier: Self) -> Span {
        let millis = self.0.saturating_sub(earlier.0);
        Span(if millis < 0 { 0 } else { millis })
    }

    /// RFC 3339 in UTC with whole seconds, `2026-01-02T03:04:05Z`.
    pub fn rfc3339(self) -> String {
        jiff::Timestamp::from_second(self.secs()).map(|moment| moment.to_string()).unwrap_or_default()
    }

    /// Reads RFC 3339, such as `2026-01-02T03:04:05Z`, or a day, such as `2026-01-02`, which begins at midnight UTC.
    pub fn parse(text: &str) -> Result<Self, NotA> {
        let moment = match text.parse::<jiff::civil::Date>() {
            Ok(day) if !text.contains(['T', 't', ' ']) => format!("{day}T00:00:00Z").parse(),
            Ok(_) | Err(_) => text.parse::<jiff::Timestamp>(),
        };
        let moment =
            moment.map_err(|_| NotA::new("a day or a moment, such as 2026-01-02T03:04:05Z", text))?;
        Ok(Self(moment.as_millisecond()))
    }

    /// The UTC day, `2026-01-02`.
    pub fn day(self) -> String {
        let mut text = self.rfc3339();
        text.truncate(10);
        text
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.rfc3339())
    }
}

/// A length of time in whole milliseconds, never negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Span(i64);

impl Span {
    /// No time at all.
    pub const ZERO: Self = Self(0);

    /// A span of whole milliseconds.
    pub const fn from_millis(millis: u32) -> Self {
        Self(millis as i64)
    }

    /// A span of whole seconds.
    pub const fn from_secs(secs: u32) -> Self {
        Self(secs as i64 * 1000)
    }

    /// A span of whole minutes.
    pub const fn from_mins(mins: u32) -> Self {
        Self(mins as i64 * 60_000)
    }

    /// A span of whole hours.
    pub const fn from_hours(hours: u32) -> Self {
        Self(hours as i64 * 3_600_000)
    }

    /// A span of whole days.
    pub const fn from_days(days: u32) -> Self {
        Self(days as i64 * 86_400_000)
    }

    /// The span so many times.
    #[must_use]
    pub const fn times(self, many: u32) -> Self {
        Self(self.0.saturating_mul(many as i64))
    }

    /// Both spans together.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// The span in milliseconds.
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// The span in whole seconds, rounded down.
    pub const fn secs(self) -> i64 {
        self.0 / 1000
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_written_as_rfc_3339() {
        assert_eq!(Timestamp::from_millis(1_767_323_045_678).rfc3339(), "2026-01-02T03:04:05Z");
        assert_eq!(Timestamp::from_secs(1_767_323_045).day(), "2026-01-02");
    }

    #[test]
    fn a_moment_or_a_day_is_read() {
        for (text, millis) in [
            ("2026-01-02T03:04:05Z", 1_767_323_045_000),
            ("2026-01-02T03:04:05.678Z", 1_767_323_045_678),
            ("2026-01-02T04:04:05+01:00", 1_767_323_045_000),
            ("2026-01-02", 1_767_312_000_000),
        ] {
            assert_eq!(Timestamp::parse(text).unwrap(), Timestamp::from_millis(millis), "{text}");
        }
        for text in
            ["", "yesterday", "2026-01-32", "2026-01-02T03:04:05", "2026-13-02T03:04:05Z", "1767323045"]
        {
            assert!(Timestamp::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_past_never_lies_a_negative_span_ago() {
        assert_eq!(Timestamp::from_secs(1).since(Timestamp::from_secs(2)), Span::ZERO);
    }
}
