// The door of S3: every operation, asked in every way in which a request can be wrong before it means anything.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { before, describe, it } from 'node:test';
import { getCredentials, loginOf, member, NOBODY } from '../support/people.mjs';
import { ALICE, SEED } from '../support/seed.mjs';
import { serverOfSuite } from '../support/server.mjs';
import { presign, send, sendBroken, sha256, sign } from '../support/wire.mjs';

const HELLO = '/my-bucket/public/hello.txt';
const MINUTE = 60_000;

const md5 = (text) => createHash('md5').update(text).digest('base64');
const document = (body) => ({ body, headers: { 'content-length': String(body.length), 'content-md5': md5(body) } });
const RULES = '<CORSConfiguration><CORSRule><AllowedMethod>GET</AllowedMethod><AllowedOrigin>*</AllowedOrigin></CORSRule></CORSConfiguration>';
const REGION_THERE_IS = '<CreateBucketConfiguration><LocationConstraint>us-east-1</LocationConstraint></CreateBucketConfiguration>';

const POLICY = JSON.stringify({
  Statement: { Effect: 'Deny', Principal: { AWS: '999999999999' }, Action: 's3:*', Resource: 'arn:aws:s3:::my-bucket' },
});

// Those that take a document, of which one is no XML, and those that are about no bucket that is there.
const DOCUMENTS = ['CreateBucket', 'DeleteObjects', 'PutBucketCors', 'PutBucketPolicy'];
const WITHOUT_BUCKET = ['CreateBucket', 'ListBuckets'];

const OPERATIONS = {
  ListBuckets: { method: 'GET', path: '/' },
  CreateBucket: { method: 'PUT', path: '/new-bucket', ...document(REGION_THERE_IS) },
  GetBucketLocation: { method: 'GET', path: '/my-bucket', query: 'location' },
  PutBucketCors: { method: 'PUT', path: '/my-bucket', query: 'cors', ...document(RULES) },
  GetBucketCors: { method: 'GET', path: '/my-bucket', query: 'cors' },
  DeleteBucketCors: { method: 'DELETE', path: '/my-bucket', query: 'cors' },
  PutBucketPolicy: { method: 'PUT', path: '/my-bucket', query: 'policy', ...document(POLICY) },
  GetBucketPolicy: { method: 'GET', path: '/my-bucket', query: 'policy' },
  GetBucketPolicyStatus: { method: 'GET', path: '/my-bucket', query: 'policyStatus' },
  DeleteBucketPolicy: { method: 'DELETE', path: '/my-bucket', query: 'policy' },
  DeleteObjects: { method: 'POST', path: '/my-bucket', query: 'delete', ...document('<Delete><Object><Key>public/hello.txt</Key></Object></Delete>') },
  CopyObject: { method: 'PUT', path: HELLO, headers: { 'x-amz-copy-source': 'my-bucket/public/about.txt' } },
  ListObjects: { method: 'GET', path: '/my-bucket' },
  ListObjectsV2: { method: 'GET', path: '/my-bucket', query: 'list-type=2' },
  HeadBucket: { method: 'HEAD', path: '/my-bucket' },
  DeleteBucket: { method: 'DELETE', path: '/my-bucket' },
  GetObject: { method: 'GET', path: HELLO },
  HeadObject: { method: 'HEAD', path: HELLO },
  PutObject: { method: 'PUT', path: HELLO, body: 'never written' },
  DeleteObject: { method: 'DELETE', path: HELLO },
};

