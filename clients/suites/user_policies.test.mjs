// What managed policies, permissions boundaries and tags are to users of IAM and to their groups, through real SDKs.
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import {
  AddUserToGroupCommand, AttachGroupPolicyCommand, AttachUserPolicyCommand, CreateAccessKeyCommand, CreateGroupCommand,
  CreatePolicyCommand, CreateUserCommand, DeleteGroupCommand, DeleteUserCommand, DeleteUserPermissionsBoundaryCommand,
  DetachGroupPolicyCommand, DetachUserPolicyCommand, GetUserCommand, IAMClient, ListAttachedGroupPoliciesCommand,
  ListAttachedUserPoliciesCommand, ListUsersCommand, ListUserTagsCommand, PutUserPermissionsBoundaryCommand,
  PutUserPolicyCommand, RemoveUserFromGroupCommand, TagUserCommand, UntagUserCommand,
} from '@aws-sdk/client-iam';
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { refused, s3, to } from '../support/people.mjs';
import { SEED } from '../support/seed.mjs';
import { watch } from '../support/seen.mjs';
import { serverOfSuite } from '../support/server.mjs';

const ADMINISTRATOR = 'arn:aws:iam::aws:policy/AdministratorAccess';
const S3_READ_ONLY = 'arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess';
const NOWHERE = 'arn:aws:iam::123456789012:policy/nowhere';
const NO_ARN = 'arn:aws:iam::123456789012:user/ada';

