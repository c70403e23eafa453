// Role mappings: which role a user gets by what their token says, and which one they may ask for.
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import {
  GetIdentityPoolRolesCommand, SetIdentityPoolRolesCommand,
} from '@aws-sdk/client-cognito-identity';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { fromCognitoIdentityPool } from '@aws-sdk/credential-providers';
import { guest, identityPools, refused, s3, signIn, to } from '../support/people.mjs';
import { ALICE, BOB, CAROL, CLIENTS, DEMO_POOL, LOGIN_KEY, SEED, trustIn } from '../support/seed.mjs';
import { watch } from '../support/seen.mjs';
import { serverOfSuite } from '../support/server.mjs';

const KEY = `${LOGIN_KEY}:${CLIENTS.app}`;
const role = (name) => `arn:aws:iam::123456789012:role/${name}`;
const reader = (name) => ({
  name,
  trust: trustIn(DEMO_POOL, 'authenticated'),
  policies: {
    reading: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: `arn:aws:s3:::my-bucket/${name}/*` }] },
  },
});
const PEOPLE = {
  alice: { 'custom:department': 'legal', email: 'alice@example.com', email_verified: 'true', name: 'Alice' },
  bob: { 'custom:department': 'sales', email: 'bob@example.com', name: 'Bob' },
  carol: { name: 'Carol' },
};
const SEED_WITH_READERS = {
  ...SEED,
  // Users write nothing of themselves here, so that rules may go by it.
  user_pools: SEED.user_pools.map((pool) => (pool.name !== 'demo' ? pool : {
    ...pool,
    clients: pool.clients.map((client) => ({ ...client, write_attributes: [] })),
    users: pool.users.map((one) => ({ ...one, attributes: PEOPLE[one.username] })),
  })),
  roles: [...SEED.roles, ...['legal', 'sales', 'staff', 'named'].map(reader)],
  buckets: SEED.buckets.map((bucket) => (
    bucket.name === 'my-bucket' ? { ...bucket, objects: [...bucket.objects, { key: 'legal/case.txt', body: 'A v B' }] } : bucket
  )),
};
const rule = (Claim, MatchType, Value, name) => ({ Claim, MatchType, Value, RoleARN: role(name) });
const rules = (AmbiguousRoleResolution, ...Rules) => ({
  [KEY]: { Type: 'Rules', AmbiguousRoleResolution, RulesConfiguration: { Rules } },
});
const DEPARTMENTS = [
  rule('custom:department', 'Equals', 'legal', 'legal'),
  rule('email', 'Contains', '@example.com', 'staff'),
];

