// Users of IAM through real SDKs: administrators and back ends, who sign with keys of their own.
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { CreateIdentityPoolCommand, GetOpenIdTokenForDeveloperIdentityCommand } from '@aws-sdk/client-cognito-identity';
import {
  CreateAccessKeyCommand, CreateUserCommand, DeleteAccessKeyCommand, DeleteUserCommand, DeleteUserPolicyCommand,
  GetAccessKeyLastUsedCommand, GetUserCommand, GetUserPolicyCommand, IAMClient, ListAccessKeysCommand,
  ListUserPoliciesCommand, ListUsersCommand, paginateListUsers, PutUserPolicyCommand, UpdateAccessKeyCommand,
  UpdateUserCommand,
} from '@aws-sdk/client-iam';
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import AWS from 'aws-sdk';
import { identityPools, refused, s3, to } from '../support/people.mjs';
import { REGION, SEED } from '../support/seed.mjs';
import { watch, watchV2 } from '../support/seen.mjs';
import { serverOfSuite } from '../support/server.mjs';

const allowing = (Action, Resource = '*') => JSON.stringify({
  Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource }],
});
const HELLO = { Bucket: 'my-bucket', Key: 'public/hello.txt' };

describe('users', () => {
  const server = serverOfSuite(SEED);
  const iam = (credentials = server.root()) => watch(new IAMClient({ ...to(server), credentials }));
  const who = (credentials) => watch(new STSClient({ ...to(server), credentials })).send(new GetCallerIdentityCommand({}));
  const ask = (Command, input, credentials) => iam(credentials).send(new Command(input));
  const keyOf = async (UserName, credentials) => {
    const { AccessKey: made } = await ask(CreateAccessKeyCommand, { UserName }, credentials);
    return { accessKeyId: made.AccessKeyId, secretAccessKey: made.SecretAccessKey };
  };
  const may = (UserName, policy) => ask(PutUserPolicyCommand, { UserName, PolicyName: 'may', PolicyDocument: policy });

  it('are made, shown, renamed and deleted', async () => {
    const { User: made } = await ask(CreateUserCommand, { UserName: 'life', Path: '/team/' });
    assert.equal(made.Arn, 'arn:aws:iam::123456789012:user/team/life');
    assert.match(made.UserId, /^AIDA[A-Z0-9]{17}$/);
    assert.ok(Math.abs(made.CreateDate - Date.now()) < 60_000);
    await ask(UpdateUserCommand, { UserName: 'life', NewUserName: 'alive', NewPath: '/' });
    const { User: found } = await ask(GetUserCommand, { UserName: 'alive' });
    assert.deepEqual([found.Arn, found.UserId], ['arn:aws:iam::123456789012:user/alive', made.UserId]);
    await may('alive', allowing('s3:*'));
    await refused(ask(DeleteUserCommand, { UserName: 'alive' }), 'DeleteConflictException', 'Cannot delete entity, must delete policies first.');
    assert.deepEqual((await ask(ListUserPoliciesCommand, { UserName: 'alive' })).PolicyNames, ['may']);
    const { PolicyDocument } = await ask(GetUserPolicyCommand, { UserName: 'alive', PolicyName: 'may' });
    assert.equal(decodeURIComponent(PolicyDocument), allowing('s3:*'));
    await ask(DeleteUserPolicyCommand, { UserName: 'alive', PolicyName: 'may' });
    const { accessKeyId: AccessKeyId } = await keyOf('alive');
    await refused(ask(DeleteUserCommand, { UserName: 'alive' }), 'DeleteConflictException', 'Cannot delete entity, must delete access keys first.');
    await ask(DeleteAccessKeyCommand, { UserName: 'alive', AccessKeyId });
    await ask(DeleteUserCommand, { UserName: 'alive' });
    await refused(ask(GetUserCommand, { UserName: 'alive' }), 'NoSuchEntityException', 'The user with name alive cannot be found.');
  });

  it('are listed over as many pages as it takes', async () => {
    for (const UserName of ['page-a', 'page-b', 'page-c']) await ask(CreateUserCommand, { UserName, Path: '/pages/' });
    const found = [];
    for await (const page of paginateListUsers({ client: iam(), pageSize: 2 }, { PathPrefix: '/pages/' })) {
      found.push(...page.Users.map((user) => user.UserName));
    }
    assert.deepEqual(found, ['page-a', 'page-b', 'page-c']);
    await refused(ask(ListUsersCommand, { Marker: 'made-up' }), 'ValidationError');
  });

  describe('sign with their keys', () => {
    let ada;
    before(async () => {
      await ask(CreateUserCommand, { UserName: 'ada' });
      ada = await keyOf('ada');
    });

    it('as themselves', async () => {
      const { Arn, UserId, Account } = await who(ada);
      assert.deepEqual([Arn, Account], ['arn:aws:iam::123456789012:user/ada', '123456789012']);
      assert.match(UserId, /^AIDA/);
    });

    it('for what their policies allow and nothing else', async () => {
      await refused(s3(server, ada).send(new GetObjectCommand(HELLO)), 'AccessDenied');
      await refused(
        ask(ListUsersCommand, {}, ada), 'AccessDenied',
        'User: arn:aws:iam::123456789012:user/ada is not authorized to perform: iam:ListUsers on resource: '
          + 'arn:aws:iam::123456789012:user/ because no identity-based policy allows the iam:ListUsers action',
      );
      await may('ada', allowing('s3:GetObject'));
      const { Body } = await s3(server, ada).send(new GetObjectCommand(HELLO));
      assert.match(await Body.transformToString(), /\w/);
      await refused(s3(server, ada).send(new PutObjectCommand({ ...HELLO, Body: 'x' })), 'AccessDenied');
      const url = await getSignedUrl(s3(server, ada), new GetObjectCommand(HELLO), { expiresIn: 60 });
      assert.equal((await fetch(url)).status, 200);
    });

    it('as a back end does, for its own users', async () => {
      const pools = identityPools(server, server.root());
      const { IdentityPoolId } = await pools.send(new CreateIdentityPoolCommand({
        IdentityPoolName: 'backend', AllowUnauthenticatedIdentities: false, DeveloperProviderName: 'login.my.app',
      }));
      const input = { IdentityPoolId, Logins: { 'login.my.app': 'user' } };
      const asking = () => identityPools(server, ada).send(new GetOpenIdTokenForDeveloperIdentityCommand(input));
      await refused(asking(), 'AccessDeniedException');
      const pool = `arn:aws:cognito-identity:us-east-1:123456789012:identitypool/${IdentityPoolId}`;
      await may('ada', allowing('cognito-identity:GetOpenIdTokenForDeveloperIdentity', pool));
      assert.match((await asking()).Token, /^eyJ/);
    });

    it('about themselves without saying so', async () => {
      await may('ada', allowing('iam:*', 'arn:aws:iam::123456789012:user/${aws:username}'));
      assert.equal((await ask(GetUserCommand, {}, ada)).User.UserName, 'ada');
      await refused(ask(GetUserCommand, { UserName: 'page-a' }, ada), 'AccessDenied');
      const other = await keyOf(undefined, ada);
      const { AccessKeyMetadata: keys } = await ask(ListAccessKeysCommand, {}, ada);
      assert.deepEqual(keys.map((key) => key.AccessKeyId), [ada.accessKeyId, other.accessKeyId].sort());
      await refused(keyOf(undefined, ada), 'LimitExceededException', 'Cannot exceed quota for AccessKeysPerUser: 2');
      assert.equal((await who(other)).Arn, (await who(ada)).Arn);
      const named = { AccessKeyId: other.accessKeyId };
      await ask(UpdateAccessKeyCommand, { ...named, Status: 'Inactive' }, ada);
      await refused(who(other), 'InvalidClientTokenId', 'The security token included in the request is invalid.');
      await refused(s3(server, other).send(new GetObjectCommand(HELLO)), 'InvalidAccessKeyId');
      await refused(identityPools(server, other).send(new CreateIdentityPoolCommand({
        IdentityPoolName: 'x', AllowUnauthenticatedIdentities: false,
      })), 'UnrecognizedClientException');
      await ask(UpdateAccessKeyCommand, { ...named, Status: 'Active' }, ada);
      await who(other);
      await ask(DeleteAccessKeyCommand, named, ada);
      await refused(who(other), 'InvalidClientTokenId');
      for (const Command of [GetUserCommand, CreateAccessKeyCommand, ListAccessKeysCommand]) {
        await refused(ask(Command, {}), 'ValidationError', 'Must specify userName when calling with non-User credentials');
      }
    });

    it('and when they did so last is known', async () => {
      await who(ada);
      const { UserName, AccessKeyLastUsed: last } = await ask(GetAccessKeyLastUsedCommand, { AccessKeyId: ada.accessKeyId });
      assert.deepEqual([UserName, last.ServiceName, last.Region], ['ada', 'sts', REGION]);
      assert.ok(Math.abs(last.LastUsedDate - Date.now()) < 60_000);
      await refused(ask(GetAccessKeyLastUsedCommand, { AccessKeyId: 'AKIANOBODYNOBODYNOBO' }), 'NoSuchEntityException');
    });

    it('with SDK v2', async () => {
      await may('ada', allowing('iam:*'));
      const old = new (watchV2(AWS).IAM)({ endpoint: server.endpoint, region: REGION, credentials: ada, maxRetries: 0 });
      assert.equal((await old.getUser().promise()).User.UserName, 'ada');
      await assert.rejects(old.getUser({ UserName: 'x' }).promise(), { code: 'NoSuchEntity', statusCode: 404 });
    });

    it('and are told what is not there, or there already', async () => {
      const named = {
        UserName: 'nobody', PolicyName: 'p', PolicyDocument: allowing('*'), AccessKeyId: ada.accessKeyId, Status: 'Active',
      };
      for (const Command of [
        GetUserCommand, UpdateUserCommand, DeleteUserCommand, PutUserPolicyCommand, GetUserPolicyCommand,
        DeleteUserPolicyCommand, ListUserPoliciesCommand, CreateAccessKeyCommand, ListAccessKeysCommand,
        UpdateAccessKeyCommand, DeleteAccessKeyCommand,
      ]) {
        await refused(ask(Command, named), 'NoSuchEntityException', 'The user with name nobody cannot be found.');
      }
      await refused(ask(CreateUserCommand, { UserName: 'ADA' }), 'EntityAlreadyExistsException', 'User with name ADA already exists.');
      await refused(ask(UpdateUserCommand, { UserName: 'page-a', NewUserName: 'ada' }), 'EntityAlreadyExistsException');
      await refused(ask(UpdateAccessKeyCommand, { ...named, UserName: 'ada', Status: 'Expired' }), 'InvalidInputException');
      await refused(may('ada', '{'), 'MalformedPolicyDocumentException', 'Syntax errors in policy.');
      await refused(
        may('ada', allowing(`s3:${'x'.repeat(2048)}`)), 'LimitExceededException', 'Maximum policy size of 2048 bytes exceeded for user ada',
      );
    });
  });
});

describe('an account', () => {
  const server = serverOfSuite(SEED);

  it('has five thousand users at most', { timeout: 120_000 }, async () => {
    const iam = watch(new IAMClient({ ...to(server), credentials: server.root() }));
    const numbers = Array.from({ length: 5000 }, (_, number) => number);
    const making = async () => {
      for (let number = numbers.pop(); number !== undefined; number = numbers.pop()) {
        await iam.send(new CreateUserCommand({ UserName: `user-${number}` }));
      }
    };
    await Promise.all(Array.from({ length: 8 }, making));
    const one = new CreateUserCommand({ UserName: 'one-more' });
    await refused(iam.send(one), 'LimitExceededException', 'Cannot exceed quota for UsersPerAccount: 5000');
    await iam.send(new DeleteUserCommand({ UserName: 'user-0' }));
    await iam.send(one);
  });
});
