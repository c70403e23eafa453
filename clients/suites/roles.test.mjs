// IAM and STS through real SDKs: a role from its making to its end, and who a caller is.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  CreateRoleCommand, DeleteRoleCommand, DeleteRolePolicyCommand, GetRoleCommand, GetRolePolicyCommand, IAMClient,
  ListRolePoliciesCommand, ListRolesCommand, paginateListRoles, PutRolePolicyCommand, UpdateAssumeRolePolicyCommand,
  UpdateRoleCommand,
} from '@aws-sdk/client-iam';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import AWS from 'aws-sdk';
import { guest, member, refused, s3, to } from '../support/people.mjs';
import { ALICE, DEMO_POOL, REGION, SEED } from '../support/seed.mjs';
import { watch, watchV2 } from '../support/seen.mjs';
import { serverOfSuite } from '../support/server.mjs';

const TRUST = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{
    Effect: 'Allow',
    Action: 'sts:AssumeRoleWithWebIdentity',
    Principal: { Federated: 'cognito-identity.amazonaws.com' },
    Condition: {
      StringEquals: { 'cognito-identity.amazonaws.com:aud': DEMO_POOL },
      'ForAnyValue:StringLike': { 'cognito-identity.amazonaws.com:amr': 'authenticated' },
    },
  }],
});
const POLICY = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::my-bucket/*' }],
});
const read = (document) => JSON.parse(decodeURIComponent(document));

describe('roles', () => {
  const server = serverOfSuite(SEED);
  const iam = () => watch(new IAMClient({ ...to(server), credentials: server.root() }));
  const sts = (credentials) => watch(new STSClient({ ...to(server), credentials }));
  const make = (RoleName, more) => iam().send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: TRUST, ...more }));

  it('are made, shown, changed and deleted', async () => {
    const { Role: made } = await make('life', { Path: '/team/', Description: 'a & b', MaxSessionDuration: 7200 });
    assert.equal(made.Arn, 'arn:aws:iam::123456789012:role/team/life');
    assert.match(made.RoleId, /^AROA[A-Z0-9]{17}$/);
    assert.ok(Math.abs(made.CreateDate - Date.now()) < 60_000);
    const named = { RoleName: 'life', PolicyName: 'reading' };
    await iam().send(new PutRolePolicyCommand({ ...named, PolicyDocument: POLICY }));
    assert.deepEqual((await iam().send(new ListRolePoliciesCommand({ RoleName: 'life' }))).PolicyNames, ['reading']);
    const { PolicyDocument } = await iam().send(new GetRolePolicyCommand(named));
    assert.deepEqual(read(PolicyDocument), JSON.parse(POLICY));
    await iam().send(new UpdateRoleCommand({ RoleName: 'life', Description: 'c', MaxSessionDuration: 3600 }));
    const narrower = TRUST.replace('"authenticated"', '"unauthenticated"');
    await iam().send(new UpdateAssumeRolePolicyCommand({ RoleName: 'life', PolicyDocument: narrower }));
    const { Role: changed } = await iam().send(new GetRoleCommand({ RoleName: 'life' }));
    assert.deepEqual([changed.Description, changed.MaxSessionDuration], ['c', 3600]);
    assert.deepEqual(read(changed.AssumeRolePolicyDocument), JSON.parse(narrower));
    await refused(iam().send(new DeleteRoleCommand({ RoleName: 'life' })), 'DeleteConflictException');
    await iam().send(new DeleteRolePolicyCommand(named));
    await iam().send(new DeleteRoleCommand({ RoleName: 'life' }));
    await refused(iam().send(new GetRoleCommand({ RoleName: 'life' })), 'NoSuchEntityException');
  });

  it('are listed over as many pages as it takes', async () => {
    for (const name of ['page-a', 'page-b', 'page-c']) await make(name, { Path: '/pages/' });
    const found = [];
    const pages = paginateListRoles({ client: iam(), pageSize: 2 }, { PathPrefix: '/pages/' });
    for await (const page of pages) found.push(...page.Roles.map((role) => role.RoleName));
    assert.deepEqual(found, ['page-a', 'page-b', 'page-c']);
    await refused(iam().send(new ListRolesCommand({ Marker: 'made-up' })), 'ValidationError');
    await refused(iam().send(new ListRolePoliciesCommand({ RoleName: 'page-a', Marker: '!' })), 'ValidationError');
  });

  it('that are not there, or there already, are said to be so', async () => {
    const named = { RoleName: 'nobody', PolicyName: 'p', PolicyDocument: POLICY };
    for (const Command of [
      GetRoleCommand, DeleteRoleCommand, UpdateRoleCommand, PutRolePolicyCommand, GetRolePolicyCommand,
      DeleteRolePolicyCommand, ListRolePoliciesCommand, UpdateAssumeRolePolicyCommand,
    ]) {
      await refused(iam().send(new Command(named)), 'NoSuchEntityException', 'The role with name nobody cannot be found.');
    }
    await refused(make('DEMO-USER'), 'EntityAlreadyExistsException', 'Role with name DEMO-USER already exists.');
  });

  it('take no policy that would not be evaluated to the letter, and none that is too large', async () => {
    const named = { RoleName: 'demo-user', PolicyName: 'p' };
    await refused(iam().send(new PutRolePolicyCommand({ ...named, PolicyDocument: TRUST })), 'MalformedPolicyDocumentException', 'Has prohibited field Principal');
    await refused(make('bad', { AssumeRolePolicyDocument: POLICY }), 'MalformedPolicyDocumentException');
    await refused(iam().send(new UpdateAssumeRolePolicyCommand({ ...named, PolicyDocument: '{' })), 'MalformedPolicyDocumentException', 'Syntax errors in policy.');
    const large = (text, by) => text.replace('/*', `/${'l'.repeat(by)}*`).replace(DEMO_POOL, `${DEMO_POOL}${'0'.repeat(by)}`);
    await refused(iam().send(new PutRolePolicyCommand({ ...named, PolicyDocument: large(POLICY, 10_240) })), 'LimitExceededException');
    await refused(make('large', { AssumeRolePolicyDocument: large(TRUST, 2048) }), 'LimitExceededException');
    await refused(iam().send(new UpdateAssumeRolePolicyCommand({ ...named, PolicyDocument: large(TRUST, 2048) })), 'LimitExceededException');
  });

  it('change what their sessions may do, at once', async () => {
    const { credentials } = await member(server, ALICE);
    const get = () => s3(server, credentials).send(new GetObjectCommand({ Bucket: 'my-bucket', Key: 'others/plan.txt' }));
    await refused(get(), 'AccessDenied');
    const named = { RoleName: 'demo-user', PolicyName: 'more' };
    await iam().send(new PutRolePolicyCommand({ ...named, PolicyDocument: POLICY }));
    await refused(get(), 'NoSuchKey');
    await iam().send(new DeleteRolePolicyCommand(named));
    await refused(get(), 'AccessDenied');
  });

  it('work with SDK v2', async () => {
    const old = new (watchV2(AWS).IAM)({ endpoint: server.endpoint, region: REGION, credentials: server.root(), maxRetries: 0 });
    const { Role } = await old.createRole({ RoleName: 'old', AssumeRolePolicyDocument: TRUST }).promise();
    assert.equal(Role.Path, '/');
    await old.deleteRole({ RoleName: 'old' }).promise();
    await assert.rejects(old.getRole({ RoleName: 'old' }).promise(), { code: 'NoSuchEntity', statusCode: 404 });
  });

  it('are who a caller says they are', async () => {
    const root = await sts(server.root()).send(new GetCallerIdentityCommand({}));
    assert.deepEqual([root.Account, root.Arn, root.UserId], ['123456789012', 'arn:aws:iam::123456789012:root', '123456789012']);
    const { credentials } = await guest(server);
    const session = await sts(credentials).send(new GetCallerIdentityCommand({}));
    assert.equal(session.Arn, 'arn:aws:sts::123456789012:assumed-role/demo-guest/CognitoIdentityCredentials');
    assert.match(session.UserId, /^AROA[A-Z0-9]{17}:CognitoIdentityCredentials$/);
  });
});
