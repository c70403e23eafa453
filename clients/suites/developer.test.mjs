// Users of an app's own back end: the back end signs, the app gets credentials in either flow, and who may vouch for whom.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  DescribeIdentityCommand, GetCredentialsForIdentityCommand, GetIdCommand, GetOpenIdTokenForDeveloperIdentityCommand,
  ListIdentitiesCommand, LookupDeveloperIdentityCommand, MergeDeveloperIdentitiesCommand, UnlinkDeveloperIdentityCommand,
  UpdateIdentityPoolCommand,
} from '@aws-sdk/client-cognito-identity';
import { IAMClient, PutRolePolicyCommand, UpdateAssumeRolePolicyCommand } from '@aws-sdk/client-iam';
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { fromCognitoIdentity, fromWebToken } from '@aws-sdk/credential-providers';
import AWS from 'aws-sdk';
import { BACKEND, backendOf } from '../support/backend.mjs';
import { FAMILY, loginAt, SETTINGS } from '../support/family.mjs';
import { getId, guest, identityPools, loginOf, member, refused, s3, signIn, to } from '../support/people.mjs';
import { ALICE, BOB, CAROL, CLIENTS, DEMO_POOL, LOGIN_KEY, POOLS, REGION, SEED, taggedIn } from '../support/seed.mjs';
import { watch, watchV2 } from '../support/seen.mjs';
import { serverOfSuite, serverOfTest } from '../support/server.mjs';
import { claimsOf, withFlippedSignature } from '../support/token.mjs';

const OWN = 'cognito-identity.amazonaws.com';
const USER_ROLE = 'arn:aws:iam::123456789012:role/demo-user';
const POOL_ARN = `arn:aws:cognito-identity:us-east-1:123456789012:identitypool/${DEMO_POOL}`;
const NO_MATCH = "Logins don't match. Please include at least one valid login for this identity or identity pool.";
const UNSUPPORTED = 'This identity pool does not support the specified developer provider';
const CLASSIC_OFF = 'Basic (classic) flow is not enabled, please use enhanced flow.';
const forbidden = (identityId) => `Access to Identity '${identityId}' is forbidden.`;
const NOWHERE = 'us-east-1:00000000-dead-beef-0000-000000000000';

/** Gives the demo's pool a back end, and says whether its tokens may be taken to STS. */
const withBackend = (server, AllowClassicFlow) => identityPools(server, server.root()).send(new UpdateIdentityPoolCommand({
  IdentityPoolId: DEMO_POOL,
  IdentityPoolName: 'demo',
  AllowUnauthenticatedIdentities: true,
  AllowClassicFlow,
  DeveloperProviderName: BACKEND,
  CognitoIdentityProviders: [{ ProviderName: LOGIN_KEY, ClientId: CLIENTS.app }],
}));

/** What a back end asks for; the root signs unless others do. */
const backendAt = (server, credentials = server.root()) => {
  const pools = identityPools(server, credentials);
  return {
    vouch: (user, more, Logins) => pools.send(new GetOpenIdTokenForDeveloperIdentityCommand({
      IdentityPoolId: DEMO_POOL, Logins: { ...(user && { [BACKEND]: user }), ...Logins }, ...more,
    })),
    async idOf(user, more, logins) {
      return (await this.vouch(user, more, logins)).IdentityId;
    },
    lookup: (more) => pools.send(new LookupDeveloperIdentityCommand({ IdentityPoolId: DEMO_POOL, ...more })),
    merge: (SourceUserIdentifier, DestinationUserIdentifier, more) => pools.send(new MergeDeveloperIdentitiesCommand({
      IdentityPoolId: DEMO_POOL, DeveloperProviderName: BACKEND, SourceUserIdentifier, DestinationUserIdentifier, ...more,
    })),
    unlink: (IdentityId, DeveloperUserIdentifier, more) => pools.send(new UnlinkDeveloperIdentityCommand({
      IdentityPoolId: DEMO_POOL, IdentityId, DeveloperProviderName: BACKEND, DeveloperUserIdentifier, ...more,
    })),
    async loginsOf(IdentityId) {
      return (await pools.send(new DescribeIdentityCommand({ IdentityId }))).Logins;
    },
  };
};
const credentialsFor = (server, IdentityId, token) => identityPools(server).send(
  new GetCredentialsForIdentityCommand({ IdentityId, Logins: { [OWN]: token } }),
);
const webToken = (server, webIdentityToken, more) => fromWebToken({
  roleArn: USER_ROLE, roleSessionName: 'app', webIdentityToken, clientConfig: to(server), ...more,
});

