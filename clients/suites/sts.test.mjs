// Sessions by STS through a real SDK: roles that sessions take on, federated users, and sessions of long-term keys.
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import {
  CreateRoleCommand, IAMClient, ListRolesCommand, PutRolePolicyCommand, UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import {
  AssumeRoleCommand, DecodeAuthorizationMessageCommand, GetAccessKeyInfoCommand, GetCallerIdentityCommand, GetFederationTokenCommand, GetSessionTokenCommand,
  STSClient,
} from '@aws-sdk/client-sts';
import { fromTemporaryCredentials } from '@aws-sdk/credential-providers';
import { member, refused, s3, to } from '../support/people.mjs';
import { ALICE, SEED } from '../support/seed.mjs';
import { watch } from '../support/seen.mjs';
import { serverOfSuite } from '../support/server.mjs';
import { askOwn } from '../support/signed.mjs';

const ACCOUNT = '123456789012';
const roleArn = (name) => `arn:aws:iam::${ACCOUNT}:role/${name}`;
const USER_ROLE = roleArn('demo-user');
const document = (...Statement) => JSON.stringify({ Version: '2012-10-17', Statement });
const trusting = (AWS, Condition = {}, Action = ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity']) => (
  document({ Effect: 'Allow', Principal: { AWS }, Action, Condition })
);
const allowing = (Action, Resource = '*') => document({ Effect: 'Allow', Action, Resource });
const HELLO = { Bucket: 'my-bucket', Key: 'public/hello.txt' };
const NOTE = { Bucket: 'my-bucket', Key: 'public/note.txt', Body: 'note' };
const credentialsOf = ({ Credentials: issued }) => ({
  accessKeyId: issued.AccessKeyId, secretAccessKey: issued.SecretAccessKey, sessionToken: issued.SessionToken,
});

describe('sessions by STS', () => {
  const server = serverOfSuite(SEED);
  const sts = (credentials) => watch(new STSClient({ ...to(server), credentials }));
  const iam = (credentials) => watch(new IAMClient({ ...to(server), credentials: credentials ?? server.root() }));
  const assume = (credentials, RoleName, more) => sts(credentials).send(new AssumeRoleCommand({
    RoleArn: roleArn(RoleName), RoleSessionName: 'session', ...more,
  }));
  const who = async (credentials) => (await sts(credentials).send(new GetCallerIdentityCommand({}))).Arn;
  const trust = (RoleName, PolicyDocument) => iam().send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument }));
  let alice;

  before(async () => {
    alice = (await member(server, ALICE)).credentials;
    for (const [RoleName, trusted] of [['reader', USER_ROLE], ['next', roleArn('reader')], ['open', ACCOUNT]]) {
      await iam().send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trusting(trusted) }));
      await iam().send(new PutRolePolicyCommand({
        RoleName, PolicyName: 'reading', PolicyDocument: allowing(['s3:GetObject', 's3:PutObject', 'sts:GetAccessKeyInfo']),
      }));
    }
  });

  it('are given of a role that names the caller, and by the provider of the SDK', async () => {
    const answer = await assume(alice, 'reader');
    assert.equal(answer.AssumedRoleUser.Arn, `arn:aws:sts::${ACCOUNT}:assumed-role/reader/session`);
    assert.ok(Math.abs(answer.Credentials.Expiration - Date.now() - 3_600_000) < 60_000);
    assert.equal(await who(credentialsOf(answer)), answer.AssumedRoleUser.Arn);
    await s3(server, credentialsOf(answer)).send(new GetObjectCommand(HELLO));
    const provided = fromTemporaryCredentials({
      masterCredentials: alice, clientConfig: to(server), params: { RoleArn: roleArn('reader'), RoleSessionName: 'sdk' },
    });
    assert.equal(await who(provided), `arn:aws:sts::${ACCOUNT}:assumed-role/reader/sdk`);
  });

  it('are not given of a role that names the account to whom no policy allows it, nor to root', async () => {
    const aliceIs = await who(alice);
    const no = `User: ${aliceIs} is not authorized to perform: sts:AssumeRole on resource: ${roleArn('open')}`;
    await refused(assume(alice, 'open'), 'AccessDenied', no);
    await refused(assume(alice, 'nobodys'), 'AccessDenied', no.replace('role/open', 'role/nobodys'));
    await refused(assume(server.root(), 'open'), 'AccessDenied', 'Roles may not be assumed by root accounts.');
  });

  it('carry tags and a source identity down a chain', async () => {
    const tags = { Tags: [{ Key: 'team', Value: 'blue' }], TransitiveTagKeys: ['team'], SourceIdentity: 'ute' };
    const first = await assume(alice, 'reader', tags);
    assert.equal(first.SourceIdentity, 'ute');
    assert.ok(first.PackedPolicySize > 0);
    await trust('next', trusting(roleArn('reader'), {
      StringEquals: { 'aws:PrincipalTag/team': 'blue', 'sts:SourceIdentity': 'ute' },
    }));
    const second = await assume(credentialsOf(first), 'next');
    assert.equal(second.SourceIdentity, 'ute');
    await refused(assume(credentialsOf(first), 'next', { SourceIdentity: 'eve' }), 'ValidationError', 'The source identity is already set for this assume role session');
    await refused(assume(credentialsOf(first), 'next', { Tags: [{ Key: 'TEAM', Value: 'red' }] }), 'InvalidParameterValue', /conflicts with a transitive tag key from the calling session/);
    await refused(assume(credentialsOf(await assume(alice, 'reader')), 'next'), 'AccessDenied');
  });

  it('are narrowed by the policies that are passed, by text and by name, and never widened', async () => {
    const passed = [
      { Policy: allowing('s3:GetObject') },
      { PolicyArns: [{ arn: 'arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess' }], Policy: allowing('s3:ListBucket') },
    ];
    for (const more of passed) {
      const narrowed = s3(server, credentialsOf(await assume(alice, 'reader', more)));
      await narrowed.send(new GetObjectCommand(HELLO));
      await refused(narrowed.send(new PutObjectCommand(NOTE)), 'AccessDenied');
    }
    const all = credentialsOf(await assume(alice, 'reader', { PolicyArns: [{ arn: 'arn:aws:iam::aws:policy/AdministratorAccess' }] }));
    await refused(iam(all).send(new ListRolesCommand({})), 'AccessDenied');
    const gone = 'arn:aws:iam::aws:policy/NoSuchAccess';
    await refused(assume(alice, 'reader', { PolicyArns: [{ arn: gone }] }), 'MalformedPolicyDocumentException', `Policy ${gone} does not exist or is not attachable.`);
    await refused(assume(alice, 'reader', { Policy: allowing('s3:*').padEnd(2049) }), 'PackedPolicyTooLargeException', /^Packed policy consumes 101% of allotted space/);
    await refused(assume(alice, 'reader', { DurationSeconds: 3601 }), 'ValidationError', /exceeds the 1 hour session limit for roles assumed by role chaining/);
    await refused(assume(alice, 'reader', { MinimumSessionTokenSize: 100 }), 'NotImplemented');
  });

  it('are given to federated users by root, who may do what is passed alone', async () => {
    const federated = (more) => sts(server.root()).send(new GetFederationTokenCommand({ Name: 'bob', ...more }));
    const answer = await federated({ Policy: allowing(['s3:GetObject', 'iam:*']), Tags: [{ Key: 'team', Value: 'blue' }] });
    assert.deepEqual(answer.FederatedUser, { FederatedUserId: `${ACCOUNT}:bob`, Arn: `arn:aws:sts::${ACCOUNT}:federated-user/bob` });
    const bob = credentialsOf(answer);
    await s3(server, bob).send(new GetObjectCommand(HELLO));
    await refused(s3(server, bob).send(new PutObjectCommand(NOTE)), 'AccessDenied');
    await refused(iam(bob).send(new ListRolesCommand({})), 'InvalidClientTokenId');
    await refused(sts(bob).send(new GetSessionTokenCommand({})), 'AccessDenied', 'Cannot call GetSessionToken with session credentials');
    await refused(assume(bob, 'open'), 'AccessDenied', 'Cannot call AssumeRole with session credentials');
    await refused(s3(server, credentialsOf(await federated())).send(new GetObjectCommand(HELLO)), 'AccessDenied');
    await refused(federated({ Policy: '{}' }), 'MalformedPolicyDocumentException');
    const large = { Policy: allowing('s3:*').padEnd(2048), Tags: [{ Key: 'team', Value: 'blue' }] };
    await refused(federated(large), 'PackedPolicyTooLargeException');
    await refused(federated({ Tags: [{ Key: 'a', Value: '' }, { Key: 'A', Value: '' }] }), 'InvalidParameterValue', 'Duplicate tag keys found. Please note that Tag keys are case insensitive.');
    await refused(federated({ MinimumSessionTokenSize: 100 }), 'NotImplemented');
  });

  it('are given to root of its own, for an hour at most, and not for IAM', async () => {
    const answer = await sts(server.root()).send(new GetSessionTokenCommand({ DurationSeconds: 129_600 }));
    assert.ok(Math.abs(answer.Credentials.Expiration - Date.now() - 3_600_000) < 60_000);
    const own = credentialsOf(answer);
    assert.equal(await who(own), `arn:aws:iam::${ACCOUNT}:root`);
    await s3(server, own).send(new PutObjectCommand(NOTE));
    await refused(iam(own).send(new ListRolesCommand({})), 'InvalidClientTokenId', 'The security token included in the request is invalid');
    await refused(sts(server.root()).send(new GetSessionTokenCommand({
      SerialNumber: `arn:aws:iam::${ACCOUNT}:mfa/root`, TokenCode: '123456',
    })), 'AccessDenied', /^MultiFactorAuthentication failed/);
    await refused(sts(server.root()).send(new GetSessionTokenCommand({ MinimumSessionTokenSize: 100 })), 'NotImplemented');
    await refused(assume(own, 'open'), 'AccessDenied', 'Roles may not be assumed by root accounts.');
  });

  it('have access keys that tell their account', async () => {
    const reader = credentialsOf(await assume(alice, 'reader'));
    const info = (AccessKeyId) => sts(reader).send(new GetAccessKeyInfoCommand({ AccessKeyId }));
    for (const key of [server.root().accessKeyId, reader.accessKeyId]) assert.equal((await info(key)).Account, ACCOUNT);
    await refused(info('AKIANOBODYNOBODY0000'), 'ValidationError', 'Invalid Access Key ID');
  });

  it('tell by a denial of the server itself why, to whoever may decode it', async () => {
    const denied = await askOwn(server, 'RotateKeys', {}, alice);
    assert.equal(denied.code, 'AccessDeniedException');
    const [, EncodedMessage] = /Encoded authorization failure message: (\S+)$/.exec(JSON.parse(denied.text).message);
    const decode = (text) => sts(server.root()).send(new DecodeAuthorizationMessageCommand({ EncodedMessage: text }));
    const said = JSON.parse((await decode(EncodedMessage)).DecodedMessage);
    assert.deepEqual([said.allowed, said.explicitDeny, said.context.action], [false, false, 'cenote:RotateKeys']);
    assert.equal(said.context.principal.arn, await who(alice));
    await refused(decode(`${EncodedMessage}A`), 'InvalidAuthorizationMessageException', 'Message is not valid');
  });

  it('are not mixed: the key of one goes with the token of no other', async () => {
    const reader = credentialsOf(await assume(alice, 'reader'));
    await refused(who({ ...reader, sessionToken: alice.sessionToken }), 'InvalidClientTokenId');
    await refused(who({ ...alice, sessionToken: reader.sessionToken }), 'InvalidClientTokenId');
  });
});
