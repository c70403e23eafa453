//! `cenote identities` and `cenote pools`: what a server remembers of whom its pools know, told in a line of JSON for each.

use crate::Refused;
use crate::clock::MachineClock;
use crate::config::{DisabledIds, Filter, IdentitiesCommand, InPool, NewIds, PoolsCommand, Standing};
use crate::remote::{self, Remote};
use crate::verbs::say;
use domain::identity_pool::pool::IdentityPoolId;
use domain::time::Timestamp;
use serde_json::{Map, Value, json};

/// How many identities or merges are asked for at once.
const PAGE: usize = 50;

/// The members that are moments, in seconds since 1970.
const MOMENTS: [&str; 4] = ["Created", "Modified", "LastUsed", "At"];

/// `cenote identities`.
pub(crate) async fn run(command: IdentitiesCommand) -> Result<(), Refused> {
    match command {
        IdentitiesCommand::Find { pool, filter } => {
            let asked = members([("Filter", wanted(&filter))]);
            told(&Asking::of(pool)?, ("FindIdentities", "Identities"), asked).await.map(drop)
        }
        IdentitiesCommand::Get { pool, identity } => {
            let asked = members([("IdentityId", json!(identity))]);
            line(&Asking::of(pool)?.ask("GetIdentity", asked).await?)
        }
        IdentitiesCommand::Lookup { pool, provider, subject } => {
            let asked = members([("Provider", json!(provider)), ("Subject", json!(subject))]);
            line(&Asking::of(pool)?.ask("LookupIdentity", asked).await?)
        }
        IdentitiesCommand::Resolve { pool, identity } => {
            let asked = members([("IdentityId", json!(identity))]);
            line(&Asking::of(pool)?.ask("ResolveIdentity", asked).await?)
        }
        IdentitiesCommand::Merges { pool } => {
            told(&Asking::of(pool)?, ("ListMerges", "Merges"), Map::new()).await.map(drop)
        }
        IdentitiesCommand::Purge { pool, filter, delete } => {
            purge(pool, "PurgeIdentities", ("Filter", wanted(&filter)), delete).await
        }
        IdentitiesCommand::PurgeGuests { pool, idle_days, delete } => {
            purge(pool, "PurgeGuests", ("IdleDays", json!(idle_days)), delete).await
        }
    }
}

/// `cenote pools`.
pub(crate) async fn of_pools(command: PoolsCommand) -> Result<(), Refused> {
    match command {
        PoolsCommand::Options { pool } => line(&Asking::of(pool)?.ask("GetPoolOptions", Map::new()).await?),
        PoolsCommand::SetOptions { pool, new_ids, disabled_ids } => {
            let new = match new_ids {
                NewIds::Drawn => "Drawn",
                NewIds::Derived => "Derived",
            };
            let disabled = match disabled_ids {
                DisabledIds::Refused => "Refused",
                DisabledIds::Resolved => "Resolved",
            };
            let asked = members([("NewIdentityIds", json!(new)), ("DisabledIdentityIds", json!(disabled))]);
            Asking::of(pool)?.ask("PutPoolOptions", asked).await.map(drop)
        }
    }
}

/// A server that is asked about a pool.
struct Asking {
    remote: Remote,
    pool: IdentityPoolId,
}

impl Asking {
    fn of(InPool { pool, server }: InPool) -> Result<Self, Refused> {
        Ok(Self { remote: Remote::new(&server)?, pool })
    }

    async fn ask(&self, operation: &str, asked: Map<String, Value>) -> Result<Value, Refused> {
        let mut input = asked;
        input.insert("IdentityPoolId".to_owned(), json!(self.pool));
        let answer = self.remote.ask(operation, &Value::Object(input), &MachineClock::default()).await?;
        serde_json::from_slice(&remote::whole(answer).await?).map_err(Refused::because)
    }
}