describe('an app with a back end of its own', () => {
  const server = serverOfSuite(SEED);
  let backend;
  before(async () => {
    await withBackend(server, true);
    backend = await backendOf(server, { 'session-of-ute': 'ute', 'session-of-vera': 'vera@my.app' });
  });
  after(() => backend?.stop());

  async function readsItsOwn(credentials, identityId) {
    const bucket = s3(server, credentials);
    const note = { Bucket: 'my-bucket', Key: `${identityId}/note.txt` };
    await bucket.send(new PutObjectCommand({ ...note, Body: 'mine' }));
    assert.equal(await (await bucket.send(new GetObjectCommand(note))).Body.transformToString(), 'mine');
    const others = { Bucket: 'my-bucket', Key: `${NOWHERE}/note.txt` };
    await refused(bucket.send(new PutObjectCommand({ ...others, Body: 'x' })), 'AccessDenied');
  }

  it('gets credentials in the enhanced flow, and reads its own prefix', async () => {
    const { identityId, token } = await backend.token('session-of-ute');
    const clientConfig = to(server);
    await readsItsOwn(fromCognitoIdentity({ identityId, logins: { [OWN]: token }, clientConfig }), identityId);
  });

  it('gets credentials in the classic flow, and reads its own prefix', async () => {
    const { identityId, token } = await backend.token('session-of-ute');
    const credentials = webToken(server, token);
    await readsItsOwn(credentials, identityId);
    const sts = watch(new STSClient({ ...to(server), credentials }));
    const { Arn } = await sts.send(new GetCallerIdentityCommand({}));
    assert.equal(Arn, 'arn:aws:sts::123456789012:assumed-role/demo-user/app');
  });

  it('does so by SDK v2 too', async () => {
    watchV2(AWS);
    const { identityId, token } = await backend.token('session-of-vera');
    const how = { endpoint: server.endpoint, region: REGION, maxRetries: 0 };
    const credentials = new AWS.CognitoIdentityCredentials({ IdentityId: identityId, Logins: { [OWN]: token } }, how);
    await credentials.getPromise();
    const bucket = new AWS.S3({ ...how, credentials, s3ForcePathStyle: true });
    await bucket.putObject({ Bucket: 'my-bucket', Key: `${identityId}/v2`, Body: 'v2' }).promise();
  });

  it('is the same identity each time, told by the user of the back end, and another than another user', async () => {
    const [first, again, other] = [
      await backend.token('session-of-ute'), await backend.token('session-of-ute'), await backend.token('session-of-vera'),
    ];
    assert.equal(first.identityId, again.identityId);
    assert.notEqual(first.identityId, other.identityId);
    const { iat, exp, ...claims } = claimsOf(other.token);
    assert.deepEqual(claims, {
      sub: other.identityId,
      aud: DEMO_POOL,
      amr: ['authenticated', BACKEND, `${BACKEND}:${DEMO_POOL}:vera@my.app`],
      iss: `https://${OWN}`,
      [`https://${OWN}/identity-pool-arn`]: POOL_ARN,
    });
    assert.equal(exp - iat, 900);
  });

  it('gets nothing without a session of the back end', async () => {
    await assert.rejects(backend.token('session-of-nobody'), /401/);
  });

  it('cannot show the name of the back end, or its token, as a login where those are asked for', async () => {
    const { identityId, token } = await backend.token('session-of-ute');
    const asGetId = (Logins) => identityPools(server).send(new GetIdCommand({ IdentityPoolId: DEMO_POOL, Logins }));
    await refused(asGetId({ [OWN]: token }), 'NotAuthorizedException', "Invalid login token. Can't pass in a Cognito token.");
    await refused(asGetId({ [BACKEND]: 'ute' }), 'InvalidParameterException', 'Please provide a valid public provider');
    const asCredentials = new GetCredentialsForIdentityCommand({ IdentityId: identityId, Logins: { [BACKEND]: 'ute' } });
    await refused(identityPools(server).send(asCredentials), 'InvalidParameterException', 'Please provide a valid public provider');
    await refused(
      credentialsFor(server, identityId, withFlippedSignature(token)),
      'NotAuthorizedException',
      "Invalid login token. Couldn't verify signed token.",
    );
    const { identityId: another } = await guest(server);
    await refused(credentialsFor(server, another, token), 'NotAuthorizedException', forbidden(another));
  });
});

