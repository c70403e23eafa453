// Explanations: each way in which a login comes to nothing, done for real, and what `cenote explain` says of it by the
// request's id. Whoever asks AWS's services is told AWS's words and no more.
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import {
  CreateIdentityPoolCommand, GetCredentialsForIdentityCommand, GetIdCommand, SetIdentityPoolRolesCommand,
  SetPrincipalTagAttributeMapCommand, UpdateIdentityPoolCommand,
} from '@aws-sdk/client-cognito-identity';
import {
  CognitoIdentityProviderClient, CreateUserPoolClientCommand, CreateUserPoolCommand, DeleteUserPoolCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import {
  CreateRoleCommand, DeleteRoleCommand, DeleteRolePolicyCommand, IAMClient, PutRolePolicyCommand, UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { DeleteBucketCommand, GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { getCredentials, getId, guest, identityPools, loginOf, member, passwordSignIn, s3, signIn, to, userPools } from '../support/people.mjs';
import { ALICE, BOB, CLIENTS, DEMO_POOL, FOREIGN_LOGIN_KEY, LOGIN_KEY, POOLS, SEED, taggedIn, trustIn } from '../support/seed.mjs';
import { watch } from '../support/seen.mjs';
import { serverOfSuite, serverOfTest } from '../support/server.mjs';
import { askOwn, ownRequest } from '../support/signed.mjs';
import { send } from '../support/wire.mjs';

const role = (name) => `arn:aws:iam::123456789012:role/${name}`;
const document = (...Statement) => JSON.stringify({ Version: '2012-10-17', Statement });
const SOMETHING = { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::my-bucket/*' };

/** The error that a call ends with. */
async function failed(call) {
  const ended = await call.then(() => undefined, (error) => error);
  assert.ok(ended, 'it succeeded');
  return ended;
}

/** Why a call failed, as the server explains it by the request's id; and that the caller was told none of it. */
async function explained(server, call) {
  const error = await failed(call);
  const answer = await askOwn(server, 'Explain', { RequestId: error.$metadata.requestId }, server.root());
  assert.equal(answer.status, 200, answer.text);
  const why = JSON.parse(answer.text);
  for (const untold of [why.Cause, why.Meaning, why.Remedy]) assert.ok(!error.message.includes(untold), error.message);
  assert.equal(why.RequestId, error.$metadata.requestId);
  assert.equal(why.ErrorMessage, error.message.slice(0, 1024) || why.ErrorMessage);
  return { ...why, error };
}

const administration = (server) => {
  const pools = identityPools(server, server.root());
  const iam = watch(new IAMClient({ ...to(server), credentials: server.root() }));
  const users = watch(new CognitoIdentityProviderClient({ ...to(server), credentials: server.root() }));
  return {
    pools,
    iam,
    users,
    make: (RoleName, trust) => iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: JSON.stringify(trust) })),
    trust: (RoleName, trust) => iam.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument: JSON.stringify(trust) })),
    may: (RoleName, ...statements) => iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'buckets', PolicyDocument: document(...statements) })),
    handOut: (Roles, RoleMappings) => pools.send(new SetIdentityPoolRolesCommand({ IdentityPoolId: DEMO_POOL, Roles, RoleMappings })),
    tag: (PrincipalTags) => pools.send(new SetPrincipalTagAttributeMapCommand({
      IdentityPoolId: DEMO_POOL, IdentityProviderName: LOGIN_KEY, PrincipalTags,
    })),
  };
};
const BOTH = { authenticated: role('demo-user'), unauthenticated: role('demo-guest') };

