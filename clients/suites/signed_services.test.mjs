// What every signed operation of every service but S3 answers to those who may not ask it, or do not ask it right.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, describe, it } from 'node:test';
import { guest } from '../support/people.mjs';
import { DEMO_POOL, LOGIN_KEY, metadataOf, SEED } from '../support/seed.mjs';
import { serverOfSuite } from '../support/server.mjs';
import { askSigned, request, takesForms } from '../support/signed.mjs';
import { send } from '../support/wire.mjs';

// An input that breaks no constraint, for each signed operation that is served.
const pool = { IdentityPoolId: DEMO_POOL };
const named = { ResourceArn: `arn:aws:cognito-identity:us-east-1:123456789012:identitypool/${DEMO_POOL}` };
const provider = { ...pool, IdentityProviderName: LOGIN_KEY };
const role = { RoleName: 'demo-user' };
const policy = { ...role, PolicyName: 'buckets' };
const user = { UserName: 'nobody' };
const ofUser = { ...user, PolicyName: 'buckets' };
const group = { GroupName: 'nothing' };
const ofGroup = { ...group, PolicyName: 'buckets' };
const key = { AccessKeyId: 'AKIANOBODYNOBODYNOBO' };
const managed = { PolicyArn: 'arn:aws:iam::123456789012:policy/managed' };
const version = { ...managed, VersionId: 'v1' };
const openid = { OpenIDConnectProviderArn: 'arn:aws:iam::123456789012:oidc-provider/idp.example' };
const saml = { SAMLProviderArn: 'arn:aws:iam::123456789012:saml-provider/idp' };
const principal = { PolicySourceArn: 'arn:aws:iam::123456789012:role/demo-user' };
const tags = [{ Key: 'k', Value: 'v' }];
const userPool = { UserPoolId: 'us-east-1_XXXXXXXX' };
const app = { ...userPool, ClientId: 'appclient' };
const alice = { ...userPool, Username: 'alice' };
const INPUTS = {
  'cognito-identity CreateIdentityPool': { IdentityPoolName: 'new', AllowUnauthenticatedIdentities: true },
  'cognito-identity DeleteIdentities': { IdentityIdsToDelete: [DEMO_POOL] },
  'cognito-identity DeleteIdentityPool': pool,
  'cognito-identity DescribeIdentity': { IdentityId: DEMO_POOL },
  'cognito-identity DescribeIdentityPool': pool,
  'cognito-identity GetIdentityPoolRoles': pool,
  'cognito-identity GetOpenIdTokenForDeveloperIdentity': { ...pool, Logins: { 'login.my.app': 'user' } },
  'cognito-identity GetPrincipalTagAttributeMap': provider,
  'cognito-identity ListIdentities': { ...pool, MaxResults: 1 },
  'cognito-identity ListIdentityPools': { MaxResults: 1 },
  'cognito-identity ListTagsForResource': named,
  'cognito-identity LookupDeveloperIdentity': { ...pool, DeveloperUserIdentifier: 'user' },
  'cognito-identity MergeDeveloperIdentities': {
    ...pool, DeveloperProviderName: 'login.my.app', SourceUserIdentifier: 'user', DestinationUserIdentifier: 'other',
  },
  'cognito-identity SetIdentityPoolRoles': { ...pool, Roles: {} },
  'cognito-identity SetPrincipalTagAttributeMap': provider,
  'cognito-identity TagResource': { ...named, Tags: {} },
  'cognito-identity UnlinkDeveloperIdentity': {
    ...pool, IdentityId: DEMO_POOL, DeveloperProviderName: 'login.my.app', DeveloperUserIdentifier: 'user',
  },
  'cognito-identity UntagResource': { ...named, TagKeys: [] },
  'cognito-identity UpdateIdentityPool': { ...pool, IdentityPoolName: 'changed', AllowUnauthenticatedIdentities: true },
  'cognito-idp AdminCreateUser': { ...alice, MessageAction: 'SUPPRESS' },
  'cognito-idp AdminGetUser': alice,
  'cognito-idp AdminSetUserPassword': { ...alice, Password: 'a' },
  'cognito-idp CreateUserPool': { PoolName: 'new' },
  'cognito-idp CreateUserPoolClient': { ...userPool, ClientName: 'new' },
  'cognito-idp DeleteUserPool': userPool,
  'cognito-idp DeleteUserPoolClient': app,
  'cognito-idp DescribeUserPool': userPool,
  'cognito-idp DescribeUserPoolClient': app,
  'cognito-idp ListUserPoolClients': userPool,
  'cognito-idp ListUserPools': { MaxResults: 1 },
  'iam AddClientIDToOpenIDConnectProvider': { ...openid, ClientID: 'app' },
  'iam AddUserToGroup': { ...group, ...user },
  'iam AttachGroupPolicy': { ...group, ...managed },
  'iam AttachRolePolicy': { ...role, ...managed },
  'iam AttachUserPolicy': { ...user, ...managed },
  'iam CreateAccessKey': user,
  'iam CreateGroup': group,
  'iam CreateOpenIDConnectProvider': { Url: 'https://new.example' },
  'iam CreatePolicy': { PolicyName: 'new', PolicyDocument: '{}' },
  'iam CreatePolicyVersion': { ...managed, PolicyDocument: '{}' },
  'iam CreateRole': { RoleName: 'new', AssumeRolePolicyDocument: '{}' },
  'iam CreateSAMLProvider': { Name: 'new', SAMLMetadataDocument: metadataOf() },
  'iam CreateUser': user,
  'iam DeleteAccessKey': { ...key, ...user },
  'iam DeleteGroup': group,
  'iam DeleteGroupPolicy': ofGroup,
  'iam DeleteOpenIDConnectProvider': openid,
  'iam DeletePolicy': managed,
  'iam DeletePolicyVersion': version,
  'iam DeleteRole': role,
  'iam DeleteRolePermissionsBoundary': role,
  'iam DeleteRolePolicy': policy,
  'iam DeleteSAMLProvider': saml,
  'iam DeleteUser': user,
  'iam DeleteUserPermissionsBoundary': user,
  'iam DeleteUserPolicy': ofUser,
  'iam DetachGroupPolicy': { ...group, ...managed },
  'iam DetachRolePolicy': { ...role, ...managed },
  'iam DetachUserPolicy': { ...user, ...managed },
  'iam GetAccessKeyLastUsed': key,
  'iam GetAccountSummary': {},
  'iam GetContextKeysForCustomPolicy': { PolicyInputList: ['{}'] },
  'iam GetContextKeysForPrincipalPolicy': principal,
  'iam GetGroup': group,
  'iam GetGroupPolicy': ofGroup,
  'iam GetOpenIDConnectProvider': openid,
  'iam GetPolicy': managed,
  'iam GetPolicyVersion': version,
  'iam GetRole': role,
  'iam GetRolePolicy': policy,
  'iam GetSAMLProvider': saml,
  'iam GetUser': user,
  'iam GetUserPolicy': ofUser,
  'iam ListAccessKeys': user,
  'iam ListAccountAliases': {},
  'iam ListAttachedGroupPolicies': group,
  'iam ListAttachedRolePolicies': role,
  'iam ListAttachedUserPolicies': user,
  'iam ListEntitiesForPolicy': managed,
  'iam ListGroupPolicies': group,
  'iam ListGroups': {},
  'iam ListGroupsForUser': user,
  'iam ListInstanceProfilesForRole': role,
  'iam ListOpenIDConnectProviderTags': openid,
  'iam ListOpenIDConnectProviders': {},
  'iam ListPolicies': {},
  'iam ListPolicyTags': managed,
  'iam ListPolicyVersions': managed,
  'iam ListRolePolicies': role,
  'iam ListRoleTags': role,
  'iam ListRoles': {},
  'iam ListSAMLProviderTags': saml,
  'iam ListSAMLProviders': {},
  'iam ListUserPolicies': user,
  'iam ListUserTags': user,
  'iam ListUsers': {},
  'iam PutGroupPolicy': { ...ofGroup, PolicyDocument: '{}' },
  'iam PutRolePermissionsBoundary': { ...role, PermissionsBoundary: managed.PolicyArn },
  'iam PutRolePolicy': { ...policy, PolicyDocument: '{}' },
  'iam PutUserPermissionsBoundary': { ...user, PermissionsBoundary: managed.PolicyArn },
  'iam PutUserPolicy': { ...ofUser, PolicyDocument: '{}' },
  'iam RemoveClientIDFromOpenIDConnectProvider': { ...openid, ClientID: 'app' },
  'iam RemoveUserFromGroup': { ...group, ...user },
  'iam SetDefaultPolicyVersion': version,
  'iam SimulateCustomPolicy': { ActionNames: ['s3:GetObject'], PolicyInputList: ['{}'] },
  'iam SimulatePrincipalPolicy': { ...principal, ActionNames: ['s3:GetObject'] },
  'iam TagOpenIDConnectProvider': { ...openid, Tags: tags },
  'iam TagPolicy': { ...managed, Tags: tags },
  'iam TagRole': { ...role, Tags: tags },
  'iam TagSAMLProvider': { ...saml, Tags: tags },
  'iam TagUser': { ...user, Tags: tags },
  'iam UntagOpenIDConnectProvider': { ...openid, TagKeys: ['k'] },
  'iam UntagPolicy': { ...managed, TagKeys: ['k'] },
  'iam UntagRole': { ...role, TagKeys: ['k'] },
  'iam UntagSAMLProvider': { ...saml, TagKeys: ['k'] },
  'iam UntagUser': { ...user, TagKeys: ['k'] },
  'iam UpdateAccessKey': { ...key, ...user, Status: 'Active' },
  'iam UpdateAssumeRolePolicy': { ...role, PolicyDocument: '{}' },
  'iam UpdateOpenIDConnectProviderThumbprint': { ...openid, ThumbprintList: ['f'.repeat(40)] },
  'iam UpdateRole': role,
  'iam UpdateRoleDescription': { ...role, Description: 'new' },
  'iam UpdateSAMLProvider': saml,
  'iam UpdateUser': user,
  'sts AssumeRole': { RoleArn: 'arn:aws:iam::123456789012:role/demo-user', RoleSessionName: 'session' },
  'sts DecodeAuthorizationMessage': { EncodedMessage: 'made-up' },
  'sts GetAccessKeyInfo': { AccessKeyId: 'AKIANOBODYNOBODY0000' },
  'sts GetCallerIdentity': {},
  'sts GetFederationToken': { Name: 'bob' },
  'sts GetSessionToken': { DurationSeconds: 900 },
};

