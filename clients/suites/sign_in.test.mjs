// InitiateAuth: who gets tokens, and who does not.
import assert from 'node:assert/strict';
import { createPublicKey, verify } from 'node:crypto';
import { describe, it } from 'node:test';
import { InitiateAuthCommand } from '@aws-sdk/client-cognito-identity-provider';
import { passwordSignIn, refused, signIn, userPools } from '../support/people.mjs';
import { ALICE, BOB, CAROL, CLIENTS, FOREIGN_ALICE, SEED } from '../support/seed.mjs';
import { serverOfSuite } from '../support/server.mjs';
import { claimsOf, headerOf } from '../support/token.mjs';
import { ask } from '../support/wire.mjs';

const WRONG = 'Incorrect username or password.';

describe('signing in', () => {
  const server = serverOfSuite(SEED);

  const attempt = (user) => userPools(server).send(passwordSignIn(user));
  const keysOf = async (pool) => (await (await fetch(`${server.endpoint}/${pool}/.well-known/jwks.json`)).json()).keys;

  it('gives an ID token and an access token that the published keys verify', async () => {
    const { idToken, accessToken, expiresIn } = await signIn(server, ALICE);
    assert.equal(expiresIn, 3600);
    const keys = await keysOf('us-east-1_XXXXXXXX');
    for (const [token, use] of [[idToken, 'id'], [accessToken, 'access']]) {
      const { alg, kid } = headerOf(token);
      assert.equal(alg, 'RS256');
      const key = createPublicKey({ key: keys.find((jwk) => jwk.kid === kid), format: 'jwk' });
      const [header, payload, signature] = token.split('.');
      assert.ok(verify('sha256', `${header}.${payload}`, key, Buffer.from(signature, 'base64url')));
      assert.equal(claimsOf(token).token_use, use);
    }
    assert.notEqual(headerOf(idToken).kid, headerOf(accessToken).kid);
  });

  it('names issuer, audience and user in the tokens as AWS does', async () => {
    const { idToken, accessToken } = await signIn(server, ALICE);
    const issuer = 'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_XXXXXXXX';
    const [id, access] = [claimsOf(idToken), claimsOf(accessToken)];
    assert.equal(id.iss, issuer);
    assert.equal(id.aud, CLIENTS.app);
    assert.equal(id['cognito:username'], 'alice');
    assert.equal(id.exp - id.auth_time, 3600);
    assert.equal(access.iss, issuer);
    assert.equal(access.client_id, CLIENTS.app);
    assert.equal(access.username, 'alice');
    assert.equal(access.aud, undefined);
    assert.equal(access.sub, id.sub);
  });

  it('publishes where the keys of a pool are, and nothing for a pool that is not there', async () => {
    const found = await (await fetch(`${server.endpoint}/us-east-1_XXXXXXXX/.well-known/openid-configuration`)).json();
    assert.equal(found.jwks_uri, `${server.endpoint}/us-east-1_XXXXXXXX/.well-known/jwks.json`);
    assert.ok((await (await fetch(found.jwks_uri)).json()).keys.length > 0);
    assert.equal((await fetch(`${server.endpoint}/us-east-1_Nowhere01/.well-known/jwks.json`)).status, 404);
  });

  it('is refused with a wrong password', () => (
    refused(attempt({ ...ALICE, password: 'wrong' }), 'NotAuthorizedException', WRONG)
  ));

  it('is refused to an unknown user in the words of a wrong password', () => (
    refused(attempt({ ...ALICE, username: 'nobody' }), 'NotAuthorizedException', WRONG)
  ));

  it('tells an unknown user so where the client does not hide it', () => (
    refused(attempt({ ...ALICE, client: CLIENTS.telling, username: 'nobody' }), 'UserNotFoundException', 'User does not exist.')
  ));

  it('is refused to a user of another pool', () => (
    refused(attempt({ ...BOB, client: CLIENTS.foreign }), 'NotAuthorizedException', WRONG)
  ));

  it('does not take the password of the same name in another pool', () => (
    refused(attempt({ ...FOREIGN_ALICE, password: 'alice-passw0rd!' }), 'NotAuthorizedException', WRONG)
  ));

  it('is refused to an unknown client', () => (
    refused(attempt({ ...ALICE, client: 'noclient' }), 'ResourceNotFoundException', 'User pool client noclient does not exist.')
  ));

  it('is refused where the client may not sign in by password', () => (
    refused(attempt({ ...ALICE, client: CLIENTS.passwordless }), 'InvalidParameterException', /USER_PASSWORD_AUTH flow not enabled/)
  ));

  for (const flow of ['USER_SRP_AUTH', 'CUSTOM_AUTH', 'USER_AUTH']) {
    it(`is refused by ${flow}, which is not served yet`, () => {
      const asked = { AuthFlow: flow, ClientId: ALICE.client, AuthParameters: { USERNAME: 'alice' } };
      return refused(userPools(server).send(new InitiateAuthCommand(asked)), 'InvalidParameterException', /not served/);
    });
  }

  it('is refused without a password', () => {
    const asked = { AuthFlow: 'USER_PASSWORD_AUTH', ClientId: ALICE.client, AuthParameters: { USERNAME: 'alice' } };
    return refused(userPools(server).send(new InitiateAuthCommand(asked)), 'InvalidParameterException', /PASSWORD/);
  });

  it('locks a user out after five failures, for longer with each one more, and lets them in again later', async () => {
    const wrong = { ...CAROL, password: 'wrong' };
    for (let failure = 1; failure <= 5; failure += 1) await refused(attempt(wrong), 'NotAuthorizedException', WRONG);
    await server.advance(2);
    await refused(attempt(wrong), 'NotAuthorizedException', WRONG);
    await server.advance(3);
    await refused(attempt(wrong), 'NotAuthorizedException', WRONG);
    await server.advance(5);
    await refused(attempt(wrong), 'NotAuthorizedException', WRONG);
    await refused(attempt(CAROL), 'NotAuthorizedException', 'Password attempts exceeded');
    assert.ok((await signIn(server, ALICE)).idToken, 'somebody else is not locked out');
    await server.advance(9);
    assert.ok((await signIn(server, CAROL)).idToken);
    await refused(attempt(wrong), 'NotAuthorizedException', WRONG);
  });

  it('turns sign-ins away when too many passwords wait to be checked', async () => {
    const attempts = Array.from({ length: 200 }, () => attempt(ALICE).then(() => 'success', ({ name }) => name));
    const outcomes = new Set(await Promise.all(attempts));
    assert.deepEqual([...outcomes].sort(), ['TooManyRequestsException', 'success']);
    assert.ok((await signIn(server, ALICE)).idToken, 'later it is served again');
  });

  const malformed = {
    'a body that is no JSON': ['SerializationException', '{'],
    'a body that says a key twice': ['SerializationException', '{"ClientId":"a","ClientId":"b"}'],
    'a member of the wrong type': ['SerializationException', { ClientId: 7 }],
    'a member that is missing': ['InvalidParameterException', { AuthFlow: 'USER_PASSWORD_AUTH' }],
    'a client id outside the pattern': ['InvalidParameterException', { AuthFlow: 'USER_PASSWORD_AUTH', ClientId: '!' }],
    'a flow that there is not': ['InvalidParameterException', { AuthFlow: 'MAGIC', ClientId: 'a' }],
    'a session': ['InvalidParameterException', { AuthFlow: 'USER_PASSWORD_AUTH', ClientId: 'a', Session: 'a'.repeat(20) }],
    'a body above a mebibyte': ['RequestEntityTooLargeException', `{"ClientId":"${'a'.repeat(1 << 20)}"}`],
  };
  for (const [what, [code, input]] of Object.entries(malformed)) {
    it(`is refused for ${what} with ${code}`, async () => {
      assert.equal((await ask(server, 'cognito-idp', 'InitiateAuth', input)).code, code);
    });
  }
});
