// URLs that carry a signature: whoever has one does what its signer may do, until it expires, and nothing else.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { before, describe, it } from 'node:test';
import {
  DeleteObjectCommand, GetObjectCommand, HeadObjectCommand, ListObjectsV2Command, PutObjectCommand,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { guest, member, s3 } from '../support/people.mjs';
import { ALICE, REGION, SEED } from '../support/seed.mjs';
import { serverOfSuite, serverOfTest } from '../support/server.mjs';

process.env.AWS_SDK_JS_SUPPRESS_MAINTENANCE_MODE_MESSAGE = '1';
const AWS = createRequire(import.meta.url)('aws-sdk');

const Bucket = 'my-bucket';
const HELLO = { Bucket, Key: 'public/hello.txt' };
const codeOf = (text) => /<Code>([^<]+)/.exec(text)?.[1];

/** Uses a URL as anybody would who has nothing else. */
async function use(url, options) {
  const response = await fetch(url, options);
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, code: codeOf(text) };
}

// How each SDK presigns, by the names that both have for the same thing.
const COMMANDS = {
  getObject: GetObjectCommand, headObject: HeadObjectCommand, putObject: PutObjectCommand, deleteObject: DeleteObjectCommand,
};
const SDKS = {
  'SDK v3': (server, credentials) => {
    const client = s3(server, credentials);
    return (operation, { Expires = 60, ...input }) => getSignedUrl(client, new COMMANDS[operation](input), { expiresIn: Expires });
  },
  'SDK v2': (server, credentials) => {
    const client = new AWS.S3({
      ...credentials, endpoint: server.endpoint, region: REGION, s3ForcePathStyle: true, signatureVersion: 'v4',
    });
    return (operation, input) => client.getSignedUrl(operation, { Expires: 60, ...input });
  },
};

