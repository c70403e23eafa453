// The classic flow: a token that says who an identity is, and what STS, the pool and outside systems make of it.
import assert from 'node:assert/strict';
import { createPublicKey, verify, X509Certificate } from 'node:crypto';
import { before, describe, it } from 'node:test';
import {
  GetCredentialsForIdentityCommand, GetIdCommand, GetOpenIdTokenCommand, UpdateIdentityPoolCommand,
} from '@aws-sdk/client-cognito-identity';
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { AssumeRoleWithWebIdentityCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { fromWebToken } from '@aws-sdk/credential-providers';
import AWS from 'aws-sdk';
import { guest, identityPools, loginOf, member, refused, s3, signIn, to } from '../support/people.mjs';
import { ALICE, BOB, CLIENTS, DEMO_POOL, LOGIN_KEY, POOLS, REGION, SEED } from '../support/seed.mjs';
import { watch, watchV2 } from '../support/seen.mjs';
import { serverOfSuite, serverOfTest } from '../support/server.mjs';
import { request } from '../support/signed.mjs';
import {
  claimsOf, headerOf, signedByStranger, signedWithPublicKey, unsigned, withClaims, withFlippedSignature,
} from '../support/token.mjs';
import { ask, send } from '../support/wire.mjs';

const OWN = 'cognito-identity.amazonaws.com';
const USER_ROLE = 'arn:aws:iam::123456789012:role/demo-user';
const GUEST_ROLE = 'arn:aws:iam::123456789012:role/demo-guest';
const CLASSIC_OFF = 'Basic (classic) flow is not enabled, please use enhanced flow.';
const NOT_COGNITO = 'Invalid login token. Not a Cognito token.';
const NO_LOGIN = "Invalid login token. Can't pass in a Cognito token.";
const NOT_VERIFIED = "Invalid login token. Couldn't verify signed token.";
const DENIED = 'Not authorized to perform sts:AssumeRoleWithWebIdentity';
const forbidden = (identityId) => `Access to Identity '${identityId}' is forbidden.`;

/** Lets tokens of the demo's pool be taken to STS, or no longer. */
const classicFlow = (server, AllowClassicFlow, more) => identityPools(server, server.root()).send(new UpdateIdentityPoolCommand({
  IdentityPoolId: DEMO_POOL,
  IdentityPoolName: 'demo',
  AllowUnauthenticatedIdentities: true,
  AllowClassicFlow,
  CognitoIdentityProviders: [{ ProviderName: LOGIN_KEY, ClientId: CLIENTS.app }],
  ...more,
}));
const openIdToken = async (server, IdentityId, Logins) => (
  (await identityPools(server).send(new GetOpenIdTokenCommand({ IdentityId, Logins }))).Token
);
const sts = (server, credentials) => watch(new STSClient({ ...to(server), ...(credentials && { credentials }) }));
const assume = (server, WebIdentityToken, more) => sts(server).send(new AssumeRoleWithWebIdentityCommand({
  RoleArn: USER_ROLE, RoleSessionName: 'phone', WebIdentityToken, ...more,
}));
const credentialsOf = ({ Credentials: issued }) => ({
  accessKeyId: issued.AccessKeyId, secretAccessKey: issued.SecretAccessKey, sessionToken: issued.SessionToken,
});
const json = async (url) => (await fetch(url)).json();

describe('the classic flow', () => {
  const server = serverOfSuite(SEED);
  let alice, token, keys;
  before(async () => {
    await classicFlow(server, true);
    alice = await member(server, ALICE);
    token = await openIdToken(server, alice.identityId, loginOf(alice.idToken));
    ({ keys } = await json(`${server.endpoint}/.well-known/jwks_uri`));
  });

  it('begins with a token that says who an identity is, for ten minutes', async () => {
    const { sub } = claimsOf(alice.idToken);
    const { iat, exp, ...claims } = claimsOf(token);
    assert.deepEqual(claims, {
      sub: alice.identityId,
      aud: DEMO_POOL,
      amr: ['authenticated', LOGIN_KEY, `${LOGIN_KEY}:CognitoSignIn:${sub}`],
      iss: `https://${OWN}`,
      [`https://${OWN}/identity-pool-arn`]: `arn:aws:cognito-identity:us-east-1:123456789012:identitypool/${DEMO_POOL}`,
    });
    assert.equal(exp - iat, 600);
    const { kid, ...header } = headerOf(token);
    assert.deepEqual(header, { typ: 'JWS', alg: 'RS512' });
    assert.ok(keys.some((key) => key.kid === kid));
  });

  it('gives tokens that anybody can verify by discovery, with numbers or a certificate', async () => {
    const { jwks_uri: uri, id_token_signing_alg_values_supported: algorithms } = await json(`${server.endpoint}/.well-known/openid-configuration`);
    assert.deepEqual(algorithms, ['RS512']);
    const key = (await json(uri)).keys.find(({ kid }) => kid === headerOf(token).kid);
    const certificate = new X509Certificate(Buffer.from(key.x5c[0], 'base64'));
    assert.ok(certificate.verify(certificate.publicKey), 'it signed itself');
    const [header, payload, signature] = token.split('.');
    for (const publicKey of [createPublicKey({ key, format: 'jwk' }), certificate.publicKey]) {
      const verifies = (text) => verify('sha512', Buffer.from(text), publicKey, Buffer.from(signature, 'base64url'));
      assert.ok(verifies(`${header}.${payload}`) && !verifies(`${header}.${payload}A`));
      assert.ok(publicKey.asymmetricKeyDetails.modulusLength >= 2048);
    }
  });

  it('ends in credentials of a role that trusts the pool, under the name and for the time that were asked for', async () => {
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement: { Effect: 'Allow', Action: 's3:GetObject', Resource: '*' } });
    const answer = await assume(server, token, { DurationSeconds: 900, Policy });
    assert.deepEqual(
      [answer.SubjectFromWebIdentityToken, answer.Audience, answer.Provider, answer.PackedPolicySize],
      [alice.identityId, DEMO_POOL, OWN, Math.ceil(Policy.length * 100 / 2048)],
    );
    assert.equal(answer.AssumedRoleUser.Arn, 'arn:aws:sts::123456789012:assumed-role/demo-user/phone');
    const life = answer.Credentials.Expiration - (await server.now());
    assert.ok(life > 890_000 && life <= 900_000, `the credentials live ${life} ms`);
    const bucket = s3(server, credentialsOf(answer));
    assert.ok(await bucket.send(new GetObjectCommand({ Bucket: 'my-bucket', Key: 'public/hello.txt' })));
    const write = { Bucket: 'my-bucket', Key: `${alice.identityId}/note`, Body: 'x' };
    await refused(bucket.send(new PutObjectCommand(write)), 'AccessDenied');
    const without = await assume(server, token);
    assert.equal(without.PackedPolicySize, undefined);
    assert.ok(await s3(server, credentialsOf(without)).send(new PutObjectCommand(write)), 'the policy narrowed it');
  });

  it('is open to guests, who are not narrowed in it', async () => {
    const { identityId } = await guest(server);
    const guests = await openIdToken(server, identityId);
    assert.deepEqual(claimsOf(guests).amr, ['unauthenticated']);
    const { Arn } = await sts(server, credentialsOf(await assume(server, guests, { RoleArn: GUEST_ROLE })))
      .send(new GetCallerIdentityCommand({}));
    assert.equal(Arn, 'arn:aws:sts::123456789012:assumed-role/demo-guest/phone');
    await refused(assume(server, guests), 'AccessDenied', DENIED);
    await refused(assume(server, token, { RoleArn: GUEST_ROLE }), 'AccessDenied', DENIED);
  });

  it('is gone through by SDK v2 as soon as it is told a role', async () => {
    watchV2(AWS);
    const how = { endpoint: server.endpoint, region: REGION, maxRetries: 0 };
    const params = { IdentityPoolId: DEMO_POOL, RoleArn: USER_ROLE, RoleSessionName: 'v2', Logins: loginOf(alice.idToken) };
    const credentials = new AWS.CognitoIdentityCredentials(params, how);
    await credentials.getPromise();
    assert.equal(credentials.identityId, alice.identityId);
    const { Arn } = await new AWS.STS({ ...how, credentials }).getCallerIdentity().promise();
    assert.equal(Arn, 'arn:aws:sts::123456789012:assumed-role/demo-user/v2');
    const bucket = new AWS.S3({ ...how, credentials, s3ForcePathStyle: true });
    const note = { Bucket: 'my-bucket', Key: `${alice.identityId}/v2.txt` };
    await bucket.putObject({ ...note, Body: 'mine' }).promise();
    assert.equal((await bucket.getObject(note).promise()).Body.toString(), 'mine');
  });

  it('is gone through by SDK v3 with a token alone', async () => {
    const credentials = fromWebToken({ roleArn: USER_ROLE, webIdentityToken: token, clientConfig: to(server) });
    const { Arn } = await sts(server, credentials).send(new GetCallerIdentityCommand({}));
    assert.match(Arn, /^arn:aws:sts::123456789012:assumed-role\/demo-user\//);
  });

  it('is on record with whom the pool vouched for', async () => {
    await assume(server, token);
    const records = (await server.decisions()).filter(({ eventName }) => eventName === 'AssumeRoleWithWebIdentity');
    assert.deepEqual(records.at(-1).userIdentity, {
      type: 'WebIdentityUser',
      principalId: `${OWN}:${DEMO_POOL}:${alice.identityId}`,
      userName: alice.identityId,
      identityProvider: OWN,
    });
  });

  describe('is refused at the pool', () => {
    const ofToken = (IdentityId, Logins) => identityPools(server).send(new GetOpenIdTokenCommand({ IdentityId, Logins }));

    it('where the pool does not allow it', async () => {
      const { IdentityId } = await identityPools(server).send(new GetIdCommand({ IdentityPoolId: POOLS.guestsOnly }));
      await refused(ofToken(IdentityId), 'InvalidParameterException', CLASSIC_OFF);
    });

    it('to those who do not prove the identity', async () => {
      const { idToken } = await signIn(server, BOB);
      for (const logins of [undefined, {}, loginOf(idToken)]) {
        await refused(ofToken(alice.identityId, logins), 'NotAuthorizedException', forbidden(alice.identityId));
      }
      await refused(ofToken(alice.identityId, loginOf(withFlippedSignature(alice.idToken))), 'NotAuthorizedException', NOT_VERIFIED);
      const nowhere = 'us-east-1:00000000-dead-beef-0000-000000000000';
      await refused(ofToken(nowhere), 'ResourceNotFoundException', `Identity '${nowhere}' not found.`);
    });

    const malformed = {
      'a body that is no JSON': ['SerializationException', () => 'not json'],
      nothing: ['ValidationException', () => ({})],
      'a body above a mebibyte': ['RequestEntityTooLargeException', () => `{"Logins":"${'a'.repeat(1 << 20)}"}`],
    };
    for (const [what, [code, input]] of Object.entries(malformed)) {
      it(`with ${code} for ${what}`, async () => {
        assert.equal((await ask(server, 'cognito-identity', 'GetOpenIdToken', input())).code, code);
      });
    }
  });

  describe('is refused at STS', () => {
    const invalid = {
      'a token with a bit of its signature turned': [() => withFlippedSignature(token), "Couldn't verify signed token."],
      'a token whose payload was altered': [() => withClaims(token, { sub: 'us-east-1:0' }), "Couldn't verify signed token."],
      'a token whose life was prolonged': [() => withClaims(token, { exp: 4102444800 }), "Couldn't verify signed token."],
      'a token with alg none': [() => unsigned(token), "Couldn't verify signed token."],
      'a token with alg HS256, signed with the public key': [() => signedWithPublicKey(token, keys[0]), "Couldn't verify signed token."],
      'a token signed by a key that its own header offers': [() => signedByStranger(token), "Couldn't verify signed token."],
      'an ID token of a user pool': [() => alice.idToken, /^No OpenIDConnect provider found in your account for https:/],
      'a word that is no token': [() => 'garbage', /^The ID Token provided is not a valid JWT/],
    };
    for (const [what, [shown, message]] of Object.entries(invalid)) {
      it(`for ${what}`, () => refused(assume(server, shown()), 'InvalidIdentityTokenException', message));
    }

    const wide = JSON.stringify({
      Version: '2012-10-17', Statement: { Effect: 'Allow', Action: 's3:*', Resource: `arn:aws:s3:::b/${'é'.repeat(1900)}` },
    });
    const otherwise = {
      'a role that is not there': [{ RoleArn: `${USER_ROLE}s` }, 'AccessDenied', DENIED],
      'a role of another account': [{ RoleArn: USER_ROLE.replace('123456789012', '999999999999') }, 'AccessDenied', DENIED],
      'what is no role': [{ RoleArn: USER_ROLE.replace('role', 'user') }, 'ValidationError', 'Request ARN is invalid'],
      'a life longer than the role allows': [{ DurationSeconds: 3601 }, 'ValidationError',
        'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.'],
      'a life of less than a quarter of an hour': [{ DurationSeconds: 899 }, 'ValidationError', /'durationSeconds' failed to satisfy constraint/],
      'a name with a space': [{ RoleSessionName: 'my phone' }, 'ValidationError', /'roleSessionName' failed to satisfy constraint/],
      'a policy that is none': [{ Policy: '{}' }, 'MalformedPolicyDocumentException', 'Missing required field Statement'],
      'a policy that is too wide': [{ Policy: wide }, 'PackedPolicyTooLargeException', /^Packed policy consumes \d+% of allotted space/],
      'a managed policy that is not there': [
        { PolicyArns: [{ arn: 'arn:aws:iam::aws:policy/NoSuchAccess' }] }, 'MalformedPolicyDocumentException', /^Policy arn:aws:iam::aws:policy\/NoSuchAccess does not exist/,
      ],
      'a provider of OAuth': [{ ProviderId: 'www.amazon.com' }, 'InvalidIdentityTokenException', 'Access tokens of www.amazon.com are not accepted.'],
      'a provider of another sort': [{ ProviderId: 'accounts.google.com' }, 'InvalidIdentityTokenException', /^The parameter ProviderId is only for/],
      'a member that is not served': [{ MinimumSessionTokenSize: 100 }, 'NotImplemented'],
    };
    for (const [what, [more, code, message]] of Object.entries(otherwise)) {
      it(`for ${what}`, () => refused(assume(server, token, more), code, message));
    }

    it('if it cannot be read', async () => {
      const asked = request('sts', 'AssumeRoleWithWebIdentity', { RoleArn: USER_ROLE });
      const garbled = await send(server, { ...asked, body: `${asked.body}&a=1&a=2` });
      assert.equal(garbled.code, 'MalformedInput');
      const large = await send(server, { ...asked, body: 'a'.repeat(1_100_000) });
      assert.equal(large.code, 'RequestEntityTooLarge');
    });
  });

  describe('leaves a token in the place of logins', () => {
    const credentialsFor = (IdentityId, shown, more) => identityPools(server).send(
      new GetCredentialsForIdentityCommand({ IdentityId, Logins: { [OWN]: shown, ...more } }),
    );

    it('that gets the credentials of the enhanced flow', async () => {
      const { IdentityId, Credentials } = await credentialsFor(alice.identityId, token);
      assert.equal(IdentityId, alice.identityId);
      assert.match(Credentials.AccessKeyId, /^ASIA/);
    });

    it('that is no login for anything else', async () => {
      const asGetId = new GetIdCommand({ IdentityPoolId: DEMO_POOL, Logins: { [OWN]: token } });
      await refused(identityPools(server).send(asGetId), 'NotAuthorizedException', NO_LOGIN);
      await refused(openIdToken(server, alice.identityId, { [OWN]: token }), 'NotAuthorizedException', NO_LOGIN);
      await refused(credentialsFor(alice.identityId, token, loginOf(alice.idToken)), 'InvalidParameterException');
    });

    it('that is refused where it is none, or is for somebody else', async () => {
      for (const none of ['garbage', alice.idToken]) {
        await refused(credentialsFor(alice.identityId, none), 'NotAuthorizedException', NOT_COGNITO);
      }
      await refused(credentialsFor(alice.identityId, withFlippedSignature(token)), 'NotAuthorizedException', NOT_VERIFIED);
      const { identityId } = await guest(server);
      await refused(credentialsFor(identityId, token), 'NotAuthorizedException', forbidden(identityId));
    });
  });
});

