//! `cenote revoke`, `cenote quarantine` and `cenote issuance`: what an operator stops, by asking the server that runs.

use crate::Refused;
use crate::clock::MachineClock;
use crate::config::{IssuanceChange, ServerArgs, TargetArgs, TargetKind};
use crate::remote::{self, Remote};
use crate::verbs::say;
use serde_json::{Value, json};

/// `cenote revoke KIND [NAME]`.
pub(crate) async fn revoke(target: &TargetArgs) -> Result<(), Refused> {
    ask(&target.server, "Revoke", &input(target)).await?;
    say("what was issued until now counts no more")
}

/// `cenote quarantine KIND NAME`.
pub(crate) async fn quarantine(target: &TargetArgs, lift: bool) -> Result<(), Refused> {
    if lift {
        ask(&target.server, "LiftQuarantine", &input(target)).await?;
        return say("credentials are issued to them again; what was revoked stays so");
    }
    ask(&target.server, "Quarantine", &input(target)).await?;
    say(
        "what was issued to them counts no more, and nothing is issued to them until the quarantine is lifted",
    )
}

/// `cenote issuance stop`, `resume` or `show`.
pub(crate) async fn issuance(change: IssuanceChange, server: &ServerArgs) -> Result<(), Refused> {
    match change {
        IssuanceChange::Stop => {
            ask(server, "StopIssuance", &json!({})).await?;
            say("nothing is issued to anybody; what was issued lives on")
        }
        IssuanceChange::Resume => {
            ask(server, "ResumeIssuance", &json!({})).await?;
            say("credentials and tokens are issued again")
        }
        IssuanceChange::Show => say(&format!("{:#}", ask(server, "GetIssuance", &json!({})).await?)),
    }
}

async fn ask(server: &ServerArgs, operation: &str, input: &Value) -> Result<Value, Refused> {
    let answer = Remote::new(server)?.ask(operation, input, &MachineClock::default()).await?;
    serde_json::from_slice(&remote::whole(answer).await?).map_err(Refused::because)
}

fn input(target: &TargetArgs) -> Value {
    let kind = match target.kind {
        TargetKind::Session => "Session",
        TargetKind::Identity => "Identity",
        TargetKind::Login => "Login",
        TargetKind::User => "User",
        TargetKind::Role => "Role",
        TargetKind::IamUser => "IamUser",
        TargetKind::IdentityPool => "IdentityPool",
        TargetKind::UserPool => "UserPool",
        TargetKind::Everything => "Everything",
    };
    let names = [("Name", &target.name), ("Of", &target.of)];
    let given = names.into_iter().filter_map(|(member, name)| Some((member, name.as_deref()?)));
    Value::from_iter([("Kind", kind)].into_iter().chain(given))
}
