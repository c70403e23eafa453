//! GetIssuance: since when nothing is issued to anybody, if so, and to whom nothing is issued.

use super::to;
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Operation, Permission, Reply, Signed, SignedBy};
use broker::iam::revocations::MOST_QUARANTINES;
use domain::iam::revocation::{Quarantine, Revocable};
use domain::records::Revocations;
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};

/// The operation.
pub struct GetIssuance;

/// Nothing is asked.
#[derive(Deserialize)]
pub struct Input {}

/// How it stands.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    #[serde(skip_serializing_if = "Option::is_none")]
    stopped_since: Option<Timestamp>,
    quarantines: Vec<Shown>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Shown {
    kind: &'static str,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    of: Option<String>,
    since: Timestamp,
}

impl From<Quarantine> for Shown {
    fn from(Quarantine { whom, since }: Quarantine) -> Self {
        let kind = match whom {
            Revocable::Session(_) => "Session",
            Revocable::Identity(_) => "Identity",
            Revocable::Login(_) => "Login",
            Revocable::Provider(_) => "UserPool",
            Revocable::Role(_) => "Role",
            Revocable::IamUser(_) => "IamUser",
            Revocable::IdentityPool(_) => "IdentityPool",
        };
        let [of, name] = whom.parts();
        let of = (!of.is_empty()).then(|| of.to_owned());
        Self { kind, name: name.to_owned(), of, since }
    }
}

impl Operation for GetIssuance {
    const NAME: &'static str = "GetIssuance";
    type Input = Input;
    type Output = Output;
    type Access = Signed;

    fn permission(_: &Input) -> Result<Permission, Fault> {
        Ok(to("cenote:GetIssuance"))
    }

    async fn run(app: &App, _: &mut Call<'_>, _: SignedBy, _: Input) -> Result<Reply<Output>, Fault> {
        let reading = app
            .read(|records| Ok((records.issuance()?.stopped, records.quarantines(None, MOST_QUARANTINES)?)));
        let (stopped_since, quarantines) = reading.await?;
        Ok(Reply::of(Output {
            stopped_since,
            quarantines: quarantines.into_iter().map(Shown::from).collect(),
        }))
    }
}
