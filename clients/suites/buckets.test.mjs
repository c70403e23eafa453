// Buckets: made, listed, located, given rules for pages of other origins, and reached at hosts of their own.
process.env.AWS_SDK_JS_SUPPRESS_MAINTENANCE_MODE_MESSAGE = '1';
import assert from 'node:assert/strict';
import http from 'node:http';
import { before, describe, it } from 'node:test';
import {
  CreateBucketCommand, DeleteBucketCommand, DeleteBucketCorsCommand, GetBucketCorsCommand, GetBucketLocationCommand,
  GetObjectCommand, ListBucketsCommand, ListObjectsV2Command, paginateListBuckets, PutBucketCorsCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import AWSv2 from 'aws-sdk';
import { member, refused, s3 } from '../support/people.mjs';
import { ALICE, REGION, SEED } from '../support/seed.mjs';
import { serverOfSuite } from '../support/server.mjs';
import { watchV2 } from '../support/seen.mjs';
import { send, sign } from '../support/wire.mjs';

const AWS = watchV2(AWSv2);
const RULES = [
  {
    ID: 'app',
    AllowedOrigins: ['https://app.example', 'https://*.app.example'],
    AllowedMethods: ['GET', 'PUT'],
    AllowedHeaders: ['authorization', 'x-amz-*', 'content-type'],
    ExposeHeaders: ['ETag', 'x-amz-request-id'],
    MaxAgeSeconds: 600,
  },
  { AllowedOrigins: ['*'], AllowedMethods: ['GET'] },
];

// The names of buckets below localhost resolve to this machine everywhere, but not in every resolver.
const agent = () => new http.Agent({
  lookup: (host, options, found) => (
    options.all ? found(null, [{ address: '127.0.0.1', family: 4 }]) : found(null, '127.0.0.1', 4)
  ),
});
const byName = (server) => server.endpoint.replace('127.0.0.1', 'localhost');

const sdks = {
  'SDK v2': (server, credentials, { asHosts } = {}) => {
    const client = new AWS.S3({
      endpoint: asHosts ? byName(server) : server.endpoint,
      region: REGION,
      maxRetries: 0,
      s3ForcePathStyle: !asHosts,
      httpOptions: { agent: agent() },
      ...credentials,
    });
    return { call: (name, input) => client[name[0].toLowerCase() + name.slice(1)](input).promise(), code: ({ code }) => code };
  },
  'SDK v3': (server, credentials, { asHosts } = {}) => {
    const client = s3(server, credentials, {
      requestHandler: { httpAgent: agent() },
      ...(asHosts && { endpoint: byName(server), forcePathStyle: false }),
    });
    const commands = {
      CreateBucket: CreateBucketCommand, DeleteBucket: DeleteBucketCommand, ListBuckets: ListBucketsCommand,
      GetBucketLocation: GetBucketLocationCommand, PutBucketCors: PutBucketCorsCommand,
      GetBucketCors: GetBucketCorsCommand, DeleteBucketCors: DeleteBucketCorsCommand, PutObject: PutObjectCommand,
      GetObject: GetObjectCommand, ListObjectsV2: ListObjectsV2Command,
    };
    return { call: (name, input) => client.send(new commands[name](input)), code: ({ name }) => name };
  },
};

for (const [sdk, open] of Object.entries(sdks)) {
  describe(`buckets through ${sdk}`, () => {
    const server = serverOfSuite(SEED);
    let root, alice;
    before(async () => {
      root = open(server, server.root());
      alice = open(server, (await member(server, ALICE)).credentials);
    });
    const no = (client, name, input, code) => (
      assert.rejects(client.call(name, input), (error) => client.code(error) === code || assert.fail(`${client.code(error)}: ${error.message}`))
    );
    const names = async (input = {}) => (await root.call('ListBuckets', input)).Buckets.map(({ Name }) => Name);

    it('are made, listed, located and deleted', async () => {
      const Bucket = 'made-by-an-sdk';
      assert.equal((await root.call('CreateBucket', { Bucket })).Location, `/${Bucket}`);
      assert.ok((await names()).includes(Bucket));
      assert.equal((await root.call('GetBucketLocation', { Bucket })).LocationConstraint || '', '');
      await root.call('PutObject', { Bucket, Key: 'a', Body: 'a' });
      await no(root, 'CreateBucket', { Bucket }, 'BucketAlreadyOwnedByYou');
      await no(root, 'DeleteBucket', { Bucket }, 'BucketNotEmpty');
    });

    it('are made only where this server is', async () => {
      const elsewhere = { CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' } };
      await no(root, 'CreateBucket', { Bucket: 'elsewhere', ...elsewhere }, 'IllegalLocationConstraintException');
      const here = { CreateBucketConfiguration: { LocationConstraint: REGION } };
      await root.call('CreateBucket', { Bucket: 'here-and-nowhere-else', ...here });
      await root.call('DeleteBucket', { Bucket: 'here-and-nowhere-else' });
    });

    it('are not made, listed, located or given rules by somebody who may not', async () => {
      const Bucket = 'my-bucket';
      await no(alice, 'CreateBucket', { Bucket: 'hers' }, 'AccessDenied');
      await no(alice, 'ListBuckets', {}, 'AccessDenied');
      await no(alice, 'GetBucketLocation', { Bucket }, 'AccessDenied');
      await no(alice, 'PutBucketCors', { Bucket, CORSConfiguration: { CORSRules: RULES } }, 'AccessDenied');
      await no(alice, 'GetBucketCors', { Bucket }, 'AccessDenied');
      await no(alice, 'DeleteBucketCors', { Bucket }, 'AccessDenied');
      assert.ok(!(await names()).includes('hers'));
    });

    it('keep the rules that they are given', async () => {
      const Bucket = 'spare-bucket';
      await no(root, 'GetBucketCors', { Bucket }, 'NoSuchCORSConfiguration');
      await root.call('PutBucketCors', { Bucket, CORSConfiguration: { CORSRules: RULES } });
      const { CORSRules } = await root.call('GetBucketCors', { Bucket });
      const said = CORSRules.map((rule) => Object.fromEntries(
        Object.entries(rule).filter(([, value]) => value !== undefined && !(Array.isArray(value) && !value.length)),
      ));
      assert.deepEqual(said, RULES);
      await root.call('DeleteBucketCors', { Bucket });
      await no(root, 'GetBucketCors', { Bucket }, 'NoSuchCORSConfiguration');
    });

    it('are not given rules that are none', async () => {
      const rules = (rule) => ({ Bucket: 'spare-bucket', CORSConfiguration: { CORSRules: [{ ...RULES[1], ...rule }] } });
      await no(root, 'PutBucketCors', rules({ AllowedMethods: ['PATCH'] }), 'InvalidRequest');
      await no(root, 'PutBucketCors', rules({ AllowedOrigins: ['*.*'] }), 'InvalidRequest');
      await no(root, 'PutBucketCors', rules({ ExposeHeaders: ['*'] }), 'InvalidRequest');
      await no(root, 'PutBucketCors', rules({ AllowedOrigins: [] }), 'MalformedXML');
    });

    it('are reached at hosts of their own', async () => {
      const hosts = open(server, server.root(), { asHosts: true });
      await hosts.call('CreateBucket', { Bucket: 'a-host' });
      for (const Key of ['plain', 'health/live', '_cenote-like', 'a//b', 'ümläut']) {
        await hosts.call('PutObject', { Bucket: 'a-host', Key, Body: Key });
        const { Body } = await root.call('GetObject', { Bucket: 'a-host', Key });
        assert.equal(await (Body.transformToString?.() ?? Body.toString()), Key);
      }
      assert.equal((await hosts.call('ListObjectsV2', { Bucket: 'a-host' })).KeyCount, 5);
      const { Body } = await hosts.call('GetObject', { Bucket: 'my-bucket', Key: 'public/hello.txt' });
      assert.equal(await (Body.transformToString?.() ?? Body.toString()), 'Hello from Cenote.\n');
      await no(hosts, 'GetObject', { Bucket: 'no-such-bucket', Key: 'x' }, 'NoSuchBucket');
    });
  });
}

describe('the list of buckets', () => {
  const server = serverOfSuite(SEED);
  let client;
  before(() => { client = s3(server, server.root()); });
  const SEEDED = ['listing-bucket', 'my-bucket', 'prefix-bucket', 'spare-bucket'];
  const list = (input) => client.send(new ListBucketsCommand(input));
  const names = ({ Buckets }) => (Buckets ?? []).map(({ Name }) => Name);

  it('says of each when it was made and where, and whose all are', async () => {
    const { Buckets: [first], Owner } = await list({});
    assert.ok(Math.abs(first.CreationDate - Date.now()) < 60_000);
    assert.equal(first.BucketRegion, REGION);
    assert.match(Owner.ID, /^[0-9a-f]{64}$/);
  });

  it('comes page by page, by prefix and by region', async () => {
    const all = [];
    for await (const page of paginateListBuckets({ client, pageSize: 3 }, {})) all.push(...names(page));
    assert.deepEqual(all, SEEDED);
    const { Prefix, ...page } = await list({ Prefix: 'p' });
    assert.deepEqual([Prefix, names(page)], ['p', ['prefix-bucket']]);
    assert.deepEqual(names(await list({ BucketRegion: REGION })), SEEDED);
    assert.deepEqual(names(await list({ BucketRegion: 'eu-west-1' })), []);
  });

  it('is not given for what is no page', async () => {
    await refused(list({ MaxBuckets: 0 }), 'InvalidArgument');
    await refused(list({ MaxBuckets: 10_001 }), 'InvalidArgument');
    await refused(list({ ContinuationToken: '!' }), 'InvalidArgument');
  });
});

describe('a bucket with rules, asked by pages of other origins', () => {
  const server = serverOfSuite(SEED);
  before(async () => {
    await s3(server, server.root()).send(new PutBucketCorsCommand({ Bucket: 'my-bucket', CORSConfiguration: { CORSRules: RULES } }));
    await server.restartAsServe();
  });
  const HELLO = '/my-bucket/public/hello.txt';
  const ask = (origin, method, headers) => send(server, {
    method: 'OPTIONS',
    path: HELLO,
    headers: { origin, 'access-control-request-method': method, ...(headers && { 'access-control-request-headers': headers }) },
  });

  it('answers what they may do', async () => {
    const { status, headers } = await ask('https://a.app.example', 'PUT', 'authorization,x-amz-date');
    assert.equal(status, 200);
    assert.equal(headers['access-control-allow-origin'], 'https://a.app.example');
    assert.equal(headers['access-control-allow-methods'], 'GET, PUT');
    assert.equal(headers['access-control-allow-headers'], 'authorization, x-amz-date');
    assert.equal(headers['access-control-max-age'], '600');
    assert.match(headers.vary, /Origin/);
    assert.equal((await ask('https://other.example', 'GET')).headers['access-control-allow-origin'], '*');
  });

  it('refuses what no rule allows', async () => {
    for (const asked of [['https://other.example', 'PUT'], ['https://app.example', 'DELETE'], ['https://app.example', 'PUT', 'cookie']]) {
      const { status, code, headers } = await ask(...asked);
      assert.deepEqual([status, code], [403, 'AccessForbidden']);
      assert.equal(headers['access-control-allow-origin'], undefined);
    }
    assert.equal((await ask('https://app.example', 'PATCH')).code, 'BadRequest');
  });

  it('lets them read successes and errors alike', async () => {
    for (const [path, status] of [[HELLO, 200], ['/my-bucket/nothing', 404]]) {
      const request = sign(server, { method: 'GET', path, headers: { origin: 'https://app.example' } }, server.root());
      const answer = await send(server, request);
      assert.equal(answer.status, status);
      assert.equal(answer.headers['access-control-allow-origin'], 'https://app.example');
      assert.equal(answer.headers['access-control-expose-headers'], 'ETag, x-amz-request-id');
    }
  });

  it('knows nothing of a bucket without rules', async () => {
    const request = sign(server, { method: 'GET', path: '/spare-bucket', headers: { origin: 'https://app.example' } }, server.root());
    const answer = await send(server, request);
    assert.deepEqual([answer.status, answer.headers['access-control-allow-origin']], [200, undefined]);
  });
});
