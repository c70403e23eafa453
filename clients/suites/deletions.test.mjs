// Many deletions in one request, and writes and deletions under conditions, by both SDKs.
process.env.AWS_SDK_JS_SUPPRESS_MAINTENANCE_MODE_MESSAGE = '1';
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import {
  DeleteObjectCommand, DeleteObjectsCommand, GetObjectCommand, ListObjectsV2Command, PutObjectCommand,
} from '@aws-sdk/client-s3';
import AWSv2 from 'aws-sdk';
import { member, refused, s3 } from '../support/people.mjs';
import { ALICE, BOB, REGION, SEED } from '../support/seed.mjs';
import { serverOfSuite } from '../support/server.mjs';
import { watchV2 } from '../support/seen.mjs';

const AWS = watchV2(AWSv2);
const Bucket = 'my-bucket';
const KEYS = [
  'plain', 'with space', ' at both ends ', 'plus+and%percent', 'a%20b', 'ümläut/日本語/🦀', 'a//b', 'a/../b', './c',
  "quote'\"<&>", 'tab\tand\nnewline', 'carriage\rreturn', '%2e%2e', 'e\u0301', '\u00e9',
];

describe('many deletions', () => {
  const server = serverOfSuite(SEED);
  let alice, bob;
  before(async () => {
    [alice, bob] = [await member(server, ALICE), await member(server, BOB)];
    for (const person of [alice, bob]) person.s3 = s3(server, person.credentials);
  });

  const put = (person, Key, more) => person.s3.send(new PutObjectCommand({ Bucket, Key, Body: 'x', ...more }));
  const keysOf = async (person, Prefix) => {
    const { Contents = [] } = await person.s3.send(new ListObjectsV2Command({ Bucket, Prefix }));
    return Contents.map(({ Key }) => Key);
  };
  const remove = (person, keys, more) => person.s3.send(new DeleteObjectsCommand({
    Bucket, Delete: { Objects: keys.map((key) => (key.Key ? key : { Key: key })), ...more },
  }));

  const verbs = {
    'SDK v3': (keys) => remove(alice, keys),
    'SDK v2': (keys) => {
      const client = new AWS.S3({ endpoint: server.endpoint, region: REGION, s3ForcePathStyle: true, maxRetries: 0, ...alice.credentials });
      return client.deleteObjects({ Bucket, Delete: { Objects: keys.map((Key) => ({ Key })) } }).promise();
    },
  };
  for (const [sdk, removeBy] of Object.entries(verbs)) {
    it(`by ${sdk} delete keys of every kind, and each alone`, async () => {
      const home = `${alice.identityId}/${sdk}`;
      for (const name of KEYS) await put(alice, `${home}/${name}`);
      for (const name of KEYS) {
        const left = await keysOf(alice, `${home}/`);
        const { Deleted, Errors = [] } = await removeBy([`${home}/${name}`]);
        assert.deepEqual([Deleted.length, Errors], [1, []]);
        const gone = left.filter((key) => key !== `${home}/${name}`);
        assert.equal(gone.length, left.length - 1, `${JSON.stringify(name)} was not there`);
        assert.deepEqual(await keysOf(alice, `${home}/`), gone, JSON.stringify(name));
      }
    });
  }

  it('are answered for each key, with what was denied beside what was done', async () => {
    const [mine, his] = [`${alice.identityId}/mine`, `${bob.identityId}/his`];
    await put(alice, mine);
    await put(bob, his);
    const dots = `${alice.identityId}/../${his}`;
    const { Deleted, Errors } = await remove(alice, [mine, his, 'public/hello.txt', dots, 'public/nothing']);
    assert.deepEqual(Deleted.map(({ Key }) => Key), [mine, dots]);
    assert.deepEqual(Errors.map(({ Key, Code }) => [Key, Code]), [
      [his, 'AccessDenied'], ['public/hello.txt', 'AccessDenied'], ['public/nothing', 'AccessDenied'],
    ]);
    assert.deepEqual(await keysOf(bob, his), [his]);
    const record = (await server.decisions()).findLast(({ eventName }) => eventName === 'DeleteObjects');
    assert.equal(record.additionalEventData.decision, 'denied');
    assert.equal(record.additionalEventData.denied.length, 3);
  });

  it('may be quiet', async () => {
    const mine = `${alice.identityId}/quiet`;
    await put(alice, mine);
    const { Deleted = [], Errors } = await remove(alice, [mine, 'public/hello.txt'], { Quiet: true });
    assert.deepEqual([Deleted, Errors.map(({ Key }) => Key)], [[], ['public/hello.txt']]);
    assert.deepEqual(await keysOf(alice, mine), []);
  });

  it('may each have a condition', async () => {
    const [one, other] = [`${alice.identityId}/one`, `${alice.identityId}/other`];
    const { ETag } = await put(alice, one);
    await put(alice, other, { Body: 'changed' });
    const { Deleted, Errors } = await remove(alice, [{ Key: one, ETag }, { Key: other, ETag }]);
    assert.deepEqual(Deleted.map(({ Key }) => Key), [one]);
    assert.deepEqual(Errors.map(({ Key, Code }) => [Key, Code]), [[other, 'PreconditionFailed']]);
  });

  it('are a thousand at most, and of a bucket that is there', async () => {
    const keys = (count) => Array.from({ length: count }, (_, at) => `${alice.identityId}/${at}`);
    assert.equal((await remove(alice, keys(1000))).Deleted.length, 1000);
    await refused(remove(alice, keys(1001)), 'MalformedXML');
    await refused(remove(alice, []), 'MalformedXML');
    const root = s3(server, server.root());
    const nowhere = new DeleteObjectsCommand({ Bucket: 'no-such-bucket', Delete: { Objects: [{ Key: 'x' }] } });
    await refused(root.send(nowhere), 'NoSuchBucket');
  });
});