for (const [operation, plain] of Object.entries(OPERATIONS)) {
  describe(`${operation} is refused`, () => {
    const server = serverOfSuite(SEED);
    let alice, other, root;
    before(async () => {
      alice = await member(server, ALICE);
      other = await getCredentials(server, alice.identityId, loginOf(alice.idToken));
      root = server.root();
    });

    const signed = (how, change = {}, who = alice.credentials) => sign(server, { ...plain, ...change }, who, how);
    const withHeader = (headers) => ({ headers: { ...plain.headers, ...headers } });
    const withQuery = (query) => ({ query: [plain.query, query].filter(Boolean).join('&') });
    const inPath = (path) => ({ path: plain.path.replace(/^\/(my|new)-bucket/, path) });
    const presigned = (how, change = {}) => presign(server, { ...plain, ...change }, alice.credentials, how);
    const authorizedBy = (authorization) => {
      const request = signed();
      return { ...request, headers: { ...request.headers, authorization } };
    };
    const altered = (request, change) => ({ ...request, ...change(request) });
    const isHead = plain.method === 'HEAD';

    // Each row: what is wrong, the answer, and the request.
    const wrongs = [
      ['unsigned', 403, 'AccessDenied', () => plain],
      ['with Signature Version 2', 400, 'InvalidRequest', () => authorizedBy('AWS AKIA:signature')],
      ['with another scheme than a signature', 400, 'InvalidArgument', () => authorizedBy('Bearer token')],
      ['with an authorization that is waste', 400, 'AuthorizationHeaderMalformed', () => authorizedBy('AWS4-HMAC-SHA256 \u00ff')],
      ['signed for another region', 400, 'AuthorizationHeaderMalformed', () => signed({ region: 'eu-west-1' })],
      ['signed for another service', 400, 'AuthorizationHeaderMalformed', () => signed({ service: 'sts' })],
      ['signed with the key of another day', 400, 'AuthorizationHeaderMalformed', () => signed({ day: '20200101' })],
      ['signed in header and query', 400, 'InvalidArgument', () => signed({}, { query: presigned().query })],
      ['presigned with a part of the signature alone', 400, 'AuthorizationQueryParametersError', () => ({ ...plain, ...withQuery('X-Amz-Signature=0') })],
      ['presigned for more than a week', 400, 'AuthorizationQueryParametersError', () => presigned({ expires: 604_801 })],
      ['presigned for another region', 400, 'AuthorizationQueryParametersError', () => presigned({ region: 'eu-west-1' })],
      ['presigned with a parameter twice', 400, 'InvalidArgument', () => presigned({}, withQuery('x-amz-date=20260101T000000Z'))],
      ['presigned, and expired', 403, 'AccessDenied', () => presigned({ now: Date.now() - 2 * MINUTE })],
      ['presigned 20 minutes ahead', 403, 'AccessDenied', () => presigned({ now: Date.now() + 20 * MINUTE })],
      ['presigned, with an x-amz header that is not signed', 403, 'AccessDenied', () => altered(presigned(), ({ headers }) => ({ headers: { ...headers, 'x-amz-request-payer': 'requester' } }))],
      ['presigned, and changed', 403, 'SignatureDoesNotMatch', () => altered(presigned(), ({ query }) => ({ query: query.replace('Expires=60', 'Expires=61') }))],
      ['presigned, without its session token', 403, 'InvalidAccessKeyId', () => presigned({ without: ['X-Amz-Security-Token'] })],
      ['without a date', 403, 'AccessDenied', () => signed({ without: ['x-amz-date'] })],
      ['signed 20 minutes ago', 403, 'RequestTimeTooSkewed', () => signed({ now: Date.now() - 20 * MINUTE })],
      ['signed 20 minutes ahead', 403, 'RequestTimeTooSkewed', () => signed({ now: Date.now() + 20 * MINUTE })],
      ['with an x-amz header that is not signed', 403, 'AccessDenied', () => signed({ unsigned: ['x-amz-request-payer'] }, withHeader({ 'x-amz-request-payer': 'requester' }))],
      ['with a session token that is not signed', 403, 'AccessDenied', () => signed({ unsigned: ['x-amz-security-token'] })],
      ['with a host that is not signed', 403, 'AccessDenied', () => signed({ unsigned: ['host'] })],
      ['without a hash of the body', 400, 'InvalidRequest', () => signed({ without: ['x-amz-content-sha256'] })],
      ['with a hash of the body that is none', 400, 'InvalidArgument', () => signed({ payload: 'TRUST-ME' })],
      ['with the hash of another body', 400, 'XAmzContentSHA256Mismatch', () => signed({ payload: sha256('another') }, {}, root)],
      ['with a wrong secret', 403, 'SignatureDoesNotMatch', () => signed({}, {}, { ...alice.credentials, secretAccessKey: 'wrong' })],
      ['with a query that was changed after signing', 403, 'SignatureDoesNotMatch', () => altered(signed(), () => withQuery('x-id=changed'))],
      ['with a header that was changed after signing', 403, 'SignatureDoesNotMatch', () => altered(signed({}, withHeader({ range: 'bytes=0-1' })), ({ headers }) => ({ headers: { ...headers, range: 'bytes=0-9' } }))],
      ['with an access key that nobody has', 403, 'InvalidAccessKeyId', () => signed({}, {}, NOBODY)],
      ['without its session token', 403, 'InvalidAccessKeyId', () => signed({}, {}, { ...alice.credentials, sessionToken: undefined })],
      ['with a session token that was changed', 400, 'InvalidToken', () => signed({}, {}, { ...alice.credentials, sessionToken: `${alice.credentials.sessionToken}A` })],
      ['with the session token of another session', 400, 'InvalidToken', () => signed({}, {}, { ...alice.credentials, sessionToken: other.sessionToken })],
      ['for a sub-resource that there is not', 501, 'NotImplemented', () => signed({}, withQuery('website&legal-hold'))],
    ];
    if (operation !== 'ListBuckets') {
      wrongs.push(['for a name that is no bucket\'s', 400, 'InvalidBucketName', () => signed({}, inPath('/No_Bucket'))]);
    }
    if (!WITHOUT_BUCKET.includes(operation)) {
      wrongs.push(
        ['for a bucket that is not there', 404, 'NoSuchBucket', () => signed({}, inPath('/no-such-bucket'), root)],
        ['for a bucket that is said to be somebody else\'s', 403, 'AccessDenied', () => signed({}, withHeader({ 'x-amz-expected-bucket-owner': '999999999999' }), root)],
      );
    }
    if (DOCUMENTS.includes(operation)) {
      const changed = (body, headers = {}, how = {}) => signed(how, { body, headers: { ...document(body).headers, ...headers } }, root);
      const none = operation === 'PutBucketPolicy' ? 'MalformedPolicy' : 'MalformedXML';
      wrongs.push(
        ['with a document that is none', 400, none, () => changed('a body')],
        ['with a document of another operation', 400, none, () => changed('<Tagging><TagSet/></Tagging>')],
        ['with a document type', 400, none, () => changed(`<!DOCTYPE d [<!ENTITY a "b">]>${plain.body}`)],
        ['with the MD5 of another document', 400, 'BadDigest', () => changed(plain.body, { 'content-md5': md5('another') })],
        ['with an MD5 that is none', 400, 'InvalidDigest', () => changed(plain.body, { 'content-md5': 'none' })],
        ['with a checksum that is another document\'s', 400, 'BadDigest', () => changed(plain.body, { 'x-amz-checksum-crc32': 'AAAAAA==' })],
        ['with a document in chunks', 501, 'NotImplemented', () => changed(plain.body, {}, { payload: 'STREAMING-UNSIGNED-PAYLOAD-TRAILER' })],
        ['with a document of 3 MiB', 400, 'MaxMessageLengthExceeded', () => changed(' '.repeat(3 << 20))],
        ['with a document said to be of more than 5 GiB', 400, 'EntityTooLarge', () => changed(plain.body, { 'content-length': String(5 * 2 ** 30 + 1) })],
      );
      if (operation !== 'CreateBucket') {
        wrongs.push(['without a document', 400, 'MissingRequestBodyError', () => changed('')]);
      }
      if (['DeleteObjects', 'PutBucketCors'].includes(operation)) {
        wrongs.push(['without a checksum of the document', 400, 'InvalidRequest', () => signed({ without: ['content-md5'] }, {}, root)]);
      }
    } else if (operation !== 'PutObject') {
      wrongs.push(['with a body that it does not take', 400, 'InvalidRequest', () => signed({}, { body: 'a body', headers: { ...plain.headers, 'content-length': '6' } })]);
    }
    if (plain.path === HELLO) {
      wrongs.push(['for a key of 1025 bytes', 400, 'KeyTooLongError', () => signed({}, { path: `/my-bucket/${'k'.repeat(1025)}` })]);
    }

    for (const [what, status, code, request] of wrongs) {
      it(what, async () => {
        const answer = await send(server, { ...request(), operation: ['s3', operation] });
        assert.equal(answer.status, status, answer.text);
        if (!isHead) assert.equal(answer.code, code, answer.text);
        assert.ok(answer.headers['x-amz-request-id']);
        assert.equal(answer.headers['access-control-allow-origin'], '*');
      });
    }

    it('when its body breaks off in broken framing', async () => {
      const request = signed({ payload: 'UNSIGNED-PAYLOAD', without: ['content-length'] }, { body: undefined }, root);
      const answer = await sendBroken(server, { ...request, operation: ['s3', operation] }, 'zz\r\n');
      // A write and a document are asked for their length before their bytes are looked at.
      const [status, code] = [...DOCUMENTS, 'PutObject'].includes(operation) ? [411, 'MissingContentLength'] : [400, 'IncompleteBody'];
      assert.equal(answer.status, status, answer.text);
      if (!isHead) assert.equal(answer.code, code);
    });

    // The last one of a suite, because the clock of the server only goes forward.
    it('when its session is over', async () => {
      await server.advance(3_601);
      const answer = await send(server, { ...signed({ now: await server.now() }), operation: ['s3', operation] });
      assert.equal(answer.status, 400, answer.text);
      if (!isHead) assert.equal(answer.code, 'ExpiredToken');
    });
  });
}