for (const [sdk, presignerOf] of Object.entries(SDKS)) {
  describe(`a URL that ${sdk} presigned`, () => {
    const server = serverOfSuite(SEED);
    let alice, own, sign;
    before(async () => {
      alice = await member(server, ALICE);
      own = (name) => ({ Bucket, Key: `${alice.identityId}/${name}` });
      sign = presignerOf(server, alice.credentials);
    });

    it('reads an object, or a part of it', async () => {
      const url = await sign('getObject', HELLO);
      assert.deepEqual([(await use(url)).status, (await use(url)).text], [200, 'Hello from Cenote.\n']);
      const part = await use(url, { headers: { range: 'bytes=0-4' } });
      assert.deepEqual([part.status, part.text], [206, 'Hello']);
    });

    it('writes, looks at, reads and deletes an object', async () => {
      const object = own('notes/täglich +%&.txt');
      const written = await use(await sign('putObject', object), { method: 'PUT', body: 'a note' });
      assert.equal(written.status, 200, written.text);
      const seen = await use(await sign('headObject', object), { method: 'HEAD' });
      assert.deepEqual([seen.status, seen.headers.get('content-length')], [200, '6']);
      assert.equal((await use(await sign('getObject', object))).text, 'a note');
      assert.equal((await use(await sign('deleteObject', object), { method: 'DELETE' })).status, 204);
      assert.equal((await use(await sign('getObject', object))).code, 'NoSuchKey');
    });

    it('writes the metadata that was signed, whether it is sent or not', async () => {
      const url = await sign('putObject', { ...own('described'), Metadata: { color: 'blue' } });
      assert.equal((await use(url, { method: 'PUT', body: 'x' })).status, 200);
      const { headers } = await use(await sign('getObject', own('described')));
      assert.equal(headers.get('x-amz-meta-color'), 'blue');
      const other = await use(url, { method: 'PUT', body: 'x', headers: { 'x-amz-meta-color': 'red' } });
      assert.ok([400, 403].includes(other.status), other.text);
    });

    it('chooses headers of the answer', async () => {
      const { headers } = await use(await sign('getObject', {
        ...HELLO, ResponseContentType: 'text/markdown', ResponseContentDisposition: 'attachment; filename="a b.md"',
        ResponseCacheControl: 'no-store', ResponseContentLanguage: 'de', ResponseExpires: new Date(0),
      }));
      assert.equal(headers.get('content-type'), 'text/markdown');
      assert.equal(headers.get('content-disposition'), 'attachment; filename="a b.md"');
      assert.equal(headers.get('cache-control'), 'no-store');
      assert.equal(headers.get('content-language'), 'de');
      assert.equal(headers.get('expires'), 'Thu, 01 Jan 1970 00:00:00 GMT');
      assert.equal((await use(await sign('getObject', HELLO))).headers.get('content-type'), 'text/plain');
    });

    it('does nothing that its signer may not do', async () => {
      const visitor = presignerOf(server, (await guest(server)).credentials);
      for (const by of [sign, visitor]) {
        assert.equal((await use(await by('putObject', HELLO), { method: 'PUT', body: 'x' })).code, 'AccessDenied');
        assert.equal((await use(await by('deleteObject', HELLO), { method: 'DELETE' })).code, 'AccessDenied');
      }
      assert.equal((await use(await visitor('getObject', own('secret')))).code, 'AccessDenied');
    });

    // Each row: what somebody on the way does to a URL that reads an object, and the answer.
    const changes = [
      ['for another object', 'SignatureDoesNotMatch', (url) => [url.replace('hello', 'about')]],
      ['for another bucket', 'SignatureDoesNotMatch', (url) => [url.replace('my-bucket', 'prefix-bucket')]],
      ['for longer', 'SignatureDoesNotMatch', (url) => [url.replace('Expires=60', 'Expires=6000')]],
      ['with another type of the answer', 'SignatureDoesNotMatch', (url) => [`${url}&response-content-type=text%2Fhtml`]],
      ['with another signature', 'SignatureDoesNotMatch', (url) => [url.replace(/Signature=\w{4}/, 'Signature=0000')]],
      ['without a signature', 'AuthorizationQueryParametersError', (url) => [url.replace(/X-Amz-Signature=\w+&/, '')]],
      ['without its session token', 'InvalidAccessKeyId', (url) => [url.replace(/X-Amz-Security-Token=[^&]+&/, '')]],
      ['with a parameter twice', 'InvalidArgument', (url) => [`${url}&X-Amz-Expires=60`]],
      ['to write', 'SignatureDoesNotMatch', (url) => [url, { method: 'PUT', body: 'x' }]],
      ['to delete', 'SignatureDoesNotMatch', (url) => [url, { method: 'DELETE' }]],
      ['with an authorization beside it', 'InvalidArgument', (url) => [url, { headers: { authorization: 'Bearer x' } }]],
      ['with a header that opens the object', 'AccessDenied', (url) => [url, { headers: { 'x-amz-acl': 'public-read' } }]],
    ];
    for (const [what, code, change] of changes) {
      it(`is refused when it is used ${what}`, async () => {
        const answer = await use(...change(await sign('getObject', HELLO)));
        assert.equal(answer.code, code, answer.text);
      });
    }

    it('for an upload lets nobody add a header that was not signed, nor make a copy of it', async () => {
      const url = await sign('putObject', own('copy'));
      for (const [name, value] of [['x-amz-meta-a', 'b'], ['x-amz-storage-class', 'STANDARD'], ['x-amz-checksum-crc32', 'AAAAAA==']]) {
        const { code, text } = await use(url, { method: 'PUT', headers: { [name]: value } });
        assert.equal(code, 'AccessDenied', text);
        assert.match(text, new RegExp(`<HeadersNotSigned>${name}</HeadersNotSigned>`));
      }
      for (const [name, value] of [['x-amz-copy-source', '/my-bucket/public/hello.txt'], ['x-amz-acl', 'public-read']]) {
        const { code, text } = await use(url, { method: 'PUT', headers: { [name]: value } });
        // What is not served is refused before anybody asks who signed.
        assert.ok(['AccessDenied', 'NotImplemented'].includes(code), text);
      }
      const { Contents = [] } = await s3(server, alice.credentials).send(new ListObjectsV2Command({ Bucket, Prefix: own('copy').Key }));
      assert.deepEqual(Contents, []);
    });

    it('is refused when it has expired, and when the session that signed it has', async (test) => {
      const other = await serverOfTest(test, SEED);
      const visitor = await guest(other);
      const by = presignerOf(other, visitor.credentials);
      const [short, long] = [await by('getObject', HELLO), await by('getObject', { ...HELLO, Expires: 7 * 24 * 3600 })];
      assert.equal((await use(short)).status, 200);
      await other.advance(61);
      const { status, code, text } = await use(short);
      assert.deepEqual([status, code], [403, 'AccessDenied']);
      assert.match(text, /<Message>Request has expired<\/Message><X-Amz-Expires>60<\/X-Amz-Expires><Expires>.*Z<\/Expires><ServerTime>.*Z<\/ServerTime>/);
      assert.equal((await use(long)).status, 200);
      await other.advance(3600);
      assert.equal((await use(long)).code, 'ExpiredToken');
    });
  });
}

describe('a URL that SDK v2 signed as it does by default', () => {
  const server = serverOfSuite(SEED);

  it('is refused with a sentence that says what to use', async () => {
    const client = new AWS.S3({ ...server.root(), endpoint: server.endpoint, region: REGION, s3ForcePathStyle: true });
    const { status, code, text } = await use(client.getSignedUrl('getObject', HELLO));
    assert.deepEqual([status, code], [400, 'InvalidRequest']);
    assert.match(text, /Please use AWS4-HMAC-SHA256\./);
  });
});
