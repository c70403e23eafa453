//! DecodeAuthorizationMessage: why was somebody denied something, by the message that they got?

use crate::app::App;
use crate::authorization_message;
use crate::fault::{Fault, Said};
use crate::operation::{Call, Operation, Permission, Reply, Signed, SignedBy};
use broker::iam::resource::Resource;
use serde::{Deserialize, Serialize};

/// The operation.
pub struct DecodeAuthorizationMessage;

/// The message.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    encoded_message: String,
}

/// What it says, in JSON.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    decoded_message: String,
}

impl Operation for DecodeAuthorizationMessage {
    const NAME: &'static str = "DecodeAuthorizationMessage";
    type Input = Input;
    type Output = Output;
    type Access = Signed;

    fn permission(_: &Input) -> Result<Permission, Fault> {
        Ok(Permission { action: "sts:DecodeAuthorizationMessage", resource: Resource::All, keys: Vec::new() })
    }

    async fn run(app: &App, _: &mut Call<'_>, _: SignedBy, input: Input) -> Result<Reply<Output>, Fault> {
        match authorization_message::decoded(app, &input.encoded_message) {
            Some(decoded_message) => Ok(Reply::of(Output { decoded_message })),
            None => {
                Err(Said::bad_request("InvalidAuthorizationMessageException", "Message is not valid").into())
            }
        }
    }
}
