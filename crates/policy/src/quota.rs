//! How long policies may be.

/// The bound on the length of policies of one sort, the default of each. Source: IAM user guide, "IAM and STS quotas", but
/// for policies of resources.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quota {
    /// All inline policies of a role together.
    InlineOfRole,
    /// All inline policies of a user together.
    InlineOfUser,
    /// All inline policies of a group together.
    InlineOfGroup,
    /// One managed policy.
    Managed,
    /// One trust policy.
    Trust,
    /// The policy of a bucket, in bytes. Source: S3 user guide, "Bucket policies".
    Resource,
    /// All policies that are passed for one session together.
    Session,
}

impl Quota {
    /// The most characters, or bytes.
    pub const fn limit(self) -> usize {
        match self {
            Quota::InlineOfRole => 10_240,
            Quota::Managed => 6_144,
            Quota::Resource => 20_480,
            Quota::InlineOfGroup => 5_120,
            Quota::InlineOfUser | Quota::Trust | Quota::Session => 2_048,
        }
    }

    /// Whether policies keep to the bound. White space counts in session policies only.
    pub fn holds<'t>(self, texts: impl IntoIterator<Item = &'t str>) -> bool {
        let counts = |c: &char| self == Quota::Session || !c.is_whitespace();
        let size = |c: char| if self == Quota::Resource { c.len_utf8() } else { 1 };
        let all = texts.into_iter().flat_map(str::chars).filter(counts);
        all.map(size).sum::<usize>() <= self.limit()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_policy_is_measured_in_bytes() {
        let full = "ä".repeat(Quota::Resource.limit() / 2);
        assert!(
            Quota::Resource.holds([full.as_str(), " \n"]) && !Quota::Resource.holds([full.as_str(), "x"])
        );
    }

    #[test]
    fn white_space_counts_for_sessions_only() {
        let all = [
            Quota::InlineOfRole,
            Quota::InlineOfUser,
            Quota::InlineOfGroup,
            Quota::Managed,
            Quota::Trust,
            Quota::Session,
        ];
        for quota in all {
            let (full, over) = ("ä".repeat(quota.limit()), "ä".repeat(quota.limit() + 1));
            assert!(quota.holds([full.as_str()]) && !quota.holds([over.as_str()]));
            assert!(!quota.holds([full.as_str(), "x"]));
            assert_eq!(quota.holds([full.as_str(), " \t\r\n"]), quota != Quota::Session);
        }
    }
}