describe('a user', () => {
  const server = serverOfSuite(SEED);
  const ask = (Command, input, credentials = server.root()) => (
    watch(new IAMClient({ ...to(server), credentials })).send(new Command(input))
  );
  const ada = { UserName: 'ada' };
  let keys;
  const get = () => s3(server, keys).send(new GetObjectCommand({ Bucket: 'my-bucket', Key: 'public/hello.txt' }));
  const put = () => s3(server, keys).send(new PutObjectCommand({ Bucket: 'my-bucket', Key: 'new', Body: 'x' }));
  before(async () => {
    await ask(CreateUserCommand, ada);
    await ask(CreateGroupCommand, { GroupName: 'staff' });
    await ask(AddUserToGroupCommand, { ...ada, GroupName: 'staff' });
    const { AccessKey: key } = await ask(CreateAccessKeyCommand, ada);
    keys = { accessKeyId: key.AccessKeyId, secretAccessKey: key.SecretAccessKey };
  });

  it('may do what is attached to them or to their group', async () => {
    await refused(get(), 'AccessDenied');
    for (const [Attach, Detach, List, named] of [
      [AttachUserPolicyCommand, DetachUserPolicyCommand, ListAttachedUserPoliciesCommand, ada],
      [AttachGroupPolicyCommand, DetachGroupPolicyCommand, ListAttachedGroupPoliciesCommand, { GroupName: 'staff' }],
    ]) {
      await ask(Attach, { ...named, PolicyArn: S3_READ_ONLY });
      await ask(Attach, { ...named, PolicyArn: S3_READ_ONLY });
      await get();
      await refused(put(), 'AccessDenied');
      assert.deepEqual((await ask(List, named)).AttachedPolicies, [{ PolicyName: 'AmazonS3ReadOnlyAccess', PolicyArn: S3_READ_ONLY }]);
      assert.deepEqual((await ask(List, { ...named, PathPrefix: '/none/' })).AttachedPolicies, []);
      await refused(ask(List, { ...named, Marker: '!' }), 'ValidationError', 'Invalid Marker.');
      const Delete = named.UserName ? DeleteUserCommand : DeleteGroupCommand;
      if (named.UserName) await refused(ask(Delete, named), 'DeleteConflictException', 'Cannot delete entity, must detach all policies first.');
      await ask(Detach, { ...named, PolicyArn: S3_READ_ONLY });
      await refused(get(), 'AccessDenied');
      await refused(ask(Detach, { ...named, PolicyArn: S3_READ_ONLY }), 'NoSuchEntityException', `Policy ${S3_READ_ONLY} was not found.`);
      await refused(ask(Attach, { ...named, PolicyArn: NOWHERE }), 'NoSuchEntityException', `Policy ${NOWHERE} does not exist or is not attachable.`);
      for (const Command of [Attach, Detach]) await refused(ask(Command, { ...named, PolicyArn: NO_ARN }), 'InvalidInputException');
    }
  });

  it('with AdministratorAccess may do what root may, until a boundary says less', async () => {
    await ask(AttachUserPolicyCommand, { ...ada, PolicyArn: ADMINISTRATOR });
    await ask(CreateUserCommand, { UserName: 'made-by-ada' }, keys);
    await put();
    await ask(PutUserPermissionsBoundaryCommand, { ...ada, PermissionsBoundary: S3_READ_ONLY }, keys);
    await get();
    await refused(put(), 'AccessDenied');
    await refused(
      ask(DeleteUserPermissionsBoundaryCommand, ada, keys), 'AccessDenied',
      /because no permissions boundary allows the iam:DeleteUserPermissionsBoundary action$/,
    );
    const { User: bound } = await ask(GetUserCommand, ada);
    assert.deepEqual(bound.PermissionsBoundary, { PermissionsBoundaryType: 'Policy', PermissionsBoundaryArn: S3_READ_ONLY });
    await ask(DeleteUserPermissionsBoundaryCommand, ada);
    await put();
    await refused(
      ask(PutUserPermissionsBoundaryCommand, { ...ada, PermissionsBoundary: NOWHERE }), 'NoSuchEntityException',
      `Scope ARN: ${NOWHERE} does not exist or is not attachable.`,
    );
    await refused(ask(PutUserPermissionsBoundaryCommand, { ...ada, PermissionsBoundary: NO_ARN }), 'ValidationError');
    await ask(DetachUserPolicyCommand, { ...ada, PolicyArn: ADMINISTRATOR });
  });

  it('who makes users may be held to make them within a boundary', async () => {
    const policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{
        Effect: 'Allow', Action: ['iam:CreateUser', 'iam:TagUser', 'iam:PutUserPolicy'], Resource: '*',
        Condition: { StringEquals: { 'iam:PermissionsBoundary': S3_READ_ONLY } },
      }],
    });
    await ask(PutUserPolicyCommand, { ...ada, PolicyName: 'makes', PolicyDocument: policy });
    const document = JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] });
    await refused(ask(CreateUserCommand, { UserName: 'free' }, keys), 'AccessDenied');
    await refused(ask(CreateUserCommand, { UserName: 'free', PermissionsBoundary: ADMINISTRATOR }, keys), 'AccessDenied');
    const { User } = await ask(CreateUserCommand, { UserName: 'bound', PermissionsBoundary: S3_READ_ONLY }, keys);
    assert.equal(User.PermissionsBoundary.PermissionsBoundaryArn, S3_READ_ONLY);
    await ask(PutUserPolicyCommand, { UserName: 'bound', PolicyName: 'p', PolicyDocument: document }, keys);
    await refused(ask(PutUserPolicyCommand, { ...ada, PolicyName: 'p', PolicyDocument: document }, keys), 'AccessDenied');
    await refused(ask(CreateUserCommand, { UserName: 'b', PermissionsBoundary: NOWHERE }), 'NoSuchEntityException');
  });

  it('has tags, which policies ask about', async () => {
    const Tags = [{ Key: 'Team', Value: 'red' }, { Key: 'a', Value: '' }];
    const { User } = await ask(CreateUserCommand, { UserName: 'tagged', Tags });
    assert.deepEqual(User.Tags, Tags);
    assert.equal((await ask(ListUsersCommand, {})).Users.find((user) => user.UserName === 'tagged').Tags, undefined);
    const tagged = { UserName: 'tagged' };
    await ask(TagUserCommand, { ...tagged, Tags: [{ Key: 'team', Value: 'blue' }] });
    assert.deepEqual((await ask(ListUserTagsCommand, tagged)).Tags, [{ Key: 'a', Value: '' }, { Key: 'team', Value: 'blue' }]);
    const policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{
        Effect: 'Allow', Action: 'iam:GetUser', Resource: '*',
        Condition: { StringEquals: { 'iam:ResourceTag/team': '${aws:PrincipalTag/team}' } },
      }],
    });
    await ask(PutUserPolicyCommand, { ...ada, PolicyName: 'own-team', PolicyDocument: policy });
    await refused(ask(GetUserCommand, tagged, keys), 'AccessDenied');
    await ask(TagUserCommand, { ...ada, Tags: [{ Key: 'Team', Value: 'blue' }] });
    await ask(GetUserCommand, tagged, keys);
    await refused(ask(GetUserCommand, { UserName: 'bound' }, keys), 'AccessDenied');
    const many = [...Array(49).keys()].map((n) => ({ Key: `k${n}`, Value: '' }));
    await refused(ask(TagUserCommand, { ...tagged, Tags: many }), 'LimitExceededException');
    const alike = [{ Key: 'b', Value: '' }, { Key: 'B', Value: '' }];
    await refused(ask(TagUserCommand, { ...tagged, Tags: alike }), 'InvalidInputException');
    await refused(ask(CreateUserCommand, { UserName: 'x', Tags: alike }), 'InvalidInputException');
    await ask(UntagUserCommand, { ...tagged, TagKeys: ['a', 'TEAM'] });
    assert.deepEqual((await ask(ListUserTagsCommand, tagged)).Tags, []);
    await refused(ask(ListUserTagsCommand, { ...tagged, Marker: '!' }), 'ValidationError', 'Invalid Marker.');
  });

  it('or a group has ten managed policies at most, and is there', async () => {
    const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: '*' }] });
    for (let n = 0; n < 10; n += 1) {
      const { Policy } = await ask(CreatePolicyCommand, { PolicyName: `p${n}`, PolicyDocument });
      await ask(AttachUserPolicyCommand, { ...ada, PolicyArn: Policy.Arn });
      await ask(AttachGroupPolicyCommand, { GroupName: 'staff', PolicyArn: Policy.Arn });
    }
    const over = { ...ada, GroupName: 'staff', PolicyArn: ADMINISTRATOR };
    await refused(ask(AttachUserPolicyCommand, over), 'LimitExceededException', 'Cannot exceed quota for PoliciesPerUser: 10');
    await refused(ask(AttachGroupPolicyCommand, over), 'LimitExceededException', 'Cannot exceed quota for PoliciesPerGroup: 10');
    await ask(RemoveUserFromGroupCommand, over);
    await refused(ask(DeleteGroupCommand, { GroupName: 'staff' }), 'DeleteConflictException', 'Cannot delete entity, must detach all policies first.');
    const nobody = { UserName: 'nobody', GroupName: 'nothing', PolicyArn: ADMINISTRATOR, PermissionsBoundary: ADMINISTRATOR, Tags: [], TagKeys: [] };
    for (const Command of [
      AttachUserPolicyCommand, DetachUserPolicyCommand, ListAttachedUserPoliciesCommand, PutUserPermissionsBoundaryCommand,
      DeleteUserPermissionsBoundaryCommand, TagUserCommand, UntagUserCommand, ListUserTagsCommand,
    ]) await refused(ask(Command, nobody), 'NoSuchEntityException', 'The user with name nobody cannot be found.');
    for (const Command of [AttachGroupPolicyCommand, DetachGroupPolicyCommand, ListAttachedGroupPoliciesCommand]) {
      await refused(ask(Command, nobody), 'NoSuchEntityException', 'The group with name nothing cannot be found.');
    }
  });
});
