// Revocations, quarantine and the stop of issuance, by clients that go on asking in a loop.
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { getCredentials, getId, guest, loginOf, member, refused, signIn } from '../support/people.mjs';
import { ALICE, BOB, DEMO_POOL, LOGIN_KEY, SEED } from '../support/seed.mjs';
import { serverOfSuite, serverOfTest } from '../support/server.mjs';
import { askOwn, askSigned } from '../support/signed.mjs';
import { send, sign } from '../support/wire.mjs';

const subjectOf = (idToken) => JSON.parse(Buffer.from(idToken.split('.')[1], 'base64url')).sub;

// A request to each service, signed with the credentials.
const asks = (server, credentials) => [
  () => send(server, sign(server, { method: 'GET', path: '/my-bucket/public/hello.txt', headers: {}, body: '' }, credentials, { service: 's3' })),
  () => askSigned(server, ['sts', 'GetCallerIdentity', {}], credentials),
  () => askSigned(server, ['iam', 'ListRoles', {}], credentials),
  () => askSigned(server, ['cognito-identity', 'ListIdentityPools', { MaxResults: 1 }], credentials),
];
const ENDED = [[400, 'ExpiredToken'], [403, 'ExpiredToken'], [403, 'ExpiredToken'], [400, 'ExpiredTokenException']];

const done = async (server, operation, input) => {
  const answer = await askOwn(server, operation, input, server.root());
  assert.equal(answer.status, 200, answer.text);
  return JSON.parse(answer.text);
};

const answersOf = async (server, credentials) => {
  const answers = await Promise.all(asks(server, credentials).map((ask) => ask()));
  return answers.map(({ status, code }) => [status, code]);
};

const isEnded = async (server, credentials) => assert.deepEqual(await answersOf(server, credentials), ENDED);
const isAlive = async (server, credentials) => {
  const answers = await answersOf(server, credentials);
  assert.deepEqual(answers.slice(0, 2).map(([status]) => status), [200, 200]);
  assert.ok(!answers.some(([, code]) => code?.startsWith('ExpiredToken')), String(answers));
};

describe('a revocation', () => {
  const server = serverOfSuite(SEED);
  let bob;
  before(async () => { bob = await member(server, BOB); });

  it('ends a client in a loop on its first request after the answer, on every connection and service', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { credentials } = await guest(server);
      let revoked = false;
      let stop = false;
      let after = 0;
      const loop = async (ask, [status, code]) => {
        while (!stop) {
          const began = revoked;
          const answer = await ask();
          if (!began) continue;
          assert.deepEqual([answer.status, answer.code], [status, code]);
          after += 1;
        }
      };
      const every = asks(server, credentials);
      const loops = Promise.all([...every, ...every, ...every].map((ask, at) => loop(ask, ENDED[at % every.length])));
      for (let sent = 0; sent < 3; sent += 1) await every[0]();
      await done(server, 'Revoke', { Kind: 'Session', Name: credentials.accessKeyId });
      revoked = true;
      for (let sent = 0; sent < 5; sent += 1) await isEnded(server, credentials);
      stop = true;
      await loops;
      assert.ok(after > 0);
      await isAlive(server, bob.credentials);
    }
  });

  it('ends what it means and nobody else, and what is issued after it counts', async () => {
    const idToken = (await signIn(server, ALICE)).idToken;
    for (const target of [
      (alice) => ({ Kind: 'Identity', Name: alice.identityId }),
      () => ({ Kind: 'Login', Of: LOGIN_KEY, Name: subjectOf(idToken) }),
      () => ({ Kind: 'User', Of: LOGIN_KEY.split('/')[1], Name: ALICE.username }),
    ]) {
      const [alice, visitor] = [await member(server, ALICE), await guest(server)];
      await done(server, 'Revoke', target(alice));
      await isEnded(server, alice.credentials);
      await isAlive(server, bob.credentials);
      await isAlive(server, visitor.credentials);
      const again = await member(server, ALICE);
      await isAlive(server, again.credentials);
    }
  });

  it('takes a role, a pool, the users of a pool, or everything', async (test) => {
    const own = await serverOfTest(test, SEED);
    for (const [target, endsGuests] of [
      [{ Kind: 'UserPool', Name: LOGIN_KEY.split('/')[1] }, false],
      [{ Kind: 'IdentityPool', Name: DEMO_POOL }, true],
      [{ Kind: 'Everything' }, true],
    ]) {
      const [alice, visitor] = [await member(own, ALICE), await guest(own)];
      await done(own, 'Revoke', target);
      await isEnded(own, alice.credentials);
      await (endsGuests ? isEnded : isAlive)(own, visitor.credentials);
    }
  });

  it('comes by itself with the deletion of an identity', async () => {
    const { identityId, credentials } = await guest(server);
    const input = { IdentityIdsToDelete: [identityId] };
    assert.equal((await askSigned(server, ['cognito-identity', 'DeleteIdentities', input], server.root())).status, 200);
    await isEnded(server, credentials);
  });
});

describe('issuance', () => {
  const server = serverOfSuite(SEED);

  it('stops for all at once, and what was issued lives on', async () => {
    const [alice, visitor] = [await member(server, ALICE), await guest(server)];
    await done(server, 'StopIssuance', {});
    await refused(getCredentials(server, visitor.identityId), 'NotAuthorizedException', 'Credentials are not issued at present.');
    await refused(getCredentials(server, alice.identityId, loginOf(alice.idToken)), 'NotAuthorizedException', 'Credentials are not issued at present.');
    await refused(signIn(server, ALICE), 'NotAuthorizedException', 'Credentials are not issued at present.');
    await isAlive(server, alice.credentials);
    assert.ok((await done(server, 'GetIssuance', {})).StoppedSince);
    await done(server, 'ResumeIssuance', {});
    assert.ok(await getCredentials(server, visitor.identityId));
    assert.deepEqual(await done(server, 'GetIssuance', {}), { Quarantines: [] });
  });

  it('ends for whoever is quarantined, who cannot lift it', async () => {
    const [one, other] = [await guest(server), await getId(server)];
    const target = { Kind: 'Identity', Name: one.identityId };
    await done(server, 'Quarantine', target);
    await isEnded(server, one.credentials);
    await refused(getCredentials(server, one.identityId), 'NotAuthorizedException', 'Credentials are not issued at present.');
    assert.equal((await askOwn(server, 'LiftQuarantine', target, one.credentials)).code, 'ExpiredTokenException');
    assert.ok(await getCredentials(server, other));
    const { Quarantines: [{ Since, ...shown }] } = await done(server, 'GetIssuance', {});
    assert.deepEqual(shown, target);
    assert.ok(Since > 0);
    await done(server, 'LiftQuarantine', target);
    assert.ok(await getCredentials(server, one.identityId));
    await isEnded(server, one.credentials);
    const again = await askOwn(server, 'LiftQuarantine', target, server.root());
    assert.deepEqual([again.status, again.code], [404, 'ResourceNotFoundException']);
  });

  it('quarantines no more than a thousand', async () => {
    let answer;
    for (let nth = 0; nth <= 1000; nth += 1) {
      answer = await askOwn(server, 'Quarantine', { Kind: 'Login', Of: 'login.example', Name: String(nth) }, server.root());
      if (answer.status !== 200) break;
    }
    assert.deepEqual([answer.status, answer.code], [422, 'LimitExceededException']);
  });
});
