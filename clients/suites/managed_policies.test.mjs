// Managed policies, permissions boundaries and tags through SDK v3: their life, each no, and what they decide.
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import {
  AttachRolePolicyCommand, CreatePolicyCommand, CreatePolicyVersionCommand, CreateRoleCommand, DeletePolicyCommand,
  DeletePolicyVersionCommand, DeleteRoleCommand, DeleteRolePermissionsBoundaryCommand, DetachRolePolicyCommand,
  GetAccountSummaryCommand, GetPolicyCommand, GetPolicyVersionCommand, GetRoleCommand, IAMClient,
  ListAccountAliasesCommand, ListAttachedRolePoliciesCommand, ListEntitiesForPolicyCommand,
  ListInstanceProfilesForRoleCommand, ListPolicyTagsCommand, ListPolicyVersionsCommand, ListRoleTagsCommand,
  paginateListPolicies, PutRolePermissionsBoundaryCommand, SetDefaultPolicyVersionCommand, TagPolicyCommand,
  TagRoleCommand, UntagPolicyCommand, UntagRoleCommand, UpdateRoleDescriptionCommand,
} from '@aws-sdk/client-iam';
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { member, refused, s3, to } from '../support/people.mjs';
import { ALICE, DEMO_POOL, SEED, trustIn } from '../support/seed.mjs';
import { watch } from '../support/seen.mjs';
import { serverOfSuite } from '../support/server.mjs';

const ACCOUNT = 'arn:aws:iam::123456789012';
const S3_FULL = 'arn:aws:iam::aws:policy/AmazonS3FullAccess';
const TRUST = JSON.stringify(trustIn(DEMO_POOL, 'authenticated'));
const allowing = (...Action) => JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource: '*' }] });
const read = (document) => JSON.parse(decodeURIComponent(document));
const NOWHERE = `${ACCOUNT}:policy/nowhere`;
const NO_ARN = `${ACCOUNT}:role/demo-user`;

