// The simulation of policies through SDK v3: what is decided, by which policies, and each no.
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import {
  AddUserToGroupCommand, AttachRolePolicyCommand, CreateGroupCommand, CreatePolicyCommand, CreateRoleCommand, CreateUserCommand,
  GetContextKeysForCustomPolicyCommand, GetContextKeysForPrincipalPolicyCommand, IAMClient, paginateSimulateCustomPolicy,
  PutGroupPolicyCommand, PutRolePolicyCommand, PutUserPermissionsBoundaryCommand, PutUserPolicyCommand,
  SimulateCustomPolicyCommand, SimulatePrincipalPolicyCommand, TagUserCommand,
} from '@aws-sdk/client-iam';
import { refused, to } from '../support/people.mjs';
import { DEMO_POOL, SEED, trustIn } from '../support/seed.mjs';
import { watch } from '../support/seen.mjs';
import { serverOfSuite } from '../support/server.mjs';

const ACCOUNT = 'arn:aws:iam::123456789012';
const policy = (...Statement) => JSON.stringify({ Version: '2012-10-17', Statement });
const allowing = (Action, more = {}) => ({ Effect: 'Allow', Action, Resource: '*', ...more });
const denying = (Action, more = {}) => ({ Effect: 'Deny', Action, Resource: '*', ...more });
const entry = (ContextKeyName, ContextKeyType, ...ContextKeyValues) => ({ ContextKeyName, ContextKeyType, ContextKeyValues });
const verdicts = ({ EvaluationResults }) => EvaluationResults.map((it) => it.EvalDecision);
const one = ({ EvaluationResults: [it, ...more] }) => (assert.deepEqual(more, []), it);