fn members<const MANY: usize>(members: [(&str, Value); MANY]) -> Map<String, Value> {
    members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// Forgets identities, or only tells which they are, and how many.
async fn purge(
    pool: InPool,
    operation: &str,
    (name, wanted): (&str, Value),
    delete: bool,
) -> Result<(), Refused> {
    let asked = members([(name, wanted), ("Preview", json!(!delete))]);
    let many = told(&Asking::of(pool)?, (operation, "IdentityIds"), asked).await?;
    if delete {
        tracing::info!("{many} identities were forgotten");
    } else {
        tracing::info!("{many} identities would be forgotten with --delete; nothing was changed");
    }
    Ok(())
}

/// Tells all pages of what is listed under a member of the answer, and how many there were.
async fn told(
    asking: &Asking,
    (operation, listed): (&str, &str),
    asked: Map<String, Value>,
) -> Result<usize, Refused> {
    let (mut asked, mut many) = (asked, 0);
    asked.insert("MaxResults".to_owned(), json!(PAGE));
    loop {
        let mut page = asking.ask(operation, asked.clone()).await?;
        let all = page.get(listed).and_then(Value::as_array);
        let all = all.ok_or_else(|| Refused(format!("the answer has no {listed}")))?;
        all.iter().try_for_each(line)?;
        many += all.len();
        match page.get_mut("NextToken").map(Value::take) {
            Some(next) => asked.insert("NextToken".to_owned(), next),
            None => return Ok(many),
        };
    }
}

/// The filter as the server takes it.
fn wanted(filter: &Filter) -> Value {
    let Filter { standing, provider, created_from, created_before, used_from, unused_since } = filter;
    let standing = standing.map(|standing| match standing {
        Standing::Guest => "Guest",
        Standing::Authenticated => "Authenticated",
        Standing::Disabled => "Disabled",
    });
    let moment = |moment: &Option<Timestamp>| moment.map(|moment| json!(moment.secs()));
    let said = [
        ("Standing", standing.map(Value::from)),
        ("Provider", provider.clone().map(Value::from)),
        ("CreatedFrom", moment(created_from)),
        ("CreatedBefore", moment(created_before)),
        ("UsedFrom", moment(used_from)),
        ("UnusedSince", moment(unused_since)),
    ];
    said.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}

/// Prints what is told of one: an id as it is, anything else in JSON.
fn line(told: &Value) -> Result<(), Refused> {
    let text = told.as_str().map_or_else(|| readable(told.clone()).to_string(), str::to_owned);
    say(&text.chars().map(harmless).collect::<String>())
}

/// With moments in the form of RFC 3339.
fn readable(mut told: Value) -> Value {
    for name in MOMENTS {
        if let Some(moment) = told.get_mut(name)
            && let Some(seconds) = whole_seconds(moment)
        {
            *moment = json!(Timestamp::from_secs(seconds).rfc3339());
        }
    }
    told
}

fn whole_seconds(moment: &Value) -> Option<i64> {
    let number = moment.as_number()?.to_string();
    number.split('.').next()?.parse().ok()
}

/// What somebody called themselves must not move a terminal's cursor. JSON escapes only some of what could.
fn harmless(letter: char) -> String {
    if letter.is_control() { format!("\\u{:04x}", u32::from(letter)) } else { letter.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_told_so_that_people_read_them() {
        let told = json!({ "At": 1_767_323_045.25, "Created": 1_767_323_045, "Number": 1, "LastUsed": "x" });
        let expected = json!({
            "At": "2026-01-02T03:04:05Z", "Created": "2026-01-02T03:04:05Z", "Number": 1, "LastUsed": "x",
        });
        assert_eq!(readable(told), expected);
    }

    #[test]
    fn nobodys_name_moves_a_cursor() {
        let told = json!({ "Subject": "a\u{1b}[2J\u{9b}2J\u{7f}\n" }).to_string();
        let shown: String = told.chars().map(harmless).collect();
        assert!(!shown.chars().any(char::is_control), "{shown}");
        assert_eq!(serde_json::from_str::<Value>(&shown).unwrap()["Subject"], "a\u{1b}[2J\u{9b}2J\u{7f}\n");
    }
}
