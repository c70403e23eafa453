// Identity pools: which logins prove an identity, and which prove nothing.
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { GetCredentialsForIdentityCommand, GetIdCommand } from '@aws-sdk/client-cognito-identity';
import {
  getCredentials, getId, guest, identityPools, loginOf, member, refused, signIn,
} from '../support/people.mjs';
import {
  ALICE, BOB, CLIENTS, DEMO_POOL, FOREIGN_ALICE, FOREIGN_LOGIN_KEY, LOGIN_KEY, POOLS, SEED,
} from '../support/seed.mjs';
import { serverOfSuite, serverOfTest } from '../support/server.mjs';
import { claimsOf, signedByStranger, signedWithPublicKey, unsigned, withClaims, withFlippedSignature } from '../support/token.mjs';
import { ask } from '../support/wire.mjs';

const UNSUPPORTED = 'Token is not from a supported provider of this identity pool.';
const NOT_VERIFIED = "Invalid login token. Couldn't verify signed token.";
const NOT_A_TOKEN = 'Invalid login token. Not a valid OpenId Connect identity token.';
const NO_MATCH = "Logins don't match. Please include at least one valid login for this identity or identity pool.";
const NO_GUESTS = 'Unauthenticated access is not supported for this identity pool.';
const BAD_CONFIGURATION = 'Invalid identity pool configuration. Check assigned IAM roles for this pool.';
const forbidden = (identityId) => `Access to Identity '${identityId}' is forbidden.`;

