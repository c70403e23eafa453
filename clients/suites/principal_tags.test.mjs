// Attributes for access control: claims become tags of a session, and a policy about tags opens one department's prefix.
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import {
  GetOpenIdTokenCommand, GetPrincipalTagAttributeMapCommand, SetPrincipalTagAttributeMapCommand, UpdateIdentityPoolCommand,
} from '@aws-sdk/client-cognito-identity';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { fromCognitoIdentityPool, fromWebToken } from '@aws-sdk/credential-providers';
import { getId, identityPools, loginOf, refused, s3, signIn, to } from '../support/people.mjs';
import { ALICE, BOB, CAROL, CLIENTS, DEMO_POOL, FOREIGN_LOGIN_KEY, LOGIN_KEY, POOLS, SEED, taggedIn } from '../support/seed.mjs';
import { serverOfSuite } from '../support/server.mjs';
import { claimsOf } from '../support/token.mjs';

const BAD_CONFIGURATION = 'Invalid identity pool configuration. Check assigned IAM roles for this pool.';
const DEPARTMENT = '${aws:PrincipalTag/department}';
const PEOPLE = {
  alice: { 'custom:department': 'legal' },
  bob: { 'custom:department': 'sales' },
  carol: { 'custom:department': 'legal*' },
};
const OF_A_DEPARTMENT = {
  name: 'of-a-department',
  trust: taggedIn(DEMO_POOL, 'authenticated'),
  policies: {
    department: {
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Action: ['s3:GetObject', 's3:PutObject'], Resource: `arn:aws:s3:::my-bucket/${DEPARTMENT}/*` },
        {
          Effect: 'Allow', Action: 's3:ListBucket', Resource: 'arn:aws:s3:::my-bucket',
          Condition: { StringLike: { 's3:prefix': `${DEPARTMENT}/*` } },
        },
      ],
    },
  },
};
const SEED_WITH_DEPARTMENTS = {
  ...SEED,
  user_pools: SEED.user_pools.map((pool) => (
    pool.name === 'demo' ? { ...pool, users: pool.users.map((one) => ({ ...one, attributes: PEOPLE[one.username] })) } : pool
  )),
  roles: [...SEED.roles, OF_A_DEPARTMENT],
  identity_pools: SEED.identity_pools.map((pool) => (
    pool.id === DEMO_POOL ? { ...pool, roles: { ...pool.roles, authenticated: OF_A_DEPARTMENT.name } } : pool
  )),
};

