// Objects, written and read by SDK v2 and SDK v3 as these do by default.
process.env.AWS_SDK_JS_SUPPRESS_MAINTENANCE_MODE_MESSAGE = '1';
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { before, describe, it } from 'node:test';
import {
  DeleteObjectCommand, GetObjectCommand, HeadObjectCommand, ListObjectsV2Command, PutObjectCommand,
} from '@aws-sdk/client-s3';
import AWSv2 from 'aws-sdk';
import { member, refused, refusedWithStatus, s3 } from '../support/people.mjs';
import { ALICE, REGION, SEED } from '../support/seed.mjs';
import { serverOfSuite } from '../support/server.mjs';
import { watchV2 } from '../support/seen.mjs';

const AWS = watchV2(AWSv2);
const Bucket = 'my-bucket';
const md5 = (bytes) => `"${createHash('md5').update(bytes).digest('hex')}"`;

const KEYS = [
  'plain.txt', 'with space.txt', ' space at both ends ', 'plus+and%percent', 'a%20b', 'ümläut/日本語/🦀.txt', 'a//b', 'a/',
  'a/../b', './c', '..', "quote'\"<&>", 'semi;colon=equals?query#hash', 'tab\tand\nnewline', 'star*(paren)!', 'c:\\windows',
];

// The same few verbs over both SDKs.
const sdks = {
  'SDK v2': ({ endpoint }, { accessKeyId, secretAccessKey, sessionToken }) => {
    const client = new AWS.S3({
      endpoint, region: REGION, s3ForcePathStyle: true, maxRetries: 0, accessKeyId, secretAccessKey, sessionToken,
    });
    const call = (name) => (input) => client[name]({ Bucket, ...input }).promise();
    return {
      put: call('putObject'),
      get: async (input) => {
        const found = await call('getObject')(input);
        return { ...found, bytes: Buffer.from(found.Body) };
      },
      head: call('headObject'),
      remove: call('deleteObject'),
      list: call('listObjectsV2'),
      code: ({ code }) => code,
    };
  },
  'SDK v3': (server, credentials) => {
    const client = s3(server, credentials);
    const call = (Command) => (input) => client.send(new Command({ Bucket, ...input }));
    return {
      put: call(PutObjectCommand),
      get: async (input) => {
        const found = await call(GetObjectCommand)(input);
        return { ...found, bytes: Buffer.from(await found.Body.transformToByteArray()) };
      },
      head: call(HeadObjectCommand),
      remove: call(DeleteObjectCommand),
      list: call(ListObjectsV2Command),
      code: ({ name }) => name,
    };
  },
};