describe('what is at the door of S3', () => {
  const server = serverOfSuite(SEED);
  const asked = async (request) => send(server, sign(server, request, server.root()));

  it('refuses a path that cannot be decoded', async () => {
    for (const path of ['/my-bucket/%', '/my-bucket/%zz', '/my-bucket/%ff', '//key']) {
      assert.equal((await asked({ method: 'GET', path })).code, 'InvalidURI', path);
    }
  });

  it('refuses a method that no operation has', async () => {
    for (const method of ['PATCH', 'PUT']) {
      const { status, code } = await asked({ method, path: '/' });
      assert.deepEqual([status, code], [405, 'MethodNotAllowed'], method);
    }
  });

  it('keeps what is stored from running as a page of the server', async () => {
    const { headers } = await asked({ method: 'GET', path: '/my-bucket/public/hello.txt' });
    assert.equal(headers['x-content-type-options'], 'nosniff');
    assert.equal(headers['content-security-policy'], 'sandbox');
  });

  it('keeps no bucket where the server itself answers', async () => {
    for (const path of ['/_cenote/x', '/health/x', '/oauth2', '/login', '/console/x']) {
      assert.equal((await asked({ method: 'GET', path })).status, 404, path);
    }
  });

  it('does not let a page use the tools of a developer', async () => {
    const answer = await send(server, { method: 'POST', path: '/_cenote/reset', headers: { origin: 'http://evil.example' } });
    assert.equal(answer.status, 403);
    assert.equal(answer.headers['access-control-allow-origin'], undefined);
  });
});
