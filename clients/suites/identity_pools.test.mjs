// Administration of identity pools, signed with Signature Version 4: their life, their roles, and who may do what.
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import {
  CreateIdentityPoolCommand, DeleteIdentityPoolCommand, DescribeIdentityCommand, DescribeIdentityPoolCommand,
  GetIdentityPoolRolesCommand, ListIdentitiesCommand, ListIdentityPoolsCommand, paginateListIdentityPools,
  SetIdentityPoolRolesCommand, UpdateIdentityPoolCommand,
} from '@aws-sdk/client-cognito-identity';
import AWS from 'aws-sdk';
import { getCredentials, getId, identityPools, loginOf, member, refused, signIn } from '../support/people.mjs';
import { ALICE, CLIENTS, DEMO_POOL, LOGIN_KEY, POOLS, REGION, SEED, trustIn } from '../support/seed.mjs';
import { watchV2 } from '../support/seen.mjs';
import { serverOfSuite, serverOfTest } from '../support/server.mjs';

const NOWHERE = 'us-east-1:00000000-dead-beef-0000-000000000000';
const role = (name) => `arn:aws:iam::123456789012:role/${name}`;
const poolArn = (pool) => `arn:aws:cognito-identity:us-east-1:123456789012:identitypool/${pool}`;
const listed = (client) => ({ ProviderName: LOGIN_KEY, ClientId: client });

// Alice keeps one pool: she may pass one role to it, and look at its identities.
const SEED_WITH_KEEPER = {
  ...SEED,
  roles: [...SEED.roles, {
    name: 'keeper',
    trust: trustIn(POOLS.untrusted, 'authenticated'),
    policies: {
      pools: {
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Action: 'cognito-identity:*', Resource: poolArn(DEMO_POOL) },
          { Effect: 'Allow', Action: 'cognito-identity:SetIdentityPoolRoles', Resource: '*' },
          {
            Effect: 'Allow',
            Action: 'iam:PassRole',
            Resource: role('demo-guest'),
            Condition: { StringEquals: { 'iam:PassedToService': 'cognito-identity.amazonaws.com' } },
          },
          {
            Effect: 'Allow',
            Action: 'cognito-identity:DescribeIdentity',
            Resource: '*',
            Condition: { StringEquals: { 'cognito-identity:IdentityPoolArn': poolArn(DEMO_POOL) } },
          },
        ],
      },
    },
  }],
  identity_pools: SEED.identity_pools.map((pool) => (
    pool.id === POOLS.untrusted ? { ...pool, roles: { authenticated: 'keeper' } } : pool
  )),
};

