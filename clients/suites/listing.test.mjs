// Listings, page by page, with delimiters and markers, by both SDKs.
process.env.AWS_SDK_JS_SUPPRESS_MAINTENANCE_MODE_MESSAGE = '1';
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import {
  ListObjectsCommand, ListObjectsV2Command, paginateListObjectsV2, PutObjectCommand,
} from '@aws-sdk/client-s3';
import AWSv2 from 'aws-sdk';
import { refused, s3 } from '../support/people.mjs';
import { REGION, SEED } from '../support/seed.mjs';
import { serverOfSuite } from '../support/server.mjs';
import { watchV2 } from '../support/seen.mjs';
import { send, sign } from '../support/wire.mjs';

const AWS = watchV2(AWSv2);
const Bucket = 'listing-bucket';
const KEYS = [
  'A', 'a', 'a b+c', 'a/1', 'a/2', 'a/2/x', 'a//3', 'b/1', 'b/2', 'c', 'é', '日/1', '日/2', '\u{1f980}',
].sort((one, another) => Buffer.compare(Buffer.from(one), Buffer.from(another)));

describe('listings of a bucket', () => {
  const server = serverOfSuite(SEED);
  let client;
  before(async () => {
    client = s3(server, server.root());
    for (const Key of KEYS) await client.send(new PutObjectCommand({ Bucket, Key, Body: Key }));
  });

  const list = (input) => client.send(new ListObjectsV2Command({ Bucket, ...input }));
  const listV1 = (input) => client.send(new ListObjectsCommand({ Bucket, ...input }));
  const keys = ({ Contents }) => (Contents ?? []).map(({ Key }) => Key);
  const prefixes = ({ CommonPrefixes }) => (CommonPrefixes ?? []).map(({ Prefix }) => Prefix);

  it('are in the order of bytes', async () => {
    assert.deepEqual(keys(await list()), KEYS);
    assert.deepEqual(keys(await listV1()), KEYS);
  });

  it('say of each object its size, tag and time', async () => {
    const { Contents: [first], KeyCount, IsTruncated, Name } = await list({ MaxKeys: 1 });
    assert.equal(first.Size, 1);
    assert.equal(first.ETag, '"7fc56270e7a70fa81a5935b72eacbe29"');
    assert.equal(first.StorageClass, 'STANDARD');
    assert.ok(Math.abs(first.LastModified - Date.now()) < 60_000);
    assert.deepEqual([KeyCount, IsTruncated, Name], [1, true, Bucket]);
  });

  for (const pageSize of [1, 2, 3, 5, 1000]) {
    it(`are the same in pages of ${pageSize}`, async () => {
      const all = [];
      for await (const page of paginateListObjectsV2({ client, pageSize }, { Bucket })) {
        assert.ok(page.KeyCount <= pageSize);
        all.push(...keys(page));
      }
      assert.deepEqual(all, KEYS);
    });

    it(`are the same with a delimiter in pages of ${pageSize}`, async () => {
      const [all, grouped] = [[], []];
      for await (const page of paginateListObjectsV2({ client, pageSize }, { Bucket, Delimiter: '/' })) {
        assert.ok(page.KeyCount <= pageSize && page.KeyCount === keys(page).length + prefixes(page).length);
        all.push(...keys(page));
        grouped.push(...prefixes(page));
      }
      assert.deepEqual(all, KEYS.filter((key) => !key.includes('/')));
      assert.deepEqual(grouped, ['a/', 'b/', '日/']);
    });

    it(`of the older kind are the same in pages of ${pageSize}`, async () => {
      const [all, grouped] = [[], []];
      for (let Marker, more = true; more;) {
        const page = await listV1({ MaxKeys: pageSize, Delimiter: '/', Marker });
        all.push(...keys(page));
        grouped.push(...prefixes(page));
        [Marker, more] = [page.NextMarker, page.IsTruncated];
        assert.equal(Boolean(Marker), more);
      }
      assert.deepEqual([...all, ...grouped], [...KEYS.filter((key) => !key.includes('/')), 'a/', 'b/', '日/']);
    });
  }

  it('are narrowed by a prefix, and grouped below it', async () => {
    assert.deepEqual(keys(await list({ Prefix: 'a/' })), ['a//3', 'a/1', 'a/2', 'a/2/x']);
    const grouped = await list({ Prefix: 'a/', Delimiter: '/' });
    assert.deepEqual([keys(grouped), prefixes(grouped)], [['a/1', 'a/2'], ['a//', 'a/2/']]);
    assert.deepEqual(keys(await list({ Prefix: 'nothing' })), []);
  });

  it('may be grouped by more than a letter', async () => {
    const { CommonPrefixes } = await list({ Delimiter: '//' });
    assert.deepEqual(CommonPrefixes, [{ Prefix: 'a//' }]);
  });

  it('name the owner where the caller asks for it', async () => {
    const [first] = (await list({ FetchOwner: true })).Contents;
    assert.match(first.Owner.ID, /^[0-9a-f]{64}$/);
    assert.equal((await list()).Contents[0].Owner, undefined);
    assert.deepEqual((await listV1()).Contents[0].Owner, first.Owner);
  });

  it('begin after a key', async () => {
    assert.deepEqual(keys(await list({ StartAfter: 'b/2' })), KEYS.slice(KEYS.indexOf('b/2') + 1));
    assert.deepEqual(keys(await listV1({ Marker: 'b/2' })), KEYS.slice(KEYS.indexOf('b/2') + 1));
  });

  it('may be of nothing', async () => {
    const { KeyCount, IsTruncated } = await list({ MaxKeys: 0 });
    assert.deepEqual([KEYS.length > 0, KeyCount, IsTruncated], [true, 0, false]);
  });

  it('are written in percent encoding where the caller asks for it', async () => {
    assert.ok(keys(await list({ EncodingType: 'url', Prefix: 'a b' }))[0].match(/^a(\+|%20)b%2Bc$/));
  });

  it('come to SDK v2 as to SDK v3', async () => {
    const { accessKeyId, secretAccessKey } = server.root();
    const v2 = new AWS.S3({ endpoint: server.endpoint, region: REGION, s3ForcePathStyle: true, accessKeyId, secretAccessKey });
    assert.deepEqual(keys(await v2.listObjects({ Bucket }).promise()), KEYS);
    assert.deepEqual(keys(await v2.listObjectsV2({ Bucket }).promise()), KEYS);
  });

  it('are not given with what is malformed or not served', async () => {
    await refused(list({ ContinuationToken: '!!' }), 'InvalidArgument');
    await refused(list({ MaxKeys: -1 }), 'InvalidArgument');
    await refused(listV1({ MaxKeys: -1 }), 'InvalidArgument');
    await refused(list({ EncodingType: 'base64' }), 'InvalidArgument');
    await refused(list({ OptionalObjectAttributes: ['RestoreStatus'] }), 'NotImplemented');
    await refused(listV1({ OptionalObjectAttributes: ['RestoreStatus'] }), 'NotImplemented');
    for (const query of ['max-keys=many', 'max-keys=1e3', 'max-keys=2147483648']) {
      const asked = { operation: ['s3', 'ListObjects'], method: 'GET', path: `/${Bucket}`, query };
      assert.equal((await send(server, sign(server, asked, server.root()))).code, 'InvalidArgument', query);
    }
  });

  it('of a bucket that is not there are refused', async () => {
    await refused(list({ Bucket: 'no-such-bucket' }), 'NoSuchBucket');
    await refused(listV1({ Bucket: 'no-such-bucket' }), 'NoSuchBucket');
  });
});
