// Everything from nothing and to nothing again, as an operator would over the wire: a user pool with a client and a user,
// an identity pool, its roles with their policies, a bucket; then used by those it was made for; then torn down.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  CreateIdentityPoolCommand, DeleteIdentityPoolCommand, ListIdentityPoolsCommand, SetIdentityPoolRolesCommand,
} from '@aws-sdk/client-cognito-identity';
import {
  AdminCreateUserCommand, AdminSetUserPasswordCommand, CognitoIdentityProviderClient, CreateUserPoolClientCommand,
  CreateUserPoolCommand, DeleteUserPoolClientCommand, DeleteUserPoolCommand, ListUserPoolsCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import {
  CreateRoleCommand, DeleteRoleCommand, DeleteRolePolicyCommand, IAMClient, ListRolesCommand, PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import {
  CreateBucketCommand, DeleteBucketCommand, DeleteObjectCommand, GetObjectCommand, ListBucketsCommand,
  ListObjectsV2Command, PutObjectCommand,
} from '@aws-sdk/client-s3';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { fromCognitoIdentityPool } from '@aws-sdk/credential-providers';
import AWS from 'aws-sdk';
import { FLOWS, guestMay, loginKeyOf, memberMay, NOTHING, PASSWORD } from '../support/life.mjs';
import { getId, identityPools, refused, s3, signIn, to } from '../support/people.mjs';
import { REGION, trustIn } from '../support/seed.mjs';
import { watch, watchV2 } from '../support/seen.mjs';
import { serverOfTest } from '../support/server.mjs';

const BUCKET = 'from-nothing';
const ROLES = { authenticated: ['life-member', memberMay(BUCKET)], unauthenticated: ['life-guest', guestMay(BUCKET)] };
const HELLO = { Bucket: BUCKET, Key: 'public/hello.txt' };

describe('a life from nothing', () => {
  describe('by SDK v3', () => {
    const administration = (server) => {
      const credentials = server.root();
      return {
        idp: watch(new CognitoIdentityProviderClient({ ...to(server), credentials })),
        pools: identityPools(server, credentials),
        iam: watch(new IAMClient({ ...to(server), credentials })),
        buckets: s3(server, credentials),
      };
    };

    async function make({ idp, pools, iam, buckets }) {
      const { UserPool: { Id: UserPoolId } } = await idp.send(new CreateUserPoolCommand({ PoolName: 'life' }));
      const app = { UserPoolId, ClientName: 'app', ExplicitAuthFlows: FLOWS };
      const { UserPoolClient: { ClientId } } = await idp.send(new CreateUserPoolClientCommand(app));
      for (const Username of ['alma', 'benno']) {
        await idp.send(new AdminCreateUserCommand({ UserPoolId, Username, MessageAction: 'SUPPRESS' }));
        await idp.send(new AdminSetUserPasswordCommand({ UserPoolId, Username, Password: PASSWORD, Permanent: true }));
      }
      const { IdentityPoolId } = await pools.send(new CreateIdentityPoolCommand({
        IdentityPoolName: 'life',
        AllowUnauthenticatedIdentities: true,
        CognitoIdentityProviders: [{ ProviderName: loginKeyOf(UserPoolId), ClientId }],
      }));
      const Roles = {};
      for (const [amr, [RoleName, policy]] of Object.entries(ROLES)) {
        const trust = JSON.stringify(trustIn(IdentityPoolId, amr));
        Roles[amr] = (await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trust }))).Role.Arn;
        await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'may', PolicyDocument: JSON.stringify(policy) }));
      }
      await pools.send(new SetIdentityPoolRolesCommand({ IdentityPoolId, Roles }));
      await buckets.send(new CreateBucketCommand({ Bucket: BUCKET }));
      await buckets.send(new PutObjectCommand({ ...HELLO, Body: 'hello' }));
      return { UserPoolId, ClientId, IdentityPoolId };
    }

    async function tearDown({ idp, pools, iam, buckets }, { UserPoolId, ClientId, IdentityPoolId }) {
      await pools.send(new DeleteIdentityPoolCommand({ IdentityPoolId }));
      for (const [RoleName] of Object.values(ROLES)) {
        await iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName: 'may' }));
        await iam.send(new DeleteRoleCommand({ RoleName }));
      }
      await idp.send(new DeleteUserPoolClientCommand({ UserPoolId, ClientId }));
      await idp.send(new DeleteUserPoolCommand({ UserPoolId }));
      const { Contents } = await buckets.send(new ListObjectsV2Command({ Bucket: BUCKET }));
      for (const { Key } of Contents) await buckets.send(new DeleteObjectCommand({ Bucket: BUCKET, Key }));
      await buckets.send(new DeleteBucketCommand({ Bucket: BUCKET }));
    }

    async function nothingIsThere({ idp, pools, iam, buckets }) {
      assert.deepEqual((await idp.send(new ListUserPoolsCommand({ MaxResults: 60 }))).UserPools, []);
      assert.deepEqual((await pools.send(new ListIdentityPoolsCommand({ MaxResults: 60 }))).IdentityPools, []);
      assert.deepEqual((await iam.send(new ListRolesCommand({}))).Roles, []);
      assert.deepEqual((await buckets.send(new ListBucketsCommand({}))).Buckets ?? [], []);
    }

    // Credentials of a user who signs in anew whenever the SDK asks for a login.
    function member(server, { UserPoolId, ClientId, IdentityPoolId }, username) {
      const login = async () => (await signIn(server, { client: ClientId, username, password: PASSWORD })).idToken;
      const clientConfig = { endpoint: server.endpoint, region: REGION };
      return fromCognitoIdentityPool({ identityPoolId: IdentityPoolId, logins: { [loginKeyOf(UserPoolId)]: login }, clientConfig });
    }

    // The access key ids that a client signs with from here on.
    function keysUsedBy(client) {
      const used = [];
      client.middlewareStack.add((next) => (call) => {
        used.push(/Credential=(\w+)/.exec(call.request.headers.authorization)[1]);
        return next(call);
      }, { step: 'deserialize', name: 'noteKeys' });
      return used;
    }

    it('is made, used by those it is for, denied to others, and torn down to nothing', async (test) => {
      const server = await serverOfTest(test, NOTHING);
      const admin = administration(server);
      await nothingIsThere(admin);
      const made = await make(admin);

      const alma = s3(server, member(server, made, 'alma'));
      const home = (await alma.config.credentials()).identityId;
      const note = { Bucket: BUCKET, Key: `${home}/note.txt` };
      await alma.send(new PutObjectCommand({ ...note, Body: 'mine' }));
      assert.equal(await (await alma.send(new GetObjectCommand(note))).Body.transformToString(), 'mine');
      assert.equal(await (await alma.send(new GetObjectCommand(HELLO))).Body.transformToString(), 'hello');
      const { Contents } = await alma.send(new ListObjectsV2Command({ Bucket: BUCKET, Prefix: `${home}/` }));
      assert.deepEqual(Contents.map(({ Key }) => Key), [note.Key]);

      const benno = s3(server, member(server, made, 'benno'));
      assert.notEqual((await benno.config.credentials()).identityId, home);
      const clientConfig = { endpoint: server.endpoint, region: REGION };
      const guest = s3(server, fromCognitoIdentityPool({ identityPoolId: made.IdentityPoolId, clientConfig }));
      assert.equal(await (await guest.send(new GetObjectCommand(HELLO))).Body.transformToString(), 'hello');
      for (const other of [benno, guest]) {
        await refused(other.send(new GetObjectCommand(note)), 'AccessDenied');
        await refused(other.send(new PutObjectCommand({ ...note, Body: 'theirs' })), 'AccessDenied');
        await refused(other.send(new ListObjectsV2Command({ Bucket: BUCKET, Prefix: `${home}/` })), 'AccessDenied');
      }
      await refused(alma.send(new PutObjectCommand({ ...HELLO, Body: 'bye' })), 'AccessDenied');
      await refused(alma.send(new DeleteBucketCommand({ Bucket: BUCKET })), 'AccessDenied');

      await tearDown(admin, made);
      await nothingIsThere(admin);
      await assert.rejects(getId(server, undefined, made.IdentityPoolId), { name: 'ResourceNotFoundException' });
      await refused(alma.send(new GetObjectCommand(note)), 'ExpiredToken');
    });

    it('goes on past the end of its credentials, which the SDK renews by itself', async (test) => {
      const server = await serverOfTest(test, NOTHING);
      const admin = administration(server);
      const made = await make(admin);
      const credentials = member(server, made, 'alma');
      const alma = s3(server, credentials);
      const used = keysUsedBy(alma);
      const first = await alma.config.credentials();
      const note = { Bucket: BUCKET, Key: `${first.identityId}/note.txt` };
      await alma.send(new PutObjectCommand({ ...note, Body: 'before' }));
      await alma.send(new GetObjectCommand(note));
      assert.equal(used[0], used[1], 'they are kept while they are good');

      // The same two hours pass for the server and for the client.
      await server.advance(2 * 3600);
      test.mock.timers.enable({ apis: ['Date'], now: await server.now() });
      await refused(s3(server, first).send(new GetObjectCommand(note)), 'ExpiredToken');
      for (const _ of [1, 2]) assert.equal(await (await alma.send(new GetObjectCommand(note))).Body.transformToString(), 'before');
      assert.notEqual(used[2], used[1]);
      assert.equal(used[3], used[2], 'the new ones are kept as well');
      const sts = watch(new STSClient({ ...to(server), credentials }));
      const { Arn } = await sts.send(new GetCallerIdentityCommand({}));
      assert.equal(Arn, 'arn:aws:sts::123456789012:assumed-role/life-member/CognitoIdentityCredentials');
    });
  });

  describe('by SDK v2', () => {
    watchV2(AWS);
    const at = (server, more) => ({ endpoint: server.endpoint, region: REGION, maxRetries: 3, correctClockSkew: true, ...more });
    const administration = (server) => {
      const how = at(server, { credentials: new AWS.Credentials(server.root()) });
      return {
        idp: new AWS.CognitoIdentityServiceProvider(how),
        pools: new AWS.CognitoIdentity(how),
        iam: new AWS.IAM(how),
        buckets: new AWS.S3({ ...how, s3ForcePathStyle: true }),
      };
    };

    async function make({ idp, pools, iam, buckets }) {
      const { UserPool: { Id: UserPoolId } } = await idp.createUserPool({ PoolName: 'life' }).promise();
      const app = { UserPoolId, ClientName: 'app', ExplicitAuthFlows: FLOWS };
      const { UserPoolClient: { ClientId } } = await idp.createUserPoolClient(app).promise();
      const alma = { UserPoolId, Username: 'alma' };
      await idp.adminCreateUser({ ...alma, MessageAction: 'SUPPRESS' }).promise();
      await idp.adminSetUserPassword({ ...alma, Password: PASSWORD, Permanent: true }).promise();
      const { IdentityPoolId } = await pools.createIdentityPool({
        IdentityPoolName: 'life',
        AllowUnauthenticatedIdentities: false,
        CognitoIdentityProviders: [{ ProviderName: loginKeyOf(UserPoolId), ClientId }],
      }).promise();
      const [RoleName, policy] = ROLES.authenticated;
      const trust = JSON.stringify(trustIn(IdentityPoolId, 'authenticated'));
      const { Role } = await iam.createRole({ RoleName, AssumeRolePolicyDocument: trust }).promise();
      await iam.putRolePolicy({ RoleName, PolicyName: 'may', PolicyDocument: JSON.stringify(policy) }).promise();
      await pools.setIdentityPoolRoles({ IdentityPoolId, Roles: { authenticated: Role.Arn } }).promise();
      await buckets.createBucket({ Bucket: BUCKET }).promise();
      await buckets.putObject({ ...HELLO, Body: 'hello' }).promise();
      return { UserPoolId, ClientId, IdentityPoolId, RoleName };
    }

    async function tearDown({ idp, pools, iam, buckets }, { UserPoolId, ClientId, IdentityPoolId, RoleName }) {
      await pools.deleteIdentityPool({ IdentityPoolId }).promise();
      await iam.deleteRolePolicy({ RoleName, PolicyName: 'may' }).promise();
      await iam.deleteRole({ RoleName }).promise();
      await idp.deleteUserPoolClient({ UserPoolId, ClientId }).promise();
      await idp.deleteUserPool({ UserPoolId }).promise();
      const { Contents } = await buckets.listObjectsV2({ Bucket: BUCKET }).promise();
      for (const { Key } of Contents) await buckets.deleteObject({ Bucket: BUCKET, Key }).promise();
      await buckets.deleteBucket({ Bucket: BUCKET }).promise();
    }

    const loginsOf = async (server, { UserPoolId, ClientId }) => {
      const { idToken } = await signIn(server, { client: ClientId, username: 'alma', password: PASSWORD });
      return { [loginKeyOf(UserPoolId)]: idToken };
    };

    it('is made, used past the end of its credentials, denied what is not its own, and torn down', async (test) => {
      const server = await serverOfTest(test, NOTHING);
      const admin = administration(server);
      const made = await make(admin);

      const { IdentityPoolId } = made;
      const credentials = new AWS.CognitoIdentityCredentials({ IdentityPoolId, Logins: await loginsOf(server, made) }, at(server));
      const alma = new AWS.S3(at(server, { credentials, s3ForcePathStyle: true }));
      await credentials.getPromise();
      const note = { Bucket: BUCKET, Key: `${credentials.identityId}/note.txt` };
      await alma.putObject({ ...note, Body: 'mine' }).promise();
      assert.equal((await alma.getObject(HELLO).promise()).Body.toString(), 'hello');
      const { Contents } = await alma.listObjects({ Bucket: BUCKET, Prefix: `${credentials.identityId}/` }).promise();
      assert.deepEqual(Contents.map(({ Key }) => Key), [note.Key]);
      await assert.rejects(alma.putObject({ ...HELLO, Body: 'bye' }).promise(), { code: 'AccessDenied' });
      await assert.rejects(alma.listObjects({ Bucket: BUCKET }).promise(), { code: 'AccessDenied' });

      // Only the server's clock moves: its answers tell the SDK the time, and that the credentials have ended. The login has
      // ended with them, and SDK v2 leaves the next one to the application.
      const first = credentials.accessKeyId;
      await server.advance(2 * 3600);
      await assert.rejects(credentials.refreshPromise(), { code: 'NotAuthorizedException' });
      assert.equal(credentials.accessKeyId, first);
      credentials.params.Logins = await loginsOf(server, made);
      assert.equal((await alma.getObject(note).promise()).Body.toString(), 'mine');
      assert.notEqual(credentials.accessKeyId, first);

      await tearDown(admin, made);
      await assert.rejects(credentials.refreshPromise(), { code: 'ResourceNotFoundException' });
    });
  });
});
