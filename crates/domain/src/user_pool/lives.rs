//! How long the tokens of a client live.

use crate::time::Span;
use serde::{Deserialize, Serialize};

/// The lives of a client's tokens, as they were asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenLives {
    id: TokenLife,
    access: TokenLife,
    refresh: TokenLife,
}

/// How long tokens of a kind live, as it was asked for; what was not said is AWS's default.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenLife {
    /// How many units.
    pub amount: Option<u32>,
    /// The unit.
    pub unit: Option<TimeUnit>,
}

/// A unit of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TimeUnit {
    /// Seconds.
    Seconds,
    /// Minutes.
    Minutes,
    /// Hours.
    Hours,
    /// Days.
    Days,
}

/// Lives that no tokens may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("ID and access tokens live from five minutes to a day, refresh tokens from an hour to ten years")]
pub struct NotALife;

const HOUR: u32 = 3600;
const DAY: u32 = 24 * HOUR;

/// How many units refresh tokens live unless somebody says otherwise; the unit is then days. Source: Cognito API
/// reference, "CreateUserPoolClient", as are the bounds of [`TokenLives::new`].
const REFRESH: u32 = 30;

impl TokenLives {
    /// Lives within AWS's bounds.
    pub fn new(id: TokenLife, access: TokenLife, refresh: TokenLife) -> Result<Self, NotALife> {
        let refresh = TokenLife { amount: refresh.amount.or(Some(REFRESH)), ..refresh };
        let lives = Self { id, access, refresh };
        let of_use = 5 * 60..=DAY;
        let of_refresh = HOUR..=3650 * DAY;
        let are_allowed = of_use.contains(&lives.id.secs(TimeUnit::Hours))
            && of_use.contains(&lives.access.secs(TimeUnit::Hours))
            && of_refresh.contains(&lives.refresh.secs(TimeUnit::Days));
        if are_allowed { Ok(lives) } else { Err(NotALife) }
    }

    /// How the lives of ID, access and refresh tokens were asked for.
    pub const fn asked_for(&self) -> [TokenLife; 3] {
        [self.id, self.access, self.refresh]
    }

    /// How long ID tokens live.
    pub fn of_id(&self) -> Span {
        Span::from_secs(self.id.secs(TimeUnit::Hours))
    }

    /// How long access tokens live.
    pub fn of_access(&self) -> Span {
        Span::from_secs(self.access.secs(TimeUnit::Hours))
    }

    /// How long refresh tokens live.
    pub fn of_refresh(&self) -> Span {
        Span::from_secs(self.refresh.secs(TimeUnit::Days))
    }
}

impl TokenLife {
    /// So many of a unit.
    pub const fn of(amount: u32, unit: TimeUnit) -> Self {
        Self { amount: Some(amount), unit: Some(unit) }
    }

    /// In seconds: an hour if no amount was said, else in this unit if none was said.
    fn secs(self, unit: TimeUnit) -> u32 {
        match self.amount {
            Some(amount) => amount.saturating_mul(self.unit.unwrap_or(unit).secs()),
            None => HOUR,
        }
    }
}

impl TimeUnit {
    const fn secs(self) -> u32 {
        match self {
            Self::Seconds => 1,
            Self::Minutes => 60,
            Self::Hours => HOUR,
            Self::Days => DAY,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNSAID: TokenLife = TokenLife { amount: None, unit: None };

    #[test]
    fn tokens_live_for_an_hour_and_refresh_tokens_for_thirty_days_unless_somebody_says_otherwise() {
        let lives = TokenLives::new(UNSAID, UNSAID, UNSAID).unwrap();
        assert_eq!(
            [lives.of_id(), lives.of_access(), lives.of_refresh()].map(Span::secs),
            [3600, 3600, 2_592_000]
        );
        assert_eq!(lives.asked_for()[2].amount, Some(30));
    }

    #[test]
    fn an_amount_without_a_unit_is_in_hours_or_for_refresh_tokens_in_days() {
        let two = TokenLife { amount: Some(2), unit: None };
        let lives = TokenLives::new(two, two, two).unwrap();
        assert_eq!(
            [lives.of_id(), lives.of_access(), lives.of_refresh()].map(Span::secs),
            [7200, 7200, 172_800]
        );
    }

    #[test]
    fn lives_outside_of_awss_bounds_are_refused() {
        use TimeUnit::{Days, Hours, Minutes, Seconds};
        for (amount, unit, of_use, of_refresh) in [
            (299, Seconds, false, false),
            (300, Seconds, true, false),
            (59, Minutes, true, false),
            (60, Minutes, true, true),
            (24, Hours, true, true),
            (25, Hours, false, true),
            (3650, Days, false, true),
            (3651, Days, false, false),
            (u32::MAX, Days, false, false),
            (0, Days, false, false),
        ] {
            let life = TokenLife::of(amount, unit);
            assert_eq!(TokenLives::new(life, UNSAID, UNSAID).is_ok(), of_use, "{life:?}");
            assert_eq!(TokenLives::new(UNSAID, life, UNSAID).is_ok(), of_use, "{life:?}");
            assert_eq!(TokenLives::new(UNSAID, UNSAID, life).is_ok(), of_refresh, "{life:?}");
        }
    }
}