describe('GetOpenIdTokenForDeveloperIdentity', () => {
  const server = serverOfSuite(SEED);
  let root;
  before(async () => {
    await withBackend(server, true);
    root = backendAt(server);
  });

  it('links public logins that are shown beside the user', async () => {
    const { idToken } = await signIn(server, ALICE);
    const id = await root.idOf('linked', {}, loginOf(idToken));
    assert.equal(await getId(server, loginOf(idToken)), id);
    assert.deepEqual((await root.loginsOf(id)).sort(), [LOGIN_KEY, BACKEND].sort());
  });

  it('promotes a guest who is named', async () => {
    const { identityId } = await guest(server);
    assert.equal(await root.idOf('promoted', { IdentityId: identityId }), identityId);
    assert.equal(await root.idOf('promoted', { IdentityId: identityId }), identityId, 'and does nothing more');
    await refused(guestCredentials(identityId), 'NotAuthorizedException', forbidden(identityId));
  });
  const guestCredentials = (IdentityId) => identityPools(server).send(new GetCredentialsForIdentityCommand({ IdentityId }));

  it('links a user to an identity only with one of its logins, several users if need be', async () => {
    const { idToken, identityId: IdentityId } = await member(server, BOB);
    await refused(root.vouch('bob', { IdentityId }), 'NotAuthorizedException', NO_MATCH);
    for (const user of ['bob', 'bob.b']) assert.equal(await root.idOf(user, { IdentityId }, loginOf(idToken)), IdentityId);
    assert.equal(await root.idOf('bob.b'), IdentityId);
    assert.deepEqual((await root.loginsOf(IdentityId)).sort(), [LOGIN_KEY, BACKEND].sort(), 'a provider is told once');
  });

  it('takes nobody from the identity that holds them', async () => {
    await root.idOf('taken');
    const { identityId: IdentityId } = await guest(server);
    await refused(root.vouch('taken', { IdentityId }), 'DeveloperUserAlreadyRegisteredException');
    const { idToken } = await member(server, CAROL);
    await refused(root.vouch('not-carol', { IdentityId }, loginOf(idToken)), 'ResourceConflictException');
    const listed = new ListIdentitiesCommand({ IdentityPoolId: DEMO_POOL, MaxResults: 60 });
    const { Identities } = await identityPools(server, server.root()).send(listed);
    assert.deepEqual(Identities.find((identity) => identity.IdentityId === IdentityId).Logins, [], 'still a guest');
  });

  const otherwise = {
    'no user': [undefined, {}, {}, 'InvalidParameterException', UNSUPPORTED],
    'a user of another back end': [undefined, {}, { 'login.other': 'u' }, 'InvalidParameterException', UNSUPPORTED],
    'a user in a pool without a back end': ['u', { IdentityPoolId: POOLS.membersOnly }, {}, 'InvalidParameterException', UNSUPPORTED],
    'a user whose name is too long': ['u'.repeat(1025), {}, {}, 'InvalidParameterException', 'a developer user identifier has 1 to 1024 characters'],
    'a user without a name': ['', {}, { [BACKEND]: '' }, 'ValidationException'],
    'a token of identity pools beside the user': ['u', {}, { [OWN]: 'x' }, 'NotAuthorizedException', "Invalid login token. Can't pass in a Cognito token."],
    'a login that is none beside the user': ['u', {}, { [LOGIN_KEY]: 'x' }, 'NotAuthorizedException', 'Invalid login token. Not a valid OpenId Connect identity token.'],
    'a provider that the pool does not list beside the user': ['u', {}, { 'login.example.com': 'x' }, 'NotAuthorizedException', NO_MATCH],
    'a pool that is not there': ['u', { IdentityPoolId: NOWHERE }, {}, 'ResourceNotFoundException', `IdentityPool '${NOWHERE}' not found.`],
    'an identity that is not there': ['u', { IdentityId: NOWHERE }, {}, 'ResourceNotFoundException', `Identity '${NOWHERE}' not found.`],
    'a life of nothing': ['u', { TokenDuration: 0 }, {}, 'ValidationException', /'tokenDuration' failed to satisfy constraint/],
    'a life of more than a day': ['u', { TokenDuration: 86401 }, {}, 'ValidationException', /'tokenDuration' failed to satisfy constraint/],
    'a principal tag with a star': ['u', { PrincipalTags: { team: '*' } }, {}, 'InvalidParameterException', /is not the value of a tag/],
    'principal tags of one name': ['u', { PrincipalTags: { team: 'a', Team: 'a' } }, {}, 'InvalidParameterException'],
  };
  for (const [what, [user, more, logins, code, message]] of Object.entries(otherwise)) {
    it(`is refused for ${what}`, () => refused(root.vouch(user, more, logins), code, message));
  }

  it('is refused for an identity of another pool, or one that is disabled', async () => {
    const foreign = await getId(server, undefined, POOLS.guestsOnly);
    await refused(root.vouch('u', { IdentityId: foreign }), 'NotAuthorizedException', forbidden(foreign));
    const { identityId: disabled } = await guest(server);
    const { idToken } = await signIn(server, BOB);
    await getId(server, loginOf(idToken));
    await identityPools(server).send(new GetCredentialsForIdentityCommand({ IdentityId: disabled, Logins: loginOf(idToken) }));
    await refused(root.vouch('u', { IdentityId: disabled }), 'NotAuthorizedException', forbidden(disabled));
  });

  it('gives tags that open the prefix of one team in either flow, where the role may be given them', async () => {
    const iam = watch(new IAMClient({ ...to(server), credentials: server.root() }));
    const RoleName = 'demo-user';
    const { IdentityId, Token } = await root.vouch('tagged', { PrincipalTags: { team: 'blue' } });
    assert.deepEqual(claimsOf(Token)['https://aws.amazon.com/tags'], { principal_tags: { team: ['blue'] } });
    await refused(credentialsFor(server, IdentityId, Token), 'InvalidIdentityPoolConfigurationException');
    await refused(webToken(server, Token)(), 'AccessDenied');
    const PolicyDocument = JSON.stringify(taggedIn(DEMO_POOL, 'authenticated'));
    await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument }));
    const Statement = { Effect: 'Allow', Action: 's3:*', Resource: 'arn:aws:s3:::my-bucket/${aws:PrincipalTag/team}/*' };
    const may = JSON.stringify({ Version: '2012-10-17', Statement });
    await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'team', PolicyDocument: may }));
    const enhanced = fromCognitoIdentity({ identityId: IdentityId, logins: { [OWN]: Token }, clientConfig: to(server) });
    for (const credentials of [enhanced, webToken(server, Token)]) {
      const bucket = s3(server, credentials);
      await bucket.send(new PutObjectCommand({ Bucket: 'my-bucket', Key: 'blue/note', Body: 'x' }));
      await refused(bucket.send(new PutObjectCommand({ Bucket: 'my-bucket', Key: 'red/note', Body: 'x' })), 'AccessDenied');
    }
    const untagged = webToken(server, (await root.vouch('tagged')).Token);
    await refused(s3(server, untagged).send(new PutObjectCommand({ Bucket: 'my-bucket', Key: 'blue/note', Body: 'x' })), 'AccessDenied');
  });

  it('may be allowed for some users alone, and what was asked for is on record', async () => {
    const iam = watch(new IAMClient({ ...to(server), credentials: server.root() }));
    const Statement = {
      Effect: 'Allow',
      Action: 'cognito-identity:GetOpenIdTokenForDeveloperIdentity',
      Resource: POOL_ARN,
      Condition: { StringLike: { 'cognito-identity:DeveloperUserIdentifier': 'web-*' } },
    };
    const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
    await iam.send(new PutRolePolicyCommand({ RoleName: 'demo-user', PolicyName: 'vouch', PolicyDocument }));
    const { credentials } = await member(server, ALICE);
    const held = backendAt(server, credentials);
    assert.equal(await held.idOf('web-1'), await root.idOf('web-1'));
    await refused(held.vouch('admin'), 'AccessDeniedException');
    const { additionalEventData: said } = (await server.decisions()).at(-1);
    assert.equal(said.decision, 'denied');
    assert.deepEqual(said.conditionKeys, { 'cognito-identity:DeveloperUserIdentifier': 'admin' });
  });
});

