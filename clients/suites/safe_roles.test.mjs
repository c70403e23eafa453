// Safe by default: a role that lets in others than its pool means is not handed out, and what users write of themselves
// decides nothing; unless the operator says so, and even then nobody gets credentials by a statement that is open.
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import {
  CreateIdentityPoolCommand, SetIdentityPoolRolesCommand, SetPrincipalTagAttributeMapCommand, UpdateIdentityPoolCommand,
} from '@aws-sdk/client-cognito-identity';
import { CognitoIdentityProviderClient, CreateUserPoolClientCommand } from '@aws-sdk/client-cognito-identity-provider';
import { CreateRoleCommand, IAMClient, UpdateAssumeRolePolicyCommand } from '@aws-sdk/client-iam';
import { getCredentials, getId, identityPools, loginOf, refused, signIn, to } from '../support/people.mjs';
import { ALICE, CLIENTS, DEMO_POOL, LOGIN_KEY, SEED, taggedIn, trustIn } from '../support/seed.mjs';
import { watch } from '../support/seen.mjs';
import { serverOfSuite, serverOfTest } from '../support/server.mjs';

const role = (name) => `arn:aws:iam::123456789012:role/${name}`;
const AUD = 'cognito-identity.amazonaws.com:aud';
const AMR = 'cognito-identity.amazonaws.com:amr';
const under = (Condition) => {
  const { Version, Statement: [statement] } = trustIn(DEMO_POOL, 'authenticated');
  return { Version, Statement: [{ ...statement, Condition }] };
};
const NOBODY = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: { AWS: '123456789012' }, Action: 'sts:AssumeRole' }] };
const OPEN = {
  'without amr': [
    under({ StringEquals: { [AUD]: DEMO_POOL } }),
    /does not tell guests from those who signed in: add the condition "ForAnyValue:StringLike": /,
  ],
  'without aud': [
    under({ StringEquals: { 'cognito-identity.amazonaws.com:sub': 'us-east-1:1' }, 'ForAnyValue:StringLike': { [AMR]: 'authenticated' } }),
    /lets in identities of any pool: add the condition "StringEquals": /,
  ],
  'for guests': [trustIn(DEMO_POOL, 'unauthenticated'), /is for the other state than pool /],
};
const BAD_CONFIGURATION = 'Invalid identity pool configuration. Check assigned IAM roles for this pool.';
const SEED_WITH_WRITERS = {
  ...SEED,
  user_pools: SEED.user_pools.map((pool) => (pool.name !== 'demo' ? pool : {
    ...pool,
    clients: [...pool.clients, { id: 'writing', name: 'writing', auth_flows: [], write_attributes: ['custom:department'] }],
    users: pool.users.map((one) => ({ ...one, attributes: { 'custom:department': 'legal' } })),
  })),
};

const administration = (server) => {
  const pools = identityPools(server, server.root());
  const iam = watch(new IAMClient({ ...to(server), credentials: server.root() }));
  const idp = watch(new CognitoIdentityProviderClient({ ...to(server), credentials: server.root() }));
  return {
    pools,
    make: (RoleName, trust) => iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: JSON.stringify(trust) })),
    trust: (RoleName, trust) => iam.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument: JSON.stringify(trust) })),
    handOut: (Roles, IdentityPoolId = DEMO_POOL) => pools.send(new SetIdentityPoolRolesCommand({ IdentityPoolId, Roles })),
    tag: (claim) => pools.send(new SetPrincipalTagAttributeMapCommand({
      IdentityPoolId: DEMO_POOL, IdentityProviderName: LOGIN_KEY, PrincipalTags: { department: claim },
    })),
    letWrite: (...WriteAttributes) => idp.send(new CreateUserPoolClientCommand({
      UserPoolId: LOGIN_KEY.split('/')[1], ClientName: 'new', WriteAttributes,
    })),
    list: (...names) => pools.send(new UpdateIdentityPoolCommand({
      IdentityPoolId: DEMO_POOL,
      IdentityPoolName: 'demo',
      AllowUnauthenticatedIdentities: true,
      CognitoIdentityProviders: names.map((ClientId) => ({ ProviderName: LOGIN_KEY, ClientId })),
    })),
  };
};
const BOTH = { authenticated: role('demo-user'), unauthenticated: role('demo-guest') };