// An operation that anybody may ask whose signature is right, and those that take no member at all.
const NEEDS_NO_PERMISSION = ['sts GetCallerIdentity', 'sts GetSessionToken'];
// What no session may ask, whatever policies say.
const FOR_NO_SESSION = ['sts GetFederationToken', 'sts GetSessionToken'];
const WITHOUT_CONSTRAINTS = [
  'iam GetAccountSummary', 'iam ListOpenIDConnectProviders', 'iam ListSAMLProviders', 'sts GetCallerIdentity',
];

const CODES = {
  json: {
    anonymous: 'MissingAuthenticationTokenException',
    unknown: 'UnrecognizedClientException',
    wrong: 'InvalidSignatureException',
    unreadable: 'IncompleteSignatureException',
    expired: 'ExpiredTokenException',
    denied: 'AccessDeniedException',
    garbled: 'SerializationException',
    large: 'RequestEntityTooLargeException',
  },
  form: {
    anonymous: 'MissingAuthenticationToken',
    unknown: 'InvalidClientTokenId',
    wrong: 'SignatureDoesNotMatch',
    unreadable: 'IncompleteSignature',
    expired: 'ExpiredToken',
    denied: 'AccessDenied',
    garbled: 'MalformedInput',
    large: 'RequestEntityTooLarge',
  },
};
const VIOLATION = { 'cognito-identity': 'ValidationException', 'cognito-idp': 'InvalidParameterException' };

