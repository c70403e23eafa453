// What `operations.txt` calls refused is refused on the wire, and never taken for something else.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, describe, it } from 'node:test';
import {
  AbortMultipartUploadCommand, CopyObjectCommand, CreateBucketCommand, CreateMultipartUploadCommand,
  DeleteObjectsCommand, DeletePublicAccessBlockCommand, DeleteObjectTaggingCommand, GetBucketAclCommand,
  GetObjectAclCommand, GetObjectAttributesCommand, GetObjectCommand, GetObjectTaggingCommand, GetPublicAccessBlockCommand,
  HeadBucketCommand, ListMultipartUploadsCommand, ListObjectsV2Command, ListObjectVersionsCommand,
  PutObjectAclCommand, PutObjectTaggingCommand, PutPublicAccessBlockCommand, UploadPartCommand,
} from '@aws-sdk/client-s3';
import { refused, s3 } from '../support/people.mjs';
import { SEED } from '../support/seed.mjs';
import { serverOfSuite } from '../support/server.mjs';
import { askSigned } from '../support/signed.mjs';
import { ask, send } from '../support/wire.mjs';

const LEDGER = readFileSync(new URL('../../operations.txt', import.meta.url), 'utf8').trimEnd().split('\n')
  .map((line) => line.split(' '))
  .map(([service, operation, state]) => ({ service, operation, isServed: state === 'served' }));

describe('operations that are not served', () => {
  const server = serverOfSuite(SEED);
  let client;
  before(() => { client = s3(server, server.root()); });

  it('of cognito-identity are none: all 23 are served', () => {
    const all = LEDGER.filter((line) => line.service === 'cognito-identity');
    assert.deepEqual([all.length, all.filter((line) => !line.isServed)], [23, []]);
  });

  it('of cognito-idp are refused by name, every one', async () => {
    const unserved = LEDGER.filter((line) => line.service === 'cognito-idp' && !line.isServed);
    assert.ok(unserved.length > 0);
    for (const { operation } of unserved) {
      const answer = await ask(server, 'cognito-idp', operation, {});
      assert.deepEqual([answer.status, answer.code], [400, 'NotImplementedException'], operation);
      assert.equal(JSON.parse(answer.text).message, `${operation} is not served yet`);
    }
  });

  for (const service of ['cognito-identity', 'cognito-idp']) {
    it(`of ${service} that there never was are unknown`, async () => {
      for (const operation of ['GetEverything', 'getid', '', '../GetId']) {
        assert.equal((await ask(server, service, operation, {})).code, 'UnknownOperationException', operation);
      }
    });
  }

  it('of iam are none: all 93 of the model are served', () => {
    const all = LEDGER.filter((line) => line.service === 'iam');
    assert.deepEqual([all.length, all.filter((line) => !line.isServed)], [93, []]);
  });

  it('of sts are refused by name, every one', async () => {
    const unserved = LEDGER.filter((line) => line.service === 'sts' && !line.isServed);
    assert.ok(unserved.length > 0);
    for (const { operation } of unserved) {
      const answer = await askSigned(server, ['sts', operation, {}], server.root());
      assert.deepEqual([answer.status, answer.code], [501, 'NotImplemented'], operation);
      assert.match(answer.text, new RegExp(`<Message>${operation} is not served yet</Message>`));
    }
  });

  for (const service of ['iam', 'sts']) {
    it(`of ${service} that there never was are unknown`, async () => {
      for (const operation of ['GetEverything', 'getcalleridentity', '../GetRole']) {
        const answer = await askSigned(server, [service, operation, {}], server.root());
        assert.deepEqual([answer.status, answer.code], [400, 'InvalidAction'], operation);
      }
    });
  }

  it('of services that are not here are unknown', async () => {
    const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'AWSOther.GetId' };
    assert.equal((await send(server, { method: 'POST', path: '/', headers, body: '{}' })).code, 'UnknownOperationException');
  });

  const object = { Bucket: 'my-bucket', Key: 'public/hello.txt' };
  const bucket = { Bucket: 'my-bucket' };
  const tags = { Tagging: { TagSet: [{ Key: 'a', Value: 'b' }] } };
  const upload = { ...object, UploadId: 'u', PartNumber: 1 };
  const unserved = [
    new CreateBucketCommand({ Bucket: 'new-bucket', ACL: 'public-read' }),
    new CreateBucketCommand({ Bucket: 'new-bucket', ObjectLockEnabledForBucket: true }),
    new CreateBucketCommand({ Bucket: 'new-bucket', CreateBucketConfiguration: { Tags: [{ Key: 'a', Value: 'b' }] } }),
    new CreateMultipartUploadCommand(object),
    new UploadPartCommand({ ...upload, Body: 'part' }),
    new AbortMultipartUploadCommand(upload),
    new ListMultipartUploadsCommand(bucket),
    new CopyObjectCommand({ ...bucket, Key: 'copy', CopySource: 'my-bucket/public/hello.txt', Tagging: 'a=b', TaggingDirective: 'REPLACE' }),
    new CopyObjectCommand({ ...bucket, Key: 'copy', CopySource: 'my-bucket/public/hello.txt?versionId=1' }),
    new CopyObjectCommand({ ...bucket, Key: 'copy', CopySource: 'my-bucket/public/hello.txt', StorageClass: 'GLACIER' }),
    new DeleteObjectsCommand({ ...bucket, Delete: { Objects: [{ Key: 'public/hello.txt', VersionId: 'v' }] } }),
    new DeleteObjectsCommand({ ...bucket, Delete: { Objects: [{ Key: 'public/hello.txt', Size: 7 }] } }),
    new GetObjectAclCommand(object),
    new PutObjectAclCommand({ ...object, ACL: 'public-read' }),
    new GetObjectAttributesCommand({ ...object, ObjectAttributes: ['ETag'] }),
    new GetObjectTaggingCommand(object),
    new PutObjectTaggingCommand({ ...object, ...tags }),
    new DeleteObjectTaggingCommand(object),
    new GetBucketAclCommand(bucket),
    new GetPublicAccessBlockCommand(bucket),
    new PutPublicAccessBlockCommand({ ...bucket, PublicAccessBlockConfiguration: { BlockPublicPolicy: true } }),
    new DeletePublicAccessBlockCommand(bucket),
    new ListObjectVersionsCommand(bucket),
    new GetObjectCommand({ ...object, VersionId: 'v' }),
    new GetObjectCommand({ ...object, PartNumber: 1 }),
  ];
  for (const command of unserved) {
    const { Bucket, Key, ...more } = command.input;
    const named = [command.constructor.name.replace(/Command$/, ''), ...Object.keys(more)].join(' with ');
    it(`of s3 are refused: ${named}`, () => refused(client.send(command), 'NotImplemented'));
  }

  it('have changed nothing', async () => {
    await client.send(new HeadBucketCommand(bucket));
    const { Contents } = await client.send(new ListObjectsV2Command(bucket));
    assert.deepEqual(Contents.map(({ Key }) => Key), ['public/about.txt', 'public/hello.txt']);
  });
});
