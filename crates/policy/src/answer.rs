//! Whether a part of a statement applies to a request.

/// Whether a part of a statement applies, with the third case AWS leaves open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    Yes,
    No,
    /// AWS documents no answer: an Allow must not rest on it, and a Deny must not be escaped by it.
    Unknown,
}

impl Answer {
    /// Both parts apply.
    pub(crate) fn and(self, other: impl FnOnce() -> Answer) -> Answer {
        match self {
            Answer::Yes => other(),
            Answer::No => Answer::No,
            Answer::Unknown => match other() {
                Answer::No => Answer::No,
                Answer::Yes | Answer::Unknown => Answer::Unknown,
            },
        }
    }

    pub(crate) fn not(self) -> Answer {
        match self {
            Answer::Yes => Answer::No,
            Answer::No => Answer::Yes,
            Answer::Unknown => Answer::Unknown,
        }
    }

    /// `Yes` if one of them is, else `Unknown` if one of them is.
    pub(crate) fn any(answers: impl IntoIterator<Item = Answer>) -> Answer {
        let mut found = Answer::No;
        for answer in answers {
            match answer {
                Answer::Yes => return Answer::Yes,
                Answer::Unknown => found = Answer::Unknown,
                Answer::No => {}
            }
        }
        found
    }

    /// `Yes` if all of them are; stops at the first `No`.
    pub(crate) fn all(answers: impl IntoIterator<Item = Answer>) -> Answer {
        Answer::any(answers.into_iter().map(Answer::not)).not()
    }

    pub(crate) fn is_yes(self) -> bool {
        self == Answer::Yes
    }
}

impl From<bool> for Answer {
    fn from(yes: bool) -> Self {
        if yes { Answer::Yes } else { Answer::No }
    }
}