describe('cenote explain, of a login that proves nothing', () => {
  const server = serverOfSuite(SEED);
  let tokens, alice;
  before(async () => {
    alice = await member(server, ALICE);
    const unlisted = await signIn(server, { ...ALICE, client: CLIENTS.unlisted });
    tokens = { ...(await signIn(server, ALICE)), unlisted: unlisted.idToken };
  });
  const id = (Logins, IdentityPoolId = DEMO_POOL) => identityPools(server).send(new GetIdCommand({ IdentityPoolId, Logins }));

  // What is shown, the cause, and what was expected and found.
  const CASES = {
    'a client that is not listed': [() => id(loginOf(tokens.unlisted)), 'ClientNotListed', CLIENTS.app, CLIENTS.unlisted],
    'the wrong region in the login key': [
      () => id({ 'cognito-idp.eu-west-1.amazonaws.com/us-east-1_XXXXXXXX': tokens.idToken }),
      'LoginKeyOtherRegion', LOGIN_KEY, 'cognito-idp.eu-west-1.amazonaws.com/us-east-1_XXXXXXXX',
    ],
    'the wrong identity pool id': [
      () => id(loginOf(tokens.idToken), 'us-east-1:00000000-dead-beef-0000-000000000000'),
      'IdentityPoolUnknown', undefined, 'us-east-1:00000000-dead-beef-0000-000000000000',
    ],
    'the wrong user pool id': [() => id({ [FOREIGN_LOGIN_KEY]: tokens.idToken }), 'UserPoolNotListed', LOGIN_KEY, FOREIGN_LOGIN_KEY],
    'a colon typed for a dot': [
      () => id({ 'cognito-idp:us-east-1.amazonaws.com/us-east-1_XXXXXXXX': tokens.idToken }), 'LoginKeyMisspelt', LOGIN_KEY,
    ],
    'amazon.com for amazonaws.com': [
      () => id({ 'cognito-idp.us-east-1.amazon.com/us-east-1_XXXXXXXX': tokens.idToken }), 'LoginKeyMisspelt', LOGIN_KEY,
    ],
    'https:// in the login key': [() => id({ [`https://${LOGIN_KEY}`]: tokens.idToken }), 'LoginKeyNotBare', LOGIN_KEY, `https://${LOGIN_KEY}`],
    'the token of another provider': [
      async () => id(loginOf((await signIn(server, { ...ALICE, client: CLIENTS.foreign })).idToken)),
      'IssuerMismatch', 'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_XXXXXXXX',
      'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Foreign01',
    ],
    'an access token in the place of the ID token': [() => id(loginOf(tokens.accessToken)), 'AccessTokenShown', 'token_use id', 'token_use access'],
    'a login that was not sent, to a pool without guests': [() => id(undefined, POOLS.membersOnly), 'LoginNotSent', 'a login', 'no login'],
    'a login that was not sent, for an identity that has one': [
      () => getCredentials(server, alice.identityId), 'LoginNotSent', undefined, undefined,
    ],
    'somebody else\'s identity': [
      async () => getCredentials(server, alice.identityId, loginOf((await signIn(server, BOB)).idToken)), 'IdentityNotProven',
    ],
    'no token at all': [() => id(loginOf('garbage')), 'NotAnIdToken'],
  };
  for (const [what, [call, cause, expected, found]] of Object.entries(CASES)) {
    it(`names it: ${what}`, async () => {
      const why = await explained(server, Promise.resolve().then(call));
      assert.equal(why.Cause, cause, JSON.stringify(why));
      if (expected) assert.equal(why.Expected, expected);
      if (found) assert.equal(why.Found, found);
      assert.ok(why.Meaning.length > 10 && why.Remedy.length > 10);
    });
  }

  it('names a user pool that was made anew', async () => {
    const { users, pools } = administration(server);
    const make = async () => {
      const { UserPool } = await users.send(new CreateUserPoolCommand({ PoolName: 'again' }));
      const { UserPoolClient } = await users.send(new CreateUserPoolClientCommand({ UserPoolId: UserPool.Id, ClientName: 'app' }));
      return { pool: UserPool.Id, client: UserPoolClient.ClientId, key: `cognito-idp.us-east-1.amazonaws.com/${UserPool.Id}` };
    };
    const old = await make();
    const { IdentityPoolId } = await pools.send(new CreateIdentityPoolCommand({
      IdentityPoolName: 'of it', AllowUnauthenticatedIdentities: false,
      CognitoIdentityProviders: [{ ProviderName: old.key, ClientId: old.client }],
    }));
    await users.send(new DeleteUserPoolCommand({ UserPoolId: old.pool }));
    const anew = await make();
    for (const key of [anew.key, old.key]) {
      const why = await explained(server, id({ [key]: tokens.idToken }, IdentityPoolId));
      assert.deepEqual([why.Cause, why.Found], ['UserPoolRemade', key]);
    }
  });

  it('tells it on the command line, with what to change', async () => {
    const { $metadata: { requestId } } = await failed(id(loginOf(tokens.unlisted)));
    const { status, stdout } = server.operator('explain', requestId);
    assert.equal(status, 0);
    for (const line of [
      /^GetId of cognito-identity\.amazonaws\.com at /, /cause +ClientNotListed/, /expected +appclient/, /found +unlistedclient/,
      /to do +list this client as a provider of the identity pool/, /answered +NotAuthorizedException/,
    ]) assert.match(stdout, line);
    const { stdout: json } = server.operator('explain', '--json', requestId);
    assert.equal(JSON.parse(json).Cause, 'ClientNotListed');
    const unknown = server.operator('explain', '00000000-0000-4000-8000-000000000000');
    assert.equal(unknown.status, 1);
    assert.match(unknown.stderr, /404.*ResourceNotFoundException Nothing is kept of this request/);
  });

  it('tells what was issued, to whom, by which rule and statement', async () => {
    const asked = new GetCredentialsForIdentityCommand({ IdentityId: alice.identityId, Logins: loginOf(tokens.idToken) });
    const { $metadata: { requestId }, Credentials } = await identityPools(server).send(asked);
    const answer = await askOwn(server, 'Explain', { RequestId: requestId }, server.root());
    const why = JSON.parse(answer.text);
    assert.deepEqual(
      [why.Decision, why.IdentityId, why.IdentityPoolId, why.Role, why.RoleChosenBy, why.Providers, why.SessionPolicies],
      ['allowed', alice.identityId, DEMO_POOL, role('demo-user'), 'the pool, for whoever proved a login', [LOGIN_KEY], []],
    );
    assert.match(why.Reason, /allowed by statement 0 of `trust policy of role demo-user`/);
    assert.equal(why.Cause, undefined);
    for (const secret of [Credentials.SecretKey, Credentials.SessionToken, tokens.idToken]) assert.ok(!answer.text.includes(secret));
  });

  it('tells it to those alone who may ask', async () => {
    const { $metadata: { requestId } } = await failed(id(loginOf(tokens.unlisted)));
    assert.equal((await askOwn(server, 'Explain', { RequestId: requestId }, alice.credentials)).code, 'AccessDeniedException');
    assert.equal((await send(server, ownRequest('Explain', { RequestId: requestId }))).code, 'MissingAuthenticationTokenException');
    assert.equal((await askOwn(server, 'Explain', { RequestId: 'of mine' }, server.root())).code, 'ValidationException');
  });
});