for (const [sdk, client] of Object.entries(sdks)) {
  describe(`objects through ${sdk}`, () => {
    const server = serverOfSuite(SEED);
    let objects, home;
    before(async () => {
      const alice = await member(server, ALICE);
      objects = client(server, alice.credentials);
      home = alice.identityId;
    });

    it('come back as they were written, whatever their key', async () => {
      for (const name of KEYS) {
        const Key = `${home}/${name}`;
        const { ETag } = await objects.put({ Key, Body: name });
        assert.equal(ETag, md5(name));
        assert.equal((await objects.get({ Key })).bytes.toString(), name);
      }
      const { Contents } = await objects.list({ Prefix: `${home}/` });
      const byBytes = (one, another) => Buffer.compare(Buffer.from(one), Buffer.from(another));
      assert.deepEqual(Contents.map(({ Key }) => Key), KEYS.map((name) => `${home}/${name}`).sort(byBytes));
      for (const name of KEYS) await objects.remove({ Key: `${home}/${name}` });
      assert.equal((await objects.list({ Prefix: `${home}/` })).KeyCount, 0);
    });

    it('may be named like the folder of others', async () => {
      for (const name of ['a/b/c', 'a', 'a/b']) await objects.put({ Key: `${home}/${name}`, Body: name });
      for (const name of ['a', 'a/b', 'a/b/c']) {
        assert.equal((await objects.get({ Key: `${home}/${name}` })).bytes.toString(), name);
      }
      await objects.remove({ Key: `${home}/a` });
      assert.equal((await objects.get({ Key: `${home}/a/b/c` })).bytes.toString(), 'a/b/c');
    });

    it('may be empty', async () => {
      const Key = `${home}/empty`;
      assert.equal((await objects.put({ Key, Body: '' })).ETag, md5(''));
      const { bytes, ContentLength } = await objects.get({ Key });
      assert.equal(bytes.length, 0);
      assert.equal(ContentLength, 0);
      await assert.rejects(objects.get({ Key, Range: 'bytes=0-' }), (error) => objects.code(error) === 'InvalidRange');
    });

    it('may have 20 MiB', async () => {
      const [Key, Body] = [`${home}/large.bin`, randomBytes(20 << 20)];
      assert.equal((await objects.put({ Key, Body })).ETag, md5(Body));
      const found = await objects.get({ Key });
      assert.ok(found.bytes.equals(Body), 'the bytes differ');
      assert.equal((await objects.head({ Key })).ContentLength, 20 << 20);
      const { bytes, ContentRange } = await objects.get({ Key, Range: 'bytes=10485750-10485769' });
      assert.ok(bytes.equals(Body.subarray(10485750, 10485770)));
      assert.equal(ContentRange, `bytes 10485750-10485769/${20 << 20}`);
    });

    it('are read in parts', async () => {
      const Key = `${home}/alphabet`;
      await objects.put({ Key, Body: 'abcdefghijklmnopqrstuvwxyz' });
      const part = async (Range) => (await objects.get({ Key, Range })).bytes.toString();
      assert.equal(await part('bytes=0-2'), 'abc');
      assert.equal(await part('bytes=23-'), 'xyz');
      assert.equal(await part('bytes=-2'), 'yz');
      assert.equal(await part('bytes=24-99'), 'yz');
      await assert.rejects(part('bytes=26-'), (error) => objects.code(error) === 'InvalidRange');
    });

    it('keep what is said of them', async () => {
      const Key = `${home}/described`;
      const said = {
        ContentType: 'text/html; charset=utf-8',
        CacheControl: 'max-age=60',
        ContentDisposition: 'attachment; filename="x.html"',
        ContentLanguage: 'de',
        ContentEncoding: 'gzip',
        Metadata: { colour: 'green', 'some-number': '7' },
      };
      await objects.put({ Key, Body: '<p>', ...said });
      for (const found of [await objects.head({ Key }), await objects.get({ Key })]) {
        for (const [name, value] of Object.entries(said)) assert.deepEqual(found[name], value, name);
        assert.ok(Math.abs(found.LastModified - Date.now()) < 60_000);
      }
    });

    it('are replaced whole by the next one of the same key', async () => {
      const Key = `${home}/twice`;
      await objects.put({ Key, Body: 'first, and longer', Metadata: { edition: '1' } });
      await objects.put({ Key, Body: 'second' });
      const found = await objects.get({ Key });
      assert.equal(found.bytes.toString(), 'second');
      assert.deepEqual(found.Metadata, {});
    });

    it('are gone when they are deleted, and may be deleted again', async () => {
      const Key = `${home}/gone`;
      await objects.put({ Key, Body: 'x' });
      await objects.remove({ Key });
      await objects.remove({ Key });
      await assert.rejects(objects.get({ Key }), (error) => objects.code(error) === 'NoSuchKey');
      await assert.rejects(objects.head({ Key }), (error) => objects.code(error) === 'NotFound');
    });

    it('are sent only under the conditions of the reader', async () => {
      const Key = `${home}/conditional`;
      const { ETag } = await objects.put({ Key, Body: 'x' });
      const statusIs = (status) => (error) => (error.statusCode ?? error.$metadata.httpStatusCode) === status;
      assert.equal((await objects.get({ Key, IfMatch: ETag })).bytes.toString(), 'x');
      await assert.rejects(objects.get({ Key, IfMatch: '"other"' }), (error) => objects.code(error) === 'PreconditionFailed');
      for (const verb of [objects.get, objects.head]) {
        await assert.rejects(verb({ Key, IfMatch: '"other"' }), statusIs(412));
        await assert.rejects(verb({ Key, IfNoneMatch: ETag }), statusIs(304));
        await assert.rejects(verb({ Key, Range: 'bytes=7-' }), statusIs(416));
      }
    });
  });
}

