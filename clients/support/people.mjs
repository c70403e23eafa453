// Who asks: guests and users with their credentials, through SDK v3.
import assert from 'node:assert/strict';
import {
  CognitoIdentityClient, GetCredentialsForIdentityCommand, GetIdCommand,
} from '@aws-sdk/client-cognito-identity';
import { CognitoIdentityProviderClient, InitiateAuthCommand } from '@aws-sdk/client-cognito-identity-provider';
import { S3Client } from '@aws-sdk/client-s3';
import { DEMO_POOL, LOGIN_KEY, REGION } from './seed.mjs';
import { watch } from './seen.mjs';

/** Keys that nobody issued, for clients that insist on signing. */
export const NOBODY = { accessKeyId: 'AKIANOBODYNOBODY0000', secretAccessKey: 'nobody' };

// A refusal must be the answer to the first attempt, so nothing is tried again.
export const to = (server) => ({ endpoint: server.endpoint, region: REGION, maxAttempts: 1 });

export const userPools = (server) => watch(new CognitoIdentityProviderClient({ ...to(server), credentials: NOBODY }));
export const identityPools = (server, credentials = NOBODY, more) => (
  watch(new CognitoIdentityClient({ ...to(server), credentials, ...more }))
);
export const s3 = (server, credentials, more) => (
  watch(new S3Client({ ...to(server), credentials, forcePathStyle: true, ...more }))
);

export const passwordSignIn = ({ client, username, password }) => new InitiateAuthCommand({
  AuthFlow: 'USER_PASSWORD_AUTH',
  ClientId: client,
  AuthParameters: { USERNAME: username, PASSWORD: password },
});

/** The tokens of a user. */
export async function signIn(server, user) {
  const { AuthenticationResult: result } = await userPools(server).send(passwordSignIn(user));
  return { idToken: result.IdToken, accessToken: result.AccessToken, expiresIn: result.ExpiresIn };
}

export const loginOf = (idToken) => ({ [LOGIN_KEY]: idToken });

export async function getId(server, logins, pool = DEMO_POOL) {
  const asked = new GetIdCommand({ IdentityPoolId: pool, Logins: logins });
  return (await identityPools(server).send(asked)).IdentityId;
}

export async function getCredentials(server, identityId, logins) {
  const asked = new GetCredentialsForIdentityCommand({ IdentityId: identityId, Logins: logins });
  const { Credentials: issued } = await identityPools(server).send(asked);
  return {
    accessKeyId: issued.AccessKeyId,
    secretAccessKey: issued.SecretKey,
    sessionToken: issued.SessionToken,
    expiration: issued.Expiration,
  };
}

/** Somebody without a login. */
export async function guest(server) {
  const identityId = await getId(server);
  return { identityId, credentials: await getCredentials(server, identityId) };
}

/** A user, signed in, with credentials. */
export async function member(server, user) {
  const { idToken } = await signIn(server, user);
  const identityId = await getId(server, loginOf(idToken));
  return { idToken, identityId, credentials: await getCredentials(server, identityId, loginOf(idToken)) };
}

/** Holds that a call is refused with AWS's code and, where it is given, AWS's message. */
export async function refused(call, code, message) {
  await assert.rejects(call, (error) => {
    assert.equal(error.name, code, `${error.name}: ${error.message}`);
    if (message instanceof RegExp) assert.match(error.message, message);
    else if (message) assert.equal(error.message, message);
    return true;
  });
}

/** Holds that a call to an operation without an error body is refused with this status. */
export async function refusedWithStatus(call, status) {
  await assert.rejects(call, (error) => {
    assert.equal(error.$metadata?.httpStatusCode, status, `${error.name}: ${error.message}`);
    return true;
  });
}