describe('cenote explain, of a role that is not given', () => {
  const server = serverOfSuite(SEED);
  let admin, alice;
  before(async () => {
    admin = administration(server);
    alice = await member(server, ALICE);
  });
  const asAlice = () => getCredentials(server, alice.identityId, loginOf(alice.idToken));
  const trusting = (more) => {
    const { Version, Statement: [statement] } = trustIn(DEMO_POOL, 'authenticated');
    return { Version, Statement: [{ ...statement, ...more }] };
  };

  // What is done to the trust policy of the role, the cause, and what was expected and found.
  const TRUSTS = {
    'the wrong action in the trust policy': [
      trusting({ Action: 'sts:AssumeRole' }), 'TrustActionWrong', 'sts:AssumeRoleWithWebIdentity', 'sts:AssumeRole',
    ],
    'the wrong principal in the trust policy': [
      trusting({ Principal: { AWS: '123456789012' } }), 'TrustPrincipalWrong', 'Federated cognito-identity.amazonaws.com', '123456789012',
    ],
    'a condition key that is absent': [
      trusting({ Condition: { ...trusting().Statement[0].Condition, IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } } }),
      'ConditionKeyAbsent', 'aws:sourceip', 'no aws:sourceip',
    ],
    'a condition that is not met': [
      trusting({ Condition: { ...trusting().Statement[0].Condition, StringLike: { 'cognito-identity.amazonaws.com:sub': 'us-east-1:0*' } } }),
      'TrustConditionUnmet', 'cognito-identity.amazonaws.com:sub us-east-1:0*',
    ],
  };
  for (const [what, [trust, cause, expected, found]] of Object.entries(TRUSTS)) {
    it(`names it: ${what}`, async () => {
      await admin.trust('demo-user', trust);
      const why = await explained(server, asAlice());
      assert.deepEqual([why.Cause, why.Stage === 'Trust' || cause === 'ConditionKeyAbsent', why.Expected], [cause, true, expected], JSON.stringify(why));
      if (found) assert.equal(why.Found, found);
      assert.match(why.Statement, /statement 0 of `trust policy of role demo-user`/);
      assert.equal(why.IdentityId, alice.identityId);
      await admin.trust('demo-user', trustIn(DEMO_POOL, 'authenticated'));
    });
  }

  it('names a role that is missing, and a pool without one', async () => {
    await admin.make('fleeting', trustIn(DEMO_POOL, 'authenticated'));
    await admin.handOut({ ...BOTH, authenticated: role('fleeting') });
    await admin.iam.send(new DeleteRoleCommand({ RoleName: 'fleeting' }));
    let why = await explained(server, asAlice());
    assert.deepEqual([why.Cause, why.Expected], ['RoleMissing', role('fleeting')]);
    await admin.handOut({});
    why = await explained(server, asAlice());
    assert.equal(why.Cause, 'NoRoleSet');
    await admin.handOut(BOTH);
  });

  it('names sts:TagSession where it is missing', async (test) => {
    const lax = await serverOfTest(test, SEED, '--unsafe-roles');
    const { idToken, identityId } = await member(lax, ALICE);
    await administration(lax).tag({ client: 'aud' });
    const why = await explained(lax, getCredentials(lax, identityId, loginOf(idToken)));
    assert.deepEqual([why.Cause, why.Expected], ['TagSessionMissing', 'sts:TagSession']);
    await administration(lax).trust('demo-user', taggedIn(DEMO_POOL, 'authenticated'));
    assert.ok((await getCredentials(lax, identityId, loginOf(idToken))).accessKeyId);
  });

  it('names a mapping of which no rule matched', async () => {
    const key = `${LOGIN_KEY}:${CLIENTS.app}`;
    await admin.handOut(BOTH, {
      [key]: {
        Type: 'Rules',
        AmbiguousRoleResolution: 'Deny',
        RulesConfiguration: { Rules: [{ Claim: 'aud', MatchType: 'Equals', Value: 'legal', RoleARN: role('demo-user') }] },
      },
    });
    const why = await explained(server, asAlice());
    assert.deepEqual([why.Cause, why.Expected, why.Found], ['NoMappingMatched', `for ${key}: aud equal to legal`, `aud ${CLIENTS.app}`]);
    await admin.handOut(BOTH);
  });
});