describe('an identity pool', () => {
  const server = serverOfSuite(SEED_WITH_KEEPER);
  let root, keeper, logins;
  before(async () => {
    root = identityPools(server, server.root());
    logins = loginOf((await signIn(server, ALICE)).idToken);
    const kept = await getId(server, logins, POOLS.untrusted);
    keeper = identityPools(server, await getCredentials(server, kept, logins));
  });

  const make = (more) => root.send(new CreateIdentityPoolCommand({
    IdentityPoolName: 'made', AllowUnauthenticatedIdentities: true, ...more,
  }));
  const setRoles = (client, IdentityPoolId, Roles) => client.send(new SetIdentityPoolRolesCommand({ IdentityPoolId, Roles }));
  const bare = ({ $metadata, ...answer }) => answer;

  it('is made, shown, changed, listed, and gone when it is deleted', async () => {
    const settings = {
      IdentityPoolName: 'a pool',
      AllowUnauthenticatedIdentities: false,
      AllowClassicFlow: false,
      SupportedLoginProviders: { 'accounts.google.com': 'app.apps.googleusercontent.com' },
      DeveloperProviderName: 'login.example',
      OpenIdConnectProviderARNs: ['arn:aws:iam::123456789012:oidc-provider/id.example/realms/x'],
      CognitoIdentityProviders: [{ ...listed(CLIENTS.app), ServerSideTokenCheck: true }],
      SamlProviderARNs: ['arn:aws:iam::123456789012:saml-provider/idp'],
    };
    const made = bare(await make(settings));
    const { IdentityPoolId } = made;
    assert.deepEqual(made, { IdentityPoolId, ...settings, IdentityPoolTags: {} });
    assert.deepEqual(bare(await root.send(new DescribeIdentityPoolCommand({ IdentityPoolId }))), made);

    const changed = { IdentityPoolName: 'renamed', AllowUnauthenticatedIdentities: true };
    const updated = bare(await root.send(new UpdateIdentityPoolCommand({ IdentityPoolId, ...changed })));
    const kept = { DeveloperProviderName: 'login.example', IdentityPoolTags: {} };
    assert.deepEqual(updated, { IdentityPoolId, ...changed, ...kept });

    const found = [];
    for await (const page of paginateListIdentityPools({ client: root, pageSize: 2 }, {})) found.push(...page.IdentityPools);
    const expected = SEED_WITH_KEEPER.identity_pools.map(({ id, name }) => ({ IdentityPoolId: id, IdentityPoolName: name }));
    expected.push({ IdentityPoolId, IdentityPoolName: 'renamed' });
    for (const pool of expected) assert.ok(found.some((one) => one.IdentityPoolId === pool.IdentityPoolId
      && one.IdentityPoolName === pool.IdentityPoolName), pool.IdentityPoolName);

    await root.send(new DeleteIdentityPoolCommand({ IdentityPoolId }));
    await refused(root.send(new DescribeIdentityPoolCommand({ IdentityPoolId })), 'ResourceNotFoundException', `IdentityPool '${IdentityPoolId}' not found.`);
  });

  it('hands out the roles that were set, to identities that it then lists', async () => {
    const { IdentityPoolId } = await make({ CognitoIdentityProviders: [listed(CLIENTS.app)] });
    const rolesOf = async () => (await root.send(new GetIdentityPoolRolesCommand({ IdentityPoolId }))).Roles;
    assert.equal(await rolesOf(), undefined);
    const guest = await getId(server, undefined, IdentityPoolId);
    await refused(getCredentials(server, guest), 'InvalidIdentityPoolConfigurationException');
    await setRoles(root, IdentityPoolId, { authenticated: role('demo-user'), unauthenticated: role('demo-guest') });
    assert.deepEqual(await rolesOf(), { authenticated: role('demo-user'), unauthenticated: role('demo-guest') });
    await setRoles(root, IdentityPoolId, { unauthenticated: role('demo-guest') });
    assert.deepEqual(await rolesOf(), { unauthenticated: role('demo-guest') });

    const alice = await getId(server, logins, IdentityPoolId);
    const ids = [];
    let NextToken;
    do {
      const page = await root.send(new ListIdentitiesCommand({ IdentityPoolId, MaxResults: 1, NextToken, HideDisabled: true }));
      ids.push(...page.Identities.map((identity) => identity.IdentityId));
      ({ NextToken } = page);
    } while (NextToken);
    assert.deepEqual(ids, [alice, guest].sort());
    const shown = await root.send(new DescribeIdentityCommand({ IdentityId: alice }));
    assert.deepEqual(shown.Logins, [LOGIN_KEY]);
    assert.ok(Math.abs(shown.CreationDate - await server.now()) < 60_000);

    await root.send(new DeleteIdentityPoolCommand({ IdentityPoolId }));
    await refused(root.send(new DescribeIdentityCommand({ IdentityId: alice })), 'ResourceNotFoundException', `Identity '${alice}' not found.`);
    await refused(getCredentials(server, alice, logins), 'ResourceNotFoundException');
  });

  it('takes only roles that are there and that the caller may pass', async () => {
    const forbidden = (arn) => `Access to Role '${arn}' is forbidden.`;
    await setRoles(keeper, POOLS.withoutRoles, { unauthenticated: role('demo-guest') });
    for (const [client, arn] of [[keeper, role('demo-user')], [keeper, role('absent')], [root, role('absent')]]) {
      await refused(setRoles(client, POOLS.withoutRoles, { authenticated: arn }), 'NotAuthorizedException', forbidden(arn));
    }
    await setRoles(root, POOLS.withoutRoles, {});
  });

  it('lists so many clients and no more, and no user pool of another region', async () => {
    const CognitoIdentityProviders = Array.from({ length: 51 }, (_, n) => listed(`client${n}`));
    const update = (more) => root.send(new UpdateIdentityPoolCommand({
      IdentityPoolId: POOLS.guestsOnly, IdentityPoolName: 'x', AllowUnauthenticatedIdentities: true, ...more,
    }));
    const foreign = { ProviderName: 'cognito-idp.eu-west-1.amazonaws.com/eu-west-1_XXXXXXXX', ClientId: 'a' };
    for (const send of [make, update]) {
      await refused(send({ CognitoIdentityProviders }), 'LimitExceededException');
      await refused(send({ CognitoIdentityProviders: [foreign] }), 'InvalidParameterException');
    }
  });

  it('lists providers of other kinds, whose logins are refused by name', async () => {
    const saml = 'arn:aws:iam::123456789012:saml-provider/idp';
    const { IdentityPoolId } = await make({
      SupportedLoginProviders: { 'accounts.google.com': 'app' },
      OpenIdConnectProviderARNs: ['arn:aws:iam::123456789012:oidc-provider/id.example/realms/x'],
      SamlProviderARNs: [saml],
    });
    for (const provider of ['accounts.google.com', 'id.example/realms/x', saml]) {
      await refused(getId(server, { [provider]: 'token' }, IdentityPoolId), 'InvalidParameterException', `logins of \`${provider}\` are not served yet`);
    }
    await refused(getId(server, { 'id.example': 'token' }, IdentityPoolId), 'NotAuthorizedException', /^Logins don't match/);
  });

  it('is kept by somebody who may keep no other', async () => {
    assert.ok(await keeper.send(new DescribeIdentityPoolCommand({ IdentityPoolId: DEMO_POOL })));
    const denied = new RegExp(`^User: arn:aws:sts::123456789012:assumed-role/keeper/CognitoIdentityCredentials is not authorized to perform: cognito-identity:DescribeIdentityPool on resource: ${poolArn(POOLS.membersOnly)}`);
    await refused(keeper.send(new DescribeIdentityPoolCommand({ IdentityPoolId: POOLS.membersOnly })), 'AccessDeniedException', denied);
    const [own, other] = [await getId(server), await getId(server, undefined, POOLS.guestsOnly)];
    assert.deepEqual((await keeper.send(new DescribeIdentityCommand({ IdentityId: own }))).Logins, []);
    await refused(keeper.send(new DescribeIdentityCommand({ IdentityId: other })), 'AccessDeniedException');
  });

  it('is made, shown and deleted by SDK v2', async () => {
    const pools = new (watchV2(AWS).CognitoIdentity)({ endpoint: server.endpoint, region: REGION, maxRetries: 0, credentials: server.root() });
    const { IdentityPoolId, IdentityPoolTags } = await pools.createIdentityPool({ IdentityPoolName: 'v2', AllowUnauthenticatedIdentities: true }).promise();
    assert.deepEqual(IdentityPoolTags, {});
    await pools.setIdentityPoolRoles({ IdentityPoolId, Roles: { unauthenticated: role('demo-guest') } }).promise();
    const { IdentityId } = await pools.getId({ IdentityPoolId }).promise();
    const { Identities } = await pools.listIdentities({ IdentityPoolId, MaxResults: 60 }).promise();
    assert.deepEqual(Identities.map((identity) => identity.IdentityId), [IdentityId]);
    assert.ok(Identities[0].CreationDate instanceof Date);
    await pools.deleteIdentityPool({ IdentityPoolId }).promise();
    await assert.rejects(pools.describeIdentityPool({ IdentityPoolId }).promise(), { code: 'ResourceNotFoundException' });
  });
});

describe('what is not there', () => {
  const server = serverOfSuite(SEED);
  const root = () => identityPools(server, server.root());
  const settings = { IdentityPoolName: 'x', AllowUnauthenticatedIdentities: true };

  it('is not found, whatever is asked of it', async () => {
    for (const [Command, more] of [
      [DeleteIdentityPoolCommand], [DescribeIdentityPoolCommand], [GetIdentityPoolRolesCommand],
      [ListIdentitiesCommand, { MaxResults: 1 }], [SetIdentityPoolRolesCommand, { Roles: {} }], [UpdateIdentityPoolCommand, settings],
    ]) {
      const asked = root().send(new Command({ IdentityPoolId: NOWHERE, ...more }));
      await refused(asked, 'ResourceNotFoundException', `IdentityPool '${NOWHERE}' not found.`);
    }
  });

  it('is not gone on from by a token that was made up', async () => {
    for (const Command of [ListIdentityPoolsCommand, ListIdentitiesCommand]) {
      const asked = root().send(new Command({ IdentityPoolId: DEMO_POOL, MaxResults: 1, NextToken: 'made-up' }));
      await refused(asked, 'InvalidParameterException', 'Invalid NextToken.');
    }
  });
});

describe('a pool that checks users', () => {
  it('lets in a user who is there', async (test) => {
    const server = await serverOfTest(test, SEED);
    await identityPools(server, server.root()).send(new UpdateIdentityPoolCommand({
      IdentityPoolId: DEMO_POOL,
      IdentityPoolName: 'checking',
      AllowUnauthenticatedIdentities: true,
      CognitoIdentityProviders: [{ ...listed(CLIENTS.app), ServerSideTokenCheck: true }],
    }));
    assert.match((await member(server, ALICE)).credentials.accessKeyId, /^ASIA/);
  });
});
