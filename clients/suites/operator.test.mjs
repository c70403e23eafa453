// What an operator asks of a server that runs about whom its pools know, from the command line.
import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { before, describe, it } from 'node:test';
import { getCredentials, getId, guest, loginOf, member, signIn } from '../support/people.mjs';
import { ALICE, BOB, DEMO_POOL, LOGIN_KEY, SEED } from '../support/seed.mjs';
import { serverOfSuite } from '../support/server.mjs';
import { claimsOf } from '../support/token.mjs';

describe('the command line of an operator', () => {
  const server = serverOfSuite(SEED);
  let alice, merged;
  const refused = (words, why) => {
    const { status, stdout, stderr } = server.operator(...words);
    assert.deepEqual([status, stdout], [1, ''], stderr);
    assert.match(stderr, why);
  };
  const lines = (...words) => {
    const { status, stdout, stderr } = server.operator(...words);
    assert.equal(status, 0, stderr);
    return { all: stdout.split('\n').filter(Boolean), said: stderr };
  };
  const told = (...words) => lines(...words).all.map((line) => JSON.parse(line));
  before(async () => {
    alice = await member(server, ALICE);
    merged = await getId(server);
    await getCredentials(server, merged, loginOf(alice.idToken));
  });

  it('shows identities by their ids, by their logins, and by what became of them', () => {
    const Subject = claimsOf(alice.idToken).sub;
    const [shown] = told('identities', 'get', DEMO_POOL, alice.identityId);
    assert.deepEqual([shown.IdentityId, shown.Standing, shown.Logins], [
      alice.identityId, 'Authenticated', [{ Provider: LOGIN_KEY, Subject }],
    ]);
    for (const moment of [shown.Created, shown.Modified, shown.LastUsed]) {
      assert.match(moment, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    }
    assert.deepEqual(told('identities', 'lookup', DEMO_POOL, LOGIN_KEY, Subject), [shown]);
    assert.deepEqual(told('identities', 'resolve', DEMO_POOL, merged), [shown]);
    refused(['identities', 'lookup', DEMO_POOL, LOGIN_KEY, 'nobody'], /refused with 404 Not Found: ResourceNotFoundException/);
    refused(['identities', 'get', DEMO_POOL, 'us-east-1:dead'], /ResourceNotFoundException Identity 'us-east-1:dead' not found/);
  });

  it('tells the journal of merges', () => {
    const [merge, ...more] = told('identities', 'merges', DEMO_POOL);
    assert.deepEqual([merge.Disabled, merge.Survivor, merge.Cause, more], [merged, alice.identityId, 'GuestSignedIn', []]);
    assert.match(merge.At, /Z$/);
  });

  it('finds identities by what they are, through however many pages', async () => {
    const made = await Promise.all(Array.from({ length: 60 }, () => getId(server)));
    const guests = told('identities', 'find', DEMO_POOL, '--standing', 'guest').map(({ IdentityId }) => IdentityId);
    assert.deepEqual([...guests].sort(), [...made].sort());
    const found = (...words) => told('identities', 'find', DEMO_POOL, ...words).map(({ Standing }) => Standing);
    assert.deepEqual(found('--standing', 'disabled'), ['Disabled']);
    assert.deepEqual(found('--provider', LOGIN_KEY), ['Authenticated']);
    assert.deepEqual(found('--created-before', '2020-01-01'), []);
    assert.equal(found('--created-from', '2020-01-01T00:00:00Z', '--used-from', '2020-01-01').length, 62);
    refused(['identities', 'find', 'us-east-1:dead'], /ResourceNotFoundException IdentityPool 'us-east-1:dead' not found/);
  });

  it('forgets those who are found only when that is said, and never everybody', async () => {
    const bob = await member(server, BOB);
    const preview = lines('identities', 'purge', DEMO_POOL, '--standing', 'guest');
    assert.equal(preview.all.length, 60);
    assert.match(preview.said, /60 identities would be forgotten with --delete; nothing was changed/);
    const gone = lines('identities', 'purge', DEMO_POOL, '--standing', 'guest', '--delete');
    assert.deepEqual(gone.all, preview.all);
    assert.match(gone.said, /60 identities were forgotten/);
    assert.deepEqual(told('identities', 'find', DEMO_POOL, '--standing', 'guest'), []);
    assert.equal(await getId(server, loginOf((await signIn(server, BOB)).idToken)), bob.identityId);
    refused(['identities', 'purge', DEMO_POOL, '--delete'], /the filter says nothing; to forget everybody, delete the pool/);
  });

  it('forgets only guests who were idle for so long', async () => {
    const awake = await getId(server);
    for (const more of [[], ['--delete']]) {
      assert.deepEqual(lines('identities', 'purge-guests', DEMO_POOL, '--idle-days', '1', ...more).all, []);
    }
    assert.deepEqual(told('identities', 'get', DEMO_POOL, awake)[0].Standing, 'Guest');
    assert.equal(server.operator('identities', 'purge-guests', DEMO_POOL, '--idle-days', '0').status, 2);
  });

  it('shows and sets the options of a pool', () => {
    const options = () => told('pools', 'options', DEMO_POOL)[0];
    assert.deepEqual(options(), { NewIdentityIds: 'Drawn', DisabledIdentityIds: 'Refused' });
    assert.deepEqual(lines('pools', 'set-options', DEMO_POOL, '--new-ids', 'derived', '--disabled-ids', 'resolved').all, []);
    assert.deepEqual(options(), { NewIdentityIds: 'Derived', DisabledIdentityIds: 'Resolved' });
    const { status, stderr } = server.operator('pools', 'set-options', DEMO_POOL, '--new-ids', 'derived');
    assert.equal(status, 2);
    assert.match(stderr, /--disabled-ids/);
  });

  it('is refused to whoever may not ask', async () => {
    const { accessKeyId, secretAccessKey, sessionToken } = (await guest(server)).credentials;
    const file = path.join(server.data, 'guest-credentials');
    const text = `aws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\naws_session_token = ${sessionToken}\n`;
    writeFileSync(file, text, { mode: 0o600 });
    try {
      refused(['identities', 'find', DEMO_POOL, '--credentials', file], /refused with 403 Forbidden: AccessDeniedException/);
      refused(['pools', 'options', DEMO_POOL, '--credentials', file], /refused with 403 Forbidden: AccessDeniedException/);
    } finally {
      rmSync(file);
    }
  });
});