describe('cenote explain, of a request that policies do not allow', () => {
  const server = serverOfSuite(SEED);
  let admin, alice;
  before(async () => {
    admin = administration(server);
    alice = await member(server, ALICE);
  });
  const send_ = (credentials, command) => s3(server, credentials).send(command);

  it('names the scope-down of guests', async () => {
    await admin.may('demo-guest', { Effect: 'Allow', Action: 'iam:*', Resource: '*' }, SOMETHING);
    const { credentials, identityId } = await guest(server);
    const iam = watch(new IAMClient({ ...to(server), credentials }));
    const why = await explained(server, iam.send(new DeleteRolePolicyCommand({ RoleName: 'demo-user', PolicyName: 'none' })));
    assert.equal(why.Cause, 'ScopeDown');
    assert.equal(why.IdentityId, identityId);
    assert.deepEqual(why.SessionPolicies, ['guest scope-down', 'arn:aws:iam::aws:policy/AmazonCognitoUnAuthedIdentitiesSessionPolicy']);
  });

  it('names an action, a resource and a condition key that are not in a policy, and a statement that denies', async () => {
    let why = await explained(server, send_(alice.credentials, new DeleteBucketCommand({ Bucket: 'spare-bucket' })));
    assert.deepEqual([why.Cause, why.Expected, why.Role], ['ActionNotAllowed', 's3:DeleteBucket', role('demo-user')]);
    why = await explained(server, send_(alice.credentials, new GetObjectCommand({ Bucket: 'my-bucket', Key: 'private/x' })));
    assert.deepEqual([why.Cause, why.Expected], ['ResourceNotCovered', 'arn:aws:s3:::my-bucket/private/x']);
    assert.match(why.Found, /arn:aws:s3:::my-bucket\/public\/\*/);
    why = await explained(server, send_(alice.credentials, new ListObjectsV2Command({ Bucket: 'prefix-bucket' })));
    assert.deepEqual([why.Cause, why.Found], ['ConditionKeyAbsent', 'no s3:prefix']);
    why = await explained(server, send_(alice.credentials, new ListObjectsV2Command({ Bucket: 'prefix-bucket', Prefix: 'private/' })));
    assert.deepEqual([why.Cause, why.Found], ['ConditionUnmet', 's3:prefix private/']);
    await admin.may('demo-user', SOMETHING, { Sid: 'No', Effect: 'Deny', Action: 's3:PutObject', Resource: '*' });
    why = await explained(server, send_(alice.credentials, new PutObjectCommand({ Bucket: 'my-bucket', Key: 'x', Body: 'x' })));
    assert.equal(why.Cause, 'ExplicitDeny');
    assert.match(why.Statement, /statement `No` \(1\) of `policy buckets of role demo-user`/);
  });

  it('names what is wrong with credentials', async () => {
    const get = new GetObjectCommand({ Bucket: 'my-bucket', Key: 'public/hello.txt' });
    const cause = async (more) => (await explained(server, send_({ ...alice.credentials, ...more }, get))).Cause;
    assert.equal(await cause({ secretAccessKey: 'guessed' }), 'RequestSignatureWrong');
    assert.equal(await cause({ sessionToken: undefined }), 'AccessKeyUnknown');
    assert.equal(await cause({ sessionToken: (await guest(server)).credentials.sessionToken }), 'SessionTokenWrong');
  });

  it('names a sign-in that was refused', async () => {
    const why = await explained(server, userPools(server).send(passwordSignIn({ ...ALICE, password: 'guessed' })));
    assert.equal(why.Stage, 'SignIn');
  });
});

