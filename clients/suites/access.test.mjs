// What the policies of the demo let a guest and a user do, and what not.
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import {
  DeleteBucketCommand, DeleteObjectCommand, GetObjectCommand, HeadBucketCommand, HeadObjectCommand, ListObjectsCommand,
  ListObjectsV2Command, PutObjectCommand,
} from '@aws-sdk/client-s3';
import { guest, member, refused, refusedWithStatus, s3 } from '../support/people.mjs';
import { ALICE, BOB, SEED } from '../support/seed.mjs';
import { serverOfSuite } from '../support/server.mjs';
import { send, sign } from '../support/wire.mjs';

const inBucket = (Command, input) => new Command({ Bucket: 'my-bucket', ...input });
const get = (Key) => inBucket(GetObjectCommand, { Key });
const put = (Key, Body = 'x') => inBucket(PutObjectCommand, { Key, Body });
const remove = (Key) => inBucket(DeleteObjectCommand, { Key });
const listPrefix = (Prefix) => new ListObjectsV2Command({ Bucket: 'prefix-bucket', Prefix });

describe('access to buckets', () => {
  const server = serverOfSuite(SEED);
  let alice, bob, visitor, root;
  const keysOf = async (person, command) => ((await person.s3.send(command)).Contents ?? []).map(({ Key }) => Key);

  before(async () => {
    alice = await member(server, ALICE);
    bob = await member(server, BOB);
    visitor = await guest(server);
    root = { credentials: server.root() };
    for (const person of [alice, bob, visitor, root]) person.s3 = s3(server, person.credentials);
    await bob.s3.send(put(`${bob.identityId}/diary.txt`, 'bob was here'));
  });

  for (const who of ['a user', 'a guest']) {
    const person = () => (who === 'a guest' ? visitor : alice);

    it(`${who} reads what is public`, async () => {
      assert.equal(await (await person().s3.send(get('public/hello.txt'))).Body.transformToString(), 'Hello from Cenote.\n');
    });

    it(`${who} writes, reads and deletes under their own prefix`, async () => {
      const key = `${person().identityId}/notes/today.txt`;
      await person().s3.send(put(key, 'mine'));
      assert.equal(await (await person().s3.send(get(key))).Body.transformToString(), 'mine');
      await person().s3.send(remove(key));
      await refused(person().s3.send(get(key)), 'NoSuchKey');
    });

    it(`${who} may not write or delete what is public`, async () => {
      await refused(person().s3.send(put('public/hello.txt')), 'AccessDenied', 'Access Denied');
      await refused(person().s3.send(remove('public/hello.txt')), 'AccessDenied');
    });

    it(`${who} may not read, write, look at or delete under the prefix of another identity`, async () => {
      const key = `${bob.identityId}/diary.txt`;
      await refused(person().s3.send(get(key)), 'AccessDenied', 'Access Denied');
      await refused(person().s3.send(put(key)), 'AccessDenied');
      await refused(person().s3.send(remove(key)), 'AccessDenied');
      await refusedWithStatus(person().s3.send(inBucket(HeadObjectCommand, { Key: key })), 403);
    });

    it(`${who} may not leave their prefix by keys with dots, which are keys like any other`, async () => {
      const escapes = ['../', './../', '%2e%2e/', '..%2F'].map((dots) => `${person().identityId}/${dots}${bob.identityId}/diary.txt`);
      for (const key of escapes) {
        await refused(person().s3.send(get(key)), 'NoSuchKey');
        await person().s3.send(put(key, 'not the diary'));
        await person().s3.send(remove(key));
      }
      for (const key of [`public/../${bob.identityId}/diary.txt`, `${person().identityId}/../public/hello.txt`]) {
        await refused(person().s3.send(get(key)), 'NoSuchKey');
      }
      await refused(person().s3.send(get(`../my-bucket/${bob.identityId}/diary.txt`)), 'AccessDenied');
      await refused(person().s3.send(put('/etc/passwd')), 'AccessDenied');
    });

    it(`${who} may not leave their prefix by a path with dots on the wire`, async () => {
      for (const dots of ['..', '%2e%2e', '%2E%2E', '.%2e']) {
        const path = `/my-bucket/${encodeURIComponent(person().identityId)}/${dots}/${encodeURIComponent(bob.identityId)}/diary.txt`;
        const request = sign(server, { method: 'GET', path }, person().credentials);
        const answer = await send(server, { ...request, operation: ['s3', 'GetObject'] });
        assert.ok(!answer.text.includes('bob was here'), `${path} was answered with ${answer.text}`);
        assert.ok([403, 404].includes(answer.status), `${path} was answered with ${answer.status}`);
      }
    });

    it(`${who} may not take a prefix that only begins like their own`, () => (
      refused(person().s3.send(put(`${person().identityId}-other/x`)), 'AccessDenied')
    ));

    it(`${who} may not delete the bucket`, async () => {
      for (const Bucket of ['my-bucket', 'prefix-bucket', 'spare-bucket', 'no-such-bucket']) {
        await refused(person().s3.send(new DeleteBucketCommand({ Bucket })), 'AccessDenied', 'Access Denied');
      }
      assert.ok((await keysOf(person(), inBucket(ListObjectsCommand))).includes('public/hello.txt'));
    });

    it(`${who} lists a bucket by the prefixes that the policy allows`, async () => {
      assert.deepEqual(await keysOf(person(), listPrefix('public/')), ['public/readme.txt']);
      assert.deepEqual(await keysOf(person(), listPrefix('public/rea')), ['public/readme.txt']);
      assert.deepEqual(await keysOf(person(), listPrefix(`${person().identityId}/`)), []);
    });

    it(`${who} may not list it by another prefix, or by none`, async () => {
      for (const prefix of [undefined, '', 'p', 'public', 'private/', '*', `${bob.identityId}/`, 'Public/']) {
        await refused(person().s3.send(listPrefix(prefix)), 'AccessDenied', 'Access Denied');
      }
      await refused(person().s3.send(new ListObjectsCommand({ Bucket: 'prefix-bucket' })), 'AccessDenied');
      await refusedWithStatus(person().s3.send(new HeadBucketCommand({ Bucket: 'prefix-bucket' })), 403);
    });

    it(`${who} may not say a prefix twice to be allowed by one and listed by the other`, async () => {
      for (const query of ['list-type=2&prefix=public%2F&prefix=private%2F', 'list-type=2&prefix=private%2F&prefix=public%2F']) {
        const request = sign(server, { method: 'GET', path: '/prefix-bucket', query }, person().credentials);
        const answer = await send(server, request);
        assert.equal(answer.code, 'InvalidArgument', answer.text);
      }
    });

    it(`${who} is not told whether an object that they may not read is there`, async () => {
      const { s3: client } = person();
      const [there, absent] = ['private/plan.txt', 'private/nothing.txt'].map((Key) => new GetObjectCommand({ Bucket: 'prefix-bucket', Key }));
      await refused(client.send(there), 'AccessDenied', 'Access Denied');
      await refused(client.send(absent), 'AccessDenied', 'Access Denied');
    });

    it(`${who} is not told that a public object is absent where they may not list`, async () => {
      const absent = { Bucket: 'prefix-bucket', Key: 'public/nothing.txt' };
      await refused(person().s3.send(new GetObjectCommand(absent)), 'AccessDenied');
      await refusedWithStatus(person().s3.send(new HeadObjectCommand(absent)), 403);
    });
  }

  it('leaves what nobody was allowed to touch as it was', async () => {
    const diary = await bob.s3.send(get(`${bob.identityId}/diary.txt`));
    assert.equal(await diary.Body.transformToString(), 'bob was here');
    assert.deepEqual(await keysOf(root, inBucket(ListObjectsV2Command)), [
      'public/about.txt', 'public/hello.txt', `${bob.identityId}/diary.txt`,
    ]);
  });

  it('lets the root do everything, but not delete a bucket that holds objects', async () => {
    await refused(root.s3.send(new DeleteBucketCommand({ Bucket: 'my-bucket' })), 'BucketNotEmpty');
    await root.s3.send(new DeleteBucketCommand({ Bucket: 'spare-bucket' }));
    await refused(root.s3.send(new DeleteBucketCommand({ Bucket: 'spare-bucket' })), 'NoSuchBucket');
    assert.ok((await root.s3.send(inBucket(HeadBucketCommand))).BucketRegion);
  });

  it('puts every denial on record, with who asked for what and why it was denied, and without secrets', async () => {
    await refused(alice.s3.send(get('private/audited.txt')), 'AccessDenied');
    const record = (await server.decisions()).findLast(({ requestParameters }) => requestParameters.key === 'private/audited.txt');
    assert.equal(record.eventName, 'GetObject');
    assert.equal(record.errorCode, 'AccessDenied');
    assert.match(record.userIdentity.arn, /assumed-role\/demo-user\/CognitoIdentityCredentials$/);
    assert.equal(record.userIdentity.sessionContext.webIdFederationData.attributes.sub, alice.identityId);
    assert.equal(record.additionalEventData.decision, 'denied');
    assert.ok(record.additionalEventData.reason.length > 10);
    const all = JSON.stringify(await server.decisions());
    for (const secret of [alice.credentials.secretAccessKey, alice.credentials.sessionToken, alice.idToken, ALICE.password]) {
      assert.ok(!all.includes(secret), 'a secret is in the audit');
    }
  });
});