describe('uploads as SDK v3 frames them', () => {
  const server = serverOfSuite(SEED);
  let client, home;
  before(async () => {
    const alice = await member(server, ALICE);
    client = s3(server, alice.credentials);
    home = alice.identityId;
  });

  const put = (name, more) => client.send(new PutObjectCommand({ Bucket, Key: `${home}/${name}`, ...more }));
  const get = (name) => client.send(new GetObjectCommand({ Bucket, Key: `${home}/${name}`, ChecksumMode: 'ENABLED' }));

  // A stream cannot be hashed before it is sent, so the SDK sends chunks and a checksum after them.
  const stream = (text) => ({ Body: Readable.from([Buffer.from(text)]), ContentLength: Buffer.byteLength(text) });

  it('carry a CRC32 by default, which is verified, kept and given back', async () => {
    const put32 = await put('crc32', stream('framed in chunks'));
    const found = await get('crc32');
    assert.equal(await found.Body.transformToString(), 'framed in chunks');
    assert.ok(put32.ChecksumCRC32);
    assert.equal(found.ChecksumCRC32, put32.ChecksumCRC32);
    assert.equal(found.ContentEncoding, undefined, 'the framing is no encoding of the object');
  });

  for (const algorithm of ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256']) {
    it(`carry a ${algorithm} where the caller asks for it`, async () => {
      for (const [name, body] of [['bytes', { Body: 'checked' }], ['stream', stream('checked')]]) {
        const written = await put(`${algorithm}-${name}`, { ...body, ChecksumAlgorithm: algorithm });
        const found = await get(`${algorithm}-${name}`);
        assert.equal(await found.Body.transformToString(), 'checked');
        assert.ok(found[`Checksum${algorithm}`]);
        assert.equal(written[`Checksum${algorithm}`], found[`Checksum${algorithm}`]);
      }
    });
  }

  it('of 8 MiB arrive whole in their chunks', async () => {
    const bytes = randomBytes(8 << 20);
    const pieces = Array.from({ length: 128 }, (_, at) => bytes.subarray(at << 16, (at + 1) << 16));
    await put('streamed', { Body: Readable.from(pieces), ContentLength: bytes.length });
    assert.ok(Buffer.from(await (await get('streamed')).Body.transformToByteArray()).equals(bytes));
  });

  it('with a wrong checksum are refused, and nothing is stored', async () => {
    await refused(put('bad', { Body: 'x', ChecksumCRC32: 'AAAAAA==' }), 'BadDigest');
    await refused(put('bad', { Body: 'x', ContentMD5: 'AAAAAAAAAAAAAAAAAAAAAA==' }), 'BadDigest');
    await refused(get('bad'), 'NoSuchKey');
  });

  it('with a wrong checksum leave the object that was there', async () => {
    await put('kept', { Body: 'before' });
    await refused(put('kept', { Body: 'after', ChecksumSHA256: `${'A'.repeat(43)}=` }), 'BadDigest');
    assert.equal(await (await get('kept')).Body.transformToString(), 'before');
  });

  it('to a bucket that is not there are refused to somebody who may know', async () => {
    const root = s3(server, server.root());
    const nowhere = { Bucket: 'no-such-bucket', Key: 'x' };
    await refused(root.send(new PutObjectCommand({ ...nowhere, Body: 'x' })), 'NoSuchBucket');
    await refused(root.send(new GetObjectCommand(nowhere)), 'NoSuchBucket');
    await refused(root.send(new DeleteObjectCommand(nowhere)), 'NoSuchBucket');
    await refusedWithStatus(root.send(new HeadObjectCommand(nowhere)), 404);
    await refused(client.send(new PutObjectCommand({ ...nowhere, Body: 'x' })), 'AccessDenied');
  });
});
