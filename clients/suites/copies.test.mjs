// Copies of objects, by both SDKs.
process.env.AWS_SDK_JS_SUPPRESS_MAINTENANCE_MODE_MESSAGE = '1';
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { before, describe, it } from 'node:test';
import { CopyObjectCommand, GetObjectCommand, HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import AWSv2 from 'aws-sdk';
import { member, refused, s3 } from '../support/people.mjs';
import { ALICE, BOB, REGION, SEED } from '../support/seed.mjs';
import { serverOfSuite } from '../support/server.mjs';
import { watchV2 } from '../support/seen.mjs';

const AWS = watchV2(AWSv2);
const Bucket = 'my-bucket';
const encoded = (key) => key.split('/').map(encodeURIComponent).join('/');

describe('copies', () => {
  const server = serverOfSuite(SEED);
  let alice, bob, root;
  before(async () => {
    [alice, bob] = [await member(server, ALICE), await member(server, BOB)];
    root = { credentials: server.root() };
    for (const person of [alice, bob, root]) person.s3 = s3(server, person.credentials);
  });

  const put = (person, Key, more) => person.s3.send(new PutObjectCommand({ Bucket, Key, ...more }));
  const copy = (person, source, Key, more) => (
    person.s3.send(new CopyObjectCommand({ Bucket, CopySource: source, Key, ...more }))
  );
  const read = async (person, Key) => {
    const found = await person.s3.send(new GetObjectCommand({ Bucket, Key, ChecksumMode: 'ENABLED' }));
    return { ...found, bytes: Buffer.from(await found.Body.transformToByteArray()) };
  };

  it('have the bytes and the description of their source', async () => {
    const [from, to] = [`${alice.identityId}/from`, `${alice.identityId}/to`];
    const bytes = randomBytes(3 << 20);
    const said = { ContentType: 'image/png', Metadata: { colour: 'green' }, CacheControl: 'no-store', Expires: new Date(2_000_000_000_000) };
    const written = await put(alice, from, { Body: bytes, ChecksumAlgorithm: 'SHA256', ...said });
    const { CopyObjectResult: copied } = await copy(alice, `${Bucket}/${encoded(from)}`, to);
    assert.equal(copied.ETag, written.ETag);
    assert.equal(copied.ChecksumSHA256, written.ChecksumSHA256);
    assert.ok(Math.abs(copied.LastModified - Date.now()) < 60_000);
    const found = await read(alice, to);
    assert.ok(found.bytes.equals(bytes), 'the bytes differ');
    for (const name of ['ContentType', 'CacheControl', 'Metadata']) assert.deepEqual(found[name], said[name], name);
    assert.equal(new Date(found.ExpiresString).valueOf(), said.Expires.valueOf());
    assert.equal(found.ChecksumSHA256, written.ChecksumSHA256);
  });

  it('are made of keys of every kind', async () => {
    for (const name of ['with space', 'plus+and%percent', 'a//b', 'a/../b', 'ümläut/日本語', 'a?b=c', "quote'\"<&>"]) {
      const from = `${alice.identityId}/kinds/${name}`;
      await put(alice, from, { Body: name });
      await copy(alice, `/${Bucket}/${encoded(from)}`, `${alice.identityId}/copied`);
      assert.equal((await read(alice, `${alice.identityId}/copied`)).bytes.toString(), name);
    }
  });

  it('are made by SDK v2', async () => {
    const v2 = new AWS.S3({ endpoint: server.endpoint, region: REGION, s3ForcePathStyle: true, maxRetries: 0, ...alice.credentials });
    const Key = `${alice.identityId}/by-v2`;
    const { CopyObjectResult } = await v2.copyObject({ Bucket, CopySource: `${Bucket}/public/hello.txt`, Key }).promise();
    assert.equal(CopyObjectResult.ETag, (await read(alice, 'public/hello.txt')).ETag);
    const itself = v2.copyObject({ Bucket, CopySource: `${Bucket}/${encoded(Key)}`, Key }).promise();
    await assert.rejects(itself, ({ code }) => code === 'InvalidRequest');
    const elsewhere = v2.copyObject({ Bucket, CopySource: `${Bucket}/${encoded(bob.identityId)}/x`, Key }).promise();
    await assert.rejects(elsewhere, ({ code }) => code === 'AccessDenied');
  });

  it('onto themselves change what is said of them, and nothing else is allowed', async () => {
    const Key = `${alice.identityId}/itself`;
    await put(alice, Key, { Body: 'same', ContentType: 'text/plain' });
    const source = `${Bucket}/${encoded(Key)}`;
    await refused(copy(alice, source, Key), 'InvalidRequest', /copy an object to itself without changing/);
    await copy(alice, source, Key, { MetadataDirective: 'REPLACE', ContentType: 'text/html', Metadata: { edition: '2' } });
    const found = await read(alice, Key);
    assert.deepEqual([found.bytes.toString(), found.ContentType, found.Metadata], ['same', 'text/html', { edition: '2' }]);
    const tooMuch = { MetadataDirective: 'REPLACE', Metadata: { a: 'x'.repeat(2048) } };
    await refused(copy(alice, source, Key, tooMuch), 'MetadataTooLarge');
  });

  it('are made only under their conditions', async () => {
    const Key = `${alice.identityId}/conditional`;
    const source = `${Bucket}/public/hello.txt`;
    const { ETag, LastModified } = await root.s3.send(new HeadObjectCommand({ Bucket, Key: 'public/hello.txt' }));
    const before = new Date(LastModified - 1000);
    for (const failing of [
      { CopySourceIfMatch: '"other"' }, { CopySourceIfNoneMatch: ETag }, { CopySourceIfUnmodifiedSince: before },
      { CopySourceIfModifiedSince: LastModified },
    ]) {
      await refused(copy(alice, source, Key, failing), 'PreconditionFailed');
    }
    await copy(alice, source, Key, { CopySourceIfMatch: ETag, CopySourceIfModifiedSince: before, IfNoneMatch: '*' });
    await refused(copy(alice, source, Key, { IfNoneMatch: '*' }), 'PreconditionFailed');
    await refused(copy(alice, source, Key, { IfMatch: '"other"' }), 'PreconditionFailed');
    await copy(alice, source, Key, { IfMatch: ETag });
  });

  it('take nobody out of what they may read and write', async () => {
    const diary = `${bob.identityId}/diary.txt`;
    await put(bob, diary, { Body: 'bob was here' });
    const own = `${alice.identityId}/stolen`;
    const escapes = [
      `${Bucket}/${encoded(diary)}`,
      `/${Bucket}/${encoded(diary)}`,
      `${Bucket}/${encodeURIComponent(diary)}`,
      'prefix-bucket/private/plan.txt',
      'no-such-bucket/x',
    ];
    for (const source of escapes) await refused(copy(alice, source, own), 'AccessDenied');
    // A key with dots is a key like any other, and nobody has written it.
    for (const dots of ['..', '%2e%2e', '%2E%2E']) {
      const inside = `${Bucket}/${encoded(alice.identityId)}/${dots}/${encoded(diary)}`;
      await refused(copy(alice, inside, own), 'NoSuchKey');
    }
    await refused(copy(alice, `${Bucket}/public/hello.txt`, diary), 'AccessDenied');
    await refused(copy(alice, `${Bucket}/public/hello.txt`, 'public/hello.txt'), 'AccessDenied');
    await refused(read(alice, own), 'NoSuchKey');
    assert.equal((await read(bob, diary)).bytes.toString(), 'bob was here');
  });

  it('of nothing, or to nowhere, are refused', async () => {
    const Key = `${alice.identityId}/x`;
    await refused(copy(alice, `${Bucket}/public/nothing`, Key), 'NoSuchKey');
    await refused(copy(root, 'no-such-bucket/x', Key), 'NoSuchBucket');
    await refused(copy(root, `${Bucket}/public/hello.txt`, 'x', { Bucket: 'no-such-bucket' }), 'NoSuchBucket');
    await refused(copy(alice, `${Bucket}/${'k'.repeat(1025)}`, Key), 'InvalidArgument');
    await refused(copy(alice, 'No_Bucket/x', Key), 'InvalidArgument');
  });
});
