// Uploads that are not what they say: each is refused, and nothing of it is kept.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { before, describe, it } from 'node:test';
import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { s3 } from '../support/people.mjs';
import { SEED } from '../support/seed.mjs';
import { serverOfSuite } from '../support/server.mjs';
import { send, sha256, sign, signInChunks } from '../support/wire.mjs';

const HELLO_CRC32 = 'DUoRhQ==';
const CRC32 = ['x-amz-checksum-crc32', HELLO_CRC32];
const PIECES = ['hell', 'o wo', 'rld'];
const FRAMED = 'STREAMING-UNSIGNED-PAYLOAD-TRAILER';
const CHUNKS = '6\r\nhello \r\n5\r\nworld\r\n0\r\n';
const md5 = (text) => createHash('md5').update(text).digest('base64');

describe('an upload', () => {
  const server = serverOfSuite(SEED);
  let root;
  before(() => { root = server.root(); });

  const put = (name, { body = '', headers = {}, query, payload = sha256(body), without } = {}) => {
    const length = { 'content-length': String(Buffer.byteLength(body)) };
    const path = `/listing-bucket/${name}`;
    const request = { method: 'PUT', path, query, headers: { ...length, ...headers }, body };
    return send(server, { ...sign(server, request, root, { payload, without }), operation: ['s3', 'PutObject'] });
  };
  // A body in chunks, of which the trailer is all that is said of it.
  const putFramed = (name, body, headers) => put(name, {
    body,
    payload: FRAMED,
    headers: {
      'content-encoding': 'aws-chunked',
      'x-amz-decoded-content-length': '11',
      'x-amz-trailer': 'x-amz-checksum-crc32',
      ...headers,
    },
  });
  // A body in chunks, each of them signed, and the checksum behind them too.
  const putSigned = (name, change, trailer) => {
    const { request, parts } = signInChunks(server, { method: 'PUT', path: `/listing-bucket/${name}` }, root, PIECES, trailer);
    return send(server, { ...request, body: change(parts).join(''), operation: ['s3', 'PutObject'] });
  };
  const changedTrailer = (from, to) => (parts) => [...parts.slice(0, -1), parts.at(-1).replace(from, to)];
  const trailed = (value, name = 'x-amz-checksum-crc32') => `${CHUNKS}${name}:${value}\r\n\r\n`;

  it('in chunks with the checksum that it announced is kept', async () => {
    const { status, headers, text } = await putFramed('good', trailed(HELLO_CRC32));
    assert.equal(status, 200, text);
    assert.equal(headers['x-amz-checksum-crc32'], HELLO_CRC32);
    assert.equal(headers.etag, '"5eb63bbbe01eeed093cb22bb8f5acdc3"');
  });

  for (const trailer of [undefined, CRC32]) {
    it(`in signed chunks ${trailer ? 'with a signed checksum' : 'alone'} is kept`, async () => {
      const { status, headers, text } = await putSigned('signed', (parts) => parts, trailer);
      assert.equal(status, 200, text);
      assert.equal(headers['x-amz-checksum-crc32'], trailer?.[1]);
      assert.equal(headers.etag, '"5eb63bbbe01eeed093cb22bb8f5acdc3"');
    });
  }

  it('of which neither hash nor checksum is said is kept', async () => {
    assert.equal((await put('unsigned', { body: 'x', payload: 'UNSIGNED-PAYLOAD' })).status, 200);
  });

  it('with the MD5 that it says is kept', async () => {
    assert.equal((await put('md5', { body: 'x', headers: { 'content-md5': md5('x') } })).status, 200);
  });

  // Each row: what is wrong, the code, and the upload.
  const wrongs = [
    ['with the hash of another body', 'XAmzContentSHA256Mismatch', () => put('bad', { body: 'x', payload: sha256('y') })],
    ['with the MD5 of another body', 'BadDigest', () => put('bad', { body: 'x', headers: { 'content-md5': md5('y') } })],
    ['with an MD5 that is none', 'InvalidDigest', () => put('bad', { body: 'x', headers: { 'content-md5': 'no digest' } })],
    ['with the checksum of another body', 'BadDigest', () => put('bad', { body: 'x', headers: { 'x-amz-checksum-crc32': HELLO_CRC32 } })],
    ['with a checksum that is none', 'InvalidDigest', () => put('bad', { body: 'x', headers: { 'x-amz-checksum-sha256': 'AAAA' } })],
    ['with two checksums', 'InvalidRequest', () => put('bad', { body: 'x', headers: { 'x-amz-checksum-crc32': HELLO_CRC32, 'x-amz-checksum-crc32c': HELLO_CRC32 } })],
    ['with a checksum by an algorithm that there is not', 'InvalidArgument', () => put('bad', { body: 'x', headers: { 'x-amz-sdk-checksum-algorithm': 'MD4' } })],
    ['with a checksum by an algorithm that is not served yet', 'NotImplemented', () => put('bad', { body: 'x', headers: { 'x-amz-sdk-checksum-algorithm': 'XXHASH64' } })],
    ['without a length', 'MissingContentLength', () => put('bad', { body: 'x', without: ['content-length'], headers: { 'transfer-encoding': 'chunked' } })],
    ['in chunks without a length', 'MissingContentLength', () => put('bad', { body: trailed(HELLO_CRC32), payload: FRAMED })],
    ['in chunks with a length that is none', 'InvalidArgument', () => putFramed('bad', trailed(HELLO_CRC32), { 'x-amz-decoded-content-length': '+11' })],
    ['of more than 5 GiB', 'EntityTooLarge', () => putFramed('bad', trailed(HELLO_CRC32), { 'x-amz-decoded-content-length': String(5 * 2 ** 30 + 1) })],
    ['in chunks with a wrong checksum', 'BadDigest', () => putFramed('bad', trailed('AAAAAA=='))],
    ['in chunks with a checksum that is none', 'InvalidDigest', () => putFramed('bad', trailed('???'))],
    ['in chunks without the checksum that it announced', 'MalformedTrailerError', () => putFramed('bad', `${CHUNKS}\r\n`)],
    ['in chunks with another checksum than it announced', 'MalformedTrailerError', () => putFramed('bad', trailed(HELLO_CRC32, 'x-amz-checksum-sha1'))],
    ['in chunks with a trailer that is no line', 'MalformedTrailerError', () => putFramed('bad', `${CHUNKS}waste\r\n\r\n`)],
    ['in chunks that announce what is no checksum', 'InvalidRequest', () => putFramed('bad', trailed('1', 'x-amz-meta-a'), { 'x-amz-trailer': 'x-amz-meta-a' })],
    ['in chunks that are fewer bytes than it says', 'IncompleteBody', () => putFramed('bad', trailed(HELLO_CRC32), { 'x-amz-decoded-content-length': '12' })],
    ['in chunks that are more bytes than it says', 'IncompleteBody', () => putFramed('bad', trailed(HELLO_CRC32), { 'x-amz-decoded-content-length': '10' })],
    ['in chunks that break off', 'IncompleteBody', () => putFramed('bad', '6\r\nhel')],
    ['in chunks whose size is no number', 'InvalidRequest', () => putFramed('bad', `x${trailed(HELLO_CRC32)}`)],
    ['in chunks that carry a signature which nobody checks', 'InvalidRequest', () => putFramed('bad', trailed(HELLO_CRC32).replace('6\r\n', '6;chunk-signature=0\r\n'))],
    ['in chunks with bytes after the end', 'InvalidRequest', () => putFramed('bad', `${trailed(HELLO_CRC32)}more`)],
    ['in signed chunks of which a byte was turned', 'SignatureDoesNotMatch', () => putSigned('bad', ([one, ...more]) => [one.replace('hell', 'bell'), ...more])],
    ['in signed chunks whose order was turned', 'SignatureDoesNotMatch', () => putSigned('bad', ([one, two, ...end]) => [two, one, ...end])],
    ['in signed chunks of which one is replayed', 'SignatureDoesNotMatch', () => putSigned('bad', ([one, , ...end]) => [one, one, ...end])],
    ['in signed chunks of another request', 'SignatureDoesNotMatch', () => putSigned('bad', () => signInChunks(server, { method: 'PUT', path: '/listing-bucket/other' }, root, PIECES).parts)],
    ['in signed chunks of which one is missing', 'SignatureDoesNotMatch', () => putSigned('bad', ([, ...more]) => more)],
    ['in signed chunks that break off', 'IncompleteBody', () => putSigned('bad', ([one]) => [one])],
    ['in signed chunks with one more behind the end', 'InvalidRequest', () => putSigned('bad', (parts) => [...parts, parts[0]])],
    ['in chunks that should be signed and are not', 'InvalidRequest', () => putSigned('bad', () => [`${CHUNKS}\r\n`])],
    ['in signed chunks with a wrong checksum that is signed', 'BadDigest', () => putSigned('bad', (parts) => parts, ['x-amz-checksum-crc32', 'AAAAAA=='])],
    ['in signed chunks with a checksum that was changed', 'SignatureDoesNotMatch', () => putSigned('bad', changedTrailer(HELLO_CRC32, 'AAAAAA=='), CRC32)],
    ['in signed chunks with a checksum that is not signed', 'MalformedTrailerError', () => putSigned('bad', changedTrailer(/x-amz-trailer-signature.*\r\n/, ''), CRC32)],
    ['in signed chunks without the checksum that it announced', 'MalformedTrailerError', () => putSigned('bad', changedTrailer(/x-amz-checksum.*\r\n/, ''), CRC32)],
    ['with 2049 bytes of metadata', 'MetadataTooLarge', () => put('bad', { body: 'x', headers: { 'x-amz-meta-a': 'x'.repeat(2048) } })],
    ['of another storage class', 'NotImplemented', () => put('bad', { body: 'x', headers: { 'x-amz-storage-class': 'GLACIER' } })],
    ['with an access control list', 'NotImplemented', () => put('bad', { body: 'x', headers: { 'x-amz-acl': 'public-read' } })],
    ['with tags', 'NotImplemented', () => put('bad', { body: 'x', headers: { 'x-amz-tagging': 'a=b' } })],
    ['to be encrypted by a key of its own', 'NotImplemented', () => put('bad', { body: 'x', headers: { 'x-amz-server-side-encryption': 'aws:kms' } })],
    ['only if nothing of a certain tag is there', 'NotImplemented', () => put('bad', { body: 'x', headers: { 'if-none-match': '"x"' } })],
    ['that is really an access control list', 'NotImplemented', () => put('bad', { body: '<x/>', query: 'acl' })],
    ['that is really a legal hold', 'NotImplemented', () => put('bad', { body: '<x/>', query: 'legal-hold' })],
  ];
  for (const [what, code, upload] of wrongs) {
    it(`${what} is refused with ${code}`, async () => {
      const answer = await upload();
      assert.equal(answer.code, code, `${answer.status} ${answer.text}`);
      const { Contents = [] } = await s3(server, root).send(new ListObjectsV2Command({ Bucket: 'listing-bucket', Prefix: 'bad' }));
      assert.deepEqual(Contents, [], 'something was kept');
    });
  }
});
