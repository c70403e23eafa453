// User pools from nothing: a pool, its clients and users by SigV4, signing in, going on by refresh token, tearing down.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { before, describe, it } from 'node:test';
import {
  AdminCreateUserCommand, AdminGetUserCommand, AdminSetUserPasswordCommand, CognitoIdentityProviderClient,
  CreateUserPoolClientCommand, CreateUserPoolCommand, DeleteUserPoolClientCommand, DeleteUserPoolCommand,
  DescribeUserPoolClientCommand, DescribeUserPoolCommand, InitiateAuthCommand, ListUserPoolClientsCommand,
  ListUserPoolsCommand, paginateListUserPoolClients, paginateListUserPools,
} from '@aws-sdk/client-cognito-identity-provider';
import AWS from 'aws-sdk';
import { passwordSignIn, refused, to, userPools } from '../support/people.mjs';
import { ALICE, CLIENTS, REGION, SEED } from '../support/seed.mjs';
import { watch, watchV2 } from '../support/seen.mjs';
import { serverOfSuite } from '../support/server.mjs';
import { claimsOf } from '../support/token.mjs';

watchV2(AWS);

const POOL = 'us-east-1_XXXXXXXX';
const NOWHERE = 'us-east-1_Nowhere01';
const FLOWS = ['ALLOW_USER_PASSWORD_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'];
const PASSWORD = 'Perman3nt!';