describe('principal tags', () => {
  const server = serverOfSuite(SEED_WITH_DEPARTMENTS);
  let root;
  before(() => { root = identityPools(server, server.root()); });

  const named = { IdentityPoolId: DEMO_POOL, IdentityProviderName: LOGIN_KEY };
  const set = (more) => root.send(new SetPrincipalTagAttributeMapCommand({ ...named, ...more }));
  const shown = (more) => root.send(new GetPrincipalTagAttributeMapCommand({ ...named, ...more }));
  const bare = ({ $metadata, ...answer }) => answer;
  const credentialsOf = (user) => fromCognitoIdentityPool({
    identityPoolId: DEMO_POOL,
    logins: { [LOGIN_KEY]: async () => (await signIn(server, user)).idToken },
    clientConfig: to(server),
  });
  const tokenOf = async (Logins) => {
    const IdentityId = await getId(server, Logins);
    return (await identityPools(server).send(new GetOpenIdTokenCommand({ IdentityId, Logins }))).Token;
  };
  const inBucket = (Command, more) => new Command({ Bucket: 'my-bucket', ...more });

  it('are shown as they were set, AWS\'s defaults too', async () => {
    await refused(shown(), 'ResourceNotFoundException', `There is no principal tag attribute map for '${LOGIN_KEY}'.`);
    const defaults = { ...named, UseDefaults: true, PrincipalTags: { client: 'aud', username: 'sub' } };
    assert.deepEqual(bare(await set({ UseDefaults: true })), defaults);
    assert.deepEqual(bare(await shown()), defaults);
    const own = { ...named, UseDefaults: false, PrincipalTags: { department: 'custom:department' } };
    assert.deepEqual(bare(await set({ PrincipalTags: own.PrincipalTags })), own);
    assert.deepEqual(bare(await shown()), own);
  });

  it('open the prefix of one department and no other', async () => {
    await set({ PrincipalTags: { department: 'custom:department' } });
    const [alice, bob] = [ALICE, BOB].map((user) => s3(server, credentialsOf(user)));
    await alice.send(inBucket(PutObjectCommand, { Key: 'legal/case.txt', Body: 'A v B' }));
    await bob.send(inBucket(PutObjectCommand, { Key: 'sales/offer.txt', Body: '42' }));
    const { Contents } = await alice.send(inBucket(ListObjectsV2Command, { Prefix: 'legal/' }));
    assert.deepEqual(Contents.map(({ Key }) => Key), ['legal/case.txt']);
    for (const [client, other] of [[alice, 'sales'], [bob, 'legal']]) {
      await refused(client.send(inBucket(ListObjectsV2Command, { Prefix: `${other}/` })), 'AccessDenied');
      await refused(client.send(inBucket(PutObjectCommand, { Key: `${other}/mine.txt`, Body: 'x' })), 'AccessDenied');
      for (const Key of [`${other}/case.txt`, `${other}/offer.txt`, 'public/hello.txt', 'legal-too/x', 'Legal/x']) {
        await refused(client.send(inBucket(GetObjectCommand, { Key })), 'AccessDenied');
      }
    }
    const records = (await server.decisions()).filter(({ eventName }) => eventName === 'GetCredentialsForIdentity');
    const tags = records.map((record) => record.additionalEventData.sessionTags?.department).filter(Boolean);
    assert.deepEqual(tags, ['legal', 'sales']);
  });

  it('of a claim that cannot be one stop the issuance', async () => {
    await set({ PrincipalTags: { department: 'custom:department' } });
    await refused(credentialsOf(CAROL)(), 'InvalidIdentityPoolConfigurationException', BAD_CONFIGURATION);
    const record = (await server.decisions()).at(-1);
    assert.match(record.additionalEventData.reason, /^the claim `custom:department` cannot be the value of the tag `department`: /);
  });

  it('come along with a token of the classic flow', async () => {
    await set({ PrincipalTags: { department: 'custom:department' } });
    await root.send(new UpdateIdentityPoolCommand({
      IdentityPoolId: DEMO_POOL,
      IdentityPoolName: 'demo',
      AllowUnauthenticatedIdentities: true,
      AllowClassicFlow: true,
      CognitoIdentityProviders: [{ ProviderName: LOGIN_KEY, ClientId: CLIENTS.app }],
    }));
    const { idToken } = await signIn(server, BOB);
    const token = await tokenOf(loginOf(idToken));
    assert.deepEqual(claimsOf(token)['https://aws.amazon.com/tags'], { principal_tags: { department: ['sales'] } });
    const bob = s3(server, fromWebToken({
      roleArn: 'arn:aws:iam::123456789012:role/of-a-department', webIdentityToken: token, clientConfig: to(server),
    }));
    await bob.send(inBucket(PutObjectCommand, { Key: 'sales/second.txt', Body: '43' }));
    await refused(bob.send(inBucket(PutObjectCommand, { Key: 'legal/second.txt', Body: '43' })), 'AccessDenied');
    await refused(tokenOf(loginOf((await signIn(server, CAROL)).idToken)), 'InvalidParameterException', BAD_CONFIGURATION);
  });

  it('are of a provider that the pool lists, and such that sessions can have', async () => {
    for (const IdentityProviderName of [FOREIGN_LOGIN_KEY, `${LOGIN_KEY}:${CLIENTS.app}`, 'accounts.google.com']) {
      const message = `(${IdentityProviderName}) is not a valid IdentityProviderName or is not a configured provider.`;
      await refused(set({ IdentityProviderName }), 'InvalidParameterException', message);
    }
    for (const PrincipalTags of [{ 'aws:a': 'sub' }, { 'a*': 'sub' }, { A: 'sub', a: 'sub' }]) {
      await refused(set({ PrincipalTags }), 'InvalidParameterException');
    }
    await refused(set({ UseDefaults: true, PrincipalTags: { a: 'sub' } }), 'InvalidParameterException');
    const many = Object.fromEntries(Array.from({ length: 51 }, (_, n) => [`k${n}`, 'sub']));
    await refused(set({ PrincipalTags: many }), 'ValidationException');
    for (const asked of [set, shown]) {
      const IdentityPoolId = 'us-east-1:00000000-dead-beef-0000-000000000000';
      await refused(asked({ IdentityPoolId }), 'ResourceNotFoundException', `IdentityPool '${IdentityPoolId}' not found.`);
    }
    await refused(shown({ IdentityPoolId: POOLS.withoutRoles }), 'ResourceNotFoundException');
  });
});