describe('simulated policies', () => {
  const server = serverOfSuite(SEED);
  const iam = () => watch(new IAMClient({ ...to(server), credentials: server.root() }));
  const ask = (Command, input) => iam().send(new Command(input));
  const custom = (statements, ActionNames, more = {}) => ask(SimulateCustomPolicyCommand, {
    PolicyInputList: statements.map((statement) => policy(statement)), ActionNames, ...more,
  });

  describe('that are given', () => {
    it('decide each action on each resource', async () => {
      const folder = 'arn:aws:s3:::b/mine/*';
      const answer = await custom(
        [allowing('s3:*', { Resource: folder }), denying('s3:Delete*')],
        ['s3:GetObject', 's3:DeleteObject'],
        { ResourceArns: ['arn:aws:s3:::b/mine/x', 'arn:aws:s3:::b/other'] },
      );
      assert.deepEqual(
        answer.EvaluationResults.map((it) => [it.EvalActionName, it.EvalResourceName, it.EvalDecision]),
        [
          ['s3:GetObject', 'arn:aws:s3:::b/mine/x', 'allowed'],
          ['s3:GetObject', 'arn:aws:s3:::b/other', 'implicitDeny'],
          ['s3:DeleteObject', 'arn:aws:s3:::b/mine/x', 'explicitDeny'],
          ['s3:DeleteObject', 'arn:aws:s3:::b/other', 'explicitDeny'],
        ],
      );
      const given = (number) => [{ SourcePolicyId: `PolicyInputList.${number}`, SourcePolicyType: 'none' }];
      const [allowed, silent, denied] = answer.EvaluationResults.map((it) => it.MatchedStatements ?? []);
      assert.deepEqual([allowed, silent, denied], [given(1), [], given(2)]);
      assert.equal(answer.IsTruncated, false);
    });

    it('are about everything if no resource is named', async () => {
      const { EvalResourceName, EvalDecision } = one(await custom([allowing('s3:ListAllMyBuckets')], ['s3:listallmybuckets']));
      assert.deepEqual([EvalResourceName, EvalDecision], ['*', 'allowed']);
    });

    it('ask about the condition keys that are given, and those that are not are told', async () => {
      const conditioned = allowing('s3:*', {
        Resource: 'arn:aws:s3:::b/${aws:username}',
        Condition: { Bool: { 'aws:SecureTransport': 'true' }, 'ForAnyValue:StringEquals': { 'k:amr': 'authenticated' } },
      });
      const asked = (...ContextEntries) => custom([conditioned], ['s3:GetObject'], { ResourceArns: ['arn:aws:s3:::b/ada'], ContextEntries });
      const name = entry('aws:UserName', 'string', 'ada');
      const secure = entry('aws:SecureTransport', 'boolean', 'true');
      const nothing = one(await asked());
      assert.deepEqual([nothing.EvalDecision, nothing.MissingContextValues], ['implicitDeny', ['aws:securetransport', 'aws:username', 'k:amr']]);
      const some = one(await asked(name, secure));
      assert.deepEqual([some.EvalDecision, some.MissingContextValues], ['implicitDeny', ['k:amr']]);
      const all = one(await asked(name, secure, entry('k:amr', 'stringList', 'x', 'authenticated')));
      assert.deepEqual([all.EvalDecision, all.MissingContextValues ?? []], ['allowed', []]);
    });

    it('are bounded by a boundary that is given', async () => {
      const asked = await custom([allowing('s3:*')], ['s3:GetObject', 's3:PutObject'], {
        PermissionsBoundaryPolicyInputList: [policy(allowing('s3:Get*'))],
      });
      assert.deepEqual(verdicts(asked), ['allowed', 'implicitDeny']);
      assert.deepEqual(
        asked.EvaluationResults.map((it) => it.PermissionsBoundaryDecisionDetail.AllowedByPermissionsBoundary),
        [true, false],
      );
      const [allowed] = asked.EvaluationResults;
      assert.deepEqual(allowed.MatchedStatements.map((it) => it.SourcePolicyId), ['PolicyInputList.1', 'PermissionsBoundaryPolicyInputList.1']);
      const without = one(await custom([allowing('s3:*')], ['s3:GetObject']));
      assert.equal(without.PermissionsBoundaryDecisionDetail, undefined);
    });

    it('are joined by the policy of the resource, for the caller whom that names', async () => {
      const ResourcePolicy = policy({ ...allowing('s3:GetObject'), Principal: { AWS: `${ACCOUNT}:user/ada` }, Resource: 'arn:aws:s3:::b/*' });
      const asked = (name) => custom([allowing('ec2:*')], ['s3:GetObject'], {
        ResourcePolicy, CallerArn: `${ACCOUNT}:user/${name}`, ResourceArns: ['arn:aws:s3:::b/x'], ResourceOwner: `${ACCOUNT}:root`,
      });
      const named = one(await asked('ada'));
      assert.deepEqual(
        [named.EvalDecision, named.MatchedStatements],
        ['allowed', [{ SourcePolicyId: 'ResourcePolicy', SourcePolicyType: 'resource' }]],
      );
      assert.equal(one(await asked('bob')).EvalDecision, 'implicitDeny');
    });

    it('answer over as many pages as it takes', async () => {
      const input = {
        PolicyInputList: [policy(allowing('s3:Get*'))], ActionNames: ['s3:GetObject', 's3:PutObject', 's3:GetBucketPolicy'], ResourceArns: ['*', 'arn:aws:s3:::b'],
      };
      const pages = [];
      for await (const page of paginateSimulateCustomPolicy({ client: iam(), pageSize: 4 }, input)) pages.push(verdicts(page));
      assert.deepEqual(pages, [['allowed', 'allowed', 'implicitDeny', 'implicitDeny'], ['allowed', 'allowed']]);
      await refused(ask(SimulateCustomPolicyCommand, { ...input, Marker: 'made-up' }), 'ValidationError', 'Invalid Marker.');
    });

    it('have condition keys', async () => {
      const keys = await ask(GetContextKeysForCustomPolicyCommand, {
        PolicyInputList: [
          policy(allowing('s3:*', { Resource: 'arn:aws:s3:::b/${aws:userid}' })),
          policy(allowing('*', { Condition: { StringLike: { 'aws:PrincipalTag/Team': '${aws:username}' } } })),
        ],
      });
      assert.deepEqual(keys.ContextKeyNames, ['aws:principaltag/team', 'aws:userid', 'aws:username']);
      await refused(ask(GetContextKeysForCustomPolicyCommand, { PolicyInputList: ['{'] }), 'InvalidInputException', 'Invalid Input Policy PolicyInputList.1: Syntax errors in policy.');
    });

    it('are refused if any part of what is asked is not understood', async () => {
      const good = { PolicyInputList: [policy(allowing('s3:*'))], ActionNames: ['s3:GetObject'] };
      const bad = {
        'an action with a wildcard': { ActionNames: ['s3:Get*'] },
        'an action without its service': { ActionNames: ['GetObject'] },
        'a resource that is no ARN': { ResourceArns: ['bucket'] },
        'a policy that is none': { PolicyInputList: ['{}'] },
        'a policy of another kind': { PolicyInputList: [policy({ ...allowing('s3:*'), Principal: '*' })] },
        'a number that is none': { ContextEntries: [entry('s3:max-keys', 'numeric', 'many')] },
        'two values of a key of one': { ContextEntries: [entry('s3:prefix', 'string', 'a', 'b')] },
        'a date that is none': { ContextEntries: [entry('aws:CurrentTime', 'date', 'today')] },
        'a key without its service': { ContextEntries: [entry('prefix', 'string', 'a')] },
        'two boundaries': { PermissionsBoundaryPolicyInputList: good.PolicyInputList.concat(good.PolicyInputList) },
        'a caller who is no user': { CallerArn: `${ACCOUNT}:role/demo-user` },
        'a caller of another account': { CallerArn: 'arn:aws:iam::999999999999:user/ada' },
        'resources of another account': { ResourceOwner: 'arn:aws:iam::999999999999:root' },
        'a policy of the resource for nobody': { ResourcePolicy: policy({ ...allowing('s3:*'), Principal: '*' }) },
      };
      for (const [what, more] of Object.entries(bad)) {
        await assert.rejects(ask(SimulateCustomPolicyCommand, { ...good, ...more }), { name: 'InvalidInputException' }, what);
      }
      await refused(ask(SimulateCustomPolicyCommand, { ...good, ContextEntries: [entry('s3:prefix', 'word', 'a')] }), 'ValidationError');
      for (const more of [{ ResourceHandlingOption: 'EC2-VPC-InstanceStore' }, { OrderedOrganizationPolicyInputList: [{ ServiceControlPolicyInputList: good.PolicyInputList }] }]) {
        await refused(ask(SimulateCustomPolicyCommand, { ...good, ...more }), 'NotImplemented');
      }
    });
  });

  describe('of a principal', () => {
    const user = `${ACCOUNT}:user/team/ada`;
    const group = `${ACCOUNT}:group/staff`;
    const role = `${ACCOUNT}:role/worker`;
    const simulate = (PolicySourceArn, ActionNames, more = {}) => ask(SimulatePrincipalPolicyCommand, { PolicySourceArn, ActionNames, ...more });
    const sources = (it) => it.MatchedStatements.map((by) => [by.SourcePolicyId, by.SourcePolicyType]);
    let managed;
    before(async () => {
      await ask(CreateUserCommand, { UserName: 'ada', Path: '/team/' });
      await ask(TagUserCommand, { UserName: 'ada', Tags: [{ Key: 'team', Value: 'red' }] });
      await ask(CreateGroupCommand, { GroupName: 'staff' });
      await ask(AddUserToGroupCommand, { UserName: 'ada', GroupName: 'staff' });
      const own = policy(allowing('s3:GetObject', { Resource: 'arn:aws:s3:::b/${aws:username}/${aws:PrincipalTag/team}/*' }));
      await ask(PutUserPolicyCommand, { UserName: 'ada', PolicyName: 'own', PolicyDocument: own });
      await ask(PutGroupPolicyCommand, { GroupName: 'staff', PolicyName: 'lists', PolicyDocument: policy(allowing('s3:List*')) });
      await ask(CreateRoleCommand, { RoleName: 'worker', AssumeRolePolicyDocument: JSON.stringify(trustIn(DEMO_POOL, 'authenticated')) });
      const made = await ask(CreatePolicyCommand, { PolicyName: 'puts', PolicyDocument: policy(allowing('s3:PutObject')) });
      managed = made.Policy.Arn;
      await ask(AttachRolePolicyCommand, { RoleName: 'worker', PolicyArn: managed });
      await ask(AttachRolePolicyCommand, { RoleName: 'worker', PolicyArn: 'arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess' });
      const never = policy(denying('s3:DeleteObject', { Condition: { StringNotEquals: { 's3:prefix': 'x' } } }));
      await ask(PutRolePolicyCommand, { RoleName: 'worker', PolicyName: 'never', PolicyDocument: never });
    });

    it('who is a user are those of the user and of their groups, with their name and tags', async () => {
      const mine = { ResourceArns: ['arn:aws:s3:::b/ada/red/x', 'arn:aws:s3:::b/ada/blue/x'] };
      const gets = await simulate(user, ['s3:GetObject'], mine);
      assert.deepEqual(verdicts(gets), ['allowed', 'implicitDeny']);
      assert.deepEqual(sources(gets.EvaluationResults[0]), [['policy own of user ada', 'user']]);
      assert.deepEqual(gets.EvaluationResults[0].MissingContextValues ?? [], []);
      const lists = one(await simulate(user, ['s3:ListBucket']));
      assert.deepEqual([lists.EvalDecision, sources(lists)], ['allowed', [['policy lists of group staff', 'group']]]);
      const another = await simulate(user, ['s3:GetObject'], { ...mine, CallerArn: `${ACCOUNT}:user/bob` });
      assert.deepEqual(verdicts(another), ['implicitDeny', 'implicitDeny']);
    });

    it('who is a user are bounded by their boundary, or by one that is given', async () => {
      await ask(PutUserPermissionsBoundaryCommand, { UserName: 'ada', PermissionsBoundary: managed });
      const bounded = one(await simulate(user, ['s3:ListBucket']));
      assert.deepEqual([bounded.EvalDecision, bounded.PermissionsBoundaryDecisionDetail], ['implicitDeny', { AllowedByPermissionsBoundary: false }]);
      const wide = { PermissionsBoundaryPolicyInputList: [policy(allowing('s3:*'))] };
      assert.equal(one(await simulate(user, ['s3:ListBucket'], wide)).EvalDecision, 'allowed');
    });

    it('who is a group are those of the group, and others that are given', async () => {
      const PolicyInputList = [policy(allowing('ec2:*'))];
      const answer = await simulate(group, ['s3:ListBucket', 'ec2:RunInstances', 's3:GetObject'], { PolicyInputList });
      assert.deepEqual(verdicts(answer), ['allowed', 'allowed', 'implicitDeny']);
    });

    it('who is a role are its inline and its managed ones', async () => {
      const answer = await simulate(role, ['s3:PutObject', 's3:GetObject', 's3:DeleteObject']);
      assert.deepEqual(verdicts(answer), ['allowed', 'allowed', 'explicitDeny']);
      assert.deepEqual(answer.EvaluationResults.map((it) => sources(it)[0]), [
        [`${managed} attached to role worker`, 'user-managed'],
        ['arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess attached to role worker', 'aws-managed'],
        ['policy never of role worker', 'role'],
      ]);
    });

    it('have condition keys', async () => {
      const keys = async (PolicySourceArn, more) => (await ask(GetContextKeysForPrincipalPolicyCommand, { PolicySourceArn, ...more })).ContextKeyNames ?? [];
      assert.deepEqual(await keys(user), ['aws:principaltag/team', 'aws:username']);
      assert.deepEqual(await keys(role), ['s3:prefix']);
      assert.deepEqual(await keys(group), []);
      const PolicyInputList = [policy(allowing('*', { Condition: { Bool: { 'aws:SecureTransport': 'true' } } }))];
      assert.deepEqual(await keys(group, { PolicyInputList }), ['aws:securetransport']);
    });

    it('are refused if there is no such principal, or it is named wrong', async () => {
      const ActionNames = ['s3:GetObject'];
      for (const Command of [SimulatePrincipalPolicyCommand, GetContextKeysForPrincipalPolicyCommand]) {
        const asked = (PolicySourceArn) => ask(Command, { PolicySourceArn, ActionNames });
        for (const arn of [`${ACCOUNT}:user/ada`, `${ACCOUNT}:role/nobody`, `${ACCOUNT}:group/nobody`, 'arn:aws:iam::999999999999:role/worker']) {
          await refused(asked(arn), 'NoSuchEntityException', `${arn} cannot be found.`);
        }
        await refused(asked(`${ACCOUNT}:policy/puts`), 'InvalidInputException', `ARN ${ACCOUNT}:policy/puts is not valid.`);
        await refused(ask(Command, { PolicySourceArn: role, ActionNames, PolicyInputList: ['{}'] }), 'InvalidInputException');
      }
      await refused(simulate(role, ['s3:*']), 'InvalidInputException', 'Invalid action name: s3:*');
      await refused(simulate(role, ActionNames, { PolicyExclusionList: [{ PolicyArn: managed }] }), 'NotImplemented');
    });
  });
});