describe('user pools', () => {
  const server = serverOfSuite(SEED);
  const admin = () => watch(new CognitoIdentityProviderClient({ ...to(server), credentials: server.root() }));
  // A client keeps its connection, and the server has only so many.
  const ask = (Command, input) => {
    const client = admin();
    return client.send(new Command(input)).finally(() => client.destroy());
  };

  const makePool = async (more) => (await ask(CreateUserPoolCommand, { PoolName: 'made', ...more })).UserPool;
  const makeClient = async (pool, more) => (
    (await ask(CreateUserPoolClientCommand, { UserPoolId: pool, ClientName: 'app', ExplicitAuthFlows: FLOWS, ...more })).UserPoolClient
  );
  const makeUser = async (pool, username, more) => (
    (await ask(AdminCreateUserCommand, { UserPoolId: pool, Username: username, MessageAction: 'SUPPRESS', ...more })).User
  );
  const setPassword = (pool, username, password, permanent = true) => (
    ask(AdminSetUserPasswordCommand, { UserPoolId: pool, Username: username, Password: password, Permanent: permanent })
  );
  const initiate = (flow, client, parameters) => (
    userPools(server).send(new InitiateAuthCommand({ AuthFlow: flow, ClientId: client, AuthParameters: parameters }))
  );
  const refresh = (client, token, more) => initiate('REFRESH_TOKEN_AUTH', client, { REFRESH_TOKEN: token, ...more });
  const signIn = async (client, username, password = PASSWORD) => (
    (await userPools(server).send(passwordSignIn({ client, username, password }))).AuthenticationResult
  );

  it('are made, used and torn down', async () => {
    const pool = await makePool();
    assert.match(pool.Id, /^us-east-1_[A-Za-z0-9]{9}$/);
    assert.equal(pool.Policies.PasswordPolicy.MinimumLength, 8);
    const client = await makeClient(pool.Id);
    assert.equal(client.ClientSecret, undefined);
    const email = { Name: 'email', Value: 'dora@example.com' };
    const made = await makeUser(pool.Id, 'dora', { UserAttributes: [email], TemporaryPassword: 'Tempor4ry!' });
    assert.equal(made.UserStatus, 'FORCE_CHANGE_PASSWORD');
    await refused(signIn(client.ClientId, 'dora', 'Tempor4ry!'), 'InvalidParameterException', /NEW_PASSWORD_REQUIRED is not served yet/);
    await setPassword(pool.Id, 'dora', PASSWORD);

    const found = await ask(AdminGetUserCommand, { UserPoolId: pool.Id, Username: 'dora' });
    assert.equal(found.UserStatus, 'CONFIRMED');
    assert.equal(found.Enabled, true);
    assert.ok(found.UserCreateDate instanceof Date);
    assert.deepEqual(found.UserAttributes, made.Attributes);
    assert.equal(found.UserAttributes[0].Name, 'sub');

    const first = await signIn(client.ClientId, 'dora');
    const second = (await refresh(client.ClientId, first.RefreshToken)).AuthenticationResult;
    assert.equal(second.RefreshToken, undefined);
    const [before, after] = [first, second].map(({ IdToken }) => claimsOf(IdToken));
    assert.equal(after.email, email.Value);
    for (const same of ['sub', 'auth_time', 'origin_jti', 'aud', 'iss']) assert.equal(after[same], before[same], same);
    assert.notEqual(after.jti, before.jti);

    await ask(DeleteUserPoolClientCommand, { UserPoolId: pool.Id, ClientId: client.ClientId });
    const gone = `User pool client ${client.ClientId} does not exist.`;
    await refused(refresh(client.ClientId, first.RefreshToken), 'ResourceNotFoundException', gone);
    await ask(DeleteUserPoolCommand, { UserPoolId: pool.Id });
    await refused(ask(DescribeUserPoolCommand, { UserPoolId: pool.Id }), 'ResourceNotFoundException', `User pool ${pool.Id} does not exist.`);
  });

  it('are shown with what they were made with, and listed', async () => {
    const made = [];
    const passwords = { MinimumLength: 12, RequireNumbers: true };
    for (const name of ['one', 'two', 'three']) made.push(await makePool({ PoolName: name, Policies: { PasswordPolicy: passwords } }));
    const { UserPool } = await ask(DescribeUserPoolCommand, { UserPoolId: made[0].Id });
    assert.deepEqual(UserPool, made[0]);
    assert.deepEqual(UserPool.Policies.PasswordPolicy, {
      MinimumLength: 12, RequireUppercase: false, RequireLowercase: false, RequireNumbers: true, RequireSymbols: false, TemporaryPasswordValidityDays: 7,
    });
    assert.equal(UserPool.Arn, `arn:aws:cognito-idp:us-east-1:123456789012:userpool/${UserPool.Id}`);
    assert.equal(UserPool.SchemaAttributes.length, 20);
    const listed = [];
    for await (const page of paginateListUserPools({ client: admin() }, { MaxResults: 2 })) {
      assert.ok(page.UserPools.length <= 2);
      listed.push(...page.UserPools.map(({ Id }) => Id));
    }
    assert.deepEqual(listed, [...listed].sort());
    for (const { Id } of made) assert.ok(listed.includes(Id));
    await refused(ask(ListUserPoolsCommand, { MaxResults: 1, NextToken: 'made-up' }), 'InvalidParameterException');
    for (const { Id } of made) await ask(DeleteUserPoolCommand, { UserPoolId: Id });
  });

  it('show their clients, secrets too, and list them', async () => {
    const { Id } = await makePool();
    const made = [];
    for (const secret of [true, false, true]) made.push(await makeClient(Id, { GenerateSecret: secret, WriteAttributes: ['name'] }));
    assert.deepEqual(made[0].WriteAttributes, ['name']);
    await refused(makeClient(Id, { WriteAttributes: ['sub'] }), 'InvalidParameterException', 'Invalid write attributes specified while creating a client');
    for (const client of made) {
      const { UserPoolClient } = await ask(DescribeUserPoolClientCommand, { UserPoolId: Id, ClientId: client.ClientId });
      assert.deepEqual(UserPoolClient, client);
    }
    assert.match(made[0].ClientSecret, /^[a-z0-9]{52}$/);
    const listed = [];
    for await (const page of paginateListUserPoolClients({ client: admin() }, { UserPoolId: Id, MaxResults: 2 })) {
      listed.push(...page.UserPoolClients.map(({ ClientId }) => ClientId));
    }
    assert.deepEqual(listed.sort(), made.map(({ ClientId }) => ClientId).sort());
    await refused(ask(ListUserPoolClientsCommand, { UserPoolId: Id, NextToken: 'made-up' }), 'InvalidParameterException');
    await ask(DeleteUserPoolCommand, { UserPoolId: Id });
  });

  it('let only those sign in through a client with a secret who know it', async () => {
    const { Id } = await makePool();
    const { ClientId, ClientSecret } = await makeClient(Id, { GenerateSecret: true });
    await makeUser(Id, 'emil');
    await setPassword(Id, 'emil', PASSWORD);
    const hash = (name) => createHmac('sha256', ClientSecret).update(name + ClientId).digest('base64');
    const shown = { USERNAME: 'emil', PASSWORD };
    const signedIn = await initiate('USER_PASSWORD_AUTH', ClientId, { ...shown, SECRET_HASH: hash('emil') });
    const token = signedIn.AuthenticationResult.RefreshToken;
    assert.ok((await refresh(ClientId, token, { SECRET_HASH: hash('emil') })).AuthenticationResult.IdToken);
    const missing = `Client ${ClientId} is configured with secret but SECRET_HASH was not received`;
    const wrong = `Unable to verify secret hash for client ${ClientId}`;
    await refused(initiate('USER_PASSWORD_AUTH', ClientId, shown), 'NotAuthorizedException', missing);
    await refused(refresh(ClientId, token), 'NotAuthorizedException', missing);
    await refused(initiate('USER_PASSWORD_AUTH', ClientId, { ...shown, SECRET_HASH: hash('emma') }), 'NotAuthorizedException', wrong);
    await refused(refresh(ClientId, token, { SECRET_HASH: hash('emma') }), 'NotAuthorizedException', wrong);
    await ask(DeleteUserPoolCommand, { UserPoolId: Id });
  });

  const inNowhere = { UserPoolId: NOWHERE };
  const nowhere = [
    new DescribeUserPoolCommand(inNowhere),
    new DeleteUserPoolCommand(inNowhere),
    new CreateUserPoolClientCommand({ ...inNowhere, ClientName: 'app' }),
    new ListUserPoolClientsCommand(inNowhere),
    new DescribeUserPoolClientCommand({ ...inNowhere, ClientId: CLIENTS.app }),
    new DeleteUserPoolClientCommand({ ...inNowhere, ClientId: CLIENTS.app }),
    new AdminCreateUserCommand({ ...inNowhere, Username: 'fred', MessageAction: 'SUPPRESS' }),
    new AdminGetUserCommand({ ...inNowhere, Username: 'alice' }),
    new AdminSetUserPasswordCommand({ ...inNowhere, Username: 'alice', Password: PASSWORD }),
  ];
  for (const command of nowhere) {
    it(`that are not there are not found by ${command.constructor.name}`, () => (
      refused(admin().send(command), 'ResourceNotFoundException', `User pool ${NOWHERE} does not exist.`)
    ));
  }

  it('refuse what is not served by its name', async () => {
    const inPool = { UserPoolId: POOL };
    const refusedFor = (Command, input, message) => refused(ask(Command, input), 'InvalidParameterException', message);
    await refusedFor(CreateUserPoolCommand, { PoolName: 'p', UsernameAttributes: ['email'] }, 'UsernameAttributes is not served yet');
    await refusedFor(CreateUserPoolCommand, { PoolName: 'p', MfaConfiguration: 'ON' }, 'MfaConfiguration ON is not served yet');
    const client = { ...inPool, ClientName: 'app' };
    await refusedFor(CreateUserPoolClientCommand, { ...client, ExplicitAuthFlows: ['ALLOW_USER_SRP_AUTH'] }, 'the flow ALLOW_USER_SRP_AUTH is not served yet');
    await refusedFor(CreateUserPoolClientCommand, { ...client, AccessTokenValidity: 25 }, 'Invalid range for token validity.');
    await refusedFor(AdminCreateUserCommand, { ...inPool, Username: 'gina' }, /sending invitations is not served yet/);
  });

  it('hold passwords to their policy', async () => {
    const message = 'Password did not conform with policy: Password must have uppercase characters';
    await refused(makeUser(POOL, 'gina', { TemporaryPassword: 'lower-c4se' }), 'InvalidPasswordException', message);
    await refused(setPassword(POOL, 'alice', 'lower-c4se'), 'InvalidPasswordException', message);
    assert.ok((await signIn(CLIENTS.app, 'alice', ALICE.password)).IdToken, 'nothing was changed');
  });

  it('know who is there and who is not', async () => {
    await refused(makeUser(POOL, 'alice'), 'UsernameExistsException', 'User account already exists');
    await refused(ask(AdminGetUserCommand, { UserPoolId: POOL, Username: 'nobody' }), 'UserNotFoundException', 'User does not exist.');
    await refused(setPassword(POOL, 'nobody', PASSWORD), 'UserNotFoundException', 'User does not exist.');
  });

  it('turn away who asks for more than the machine can do', async () => {
    const outcomes = async (calls) => new Set(await Promise.all(calls.map((call) => call.then(() => 'success', ({ name }) => name))));
    const many = (count, call) => outcomes(Array.from({ length: count }, (_, at) => call(at)));
    const both = ['TooManyRequestsException', 'success'];
    const { Id } = await makePool();
    assert.deepEqual([...await many(25, () => makePool())].sort(), both);
    assert.deepEqual([...await many(150, (at) => makeUser(Id, `many-${at}`, { TemporaryPassword: PASSWORD }))].sort(), both);
    assert.deepEqual([...await many(150, () => setPassword(Id, 'many-0', PASSWORD))].sort(), both);
    await ask(DeleteUserPoolCommand, { UserPoolId: Id });
  });

  describe('as SDK v2 sees them', () => {
    let idp;
    before(() => {
      const { accessKeyId, secretAccessKey } = server.root();
      idp = new AWS.CognitoIdentityServiceProvider({ endpoint: server.endpoint, region: REGION, accessKeyId, secretAccessKey, maxRetries: 0 });
    });

    it('are made, used and torn down', async () => {
      const { UserPool: { Id } } = await idp.createUserPool({ PoolName: 'v2' }).promise();
      const { UserPoolClient: { ClientId } } = await idp.createUserPoolClient({ UserPoolId: Id, ClientName: 'v2', ExplicitAuthFlows: FLOWS }).promise();
      const hanna = { UserPoolId: Id, Username: 'hanna' };
      await idp.adminCreateUser({ ...hanna, MessageAction: 'SUPPRESS' }).promise();
      await idp.adminSetUserPassword({ ...hanna, Password: PASSWORD, Permanent: true }).promise();
      const shown = { USERNAME: 'hanna', PASSWORD };
      const { AuthenticationResult } = await idp.initiateAuth({ AuthFlow: 'USER_PASSWORD_AUTH', ClientId, AuthParameters: shown }).promise();
      const going = { AuthFlow: 'REFRESH_TOKEN_AUTH', ClientId, AuthParameters: { REFRESH_TOKEN: AuthenticationResult.RefreshToken } };
      assert.equal(claimsOf((await idp.initiateAuth(going).promise()).AuthenticationResult.IdToken)['cognito:username'], 'hanna');
      assert.equal((await idp.adminGetUser(hanna).promise()).UserStatus, 'CONFIRMED');
      await idp.deleteUserPoolClient({ UserPoolId: Id, ClientId }).promise();
      await idp.deleteUserPool({ UserPoolId: Id }).promise();
      await assert.rejects(idp.describeUserPool({ UserPoolId: Id }).promise(), { code: 'ResourceNotFoundException' });
    });
  });

  // The clock moves here, so this comes last.
  describe('and the clock', () => {
    it('end a refresh token after its life, at a client that says so, and everywhere after thirty days', async () => {
      const short = await makeClient(POOL, { RefreshTokenValidity: 60, TokenValidityUnits: { RefreshToken: 'minutes' } });
      const long = await makeClient(POOL);
      await makeUser(POOL, 'ida');
      await setPassword(POOL, 'ida', PASSWORD);
      const [ofShort, ofLong] = [await signIn(short.ClientId, 'ida'), await signIn(long.ClientId, 'ida')].map(({ RefreshToken }) => RefreshToken);
      await server.advance(3601);
      await refused(refresh(short.ClientId, ofShort), 'NotAuthorizedException', 'Refresh Token has expired');
      assert.ok((await refresh(long.ClientId, ofLong)).AuthenticationResult.AccessToken);
      await server.advance(30 * 24 * 3600);
      await refused(refresh(long.ClientId, ofLong), 'NotAuthorizedException', 'Refresh Token has expired');
      await refused(refresh(long.ClientId, 'made.up'), 'NotAuthorizedException', 'Invalid Refresh Token');
    });

    it('and a reset end all that was before', async () => {
      const { RefreshToken } = await signIn(CLIENTS.refreshing, 'alice', ALICE.password);
      assert.ok((await refresh(CLIENTS.refreshing, RefreshToken)).AuthenticationResult.IdToken);
      await server.reset();
      await refused(refresh(CLIENTS.refreshing, RefreshToken), 'NotAuthorizedException', 'Invalid Refresh Token');
    });
  });
});