describe('logins shown to an identity pool', () => {
  const server = serverOfSuite(SEED);
  let alice, tokens;
  before(async () => {
    alice = await member(server, ALICE);
    const { idToken, accessToken } = await signIn(server, ALICE);
    const jwks = await (await fetch(`${server.endpoint}/us-east-1_XXXXXXXX/.well-known/jwks.json`)).json();
    tokens = {
      idToken,
      accessToken,
      keys: jwks.keys,
      unlisted: (await signIn(server, { ...ALICE, client: CLIENTS.unlisted })).idToken,
      foreign: (await signIn(server, FOREIGN_ALICE)).idToken,
    };
  });

  const asGetId = (Logins, IdentityPoolId = DEMO_POOL) => (
    identityPools(server).send(new GetIdCommand({ IdentityPoolId, Logins }))
  );
  const asGetCredentials = (Logins, IdentityId = alice.identityId, more = {}) => (
    identityPools(server).send(new GetCredentialsForIdentityCommand({ IdentityId, Logins, ...more }))
  );

  it('give the same identity each time, and each user one of their own', async () => {
    assert.equal(await getId(server, loginOf(tokens.idToken)), alice.identityId);
    assert.notEqual((await member(server, BOB)).identityId, alice.identityId);
  });

  it('are not needed by guests, who get a new identity each time', async () => {
    const [one, another] = [await guest(server), await guest(server)];
    assert.notEqual(one.identityId, another.identityId);
    assert.match(one.credentials.accessKeyId, /^ASIA/);
  });

  it('are needed from an address that has made as many guests as it may', async (test) => {
    const capped = await serverOfTest(test, SEED, '--limits-uncapped', '192.0.2.1', '--limits-guests-per-address', '2');
    await guest(capped);
    await guest(capped);
    await refused(guest(capped), 'TooManyRequestsException', 'Rate exceeded');
    await member(capped, ALICE);
  });

  it('are absent when the list of them is empty', async () => {
    const { IdentityId } = await asGetId({});
    assert.ok((await asGetCredentials({}, IdentityId)).Credentials);
  });

  it('give credentials for exactly an hour, by the clock of the server', async () => {
    const { Credentials } = await asGetCredentials(loginOf(tokens.idToken));
    const life = Credentials.Expiration - (await server.now());
    assert.ok(life > 3_590_000 && life <= 3_600_000, `the credentials live ${life} ms`);
  });

  // Each row: what is shown, and how both operations refuse it.
  const refusals = {
    'a token with a bit of its signature turned': [() => loginOf(withFlippedSignature(tokens.idToken)), NOT_VERIFIED],
    'a token whose payload was altered': [() => loginOf(withClaims(tokens.idToken, { sub: 'somebody-else' })), NOT_VERIFIED],
    'a token whose life was prolonged': [() => loginOf(withClaims(tokens.idToken, { exp: 4102444800 })), NOT_VERIFIED],
    'a token with alg none': [() => loginOf(unsigned(tokens.idToken)), NOT_VERIFIED],
    'a token with alg HS256, signed with the public ID key': [() => loginOf(signedWithPublicKey(tokens.idToken, tokens.keys[0])), NOT_VERIFIED],
    'a token with alg HS256, signed with the public access key': [() => loginOf(signedWithPublicKey(tokens.idToken, tokens.keys[1])), NOT_VERIFIED],
    'a token signed by a key that its own header offers': [() => loginOf(signedByStranger(tokens.idToken)), NOT_VERIFIED],
    'an access token': [() => loginOf(tokens.accessToken), 'Invalid login token. Missing a required claim: aud'],
    'an access token that was given an audience': [() => loginOf(withClaims(tokens.accessToken, { aud: CLIENTS.app })), NOT_A_TOKEN],
    'a token of another pool under this pool\'s key': [() => loginOf(tokens.foreign), "Invalid login token. Issuer doesn't match providerName"],
    'a token of a pool that is not listed': [() => ({ [FOREIGN_LOGIN_KEY]: tokens.foreign }), UNSUPPORTED],
    'a token of a client that is not listed': [() => loginOf(tokens.unlisted), UNSUPPORTED],
    'a word that is no token': [() => loginOf('garbage'), NOT_A_TOKEN],
    'dots and nothing else': [() => loginOf('..'), NOT_A_TOKEN],
    'a token with a part too many': [() => loginOf(`${tokens.idToken}.AAAA`), NOT_A_TOKEN],
    'a token with binary waste': [() => loginOf('\u0000\uffff.\u{1f980}.='), NOT_A_TOKEN],
    'a login key with https://': [() => ({ [`https://${LOGIN_KEY}`]: tokens.idToken }), NO_MATCH],
    'a login key of another region': [() => ({ 'cognito-idp.eu-west-1.amazonaws.com/us-east-1_XXXXXXXX': tokens.idToken }), UNSUPPORTED],
    'a login key of a pool that is not there': [() => ({ 'cognito-idp.us-east-1.amazonaws.com/us-east-1_Nowhere01': tokens.idToken }), UNSUPPORTED],
    'a login key of a social provider': [() => ({ 'accounts.google.com': tokens.idToken }), NO_MATCH],
  };
  for (const [what, [logins, message]] of Object.entries(refusals)) {
    it(`are refused: ${what}`, async () => {
      await refused(asGetId(logins()), 'NotAuthorizedException', message);
      await refused(asGetCredentials(logins()), 'NotAuthorizedException', message);
    });
  }

  it('are refused when one of them is of a pool that is not listed', async () => {
    const two = { ...loginOf(tokens.idToken), [FOREIGN_LOGIN_KEY]: tokens.foreign };
    await refused(asGetId(two), 'NotAuthorizedException', UNSUPPORTED);
    await refused(asGetCredentials(two), 'NotAuthorizedException', UNSUPPORTED);
  });

  it('cannot be left out to use an identity that has one', () => (
    refused(asGetCredentials(undefined), 'NotAuthorizedException', forbidden(alice.identityId))
  ));

  it('of somebody else do not open an identity', async () => {
    const bob = await member(server, BOB);
    await refused(asGetCredentials(loginOf(tokens.idToken), bob.identityId), 'NotAuthorizedException', forbidden(bob.identityId));
  });

  it('do not carry an identity from one pool to another', async () => {
    const there = await getId(server, loginOf(tokens.idToken), POOLS.membersOnly);
    assert.notEqual(there, alice.identityId);
  });

  it('are asked for by a pool without guests', async () => {
    await refused(asGetId(undefined, POOLS.membersOnly), 'NotAuthorizedException', NO_GUESTS);
    await refused(asGetId({}, POOLS.membersOnly), 'NotAuthorizedException', NO_GUESTS);
    const identityId = await getId(server, loginOf(tokens.idToken), POOLS.membersOnly);
    await refused(asGetCredentials(undefined, identityId), 'NotAuthorizedException', NO_GUESTS);
  });

  it('are not understood by a pool without providers', () => (
    refused(asGetId(loginOf(tokens.idToken), POOLS.guestsOnly), 'NotAuthorizedException', NO_MATCH)
  ));

  it('are not looked at for a pool or an identity that is not there', async () => {
    const nowhere = 'us-east-1:00000000-dead-beef-0000-000000000000';
    await refused(asGetId(loginOf(tokens.idToken), nowhere), 'ResourceNotFoundException', `IdentityPool '${nowhere}' not found.`);
    await refused(asGetCredentials(loginOf(tokens.idToken), nowhere), 'ResourceNotFoundException', `Identity '${nowhere}' not found.`);
  });

  it('lead to no credentials where the pool has no role', async () => {
    const { IdentityId } = await asGetId(undefined, POOLS.withoutRoles);
    await refused(asGetCredentials(undefined, IdentityId), 'InvalidIdentityPoolConfigurationException', BAD_CONFIGURATION);
  });

  it('lead to no credentials where the role trusts another pool', async () => {
    const { IdentityId } = await asGetId(loginOf(tokens.idToken), POOLS.untrusted);
    await refused(asGetCredentials(loginOf(tokens.idToken), IdentityId), 'InvalidIdentityPoolConfigurationException', BAD_CONFIGURATION);
  });

  it('do not let the caller choose a role where no mapping does', () => {
    const CustomRoleArn = 'arn:aws:iam::123456789012:role/demo-user';
    const asked = asGetCredentials(loginOf(tokens.idToken), alice.identityId, { CustomRoleArn });
    return refused(asked, 'NotAuthorizedException', `Access to Role '${CustomRoleArn}' is forbidden.`);
  });

  it('are not asked of another account', () => {
    const asked = new GetIdCommand({ IdentityPoolId: DEMO_POOL, AccountId: '999999999999' });
    return refused(identityPools(server).send(asked), 'InvalidParameterException');
  });

  const malformed = {
    'a body that is no JSON': ['SerializationException', () => 'not json'],
    'a list for a body': ['SerializationException', () => '[]'],
    'logins that are no map': ['SerializationException', (id) => ({ ...id, Logins: 'alice' })],
    'a body nested without end': ['SerializationException', () => `{"Logins":${'['.repeat(20_000)}`],
    'nothing': ['ValidationException', () => ({})],
    'an empty login token': ['ValidationException', (id) => ({ ...id, Logins: { [LOGIN_KEY]: '' } })],
    'a login token of 50,001 characters': ['ValidationException', (id) => ({ ...id, Logins: { [LOGIN_KEY]: 'a'.repeat(50_001) } })],
    'eleven logins': ['ValidationException', (id) => ({ ...id, Logins: Object.fromEntries([...'abcdefghijk'].map((key) => [key, 'x'])) })],
    'a body above a mebibyte': ['RequestEntityTooLargeException', () => `{"Logins":"${'a'.repeat(1 << 20)}"}`],
  };
  for (const [what, [code, input]] of Object.entries(malformed)) {
    it(`are refused with ${code} for ${what}`, async () => {
      const getIdAnswer = await ask(server, 'cognito-identity', 'GetId', input({ IdentityPoolId: DEMO_POOL }));
      assert.equal(getIdAnswer.code, code, getIdAnswer.text);
      const asked = input({ IdentityId: alice.identityId });
      const answer = await ask(server, 'cognito-identity', 'GetCredentialsForIdentity', asked);
      assert.equal(answer.code, code, answer.text);
    });
  }

  it('are refused with the value that breaks the model, in AWS\'s words', async () => {
    const { text } = await ask(server, 'cognito-identity', 'GetId', { IdentityPoolId: 'not-a-pool' });
    assert.equal(JSON.parse(text).message, "1 validation error detected: Value 'not-a-pool' at 'identityPoolId' failed to "
      + 'satisfy constraint: Member must satisfy regular expression pattern: [\\w-]+:[0-9a-f-]+');
  });
});

describe('logins that have ended', () => {
  it('are refused when the clock has moved past the end of the token', async (test) => {
    const server = await serverOfTest(test, SEED);
    const { idToken, identityId } = await member(server, ALICE);
    const { exp } = claimsOf(idToken);
    const left = Math.floor(exp - (await server.now()) / 1000);
    await server.advance(left - 60);
    assert.equal(await getId(server, loginOf(idToken)), identityId, 'a minute before the end it still proves alice');
    await server.advance(61);
    const expired = new RegExp(`^Invalid login token\\. Token expired: \\d{10} >= ${exp}$`);
    await refused(getId(server, loginOf(idToken)), 'NotAuthorizedException', expired);
    await refused(getCredentials(server, identityId, loginOf(idToken)), 'NotAuthorizedException', expired);
    const fresh = await signIn(server, ALICE);
    assert.equal(await getId(server, loginOf(fresh.idToken)), identityId, 'a new token proves the same identity');
  });

  it('are refused after a reset, because the keys that signed them are gone', async (test) => {
    const server = await serverOfTest(test, SEED);
    const { idToken } = await signIn(server, ALICE);
    await server.reset();
    await refused(getId(server, loginOf(idToken)), 'NotAuthorizedException', NOT_VERIFIED);
  });
});