describe('roles and claims that are not safe', () => {
  const server = serverOfSuite(SEED_WITH_WRITERS);
  let admin;
  before(() => { admin = administration(server); });

  for (const [what, [trust, sentence]] of Object.entries(OPEN)) {
    it(`are refused: a trust policy ${what}`, async () => {
      const name = what.replaceAll(' ', '-');
      await admin.make(name, trust);
      await refused(admin.handOut({ authenticated: role(name) }), 'InvalidParameterException', sentence);
      await refused(admin.trust('demo-user', trust), 'MalformedPolicyDocumentException', sentence);
    });
  }

  it('are refused: a role for those who signed in, for guests', async () => {
    await admin.make('members', trustIn(DEMO_POOL, 'authenticated'));
    const sentence = /make its condition "cognito-identity.amazonaws.com:amr" `unauthenticated`/;
    await refused(admin.handOut({ unauthenticated: role('members') }), 'InvalidParameterException', sentence);
  });

  it('are refused: tags for a role that takes none, and tags of what users write', async () => {
    await refused(admin.tag('custom:department'), 'InvalidParameterException', /add the action `sts:TagSession`/);
    await admin.trust('demo-user', taggedIn(DEMO_POOL, 'authenticated'));
    await refused(admin.tag('name'), 'InvalidParameterException', /take it out of the client's WriteAttributes, or map another claim/);
    const unlisted = /^users write the claim `custom:department` themselves through client `writing`/;
    await refused(admin.tag('custom:department'), 'InvalidParameterException', unlisted);
    await admin.tag('custom:team');
    await refused(admin.trust('demo-user', trustIn(DEMO_POOL, 'authenticated')), 'MalformedPolicyDocumentException', /add the action `sts:TagSession`/);
    const decides = /^identity pool `[^`]+`: users write the claim `custom:team` themselves through client `/;
    await refused(admin.letWrite('custom:team'), 'InvalidParameterException', decides);
    await admin.letWrite('custom:other');
    await admin.list();
    await admin.letWrite('custom:team');
    await refused(admin.list(CLIENTS.app), 'InvalidParameterException', /^users write the claim `custom:team` themselves/);
  });

  it('are no matter of roles that no pool hands out, and of those that let nobody in', async () => {
    await admin.make('spare', under({ StringEquals: { [AUD]: DEMO_POOL } }));
    await admin.trust('spare', NOBODY);
    await admin.trust('demo-guest', NOBODY);
    await refused(getCredentials(server, await getId(server)), 'InvalidIdentityPoolConfigurationException', BAD_CONFIGURATION);
    await admin.trust('demo-guest', trustIn(DEMO_POOL, 'unauthenticated'));
    assert.ok((await getCredentials(server, await getId(server))).accessKeyId);
  });
});

describe('a server that takes unsafe roles', () => {
  it('takes them, and gives nobody credentials by a statement that lets in others too', async (test) => {
    const server = await serverOfTest(test, SEED_WITH_WRITERS, '--unsafe-roles');
    const admin = administration(server);
    const logins = loginOf((await signIn(server, ALICE)).idToken);
    const id = await getId(server, logins);
    for (const [trust] of Object.values(OPEN)) {
      await admin.trust('demo-user', trust);
      await admin.handOut(BOTH);
      await refused(getCredentials(server, id, logins), 'InvalidIdentityPoolConfigurationException', BAD_CONFIGURATION);
    }
    await admin.trust('demo-user', taggedIn(DEMO_POOL, 'authenticated'));
    await admin.tag('custom:department');
    await admin.list(CLIENTS.app, 'writing');
    assert.ok((await getCredentials(server, id, logins)).accessKeyId);
    const record = (await server.decisions()).find((one) => one.eventName === 'StartServer');
    assert.equal(record.additionalEventData.setting, 'unsafe_roles');
  });

  it('gives a role for those who signed in to no guest, of whatever pool', async (test) => {
    const server = await serverOfTest(test, SEED, '--unsafe-roles');
    const admin = administration(server);
    const settings = { IdentityPoolName: 'other', AllowUnauthenticatedIdentities: true };
    const { IdentityPoolId } = await admin.pools.send(new CreateIdentityPoolCommand(settings));
    for (const pool of [DEMO_POOL, IdentityPoolId]) {
      await admin.handOut({ unauthenticated: role('demo-user') }, pool);
      const guest = await getId(server, undefined, pool);
      await refused(getCredentials(server, guest), 'InvalidIdentityPoolConfigurationException', BAD_CONFIGURATION);
    }
  });
});
