// The policies of buckets: given, read and taken back through SDK v3, and what they decide beside roles and without them.
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import {
  CopyObjectCommand, DeleteBucketPolicyCommand, DeleteObjectsCommand, GetBucketPolicyCommand,
  GetBucketPolicyStatusCommand, GetObjectCommand, HeadObjectCommand, ListObjectsV2Command, PutBucketPolicyCommand,
  PutObjectCommand, S3Client,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { guest, member, refused, s3, to } from '../support/people.mjs';
import { ALICE, BOB, SEED } from '../support/seed.mjs';
import { watch } from '../support/seen.mjs';
import { serverOfSuite } from '../support/server.mjs';

const Bucket = 'my-bucket';
const HELLO = { Bucket, Key: 'public/hello.txt' };
const ARN = `arn:aws:s3:::${Bucket}`;
const allow = (Principal, Action, Resource, more) => ({ Effect: 'Allow', Principal, Action, Resource, ...more });
const deny = (Principal, Action, Resource, more) => ({ ...allow(Principal, Action, Resource, more), Effect: 'Deny' });
const roleArn = (name) => `arn:aws:iam::123456789012:role/${name}`;
const sessionArn = (name) => `arn:aws:sts::123456789012:assumed-role/${name}/CognitoIdentityCredentials`;
const text = async (answer) => (await answer).Body.transformToString();

describe('the policy of a bucket', () => {
  const server = serverOfSuite(SEED);
  let root, alice, bob, stranger, nobody;
  before(async () => {
    root = s3(server, server.root());
    [alice, bob, stranger] = await Promise.all([member(server, ALICE), member(server, BOB), guest(server)]);
    for (const somebody of [alice, bob, stranger]) somebody.s3 = s3(server, somebody.credentials);
    const unsigned = { signer: { sign: async (request) => request }, credentials: async () => ({ accessKeyId: '', secretAccessKey: '' }) };
    nobody = watch(new S3Client({ ...to(server), forcePathStyle: true, ...unsigned }));
  });
  const put = (...Statement) => root.send(new PutBucketPolicyCommand({
    Bucket, Policy: JSON.stringify({ Version: '2012-10-17', Statement }),
  }));
  const get = (client, object = HELLO) => client.send(new GetObjectCommand(object));
  const write = (client, Key, Body = 'x') => client.send(new PutObjectCommand({ Bucket, Key, Body }));

  it('is kept to the letter until it is taken back', async () => {
    await refused(root.send(new GetBucketPolicyCommand({ Bucket })), 'NoSuchBucketPolicy', 'The bucket policy does not exist');
    await refused(root.send(new GetBucketPolicyStatusCommand({ Bucket })), 'NoSuchBucketPolicy');
    const Policy = `{ "Statement" : [ ${JSON.stringify(allow('*', 's3:GetObject', `${ARN}/public/*`))} ] }`;
    await root.send(new PutBucketPolicyCommand({ Bucket, Policy }));
    assert.equal((await root.send(new GetBucketPolicyCommand({ Bucket }))).Policy, Policy);
    assert.equal((await root.send(new GetBucketPolicyStatusCommand({ Bucket }))).PolicyStatus.IsPublic, true);
    await put(allow({ AWS: '123456789012' }, 's3:GetObject', `${ARN}/public/*`));
    assert.equal((await root.send(new GetBucketPolicyStatusCommand({ Bucket }))).PolicyStatus.IsPublic, false);
    for (let times = 0; times < 2; times += 1) await root.send(new DeleteBucketPolicyCommand({ Bucket }));
    await refused(root.send(new GetBucketPolicyCommand({ Bucket })), 'NoSuchBucketPolicy');
  });

  it('is refused where it is none, or about something else', async () => {
    const refusals = [
      [allow('*', 's3:GetObject', '*'), 'Policy has invalid resource'],
      [allow('*', 's3:GetObject', 'arn:aws:s3:::spare-bucket/*'), 'Policy has invalid resource'],
      [allow('*', 's3:GetObject', ARN), 'Action does not apply to any resource(s) in statement'],
      [allow('*', 'sqs:SendMessage', `${ARN}/*`), 'Policy has invalid action'],
      [allow({ AWS: roleArn('absent') }, 's3:GetObject', `${ARN}/*`), 'Invalid principal in policy'],
    ];
    for (const [statement, message] of refusals) await refused(put(statement), 'MalformedPolicy', message);
    await refused(root.send(new PutBucketPolicyCommand({ Bucket, Policy: '[]' })), 'MalformedPolicy', /first byte must be/);
    await refused(root.send(new GetBucketPolicyCommand({ Bucket })), 'NoSuchBucketPolicy');
  });

  it('lets in who does not sign, if it names everybody, and no further than it says', async () => {
    await refused(get(nobody), 'AccessDenied', 'Access Denied');
    await put(allow('*', 's3:GetObject', `${ARN}/public/*`), allow('*', 's3:PutObject', `${ARN}/drop/*`));
    assert.equal(await text(get(nobody)), 'Hello from Cenote.\n');
    assert.equal((await nobody.send(new HeadObjectCommand(HELLO))).ContentLength, 19);
    await refused(get(nobody, { ...HELLO, ResponseContentType: 'text/html' }), 'InvalidRequest');
    await refused(nobody.send(new ListObjectsV2Command({ Bucket })), 'AccessDenied');
    await write(nobody, 'drop/from-nobody', 'dropped');
    assert.equal(await text(get(root, { Bucket, Key: 'drop/from-nobody' })), 'dropped');
    await refused(get(nobody, { Bucket, Key: 'drop/from-nobody' }), 'AccessDenied');
    await refused(write(nobody, 'public/hello.txt'), 'AccessDenied');
    const copy = new CopyObjectCommand({ Bucket, Key: 'drop/copy', CopySource: `${Bucket}/public/hello.txt` });
    await refused(nobody.send(copy), 'AccessDenied');
    await put(allow({ AWS: '123456789012' }, 's3:GetObject', `${ARN}/public/*`));
    await refused(get(nobody), 'AccessDenied');
  });

  it('stands for a policy of the role where it names role or session, and not where it names the account', async () => {
    await refused(write(alice.s3, 'shared/a'), 'AccessDenied');
    for (const principal of [roleArn('demo-user'), sessionArn('demo-user')]) {
      await put(allow({ AWS: principal }, 's3:PutObject', `${ARN}/shared/*`));
      await write(alice.s3, 'shared/a');
      await refused(write(stranger.s3, 'shared/a'), 'AccessDenied');
    }
    await put(allow({ AWS: '123456789012' }, 's3:PutObject', `${ARN}/shared/*`));
    await refused(write(alice.s3, 'shared/a'), 'AccessDenied');
  });

  it('tells one identity from another', async () => {
    const only = { Condition: { StringEquals: { 'cognito-identity.amazonaws.com:sub': alice.identityId } } };
    await put(allow({ AWS: roleArn('demo-user') }, 's3:PutObject', `${ARN}/shared/*`, only));
    await write(alice.s3, 'shared/a');
    await refused(write(bob.s3, 'shared/a'), 'AccessDenied');
  });

  it('denies whatever roles allow, links that are presigned and root included, but root the policy itself never', async () => {
    const link = await getSignedUrl(root, new GetObjectCommand(HELLO), { expiresIn: 60 });
    assert.equal((await fetch(link)).status, 200);
    await put(deny('*', 's3:*', [ARN, `${ARN}/*`]));
    await refused(get(alice.s3), 'AccessDenied');
    await refused(get(root), 'AccessDenied');
    assert.equal((await fetch(link)).status, 403);
    await refused(root.send(new GetBucketPolicyStatusCommand({ Bucket })), 'AccessDenied');
    assert.match((await root.send(new GetBucketPolicyCommand({ Bucket }))).Policy, /"Deny"/);
    await put(deny({ AWS: roleArn('demo-guest') }, 's3:GetObject', `${ARN}/public/*`));
    assert.equal(await text(get(alice.s3)), 'Hello from Cenote.\n');
    await refused(get(stranger.s3), 'AccessDenied');
    await root.send(new DeleteBucketPolicyCommand({ Bucket }));
    assert.equal(await text(get(stranger.s3)), 'Hello from Cenote.\n');
  });

  it('is asked of each object that one request is about', async () => {
    await write(root, 'drop/1');
    await write(root, 'kept/1');
    const user = { AWS: roleArn('demo-user') };
    await put(allow(user, 's3:DeleteObject', `${ARN}/drop/*`), deny(user, 's3:GetObject', `${ARN}/public/about.txt`));
    const Delete = { Objects: [{ Key: 'drop/1' }, { Key: 'kept/1' }] };
    const { Deleted, Errors } = await alice.s3.send(new DeleteObjectsCommand({ Bucket, Delete }));
    assert.deepEqual([Deleted.map(({ Key }) => Key), Errors.map(({ Key, Code }) => [Key, Code])], [['drop/1'], [['kept/1', 'AccessDenied']]]);
    const copy = (from) => alice.s3.send(new CopyObjectCommand({ Bucket, Key: `${alice.identityId}/copy`, CopySource: `${Bucket}/${from}` }));
    await copy('public/hello.txt');
    await refused(copy('public/about.txt'), 'AccessDenied');
  });

  it('is nobody\'s to write or read who may not', async () => {
    const Policy = JSON.stringify({ Statement: allow('*', 's3:*', `${ARN}/*`) });
    for (const command of [
      new PutBucketPolicyCommand({ Bucket, Policy }), new GetBucketPolicyCommand({ Bucket }),
      new GetBucketPolicyStatusCommand({ Bucket }), new DeleteBucketPolicyCommand({ Bucket }),
    ]) {
      for (const client of [alice.s3, stranger.s3, nobody]) await refused(client.send(command), 'AccessDenied');
    }
  });
});