describe('cenote doctor', () => {
  const server = serverOfSuite(SEED);
  let alice, tokens;
  before(async () => {
    alice = await member(server, ALICE);
    tokens = { ...(await signIn(server, ALICE)), unlisted: (await signIn(server, { ...ALICE, client: CLIENTS.unlisted })).idToken };
  });
  const doctor = async (input) => {
    const answer = await askOwn(server, 'Doctor', input, server.root());
    assert.equal(answer.status, 200, answer.text);
    return JSON.parse(answer.text);
  };
  const inPool = (more) => doctor({ IdentityPoolId: DEMO_POOL, ...more });

  it('finds nothing wrong with a login that becomes credentials, and changes nothing', async () => {
    const found = await inPool({ Token: tokens.idToken });
    assert.deepEqual(
      [found.Cause, found.IdentityId, found.Role, found.RoleChosenBy, found.Provider, found.Client],
      [undefined, alice.identityId, role('demo-user'), 'the pool, for whoever proved a login', LOGIN_KEY, CLIENTS.app],
    );
    const bobs = await inPool({ Token: (await signIn(server, BOB)).idToken });
    assert.deepEqual([bobs.Role, bobs.IdentityId], [role('demo-user'), undefined], 'he has no identity, and got none');
    const looked = await askOwn(server, 'FindIdentities', { IdentityPoolId: DEMO_POOL, MaxResults: 60 }, server.root());
    assert.deepEqual(JSON.parse(looked.text).Identities.map((one) => one.IdentityId), [alice.identityId]);
    const asGuest = await inPool({});
    assert.deepEqual([asGuest.Role, asGuest.SessionPolicies.length], [role('demo-guest'), 2]);
  });

  it('names the first thing that fails', async () => {
    const causes = {
      ClientNotListed: { Token: tokens.unlisted },
      AccessTokenShown: { Token: tokens.accessToken },
      NotAnIdToken: { Token: 'garbage', Provider: LOGIN_KEY },
      LoginKeyNotBare: { Token: tokens.idToken, Provider: `https://${LOGIN_KEY}` },
      IdentityPoolUnknown: { IdentityPoolId: 'us-east-1:dead', Token: tokens.idToken },
      LoginNotSent: { IdentityPoolId: POOLS.membersOnly },
      NoRoleSet: { IdentityPoolId: POOLS.withoutRoles, Token: tokens.idToken },
      TrustConditionUnmet: { IdentityPoolId: POOLS.untrusted, Token: tokens.idToken },
      RoleNotAllowed: { Token: tokens.idToken, CustomRoleArn: role('demo-guest') },
    };
    for (const [cause, input] of Object.entries(causes)) assert.equal((await inPool(input)).Cause, cause);
  });

  it('tells of a token alone which pool and client it is of', async () => {
    const { Issuer, Client, TokenUse, UserPoolIsHere, Cause } = await doctor({ Token: tokens.accessToken });
    assert.deepEqual([Issuer, Client, TokenUse, UserPoolIsHere, Cause], [`https://${LOGIN_KEY}`, CLIENTS.app, 'access', true, undefined]);
  });

  it('is asked on the command line, and by those alone who may', async () => {
    const well = server.operator('doctor', '--pool', DEMO_POOL, '--token', tokens.idToken);
    assert.equal(well.status, 0, well.stderr);
    assert.match(well.stdout, /^the login becomes credentials\n/);
    const ill = server.operator('doctor', '--pool', DEMO_POOL, '--token', tokens.unlisted);
    for (const line of [/^the login does not become credentials\n/, /fails at +Login/, /cause +ClientNotListed/, /to do +list this client/]) {
      assert.match(ill.stdout, line);
    }
    assert.equal((await askOwn(server, 'Doctor', { IdentityPoolId: DEMO_POOL }, alice.credentials)).code, 'AccessDeniedException');
    assert.equal((await askOwn(server, 'Doctor', {}, server.root())).code, 'InvalidParameterException');
    assert.equal((await askOwn(server, 'Doctor', { IdentityPoolId: '' }, server.root())).code, 'ValidationException');
    const records = JSON.stringify(await server.decisions());
    assert.ok(!records.includes(tokens.unlisted), 'no token is on record');
  });
});

describe('explanations', () => {
  it('live for as long as the server is told', async (test) => {
    const server = await serverOfTest(test, SEED, '--explain-hours', '1');
    const { $metadata: { requestId } } = await failed(getId(server, loginOf('garbage')));
    const asked = async () => (await askOwn(server, 'Explain', { RequestId: requestId }, server.root(), { now: await server.now() })).status;
    assert.equal(await asked(), 200);
    await server.advance(3601);
    assert.equal(await asked(), 404);
  });

  it('survive a restart', async (test) => {
    const server = await serverOfTest(test, SEED);
    const { $metadata: { requestId } } = await failed(getId(server, loginOf('garbage')));
    assert.equal((await askOwn(server, 'Explain', { RequestId: requestId }, server.root())).status, 200);
    await server.restartAsServe();
    assert.equal((await askOwn(server, 'Explain', { RequestId: requestId }, server.root())).status, 200);
  });
});