describe('a write or deletion under a condition', () => {
  const server = serverOfSuite(SEED);
  let alice, home, client;
  before(async () => {
    alice = await member(server, ALICE);
    home = alice.identityId;
    client = s3(server, alice.credentials);
  });
  const put = (name, more) => client.send(new PutObjectCommand({ Bucket, Key: `${home}/${name}`, ...more }));
  const remove = (name, more) => client.send(new DeleteObjectCommand({ Bucket, Key: `${home}/${name}`, ...more }));
  const read = async (name) => {
    const { Body } = await client.send(new GetObjectCommand({ Bucket, Key: `${home}/${name}` }));
    return Body.transformToString();
  };

  it('happens once, however many race for it', async () => {
    for (let round = 0; round < 5; round += 1) {
      const racers = Array.from({ length: 8 }, (_, at) => put(`race-${round}`, { Body: `racer ${at}`, IfNoneMatch: '*' }));
      const ended = await Promise.allSettled(racers);
      const won = ended.flatMap(({ status }, at) => (status === 'fulfilled' ? [at] : []));
      assert.equal(won.length, 1);
      for (const { reason } of ended.filter(({ status }) => status === 'rejected')) {
        assert.equal(reason.name, 'PreconditionFailed', reason.message);
      }
      assert.equal(await read(`race-${round}`), `racer ${won[0]}`);
    }
  });

  it('happens only to the version that is named', async () => {
    const { ETag } = await put('version', { Body: 'first' });
    await refused(put('version', { Body: 'lost', IfMatch: '"other"' }), 'PreconditionFailed');
    await put('version', { Body: 'second', IfMatch: ETag });
    await refused(put('version', { Body: 'lost', IfMatch: ETag }), 'PreconditionFailed');
    await refused(remove('version', { IfMatch: ETag }), 'PreconditionFailed');
    assert.equal(await read('version'), 'second');
    await remove('version', { IfMatch: '*' });
    await refused(remove('version', { IfMatch: '*' }), 'NoSuchKey');
    await refused(put('version', { Body: 'x', IfMatch: ETag }), 'NoSuchKey');
    await refused(put('version', { Body: 'x', IfNoneMatch: ETag }), 'NotImplemented');
    await refused(remove('version', { IfMatchSize: 7 }), 'NotImplemented');
  });

  it('keeps what is said of how long it may be kept', async () => {
    await put('expires', { Body: 'x', Expires: new Date(2_000_000_000_000) });
    const found = await client.send(new GetObjectCommand({ Bucket, Key: `${home}/expires` }));
    assert.equal(found.ExpiresString, 'Wed, 18 May 2033 03:33:20 GMT');
  });
});