describe('role mappings', () => {
  const server = serverOfSuite(SEED_WITH_READERS);
  let root;
  before(() => { root = identityPools(server, server.root()); });

  const set = (RoleMappings) => root.send(new SetIdentityPoolRolesCommand({
    IdentityPoolId: DEMO_POOL,
    Roles: { authenticated: role('demo-user'), unauthenticated: role('demo-guest') },
    RoleMappings,
  }));
  const credentialsOf = async (user, customRoleArn) => {
    const login = async () => (await signIn(server, user)).idToken;
    return fromCognitoIdentityPool({
      identityPoolId: DEMO_POOL, logins: { [LOGIN_KEY]: login }, customRoleArn, clientConfig: to(server),
    });
  };
  const roleOf = async (credentials) => {
    const sts = watch(new STSClient({ ...to(server), credentials }));
    return (await sts.send(new GetCallerIdentityCommand({}))).Arn.split('/')[1];
  };

  it('are shown as they were set, and gone when none are set', async () => {
    const mappings = rules('Deny', ...DEPARTMENTS);
    await set(mappings);
    const shown = async () => root.send(new GetIdentityPoolRolesCommand({ IdentityPoolId: DEMO_POOL }));
    assert.deepEqual((await shown()).RoleMappings, mappings);
    await set(undefined);
    assert.equal((await shown()).RoleMappings, undefined);
  });

  it('choose by the first rule that matches, of addresses only those that were verified', async () => {
    await set(rules('AuthenticatedRole', ...DEPARTMENTS));
    assert.equal(await roleOf(await credentialsOf(ALICE)), 'legal');
    assert.equal(await roleOf(await credentialsOf(BOB)), 'demo-user');
    assert.equal(await roleOf(await credentialsOf(CAROL)), 'demo-user');
    const record = (await server.decisions()).filter((one) => one.eventName === 'GetCredentialsForIdentity').at(-3);
    assert.equal(record.additionalEventData.roleChosenBy, `rule 1 of the role mapping of \`${KEY}\``);
    const legal = s3(server, await credentialsOf(ALICE));
    await legal.send(new GetObjectCommand({ Bucket: 'my-bucket', Key: 'legal/case.txt' }));
    await refused(legal.send(new GetObjectCommand({ Bucket: 'my-bucket', Key: 'public/hello.txt' })), 'AccessDenied');
  });

  it('match what begins so, what is another value, and nothing where there is no claim', async () => {
    await set(rules('AuthenticatedRole', rule('name', 'StartsWith', 'Al', 'named'), rule('custom:department', 'NotEqual', 'legal', 'sales')));
    assert.equal(await roleOf(await credentialsOf(ALICE)), 'named');
    assert.equal(await roleOf(await credentialsOf(BOB)), 'sales');
    assert.equal(await roleOf(await credentialsOf(CAROL)), 'demo-user');
  });

  it('deny where no rule matches and they say so, but not guests, who have none', async () => {
    await set(rules('Deny', ...DEPARTMENTS));
    await refused((await credentialsOf(CAROL))(), 'NotAuthorizedException', 'The ambiguous role mapping rules denied this request');
    assert.equal(await roleOf((await guest(server)).credentials), 'demo-guest');
  });

  it('let a user ask for the role of any rule that matches, and for no other', async () => {
    await set(rules('Deny', ...DEPARTMENTS));
    assert.equal(await roleOf(await credentialsOf(ALICE)), 'legal');
    assert.equal(await roleOf(await credentialsOf(ALICE, role('staff'))), 'staff');
    for (const arn of [role('sales'), role('demo-user'), role('*'), role('absent'), role('staff').replace('123456789012', '999999999999')]) {
      await refused((await credentialsOf(ALICE, arn))(), 'NotAuthorizedException', `Access to Role '${arn}' is forbidden.`);
    }
    await refused((await credentialsOf(BOB, role('staff')))(), 'NotAuthorizedException');
  });

  it('of the type Token follow the token, which names no role before there are groups', async () => {
    const token = (AmbiguousRoleResolution) => ({ [KEY]: { Type: 'Token', AmbiguousRoleResolution } });
    await set(token('AuthenticatedRole'));
    assert.equal(await roleOf(await credentialsOf(ALICE)), 'demo-user');
    await refused((await credentialsOf(ALICE, role('demo-user')))(), 'NotAuthorizedException');
    await set(token('Deny'));
    await refused((await credentialsOf(ALICE))(), 'NotAuthorizedException');
  });

  it('are of providers that the pool lists, whole, and of 25 rules at most', async () => {
    const token = { Type: 'Token', AmbiguousRoleResolution: 'Deny' };
    for (const key of [LOGIN_KEY, `https://${KEY}`, `${LOGIN_KEY}:${CLIENTS.unlisted}`, 'accounts.google.com']) {
      await refused(set({ [key]: token }), 'InvalidParameterException', `(${key}) is not a valid RoleMapping ProviderName or is not a configured provider.`);
    }
    await set(rules('Deny', ...Array(25).fill(DEPARTMENTS[0])));
    await refused(set(rules('Deny', ...Array(26).fill(DEPARTMENTS[0]))), 'InvalidParameterException', `the role mapping of \`${KEY}\` must have 1 to 25 rules`);
    for (const mapping of [{ Type: 'Token' }, { Type: 'Rules', AmbiguousRoleResolution: 'Deny' }]) {
      await refused(set({ [KEY]: mapping }), 'InvalidParameterException');
    }
    const absent = rules('Deny', rule('name', 'Equals', 'x', 'absent'));
    await refused(set(absent), 'NotAuthorizedException', `Access to Role '${role('absent')}' is forbidden.`);
    const eleven = Object.fromEntries(Array.from({ length: 11 }, (_, n) => [`provider${n}`, token]));
    await refused(set(eleven), 'ValidationException');
  });
});