describe('managed policies', () => {
  const server = serverOfSuite(SEED);
  const iam = () => watch(new IAMClient({ ...to(server), credentials: server.root() }));
  const ask = (Command, input) => iam().send(new Command(input));
  const make = async (PolicyName, document = allowing('s3:GetObject'), more = {}) => (
    (await ask(CreatePolicyCommand, { PolicyName, PolicyDocument: document, ...more })).Policy.Arn
  );

  it('are made, versioned, shown and deleted', async () => {
    const Tags = [{ Key: 'team', Value: 'red' }];
    const { Policy: made } = await ask(CreatePolicyCommand, {
      PolicyName: 'life', Path: '/team/', Description: 'a & b', PolicyDocument: allowing('s3:GetObject'), Tags,
    });
    const PolicyArn = `${ACCOUNT}:policy/team/life`;
    assert.equal(made.Arn, PolicyArn);
    assert.match(made.PolicyId, /^ANPA[A-Z0-9]{17}$/);
    const { PolicyVersion } = await ask(CreatePolicyVersionCommand, { PolicyArn, PolicyDocument: allowing('s3:*'), SetAsDefault: true });
    assert.deepEqual([PolicyVersion.VersionId, PolicyVersion.IsDefaultVersion], ['v2', true]);
    const { Policy: shown } = await ask(GetPolicyCommand, { PolicyArn });
    assert.deepEqual(
      [shown.DefaultVersionId, shown.AttachmentCount, shown.IsAttachable, shown.Description, shown.Tags],
      ['v2', 0, true, 'a & b', Tags],
    );
    const { PolicyVersion: first } = await ask(GetPolicyVersionCommand, { PolicyArn, VersionId: 'v1' });
    assert.deepEqual(read(first.Document), JSON.parse(allowing('s3:GetObject')));
    const { Versions } = await ask(ListPolicyVersionsCommand, { PolicyArn });
    assert.deepEqual(Versions.map((version) => version.VersionId), ['v2', 'v1']);
    await ask(SetDefaultPolicyVersionCommand, { PolicyArn, VersionId: 'v1' });
    await refused(ask(DeletePolicyVersionCommand, { PolicyArn, VersionId: 'v1' }), 'DeleteConflictException', 'Cannot delete the default version of a policy.');
    await refused(ask(DeletePolicyCommand, { PolicyArn }), 'DeleteConflictException');
    await ask(DeletePolicyVersionCommand, { PolicyArn, VersionId: 'v2' });
    await ask(DeletePolicyCommand, { PolicyArn });
    await refused(ask(GetPolicyCommand, { PolicyArn }), 'NoSuchEntityException', `Policy ${PolicyArn} was not found.`);
  });

  it('are listed over as many pages as it takes, with those of AWS', async () => {
    for (const name of ['page-a', 'page-b']) await make(name);
    const listed = async (input) => {
      const found = [];
      for await (const page of paginateListPolicies({ client: iam(), pageSize: 2 }, input)) {
        found.push(...page.Policies.map((policy) => policy.PolicyName));
      }
      return found;
    };
    assert.deepEqual(await listed({ Scope: 'Local', PathPrefix: '/' }), ['page-a', 'page-b']);
    assert.deepEqual(await listed({ Scope: 'AWS' }), [
      'AdministratorAccess', 'AmazonCognitoDeveloperAuthenticatedIdentities', 'AmazonCognitoPowerUser',
      'AmazonCognitoReadOnly', 'AmazonCognitoUnAuthedIdentitiesSessionPolicy', 'AmazonS3FullAccess', 'AmazonS3ReadOnlyAccess',
    ]);
    assert.equal((await listed({})).length, 9);
    for (const name of ['page-a', 'page-b']) await ask(DeletePolicyCommand, { PolicyArn: `${ACCOUNT}:policy/${name}` });
  });

  it('decide at once for sessions of the roles that they are attached to, in the version that counts', async () => {
    const { credentials } = await member(server, ALICE);
    const asked = (Command, more) => s3(server, credentials).send(new Command({ Bucket: 'my-bucket', Key: 'others/plan.txt', ...more }));
    const PolicyArn = await make('deciding');
    const attached = { RoleName: 'demo-user', PolicyArn };
    await refused(asked(GetObjectCommand), 'AccessDenied');
    await ask(AttachRolePolicyCommand, attached);
    await refused(asked(GetObjectCommand), 'NoSuchKey');
    await refused(asked(PutObjectCommand, { Body: 'x' }), 'AccessDenied');
    await ask(CreatePolicyVersionCommand, { PolicyArn, PolicyDocument: allowing('s3:PutObject'), SetAsDefault: true });
    await asked(PutObjectCommand, { Body: 'x' });
    await refused(asked(GetObjectCommand), 'AccessDenied');
    await ask(SetDefaultPolicyVersionCommand, { PolicyArn, VersionId: 'v1' });
    const bound = await make('bound', allowing('s3:PutObject'));
    await ask(PutRolePermissionsBoundaryCommand, { RoleName: 'demo-user', PermissionsBoundary: bound });
    await refused(asked(GetObjectCommand), 'AccessDenied');
    await ask(DeleteRolePermissionsBoundaryCommand, { RoleName: 'demo-user' });
    await asked(GetObjectCommand);
    const { AttachedPolicies } = await ask(ListAttachedRolePoliciesCommand, { RoleName: 'demo-user' });
    assert.deepEqual(AttachedPolicies, [{ PolicyName: 'deciding', PolicyArn }]);
    const { PolicyRoles } = await ask(ListEntitiesForPolicyCommand, { PolicyArn, EntityFilter: 'Role' });
    assert.deepEqual(PolicyRoles.map((role) => role.RoleName), ['demo-user']);
    await refused(ask(DeletePolicyCommand, { PolicyArn }), 'DeleteConflictException', 'Cannot delete a policy attached to entities.');
    await ask(DetachRolePolicyCommand, attached);
    await refused(asked(GetObjectCommand), 'AccessDenied');
  });

  it('hold a role that is made with a boundary and tags', async () => {
    const boundary = await make('roof');
    const Tags = [{ Key: 'team', Value: 'red' }];
    await ask(CreateRoleCommand, { RoleName: 'bounded', AssumeRolePolicyDocument: TRUST, PermissionsBoundary: boundary, Tags });
    const { Role } = await ask(GetRoleCommand, { RoleName: 'bounded' });
    assert.deepEqual(Role.PermissionsBoundary, { PermissionsBoundaryType: 'Policy', PermissionsBoundaryArn: boundary });
    assert.deepEqual(Role.Tags, Tags);
    const named = { RoleName: 'bounded', PolicyArn: S3_FULL };
    await ask(AttachRolePolicyCommand, named);
    await refused(ask(DeleteRoleCommand, named), 'DeleteConflictException', 'Cannot delete entity, must detach all policies first.');
    await ask(DetachRolePolicyCommand, named);
    await refused(ask(DetachRolePolicyCommand, named), 'NoSuchEntityException', `Policy ${S3_FULL} was not found.`);
    await ask(DeleteRoleCommand, named);
    const without = { RoleName: 'refused', AssumeRolePolicyDocument: TRUST };
    await refused(ask(CreateRoleCommand, { ...without, PermissionsBoundary: NOWHERE }), 'NoSuchEntityException');
    await refused(ask(CreateRoleCommand, { ...without, PermissionsBoundary: NO_ARN }), 'ValidationError', `Value (${NO_ARN}) for parameter PermissionsBoundary is invalid.`);
    await refused(ask(CreateRoleCommand, { ...without, Tags: [{ Key: 'aws:x', Value: '' }] }), 'InvalidInputException');
  });

  it('and roles have tags', async () => {
    const PolicyArn = await make('tagged');
    const both = [
      [{ PolicyArn }, TagPolicyCommand, ListPolicyTagsCommand, UntagPolicyCommand],
      [{ RoleName: 'demo-user' }, TagRoleCommand, ListRoleTagsCommand, UntagRoleCommand],
    ];
    for (const [named, Tag, List, Untag] of both) {
      await ask(Tag, { ...named, Tags: [{ Key: 'Team', Value: 'red' }, { Key: 'a', Value: '' }] });
      await ask(Tag, { ...named, Tags: [{ Key: 'team', Value: 'blue' }] });
      const { Tags } = await ask(List, named);
      assert.deepEqual(Tags, [{ Key: 'a', Value: '' }, { Key: 'team', Value: 'blue' }]);
      const first = await ask(List, { ...named, MaxItems: 1 });
      assert.deepEqual((await ask(List, { ...named, Marker: first.Marker })).Tags, Tags.slice(1));
      await refused(ask(List, { ...named, Marker: '!' }), 'ValidationError', 'Invalid Marker.');
      await refused(ask(Tag, { ...named, Tags: [{ Key: 'b', Value: '' }, { Key: 'B', Value: '' }] }), 'InvalidInputException');
      const many = [...Array(49).keys()].map((n) => ({ Key: `k${n}`, Value: '' }));
      await refused(ask(Tag, { ...named, Tags: many }), 'LimitExceededException');
      await ask(Untag, { ...named, TagKeys: ['a', 'TEAM'] });
      assert.deepEqual((await ask(List, named)).Tags, []);
    }
  });

  it('of AWS are read and never changed', async () => {
    const PolicyArn = S3_FULL;
    const { PolicyVersion } = await ask(GetPolicyVersionCommand, { PolicyArn, VersionId: 'v2' });
    assert.deepEqual(read(PolicyVersion.Document).Statement[0].Action, ['s3:*', 's3-object-lambda:*']);
    const input = { PolicyArn, VersionId: 'v2', PolicyDocument: allowing('s3:*'), Tags: [], TagKeys: [] };
    for (const Command of [
      DeletePolicyCommand, CreatePolicyVersionCommand, DeletePolicyVersionCommand, SetDefaultPolicyVersionCommand,
      TagPolicyCommand, UntagPolicyCommand,
    ]) await refused(ask(Command, input), 'InvalidInputException');
  });

  it('that are not there, or no policies, are said to be so', async () => {
    const input = { VersionId: 'v1', PolicyDocument: allowing('s3:*'), Tags: [], TagKeys: [], RoleName: 'demo-user' };
    for (const Command of [
      GetPolicyCommand, DeletePolicyCommand, CreatePolicyVersionCommand, GetPolicyVersionCommand, ListPolicyVersionsCommand,
      DeletePolicyVersionCommand, SetDefaultPolicyVersionCommand, ListEntitiesForPolicyCommand, TagPolicyCommand,
      UntagPolicyCommand, ListPolicyTagsCommand, AttachRolePolicyCommand, DetachRolePolicyCommand,
    ]) {
      await refused(ask(Command, { ...input, PolicyArn: NOWHERE }), 'NoSuchEntityException');
      await refused(ask(Command, { ...input, PolicyArn: NO_ARN }), 'InvalidInputException', `ARN ${NO_ARN} is not valid.`);
    }
    const PolicyArn = await make('one-version');
    for (const Command of [GetPolicyVersionCommand, DeletePolicyVersionCommand, SetDefaultPolicyVersionCommand]) {
      await refused(ask(Command, { PolicyArn, VersionId: 'v9' }), 'NoSuchEntityException', `Policy ${PolicyArn} version v9 does not exist or is not attachable.`);
    }
    const bound = { RoleName: 'demo-user', PermissionsBoundary: NOWHERE };
    await refused(ask(PutRolePermissionsBoundaryCommand, bound), 'NoSuchEntityException', `Scope ARN: ${NOWHERE} does not exist or is not attachable.`);
    await refused(ask(PutRolePermissionsBoundaryCommand, { ...bound, PermissionsBoundary: NO_ARN }), 'ValidationError');
    const nobody = { RoleName: 'nobody', PolicyArn, PermissionsBoundary: PolicyArn, Description: 'd', Tags: [], TagKeys: [] };
    for (const Command of [
      AttachRolePolicyCommand, DetachRolePolicyCommand, ListAttachedRolePoliciesCommand, PutRolePermissionsBoundaryCommand,
      DeleteRolePermissionsBoundaryCommand, TagRoleCommand, UntagRoleCommand, ListRoleTagsCommand,
      UpdateRoleDescriptionCommand, ListInstanceProfilesForRoleCommand,
    ]) await refused(ask(Command, nobody), 'NoSuchEntityException', 'The role with name nobody cannot be found.');
  });

  it('may be so large, so many and so often attached', async () => {
    const PolicyArn = await make('limits');
    const large = allowing(`s3:${'x'.repeat(6144)}`);
    const message = 'Cannot exceed quota for PolicySize: 6144';
    await refused(make('large', large), 'LimitExceededException', message);
    await refused(ask(CreatePolicyVersionCommand, { PolicyArn, PolicyDocument: large }), 'LimitExceededException', message);
    for (let n = 2; n <= 5; n += 1) await ask(CreatePolicyVersionCommand, { PolicyArn, PolicyDocument: allowing('s3:*') });
    await refused(ask(CreatePolicyVersionCommand, { PolicyArn, PolicyDocument: allowing('s3:*') }), 'LimitExceededException', 'A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version.');
    await refused(ask(CreatePolicyVersionCommand, { PolicyArn, PolicyDocument: TRUST }), 'MalformedPolicyDocumentException', 'Has prohibited field Principal');
    await refused(make('bad', '{'), 'MalformedPolicyDocumentException', 'Syntax errors in policy.');
    await refused(make('LIMITS'), 'EntityAlreadyExistsException', 'A policy called LIMITS already exists. Duplicate names are not allowed.');
    await refused(make('bad', undefined, { Tags: [{ Key: 'a', Value: '' }, { Key: 'A', Value: '' }] }), 'InvalidInputException');
    await ask(CreateRoleCommand, { RoleName: 'full', AssumeRolePolicyDocument: TRUST });
    for (let n = 0; n < 10; n += 1) await ask(AttachRolePolicyCommand, { RoleName: 'full', PolicyArn: await make(`full-${n}`) });
    await refused(ask(AttachRolePolicyCommand, { RoleName: 'full', PolicyArn }), 'LimitExceededException', 'Cannot exceed quota for PoliciesPerRole: 10');
    await ask(AttachRolePolicyCommand, { RoleName: 'full', PolicyArn: `${ACCOUNT}:policy/full-0` });
  });

  it('are counted in the account, which has no other name and whose roles have no instance profiles', async () => {
    const { SummaryMap } = await ask(GetAccountSummaryCommand, {});
    assert.deepEqual([SummaryMap.RolesQuota, SummaryMap.PoliciesQuota, SummaryMap.VersionsPerPolicyQuota], [1000, 1500, 5]);
    assert.ok(SummaryMap.Policies > 10 && SummaryMap.PolicyVersionsInUse > SummaryMap.Policies);
    assert.deepEqual((await ask(ListAccountAliasesCommand, {})).AccountAliases, []);
    await refused(ask(ListAccountAliasesCommand, { Marker: '!' }), 'ValidationError');
    assert.deepEqual((await ask(ListInstanceProfilesForRoleCommand, { RoleName: 'demo-user' })).InstanceProfiles, []);
    const { Role } = await ask(UpdateRoleDescriptionCommand, { RoleName: 'demo-user', Description: 'new' });
    assert.equal(Role.Description, 'new');
  });
});

