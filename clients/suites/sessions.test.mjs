// Temporary credentials: what makes them work, and everything that makes them not.
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { fromCognitoIdentityPool } from '@aws-sdk/credential-providers';
import { getCredentials, guest, loginOf, member, NOBODY, refused, s3, signIn } from '../support/people.mjs';
import { ALICE, BOB, DEMO_POOL, REGION, SEED } from '../support/seed.mjs';
import { serverOfSuite, serverOfTest } from '../support/server.mjs';

const listing = () => new ListObjectsV2Command({ Bucket: 'my-bucket' });

describe('temporary credentials', () => {
  const server = serverOfSuite(SEED);
  let alice;
  before(async () => { alice = await member(server, ALICE); });

  const list = (credentials, options) => s3(server, credentials, options).send(listing());

  it('open the bucket', async () => {
    const { Contents } = await list(alice.credentials);
    assert.deepEqual(Contents.map((object) => object.Key), ['public/about.txt', 'public/hello.txt']);
  });

  it('are fetched and used by SDK v3 without further ado', async () => {
    const { idToken } = await signIn(server, ALICE);
    const clientConfig = { endpoint: server.endpoint, region: REGION };
    for (const logins of [undefined, loginOf(idToken)]) {
      const provider = fromCognitoIdentityPool({ identityPoolId: DEMO_POOL, logins, clientConfig });
      assert.equal((await list(provider)).KeyCount, 2);
    }
  });

  it('are different each time', async () => {
    const again = await getCredentials(server, alice.identityId, loginOf(alice.idToken));
    assert.notEqual(again.accessKeyId, alice.credentials.accessKeyId);
    assert.notEqual(again.secretAccessKey, alice.credentials.secretAccessKey);
    assert.notEqual(again.sessionToken, alice.credentials.sessionToken);
  });

  it('do not work with a wrong secret', () => (
    refused(list({ ...alice.credentials, secretAccessKey: 'wrong' }), 'SignatureDoesNotMatch')
  ));

  it('do not work without the session token', () => (
    refused(list({ ...alice.credentials, sessionToken: undefined }), 'InvalidAccessKeyId')
  ));

  it('do not work with a session token that was changed anywhere', async () => {
    const { sessionToken } = alice.credentials;
    for (const at of [0, 8, 40, Math.floor(sessionToken.length / 2), sessionToken.length - 2]) {
      const other = sessionToken[at] === 'A' ? 'B' : 'A';
      const changed = sessionToken.slice(0, at) + other + sessionToken.slice(at + 1);
      await refused(list({ ...alice.credentials, sessionToken: changed }), 'InvalidToken');
    }
  });

  it('do not work with a session token that was cut, prolonged or made up', async () => {
    const { sessionToken } = alice.credentials;
    for (const made of [sessionToken.slice(0, -4), `${sessionToken}AAAA`, 'AAAA', '%', 'x'.repeat(6000)]) {
      await refused(list({ ...alice.credentials, sessionToken: made }), 'InvalidToken');
    }
  });

  it('do not work with the session token of another session, be it of the same user', async () => {
    const again = await getCredentials(server, alice.identityId, loginOf(alice.idToken));
    const bob = await member(server, BOB);
    const visitor = await guest(server);
    for (const { sessionToken } of [again, bob.credentials, visitor.credentials]) {
      await refused(list({ ...alice.credentials, sessionToken }), 'InvalidToken');
    }
  });

  it('are not made up', async () => {
    await refused(list(NOBODY), 'InvalidAccessKeyId');
    await refused(list({ ...NOBODY, sessionToken: alice.credentials.sessionToken }), 'InvalidAccessKeyId');
    const madeUp = { ...alice.credentials, accessKeyId: `ASIA${'A'.repeat(16)}` };
    await assert.rejects(list(madeUp), ({ name }) => ['InvalidAccessKeyId', 'InvalidToken'].includes(name));
  });

  it('do not go with the root key, nor the root key with them', async () => {
    const { sessionToken } = alice.credentials;
    await refused(list({ ...server.root(), sessionToken }), 'InvalidToken');
    await refused(list({ ...server.root(), secretAccessKey: alice.credentials.secretAccessKey }), 'SignatureDoesNotMatch');
  });

  it('are for this region only', () => (
    refused(list(alice.credentials, { region: 'eu-west-1' }), 'AuthorizationHeaderMalformed')
  ));

  it('are refused from a client whose clock is 20 minutes off, either way', async () => {
    for (const systemClockOffset of [20 * 60_000, -20 * 60_000]) {
      await refused(list(alice.credentials, { systemClockOffset }), 'RequestTimeTooSkewed');
    }
  });

  it('are accepted from a client whose clock is 14 minutes off, either way', async () => {
    for (const systemClockOffset of [14 * 60_000, -14 * 60_000]) {
      assert.equal((await list(alice.credentials, { systemClockOffset })).KeyCount, 2);
    }
  });
});

describe('temporary credentials that have ended', () => {
  it('are refused when the clock has moved by an hour, and new ones work', async (test) => {
    const server = await serverOfTest(test, SEED);
    const alice = await member(server, ALICE);
    const list = (credentials, now) => {
      const systemClockOffset = now - Date.now();
      return s3(server, credentials, { systemClockOffset }).send(listing());
    };
    await server.advance(3_540);
    assert.equal((await list(alice.credentials, await server.now())).KeyCount, 2, 'a minute before the end they work');
    await server.advance(61);
    const now = await server.now();
    await refused(list(alice.credentials, now), 'ExpiredToken', 'The provided token has expired.');
    await refused(list(alice.credentials, now - 60_000), 'ExpiredToken');

    const { idToken } = await signIn(server, ALICE);
    const fresh = await getCredentials(server, alice.identityId, loginOf(idToken));
    assert.equal((await list(fresh, now)).KeyCount, 2);
  });

  it('are used in time by an SDK that sets its clock by the answers of a server whose clock was moved', async (test) => {
    const server = await serverOfTest(test, SEED);
    await server.advance(40 * 60);
    const alice = await member(server, ALICE);
    assert.equal((await s3(server, alice.credentials, { maxAttempts: 2 }).send(listing())).KeyCount, 2);
  });
});
