// The server's own service: what every operation answers to those who do not ask it right, and what each does.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, describe, it } from 'node:test';
import { GetCredentialsForIdentityCommand } from '@aws-sdk/client-cognito-identity';
import { IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { getCredentials, getId, guest, identityPools, loginOf, member, refused, s3, to } from '../support/people.mjs';
import { ALICE, BOB, DEMO_POOL, LOGIN_KEY, SEED } from '../support/seed.mjs';
import { serverOfSuite, serverOfTest } from '../support/server.mjs';
import { askOwn, ownRequest } from '../support/signed.mjs';
import { send } from '../support/wire.mjs';

const pool = { IdentityPoolId: DEMO_POOL };
const NOWHERE = { IdentityPoolId: 'us-east-1:00000000-dead-beef-0000-000000000000' };
const allow = (Action) => JSON.stringify({ Version: '2012-10-17', Statement: { Effect: 'Allow', Action, Resource: '*' } });
const policies = (...actions) => ({ Policies: actions.map((action) => ({ Name: 'own', Document: allow(action) })) });

// An input that breaks no constraint, for each operation.
const somebody = { ...pool, IdentityId: 'us-east-1:dead' };
const TARGET = { Kind: 'Login', Of: 'login.example', Name: 'nobody' };
const INPUTS = {
  Backup: {},
  DeleteGuestScopeDown: pool,
  Doctor: { Token: 'garbage' },
  Explain: { RequestId: '00000000-0000-4000-8000-000000000000' },
  FindIdentities: { ...pool, MaxResults: 1 },
  GetGuestScopeDown: pool,
  GetIdentity: somebody,
  GetIssuance: {},
  GetPoolOptions: pool,
  LiftQuarantine: TARGET,
  Lint: { MaxResults: 1 },
  ListMerges: { ...pool, MaxResults: 1 },
  LookupIdentity: { ...pool, Provider: LOGIN_KEY, Subject: 'nobody' },
  PurgeGuests: { ...pool, IdleDays: 30, Preview: true, MaxResults: 1 },
  PurgeIdentities: { ...pool, Filter: { Standing: 'Disabled' }, Preview: true, MaxResults: 1 },
  PutGuestScopeDown: { ...pool, ...policies('s3:*') },
  PutPoolOptions: { ...pool, NewIdentityIds: 'Drawn', DisabledIdentityIds: 'Refused' },
  Quarantine: TARGET,
  ResolveIdentity: somebody,
  ResumeIssuance: {},
  Revoke: TARGET,
  RotateKeys: {},
  StopIssuance: {},
};

describe('an operation of the server\'s own service', () => {
  const server = serverOfSuite(SEED);
  let root, visitor;
  before(async () => {
    root = server.root();
    visitor = (await guest(server)).credentials;
  });

  it('has an input here', () => {
    const model = JSON.parse(readFileSync(new URL('../../crates/api/src/cenote/model.json', import.meta.url), 'utf8'));
    assert.deepEqual(Object.keys(model.operations).sort(), Object.keys(INPUTS).sort());
  });

  for (const [operation, input] of Object.entries(INPUTS)) {
    const plain = ownRequest(operation, input);
    const answered = async (asked, status, code) => {
      const answer = await asked;
      assert.deepEqual([answer.status, answer.code], [status, code], answer.text);
      assert.equal(answer.headers['content-type'], 'application/json');
      return answer;
    };

    it(`${operation} is refused to those who may not ask for it`, async () => {
      await answered(send(server, plain), 401, 'MissingAuthenticationTokenException');
      await answered(askOwn(server, operation, input, { ...root, accessKeyId: 'AKIANOBODYNOBODY0000' }), 401, 'UnrecognizedClientException');
      await answered(askOwn(server, operation, input, { ...root, secretAccessKey: 'guessed' }), 401, 'InvalidSignatureException');
      await answered(send(server, { ...plain, headers: { ...plain.headers, authorization: 'AWS4-HMAC-SHA256 no' } }), 401, 'IncompleteSignatureException');
      for (const bent of [{ service: 's3' }, { service: 'cognito-identity' }, { region: 'eu-west-1' }, { now: Date.now() - 20 * 60_000 }]) {
        await answered(askOwn(server, operation, input, root, bent), 401, 'InvalidSignatureException');
      }
      const denied = await answered(askOwn(server, operation, input, visitor), 403, 'AccessDeniedException');
      assert.match(denied.text, new RegExp(`is not authorized to perform: cenote:${operation} on resource: `));
    });

    it(`${operation} is refused if it cannot be read`, async () => {
      await answered(askOwn(server, operation, '{', root), 400, 'SerializationException');
      await answered(askOwn(server, operation, { ...input, Misspelled: 1 }, root), 400, 'SerializationException');
      await answered(askOwn(server, operation, 'a'.repeat(1_100_000), root), 413, 'RequestEntityTooLargeException');
      await answered(send(server, { ...plain, method: 'PUT' }), 405, 'MethodNotAllowedException');
      if (input.Kind) {
        await answered(askOwn(server, operation, { ...input, Kind: 'Nonsense' }, root), 400, 'ValidationException');
        await answered(askOwn(server, operation, { ...input, Of: undefined }, root), 422, 'InvalidParameterException');
        await answered(askOwn(server, operation, { Kind: 'Role', Name: 'nobody' }, root), 404, 'ResourceNotFoundException');
      }
      if (input.IdentityPoolId) {
        await answered(askOwn(server, operation, { ...input, IdentityPoolId: '' }, root), 400, 'ValidationException');
        await answered(askOwn(server, operation, { ...input, ...NOWHERE }, root), 404, 'ResourceNotFoundException');
      }
    });
  }

  it('is refused to a session that has ended', async () => {
    await server.advance(3601);
    const now = await server.now();
    for (const [operation, input] of Object.entries(INPUTS)) {
      assert.equal((await askOwn(server, operation, input, visitor, { now })).code, 'ExpiredTokenException', operation);
    }
  });
});

describe('the server\'s own service', () => {
  const server = serverOfSuite(SEED);
  let root;
  before(() => { root = server.root(); });
  const done = async (operation, input) => {
    const answer = await askOwn(server, operation, input, root);
    assert.equal(answer.status, 200, answer.text);
    return JSON.parse(answer.text);
  };

  it('describes itself to anybody', async () => {
    const answer = await send(server, { method: 'GET', path: '/_cenote/v1/openapi.json', headers: {} });
    const checkedIn = readFileSync(new URL('../../crates/api/src/cenote/openapi.json', import.meta.url), 'utf8');
    assert.deepEqual([answer.status, answer.text], [200, checkedIn]);
  });

  it('shows and sets what the guests of a pool may do at most', async () => {
    const reads = (credentials) => s3(server, credentials).send(new GetObjectCommand({ Bucket: 'my-bucket', Key: 'public/hello.txt' }));
    const shown = await done('GetGuestScopeDown', pool);
    assert.equal(shown.Source, 'Aws');
    assert.deepEqual(shown.Policies.map(({ Document }) => JSON.parse(Document).Statement[0].Effect), ['Allow', 'Allow']);
    const early = (await guest(server)).credentials;

    await done('PutGuestScopeDown', { ...pool, ...policies('sqs:*', 'sns:*') });
    assert.deepEqual(await done('GetGuestScopeDown', pool), { Source: 'Pool', ...policies('sqs:*', 'sns:*') });
    await refused(reads((await guest(server)).credentials), 'AccessDenied');
    assert.ok(await reads(early), 'a session keeps what it was issued with');
    await done('DeleteGuestScopeDown', pool);
    assert.ok(await reads((await guest(server)).credentials));
    assert.deepEqual(await done('GetGuestScopeDown', pool), shown);

    const broken = { ...pool, Policies: [{ Name: 'own', Document: '{}' }] };
    const answer = await askOwn(server, 'PutGuestScopeDown', broken, root);
    assert.deepEqual([answer.status, answer.code], [422, 'InvalidParameterException']);
    assert.match(answer.text, /policy `own`: /);
  });

  it('finds identities by their logins, and by what they are', async () => {
    const alice = await member(server, ALICE);
    const sub = JSON.parse(Buffer.from(alice.idToken.split('.')[1], 'base64url')).sub;
    const shown = await done('GetIdentity', { ...pool, IdentityId: alice.identityId });
    assert.deepEqual(shown.Logins, [{ Provider: LOGIN_KEY, Subject: sub }]);
    assert.equal(shown.Standing, 'Authenticated');
    assert.ok(Math.abs(shown.Created * 1000 - await server.now()) < 60_000);
    assert.deepEqual(await done('LookupIdentity', { ...pool, Provider: LOGIN_KEY, Subject: sub }), shown);
    const bobs = await askOwn(server, 'LookupIdentity', { ...pool, Provider: LOGIN_KEY, Subject: 'bob' }, root);
    assert.deepEqual([bobs.status, bobs.code], [404, 'ResourceNotFoundException'], 'and nobody is made');

    const guests = new Set([await getId(server), await getId(server)]);
    const found = [];
    let NextToken;
    do {
      const page = await done('FindIdentities', { ...pool, Filter: { Standing: 'Guest' }, MaxResults: 1, ...(NextToken && { NextToken }) });
      found.push(...page.Identities.map(({ IdentityId }) => IdentityId));
      ({ NextToken } = page);
    } while (NextToken);
    for (const id of guests) assert.ok(found.includes(id));
    assert.ok(!found.includes(alice.identityId));
    const members = await done('FindIdentities', { ...pool, Filter: { Provider: LOGIN_KEY }, MaxResults: 250 });
    assert.deepEqual(members.Identities, [shown]);
    const madeUp = { NextToken: 'bWFkZSB1cA', MaxResults: 1 };
    for (const [operation, more] of [
      ['FindIdentities'], ['ListMerges'], ['PurgeGuests', { IdleDays: 1, Preview: true }],
      ['PurgeIdentities', { Filter: { Standing: 'Guest' }, Preview: true }],
    ]) {
      const answer = await askOwn(server, operation, { ...pool, ...madeUp, ...more }, root);
      assert.deepEqual([answer.status, answer.code], [422, 'InvalidParameterException'], operation);
    }
  });

  it('tells who was merged into whom, and lets a disabled id lead its owner on', async (test) => {
    const own = await serverOfTest(test, SEED);
    const ask = async (operation, input) => {
      const answer = await askOwn(own, operation, input, own.root());
      assert.equal(answer.status, 200, answer.text);
      return JSON.parse(answer.text);
    };
    const alice = await member(own, ALICE);
    const logins = loginOf(alice.idToken);
    const old = await getId(own);
    assert.ok(await getCredentials(own, old, logins));
    const { Merges } = await ask('ListMerges', { ...pool, MaxResults: 10 });
    assert.deepEqual(Merges.map(({ At, ...merge }) => merge), [
      { Survivor: alice.identityId, Disabled: old, Cause: 'GuestSignedIn', Logins: [] },
    ]);
    assert.equal((await ask('ResolveIdentity', { ...pool, IdentityId: old })).IdentityId, alice.identityId);

    await refused(getCredentials(own, old, logins), 'NotAuthorizedException', `Access to Identity '${old}' is forbidden.`);
    const options = { NewIdentityIds: 'Derived', DisabledIdentityIds: 'Resolved' };
    await ask('PutPoolOptions', { ...pool, ...options });
    assert.deepEqual(await ask('GetPoolOptions', pool), options);
    const issued = await identityPools(own).send(new GetCredentialsForIdentityCommand({ IdentityId: old, Logins: logins }));
    assert.equal(issued.IdentityId, alice.identityId);
    const bob = await member(own, BOB);
    await refused(getCredentials(own, old, loginOf(bob.idToken)), 'NotAuthorizedException', `Access to Identity '${old}' is forbidden.`);
    await refused(getCredentials(own, old), 'NotAuthorizedException', `Access to Identity '${old}' is forbidden.`);

    await ask('PurgeIdentities', { ...pool, Filter: { Provider: LOGIN_KEY }, Preview: false, MaxResults: 250 });
    assert.notEqual((await member(own, BOB)).identityId, bob.identityId, 'no id is derived twice');
  });

  it('purges guests who are idle, once that was looked at', async (test) => {
    const own = await serverOfTest(test, SEED);
    const purge = async (Preview) => {
      const answer = await askOwn(own, 'PurgeGuests', { ...pool, IdleDays: 30, Preview, MaxResults: 250 }, own.root(), { now: await own.now() });
      assert.equal(answer.status, 200, answer.text);
      return JSON.parse(answer.text).IdentityIds;
    };
    const idle = [await getId(own), await getId(own)].sort();
    const alice = await member(own, ALICE);
    await own.advance(31 * 86_400);
    const busy = await getId(own);
    assert.deepEqual(await purge(true), idle);
    assert.deepEqual(await purge(false), idle);
    assert.deepEqual(await purge(false), []);
    await refused(getCredentials(own, idle[0]), 'ResourceNotFoundException');
    assert.ok(await getCredentials(own, busy));
    assert.equal((await member(own, ALICE)).identityId, alice.identityId);
    const everybody = { ...pool, Filter: {}, Preview: false, MaxResults: 1 };
    const answer = await askOwn(own, 'PurgeIdentities', everybody, own.root(), { now: await own.now() });
    assert.deepEqual([answer.status, answer.code], [422, 'InvalidParameterException'], 'nobody is purged without a word');
  });

  it('says what there is to change in policies, also when they are written', async (test) => {
    const own = await serverOfTest(test, SEED);
    const ask = (input) => askOwn(own, 'Lint', input, own.root());
    const [RoleName, PolicyName] = ['demo-guest', 'odd'];
    const found = async () => JSON.parse((await ask({ MaxResults: 250 })).text).Findings.filter(({ Place }) => Place.startsWith('policy odd'));
    assert.deepEqual(await found(), []);
    const warned = [];
    const client = new IAMClient({ ...to(own), credentials: own.root() });
    client.middlewareStack.add((next) => async (args) => {
      const answered = await next(args);
      warned.push(answered.response.headers['x-cenote-warning']);
      return answered;
    }, { step: 'deserialize' });
    await client.send(new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument: allow('s3:PutObject') }));
    assert.deepEqual(warned, ['guest-wildcard, guest-writes']);
    assert.deepEqual((await found()).map(({ Advice, ...rest }) => rest), [
      { Place: 'policy odd of role demo-guest', Code: 'guest-writes', Statement: 0 },
      { Place: 'policy odd of role demo-guest', Code: 'guest-wildcard', Statement: 0 },
    ]);
    for (const [input, status, code] of [[{ MaxResults: 0 }, 400, 'ValidationException'], [{ MaxResults: 1, NextToken: 'bWFkZSB1cA' }, 422, 'InvalidParameterException']]) {
      const answer = await ask(input);
      assert.deepEqual([answer.status, answer.code], [status, code], answer.text);
    }
  });

  it('makes a backup, which is bytes', async () => {
    const answer = await askOwn(server, 'Backup', '', root);
    assert.deepEqual([answer.status, answer.headers['content-type']], [200, 'application/octet-stream']);
  });

  it('rotates keys until the ring is full', async (test) => {
    const own = await serverOfTest(test, SEED);
    const rotate = () => askOwn(own, 'RotateKeys', {}, own.root());
    let answer;
    for (let key = 2; key <= 101; key += 1) {
      answer = await rotate();
      if (answer.status !== 200) break;
      assert.equal(JSON.parse(answer.text).RingKey, key);
    }
    assert.deepEqual([answer.status, answer.code], [422, 'LimitExceededException']);
  });
});
