//! Nothing that is secret is ever on record.

use crate::support::{Ask, Held, POOL, PROVIDER, Server, form, to, to_assume};
use serde_json::json;
use testkit::user_pool::{PASSWORD, client, user_pool};

/// Asks for everything, in good ways and in bad ones, and gives every secret that went by.
async fn secrets_of_a_busy_day(server: &Server) -> Vec<String> {
    let parameters = json!({ "USERNAME": "alice", "PASSWORD": PASSWORD });
    let input =
        json!({ "AuthFlow": "USER_PASSWORD_AUTH", "ClientId": client().id, "AuthParameters": parameters });
    let signed_in = server.idp("InitiateAuth", &input).await;
    let [id_token, access_token, refresh_token] = ["IdToken", "AccessToken", "RefreshToken"]
        .map(|name| signed_in.member(&format!("/AuthenticationResult/{name}")));
    for token in [&id_token, &access_token, &format!("{id_token}x")] {
        let logins = json!({ PROVIDER: token });
        server.identity("GetId", &json!({ "IdentityPoolId": POOL, "Logins": logins })).await;
        server.identity("GetId", &json!({ "IdentityPoolId": "", "Logins": logins })).await;
        server.identity("GetId", &json!({ "IdentityPoolId": POOL, "Logins": { "unknown": token } })).await;
    }
    let guessed = "my other password";
    for parameters in [
        json!({ "USERNAME": "alice", "PASSWORD": guessed }),
        json!({ "USERNAME": "bad name", "PASSWORD": guessed }),
        json!({ "USERNAME": "alice", "PASSWORD": guessed, "SECRET_HASH": guessed }),
        json!({ "PASSWORD": guessed, "MORE": guessed }),
    ] {
        let input = json!({ "AuthFlow": "USER_PASSWORD_AUTH", "ClientId": client().id, "AuthParameters": parameters });
        server.idp("InitiateAuth", &input).await;
    }
    server.answer(to("AWSCognitoIdentityService.GetId", format!("{{\"{guessed}\""))).await;
    for parameters in
        [json!({ "REFRESH_TOKEN": refresh_token }), json!({ "REFRESH_TOKEN": format!("{refresh_token}x") })]
    {
        let input = json!({ "AuthFlow": "REFRESH_TOKEN_AUTH", "ClientId": client().id, "AuthParameters": parameters });
        server.idp("InitiateAuth", &input).await;
    }
    let mut secrets = vec![PASSWORD.to_owned(), guessed.to_owned(), id_token, access_token, refresh_token];
    secrets.extend(secrets_of_an_administrator(server).await);
    secrets.extend(secrets_of_the_classic_flow(server).await);
    for held in [server.guest().await, server.alice().await, server.root()] {
        use_up(server, &held).await;
        secrets.push(held.secret);
        secrets.extend(held.token);
    }
    secrets
}

/// Takes a token to STS and to its pool, in good ways and in bad ones.
async fn secrets_of_the_classic_flow(server: &Server) -> Vec<String> {
    server.allow_classic_flow().await;
    let token = server.alices_token().await;
    let long = token.repeat(40);
    for shown in [&token, &format!("{token}x"), &long] {
        server.answer(form("sts", "AssumeRoleWithWebIdentity", &to_assume(shown))).await;
        let query = format!("/?Action=AssumeRoleWithWebIdentity&Version=2011-06-15&WebIdentityToken={shown}");
        server.answer(Ask::new("GET", &query)).await;
        let logins = json!({ "cognito-identity.amazonaws.com": shown });
        let input = json!({ "IdentityId": server.alices_id().await, "Logins": logins });
        for operation in ["GetCredentialsForIdentity", "GetOpenIdToken"] {
            server.identity(operation, &input).await;
        }
    }
    let answer = server.answer(form("sts", "AssumeRoleWithWebIdentity", &to_assume(&token))).await;
    let issued = ["SecretAccessKey", "SessionToken"].map(|name| answer.element(name).unwrap().to_owned());
    [token].into_iter().chain(issued).collect()
}