describe('a token of an identity', () => {
  it('is refused when it has ended', async (test) => {
    const server = await serverOfTest(test, SEED);
    await classicFlow(server, true);
    const { idToken, identityId } = await member(server, ALICE);
    const token = await openIdToken(server, identityId, loginOf(idToken));
    await server.advance(601);
    const { exp } = claimsOf(token);
    const ended = new RegExp(`^Token expired: current date/time \\d{10} must be before the expiration date/time ${exp}$`);
    await refused(assume(server, token), 'ExpiredTokenException', ended);
  });

  it('is refused at STS once the pool allows it no longer, and for good once the keys are gone', async (test) => {
    const server = await serverOfTest(test, SEED);
    await classicFlow(server, true);
    const { identityId } = await guest(server);
    const token = await openIdToken(server, identityId);
    await classicFlow(server, false);
    await refused(assume(server, token, { RoleArn: GUEST_ROLE }), 'IDPRejectedClaimException', CLASSIC_OFF);
    await classicFlow(server, true, { AllowUnauthenticatedIdentities: false });
    const gone = 'The identity is no longer what the token says.';
    await refused(assume(server, token, { RoleArn: GUEST_ROLE }), 'IDPRejectedClaimException', gone);
    await server.reset();
    const noKey = /^Couldn't retrieve verification key from your identity provider/;
    await refused(assume(server, token, { RoleArn: GUEST_ROLE }), 'InvalidIdentityTokenException', noKey);
  });
});