describe('the users of a back end', () => {
  const server = serverOfSuite(SEED);
  const NOBODY = 'Nobody in the identity pool holds this login.';
  let root;
  before(async () => {
    await withBackend(server, true);
    root = backendAt(server);
  });

  it('are looked up by their identity, by their name, and by both, page by page', async () => {
    const id = await root.idOf('l1');
    for (const user of ['l3', 'l2']) {
      await root.idOf(user);
      assert.equal((await root.merge(user, 'l1')).IdentityId, id);
    }
    const users = ['l1', 'l2', 'l3'];
    for (const named of [{ IdentityId: id }, { DeveloperUserIdentifier: 'l3' }, { IdentityId: id, DeveloperUserIdentifier: 'l2' }]) {
      const { IdentityId, DeveloperUserIdentifierList, NextToken } = await root.lookup(named);
      assert.deepEqual([IdentityId, DeveloperUserIdentifierList, NextToken], [id, users, undefined]);
    }
    const first = await root.lookup({ IdentityId: id, MaxResults: 2 });
    const second = await root.lookup({ IdentityId: id, MaxResults: 2, NextToken: first.NextToken });
    assert.deepEqual([...first.DeveloperUserIdentifierList, ...second.DeveloperUserIdentifierList], users);
    assert.equal(second.NextToken, undefined);
    assert.deepEqual((await root.lookup({ IdentityId: (await guest(server)).identityId })).DeveloperUserIdentifierList, []);
  });

  it('are not found where they are not, or not together', async () => {
    const [one, other] = [await root.idOf('n1'), await root.idOf('n2')];
    const elsewhere = 'The developer user identifier is linked to another identity.';
    await refused(root.lookup({ IdentityId: one, DeveloperUserIdentifier: 'n2' }), 'ResourceConflictException', elsewhere);
    await refused(root.unlink(other, 'n1'), 'ResourceConflictException', elsewhere);
    await refused(root.lookup({ DeveloperUserIdentifier: 'nobody' }), 'ResourceNotFoundException', NOBODY);
    await refused(root.unlink(one, 'nobody'), 'ResourceNotFoundException', NOBODY);
    for (const pair of [['n1', 'nobody'], ['nobody', 'n1']]) await refused(root.merge(...pair), 'ResourceNotFoundException', NOBODY);
    await refused(root.lookup({ IdentityId: NOWHERE }), 'ResourceNotFoundException', `Identity '${NOWHERE}' not found.`);
    const foreign = await getId(server, undefined, POOLS.guestsOnly);
    await refused(root.lookup({ IdentityId: foreign }), 'NotAuthorizedException', forbidden(foreign));
    await refused(root.unlink(foreign, 'n1'), 'NotAuthorizedException', forbidden(foreign));
    await refused(root.lookup(), 'InvalidParameterException', 'an identity or a developer user identifier is needed');
    await refused(root.lookup({ IdentityId: one, NextToken: 'made-up!' }), 'InvalidParameterException', 'Invalid NextToken.');
    await refused(root.lookup({ IdentityId: one, MaxResults: 61 }), 'ValidationException');
    const bare = { IdentityPoolId: POOLS.membersOnly };
    await refused(root.lookup({ ...bare, IdentityId: one }), 'InvalidParameterException', UNSUPPORTED);
    const stranger = { DeveloperProviderName: 'login.other' };
    await refused(root.merge('n1', 'n2', stranger), 'InvalidParameterException', UNSUPPORTED);
    await refused(root.unlink(one, 'n1', stranger), 'InvalidParameterException', UNSUPPORTED);
  });

  it('are merged into the second of two, whose identity has then all that both had', async () => {
    const { idToken } = await signIn(server, ALICE);
    const source = await root.idOf('m1', {}, loginOf(idToken));
    const destination = await root.idOf('m2');
    const { Token } = await root.vouch('m1');
    assert.equal((await root.merge('m1', 'm2')).IdentityId, destination);
    for (const user of ['m1', 'm2']) assert.equal(await root.idOf(user), destination);
    assert.equal(await getId(server, loginOf(idToken)), destination);
    await refused(credentialsFor(server, source, Token), 'NotAuthorizedException', forbidden(source));
    assert.equal((await root.merge('m1', 'm2')).IdentityId, destination, 'again is nothing new');
    await root.idOf('m3', {}, loginOf((await signIn(server, BOB)).idToken));
    await refused(root.merge('m3', 'm2'), 'ResourceConflictException', 'Logins are already linked to another account.');
  });

  it('are somebody new once they are unlinked, and the last one leaves nobody who can come', async () => {
    const { idToken } = await signIn(server, CAROL);
    const id = await root.idOf('u1', {}, loginOf(idToken));
    const { Token } = await root.vouch('u1');
    await root.unlink(id, 'u1');
    await refused(credentialsFor(server, id, Token), 'NotAuthorizedException', forbidden(id));
    assert.equal(await getId(server, loginOf(idToken)), id);
    const fresh = await root.idOf('u1');
    assert.notEqual(fresh, id);
    await root.unlink(fresh, 'u1');
    await refused(root.vouch('u1', { IdentityId: fresh }), 'NotAuthorizedException', NO_MATCH);
    assert.deepEqual(await root.loginsOf(fresh), [], 'still listed');
  });
});

