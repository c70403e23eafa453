// Groups of users of IAM through real SDKs.
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import {
  AddUserToGroupCommand, CreateAccessKeyCommand, CreateGroupCommand, CreateUserCommand, DeleteGroupCommand,
  DeleteGroupPolicyCommand, DeleteUserCommand, GetGroupCommand, GetGroupPolicyCommand, IAMClient, ListGroupPoliciesCommand,
  ListGroupsCommand, ListGroupsForUserCommand, paginateGetGroup, PutGroupPolicyCommand, RemoveUserFromGroupCommand,
} from '@aws-sdk/client-iam';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { refused, s3, to } from '../support/people.mjs';
import { SEED } from '../support/seed.mjs';
import { watch } from '../support/seen.mjs';
import { serverOfSuite } from '../support/server.mjs';

const document = (Effect, Action) => JSON.stringify({
  Version: '2012-10-17', Statement: [{ Effect, Action, Resource: '*' }],
});

describe('groups', () => {
  const server = serverOfSuite(SEED);
  const ask = (Command, input) => watch(new IAMClient({ ...to(server), credentials: server.root() })).send(new Command(input));
  const may = (GroupName, PolicyName, PolicyDocument) => ask(PutGroupPolicyCommand, { GroupName, PolicyName, PolicyDocument });
  let ada;
  before(async () => {
    await ask(CreateUserCommand, { UserName: 'ada' });
    const { AccessKey: key } = await ask(CreateAccessKeyCommand, { UserName: 'ada' });
    ada = { accessKeyId: key.AccessKeyId, secretAccessKey: key.SecretAccessKey };
  });

  it('are made, shown and listed with their members', async () => {
    const { Group: made } = await ask(CreateGroupCommand, { GroupName: 'staff', Path: '/team/' });
    assert.equal(made.Arn, 'arn:aws:iam::123456789012:group/team/staff');
    assert.match(made.GroupId, /^AGPA[A-Z0-9]{17}$/);
    for (const UserName of ['bob', 'cleo', 'ada']) {
      if (UserName !== 'ada') await ask(CreateUserCommand, { UserName });
      await ask(AddUserToGroupCommand, { GroupName: 'staff', UserName });
    }
    const found = [];
    const client = watch(new IAMClient({ ...to(server), credentials: server.root() }));
    for await (const page of paginateGetGroup({ client, pageSize: 2 }, { GroupName: 'staff' })) {
      assert.equal(page.Group.GroupId, made.GroupId);
      found.push(...page.Users.map((user) => user.UserName));
    }
    assert.deepEqual(found, ['ada', 'bob', 'cleo']);
    const { Groups: all } = await ask(ListGroupsCommand, { PathPrefix: '/team/' });
    const { Groups: ofAda } = await ask(ListGroupsForUserCommand, { UserName: 'ada' });
    assert.deepEqual([all, ofAda].map((groups) => groups.map((group) => group.GroupName)), [['staff'], ['staff']]);
  });

  it('let their members do what they may', async () => {
    const get = () => s3(server, ada).send(new GetObjectCommand({ Bucket: 'my-bucket', Key: 'public/hello.txt' }));
    await refused(get(), 'AccessDenied');
    await may('staff', 'read', document('Allow', 's3:GetObject'));
    await get();
    assert.deepEqual((await ask(ListGroupPoliciesCommand, { GroupName: 'staff' })).PolicyNames, ['read']);
    const { PolicyDocument } = await ask(GetGroupPolicyCommand, { GroupName: 'staff', PolicyName: 'read' });
    assert.equal(decodeURIComponent(PolicyDocument), document('Allow', 's3:GetObject'));
    await ask(CreateGroupCommand, { GroupName: 'barred' });
    await may('barred', 'no', document('Deny', 's3:*'));
    await ask(AddUserToGroupCommand, { GroupName: 'barred', UserName: 'ada' });
    await refused(get(), 'AccessDenied');
    await ask(RemoveUserFromGroupCommand, { GroupName: 'barred', UserName: 'ada' });
    await get();
  });

  it('are deleted when nobody and nothing is in them', async () => {
    const conflict = 'Cannot delete entity, must remove users from group first.';
    await refused(ask(DeleteGroupCommand, { GroupName: 'staff' }), 'DeleteConflictException', conflict);
    await refused(ask(DeleteUserCommand, { UserName: 'bob' }), 'DeleteConflictException', conflict);
    await refused(ask(DeleteGroupCommand, { GroupName: 'barred' }), 'DeleteConflictException', 'Cannot delete entity, must delete policies first.');
    await ask(DeleteGroupPolicyCommand, { GroupName: 'barred', PolicyName: 'no' });
    await ask(DeleteGroupCommand, { GroupName: 'barred' });
    await refused(ask(GetGroupCommand, { GroupName: 'barred' }), 'NoSuchEntityException', 'The group with name barred cannot be found.');
  });

  it('that are not there, or there already, are said to be so', async () => {
    const named = { GroupName: 'nothing', UserName: 'nobody', PolicyName: 'p', PolicyDocument: document('Allow', '*') };
    for (const Command of [
      GetGroupCommand, DeleteGroupCommand, AddUserToGroupCommand, RemoveUserFromGroupCommand, PutGroupPolicyCommand,
      GetGroupPolicyCommand, DeleteGroupPolicyCommand, ListGroupPoliciesCommand,
    ]) {
      await refused(ask(Command, named), 'NoSuchEntityException', 'The group with name nothing cannot be found.');
    }
    await refused(ask(ListGroupsForUserCommand, named), 'NoSuchEntityException', 'The user with name nobody cannot be found.');
    await refused(ask(CreateGroupCommand, { GroupName: 'STAFF' }), 'EntityAlreadyExistsException', 'Group with name STAFF already exists.');
    await refused(may('staff', 'p', '{'), 'MalformedPolicyDocumentException', 'Syntax errors in policy.');
    await refused(
      may('staff', 'p', document('Allow', `s3:${'x'.repeat(5120)}`)), 'LimitExceededException',
      'Maximum policy size of 5120 bytes exceeded for group staff',
    );
  });

  it('are three hundred at most, ten of a user', async () => {
    for (let number = 0; number < 299; number += 1) {
      const GroupName = `group-${number}`;
      await ask(CreateGroupCommand, { GroupName });
      if (number < 9) await ask(AddUserToGroupCommand, { GroupName, UserName: 'ada' });
    }
    await refused(ask(CreateGroupCommand, { GroupName: 'over' }), 'LimitExceededException', 'Cannot exceed quota for GroupsPerAccount: 300');
    await refused(
      ask(AddUserToGroupCommand, { GroupName: 'group-9', UserName: 'ada' }), 'LimitExceededException', 'Cannot exceed quota for GroupsPerUser: 10',
    );
  });
});