/// Gives passwords and makes secrets, in good ways and in bad ones.
async fn secrets_of_an_administrator(server: &Server) -> Vec<String> {
    let (pool, given, weak) = (user_pool().id, "Giv3n-by-an-administrator", "weak-by-an-administrator");
    for password in [given, weak] {
        let user = json!({ "UserPoolId": pool, "Username": "bob", "TemporaryPassword": password, "MessageAction": "SUPPRESS" });
        server.idp_by_root("AdminCreateUser", &user).await;
        for name in ["bob", "nobody", password] {
            let set = json!({ "UserPoolId": pool, "Username": name, "Password": password });
            server.idp_by_root("AdminSetUserPassword", &set).await;
            server.idp_by_root("AdminGetUser", &json!({ "UserPoolId": pool, "Username": name })).await;
        }
    }
    let new = json!({ "UserPoolId": pool, "ClientName": "new", "GenerateSecret": true });
    let made = server.idp_by_root("CreateUserPoolClient", &new).await;
    let named = json!({ "UserPoolId": pool, "ClientId": made.member("/UserPoolClient/ClientId") });
    server.idp_by_root("DescribeUserPoolClient", &named).await;
    vec![given.to_owned(), weak.to_owned(), made.member("/UserPoolClient/ClientSecret")]
}

async fn use_up(server: &Server, held: &Held) {
    let get = || Ask::new("GET", "/my-bucket/public/hello.txt");
    server.s3(held, get()).await;
    server.s3(held, Ask::new("DELETE", "/my-bucket")).await;
    server.s3(held, Ask::new("PUT", "/my-bucket/private").body("x")).await;
    let wrong = Held { secret: format!("{}x", held.secret), ..held.clone() };
    server.s3(&wrong, get()).await;
    let token = held.token.clone().unwrap_or_else(|| "aMadeUpSessionToken".to_owned());
    let damaged = Held { token: Some(format!("{token}AAAA")), ..held.clone() };
    server.s3(&damaged, get()).await;
    let query = format!("/my-bucket/key?X-Amz-Security-Token={token}&X-Amz-Signature=0");
    server.answer(Ask::new("GET", &query)).await;
    server.answer(get().presigned(held, 60, server.now())).await;
    for name in ["Algorithm", "Credential", "Date", "Expires", "SignedHeaders", "Signature", "Content-Sha256"]
    {
        let spoiled = format!("&X-Amz-{name}={token}");
        server
            .answer(get().presigned(held, 60, server.now()).redirected(|uri| format!("{uri}{spoiled}")))
            .await;
        let alone = spoiled.replacen('&', "?", 1);
        server.answer(get().redirected(|uri| format!("{uri}{alone}"))).await;
    }
    server.answer(Ask::new("GET", "/my-bucket/key").header("authorization", &format!("AWS {token}"))).await;
}

#[tokio::test]
async fn no_record_holds_a_password_a_secret_key_or_a_token() {
    let server = Server::start().await;
    let secrets = secrets_of_a_busy_day(&server).await;
    let mut lines = server.sink.lines();
    lines.extend(server.app.audit.recent());
    assert!(lines.len() > 40, "{} lines", lines.len());
    for line in &lines {
        for secret in &secrets {
            assert!(!line.contains(secret), "{secret} is in {line}");
            // The first half of a token is as good as all of it to whoever greps for more.
            let half = secret.get(..secret.len() / 2).filter(|half| half.len() > 30);
            assert!(half.is_none_or(|half| !line.contains(half)), "{secret} is in part in {line}");
        }
    }
}

#[tokio::test]
async fn no_record_holds_a_signature() {
    let server = Server::start().await;
    let guest = server.guest().await;
    for _ in 0..3 {
        server.s3(&guest, Ask::new("DELETE", "/my-bucket")).await;
    }
    for line in server.sink.lines().iter().chain(&server.app.audit.recent()) {
        assert!(!line.contains("Signature=") && !line.contains("AWS4-HMAC-SHA256"), "{line}");
    }
}