describe('an administrator who may only make roles that stay below a boundary', () => {
  const server = serverOfSuite(SEED);
  const root = () => watch(new IAMClient({ ...to(server), credentials: server.root() }));
  let asAdministrator;
  let boundary;
  before(async () => {
    boundary = (await root().send(new CreatePolicyCommand({ PolicyName: 'roof', PolicyDocument: allowing('s3:GetObject') }))).Policy.Arn;
    const below = { Condition: { StringEquals: { 'iam:PermissionsBoundary': boundary } } };
    const PolicyDocument = JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Action: ['iam:CreateRole', 'iam:AttachRolePolicy', 'iam:PutRolePolicy'], Resource: '*', ...below },
        { Effect: 'Allow', Action: 'iam:PutRolePermissionsBoundary', Resource: '*', ...below },
      ],
    });
    const { Policy: { Arn: PolicyArn } } = await root().send(new CreatePolicyCommand({ PolicyName: 'delegated', PolicyDocument }));
    await root().send(new AttachRolePolicyCommand({ RoleName: 'demo-user', PolicyArn }));
    const { credentials } = await member(server, ALICE);
    asAdministrator = (Command, input) => watch(new IAMClient({ ...to(server), credentials })).send(new Command(input));
  });

  it('makes and fills such roles and no others, and does not lift the boundary', async () => {
    const role = (RoleName) => ({ RoleName, AssumeRolePolicyDocument: TRUST });
    await refused(asAdministrator(CreateRoleCommand, role('free')), 'AccessDenied');
    await refused(asAdministrator(CreateRoleCommand, { ...role('free'), PermissionsBoundary: S3_FULL }), 'AccessDenied');
    await asAdministrator(CreateRoleCommand, { ...role('low'), PermissionsBoundary: boundary });
    await asAdministrator(AttachRolePolicyCommand, { RoleName: 'low', PolicyArn: S3_FULL });
    await refused(asAdministrator(AttachRolePolicyCommand, { RoleName: 'demo-guest', PolicyArn: S3_FULL }), 'AccessDenied');
    await refused(asAdministrator(DeleteRolePermissionsBoundaryCommand, { RoleName: 'low' }), 'AccessDenied');
    await refused(asAdministrator(PutRolePermissionsBoundaryCommand, { RoleName: 'low', PermissionsBoundary: S3_FULL }), 'AccessDenied');
  });
});
