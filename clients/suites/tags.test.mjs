// Tags of identity pools: written by those who may write them, and asked about by policies.
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import {
  CreateIdentityPoolCommand, DescribeIdentityPoolCommand, ListTagsForResourceCommand, TagResourceCommand,
  UntagResourceCommand, UpdateIdentityPoolCommand,
} from '@aws-sdk/client-cognito-identity';
import { getCredentials, getId, identityPools, loginOf, refused, signIn } from '../support/people.mjs';
import { ALICE, DEMO_POOL, POOLS, SEED, trustIn } from '../support/seed.mjs';
import { serverOfSuite } from '../support/server.mjs';

const arn = (pool) => `arn:aws:cognito-identity:us-east-1:123456789012:identitypool/${pool}`;
const settings = { IdentityPoolName: 'tagged', AllowUnauthenticatedIdentities: true };

// Alice is of team blue: she keeps what is tagged so, tags nothing else, and changes no team.
const SEED_WITH_TEAM = {
  ...SEED,
  roles: [...SEED.roles, {
    name: 'blue',
    trust: trustIn(POOLS.untrusted, 'authenticated'),
    policies: {
      team: {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Action: 'cognito-identity:*',
            Resource: '*',
            Condition: { StringEquals: { 'aws:ResourceTag/team': 'blue' } },
          },
          {
            Effect: 'Allow',
            Action: ['cognito-identity:CreateIdentityPool', 'cognito-identity:TagResource'],
            Resource: '*',
            Condition: { StringEquals: { 'aws:RequestTag/team': 'blue' } },
          },
          {
            Effect: 'Deny',
            Action: ['cognito-identity:TagResource', 'cognito-identity:UntagResource'],
            Resource: '*',
            Condition: {
              'ForAnyValue:StringEquals': { 'aws:TagKeys': 'team' },
              StringNotEquals: { 'aws:RequestTag/team': 'blue' },
            },
          },
        ],
      },
    },
  }],
  identity_pools: SEED.identity_pools.map((pool) => (
    pool.id === POOLS.untrusted ? { ...pool, roles: { authenticated: 'blue' } } : pool
  )),
};

describe('tags of identity pools', () => {
  const server = serverOfSuite(SEED_WITH_TEAM);
  let root, blue;
  before(async () => {
    root = identityPools(server, server.root());
    const logins = loginOf((await signIn(server, ALICE)).idToken);
    const identity = await getId(server, logins, POOLS.untrusted);
    blue = identityPools(server, await getCredentials(server, identity, logins));
  });

  const make = (client, IdentityPoolTags) => client.send(new CreateIdentityPoolCommand({ ...settings, IdentityPoolTags }));
  const tag = (client, pool, Tags) => client.send(new TagResourceCommand({ ResourceArn: arn(pool), Tags }));
  const untag = (client, pool, ...TagKeys) => client.send(new UntagResourceCommand({ ResourceArn: arn(pool), TagKeys }));
  const tagsOf = async (pool) => (await root.send(new ListTagsForResourceCommand({ ResourceArn: arn(pool) }))).Tags;

  it('are written, shown and taken off', async () => {
    const { IdentityPoolId, IdentityPoolTags } = await make(root, { team: 'red', stage: '' });
    assert.deepEqual(IdentityPoolTags, { team: 'red', stage: '' });
    await tag(root, IdentityPoolId, { team: 'green', Größe: 'XL' });
    await untag(root, IdentityPoolId, 'stage', 'absent');
    assert.deepEqual(await tagsOf(IdentityPoolId), { team: 'green', Größe: 'XL' });
    const updated = await root.send(new UpdateIdentityPoolCommand({ IdentityPoolId, ...settings }));
    assert.deepEqual(updated.IdentityPoolTags, { team: 'green', Größe: 'XL' });
    const replaced = await root.send(new UpdateIdentityPoolCommand({ IdentityPoolId, ...settings, IdentityPoolTags: { a: 'b' } }));
    assert.deepEqual(replaced.IdentityPoolTags, { a: 'b' });
  });

  it('open a pool to those whose policy asks for them', async () => {
    const describe = (IdentityPoolId) => blue.send(new DescribeIdentityPoolCommand({ IdentityPoolId }));
    const denied = 'AccessDeniedException';
    await refused(describe(DEMO_POOL), denied);
    await refused(tag(blue, DEMO_POOL, { stage: 'x' }), denied);
    await refused(make(blue), denied);
    await refused(make(blue, { team: 'red' }), denied);
    const { IdentityPoolId } = await make(blue, { team: 'blue' });
    assert.equal((await describe(IdentityPoolId)).IdentityPoolName, 'tagged');
    await tag(blue, IdentityPoolId, { stage: 'x' });
    await refused(tag(blue, IdentityPoolId, { team: 'red' }), denied);
    await refused(untag(blue, IdentityPoolId, 'team'), denied);
    const retag = (IdentityPoolTags) => blue.send(new UpdateIdentityPoolCommand({ IdentityPoolId, ...settings, IdentityPoolTags }));
    await refused(retag({ team: 'red' }), denied, /not authorized to perform: cognito-identity:TagResource/);
    await refused(retag({}), denied, /not authorized to perform: cognito-identity:UntagResource/);
    assert.deepEqual((await retag({ team: 'blue' })).IdentityPoolTags, { team: 'blue' });
  });

  it('are refused where they cannot be', async () => {
    const invalid = 'InvalidParameterException';
    await refused(tag(root, DEMO_POOL, { 'aws:team': 'x' }), invalid, /^`aws:team` is not the key of a tag/);
    await refused(make(root, { team: '*' }), invalid, /^`\*` is not the value of a tag/);
    const many = Array.from({ length: 51 }, (_, n) => `key${n}`);
    await refused(tag(root, DEMO_POOL, Object.fromEntries(many.map((key) => [key, '']))), invalid, 'there are more than 50 tags');
    await refused(untag(root, DEMO_POOL, ...many), invalid, 'there are more than 50 tags');
    const list = (ResourceArn) => root.send(new ListTagsForResourceCommand({ ResourceArn }));
    await refused(list(`${DEMO_POOL}-and-so-on`), invalid, /is not the ARN of an identity pool$/);
    assert.deepEqual(await tagsOf(DEMO_POOL), {});
  });

  it('are those of a pool that is there', async () => {
    const gone = ['ResourceNotFoundException', "IdentityPool 'us-east-1:dead' not found."];
    await refused(tag(root, 'us-east-1:dead', { a: 'b' }), ...gone);
    await refused(untag(root, 'us-east-1:dead', 'a'), ...gone);
    await refused(tagsOf('us-east-1:dead'), ...gone);
    const foreign = arn(DEMO_POOL).replace('us-east-1:123456789012', 'eu-west-1:123456789012');
    await refused(root.send(new ListTagsForResourceCommand({ ResourceArn: foreign })), 'ResourceNotFoundException');
  });
});