describe('a token for a user of a back end', () => {
  it('lives for as long as the back end said, a day at most', async (test) => {
    const server = await serverOfTest(test, SEED);
    await withBackend(server, true);
    const short = await backendAt(server).vouch('u', { TokenDuration: 60 });
    const long = await backendAt(server).vouch('u', { TokenDuration: 86400 });
    await server.advance(60);
    const { exp } = claimsOf(short.Token);
    await refused(
      credentialsFor(server, short.IdentityId, short.Token),
      'NotAuthorizedException',
      new RegExp(`^Invalid login token. Token expired: \\d{10} >= ${exp}$`),
    );
    server.rotateKeys();
    await server.advance(86400 - 120);
    assert.ok(await credentialsFor(server, long.IdentityId, long.Token));
  });

  it('is given for no more than twenty logins', async (test) => {
    const server = await serverOfTest(test, FAMILY);
    const settings = new UpdateIdentityPoolCommand({ ...SETTINGS, DeveloperProviderName: BACKEND });
    await identityPools(server, server.root()).send(settings);
    const logins = (...at) => Promise.all(at.map((n) => loginAt(server, n, 'alice'))).then((all) => Object.assign({}, ...all));
    const { vouch, merge } = backendAt(server);
    const nine = (from) => Array.from({ length: 9 }, (_, n) => from + n);
    await vouch('u', {}, await logins(...nine(0)));
    await vouch('u', {}, await logins(...nine(9)));
    await vouch('u', {}, await logins(18));
    await refused(vouch('u', {}, await logins(19)), 'LimitExceededException', 'an identity holds at most 20 logins');
    await vouch('v');
    await refused(merge('v', 'u'), 'LimitExceededException', 'an identity holds at most 20 logins');
  });

  it('is taken to STS only where the pool allows the classic flow', async (test) => {
    const server = await serverOfTest(test, SEED);
    await withBackend(server, false);
    const { IdentityId, Token } = await backendAt(server).vouch('u');
    await refused(webToken(server, Token)(), 'IDPRejectedClaimException', CLASSIC_OFF);
    assert.ok(await credentialsFor(server, IdentityId, Token));
  });
});