const isPublic = new Set([
  'cognito-identity GetCredentialsForIdentity', 'cognito-identity GetId', 'cognito-identity GetOpenIdToken',
  'cognito-identity UnlinkIdentity', 'cognito-idp InitiateAuth', 'sts AssumeRoleWithWebIdentity',
]);
const served = () => readFileSync(new URL('../../operations.txt', import.meta.url), 'utf8').trimEnd().split('\n')
  .filter((line) => line.endsWith(' served') && !line.startsWith('s3 ')).map((line) => line.replace(/ served$/, ''))
  .filter((line) => !isPublic.has(line));

describe('a signed operation', () => {
  const server = serverOfSuite(SEED);
  let root;
  let visitor;
  before(async () => {
    root = server.root();
    visitor = (await guest(server)).credentials;
  });

  it('has an input here if it is served', () => {
    assert.deepEqual(served().sort(), Object.keys(INPUTS).sort());
  });

  for (const [line, input] of Object.entries(INPUTS)) {
    const [service, operation] = line.split(' ');
    const codes = takesForms(service) ? CODES.form : CODES.json;
    const asked = [service, operation, input];

    it(`${line} is refused to those who do not sign it right`, async () => {
      const stranger = { ...root, accessKeyId: 'AKIANOBODYNOBODY0000' };
      const guess = { ...root, secretAccessKey: 'guessed' };
      const answers = {
        anonymous: await send(server, request(...asked)),
        unknown: await askSigned(server, asked, stranger),
        wrong: await askSigned(server, asked, guess),
        unreadable: await send(server, { ...request(...asked), headers: { ...request(...asked).headers, authorization: 'AWS4-HMAC-SHA256 no' } }),
      };
      for (const [what, answer] of Object.entries(answers)) assert.equal(answer.code, codes[what], what);
      for (const bent of [{ service: 's3' }, { region: 'eu-west-1' }, { now: Date.now() - 20 * 60_000 }]) {
        assert.equal((await askSigned(server, asked, root, bent)).code, codes.wrong, JSON.stringify(bent));
      }
    });

    if (!NEEDS_NO_PERMISSION.includes(line)) {
      it(`${line} is refused to those whom no policy allows it`, async () => {
        const answer = await askSigned(server, asked, visitor);
        assert.equal(answer.code, codes.denied);
        assert.match(answer.text, FOR_NO_SESSION.includes(line)
          ? new RegExp(`Cannot call ${operation} with session credentials`)
          : new RegExp(`is not authorized to perform: ${service}:${operation} on resource: `));
      });
    }

    it(`${line} is refused if it cannot be read`, async () => {
      const garbled = takesForms(service) ? `${request(...asked).body}&a=1&a=2` : '{';
      // What cannot be read as a form names no operation either.
      const sent = { ...request(service, operation, garbled), operation: [service, operation] };
      assert.equal((await send(server, sent)).code, codes.garbled);
      const large = { ...request(service, operation, 'a'.repeat(1_100_000)), operation: [service, operation] };
      assert.equal((await send(server, large)).code, codes.large);
      if (!WITHOUT_CONSTRAINTS.includes(line)) {
        const broken = Object.keys(input).length ? spoiled(input) : { MaxItems: 0 };
        const answer = await askSigned(server, [service, operation, broken], root);
        assert.equal(answer.code, VIOLATION[service] ?? 'ValidationError');
        assert.match(answer.text, /validation errors? detected/);
      }
    });
  }

  it('is refused to a session that has ended', async () => {
    await server.advance(3601);
    const now = await server.now();
    for (const [line, input] of Object.entries(INPUTS)) {
      const [service, operation] = line.split(' ');
      const answer = await askSigned(server, [service, operation, input], visitor, { now });
      assert.equal(answer.code, (takesForms(service) ? CODES.form : CODES.json).expired, line);
    }
  });
});

/** The input with its first member emptied, or made nought. */
function spoiled(input) {
  const [first] = Object.keys(input);
  const empty = Array.isArray(input[first]) ? [] : '';
  return { ...input, [first]: typeof input[first] === 'number' ? 0 : empty };
}
