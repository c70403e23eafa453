// Holds `operations.txt` to its word: an operation is `served` when its success, and each error that it can reach, was
// seen by a client. So is every operation of the server's own service, which the ledger is not about. `clients/run` runs this after the suites, which note what they were answered in CENOTE_SEEN.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';

// What every operation of a service can answer, and then what each can answer beside it.
const JSON_DOOR = ['success', 'RequestEntityTooLargeException', 'SerializationException'];
const IDENTITY_POOL = [
  ...JSON_DOOR, 'InvalidParameterException', 'NotAuthorizedException', 'ResourceNotFoundException', 'ValidationException',
];
const LINKING = [...IDENTITY_POOL, 'LimitExceededException', 'ResourceConflictException'];
const S3_SERVICE = [
  'success', 'AccessDenied', 'AuthorizationHeaderMalformed', 'AuthorizationQueryParametersError', 'ExpiredToken',
  'InvalidAccessKeyId', 'InvalidArgument', 'InvalidRequest', 'InvalidToken', 'NotImplemented', 'RequestTimeTooSkewed',
  'SignatureDoesNotMatch', 'XAmzContentSHA256Mismatch',
];
const S3_BUCKET = [...S3_SERVICE, 'InvalidBucketName', 'NoSuchBucket'];
const S3_DOOR = [...S3_BUCKET, 'IncompleteBody'];
// A document whose connection breaks off gets no answer, because nobody is there to get it.
const S3_TEXT = ['BadDigest', 'EntityTooLarge', 'InvalidDigest', 'MaxMessageLengthExceeded', 'MissingContentLength'];
const S3_DOCUMENT = [...S3_TEXT, 'MalformedXML'];
// An answer to HEAD has no body that could name a code.
const S3_HEAD = ['success', '400', '403', '404', '501'];

// What every signed operation of a service but S3 can answer, by its protocol.
const SIGNED_JSON = [
  ...JSON_DOOR, 'AccessDeniedException', 'ExpiredTokenException', 'IncompleteSignatureException',
  'InvalidSignatureException', 'MissingAuthenticationTokenException', 'UnrecognizedClientException',
];
const SIGNED_FORM = [
  'success', 'ExpiredToken', 'IncompleteSignature', 'InvalidClientTokenId', 'MalformedInput',
  'MissingAuthenticationToken', 'RequestEntityTooLarge', 'SignatureDoesNotMatch',
];
const OF_IDENTITY_POOLS = [...SIGNED_JSON, 'ValidationException'];
const OF_A_POOL = [...OF_IDENTITY_POOLS, 'InvalidParameterException', 'ResourceNotFoundException'];
const OF_BACKEND = [...OF_A_POOL, 'NotAuthorizedException', 'ResourceConflictException'];
const IAM = [...SIGNED_FORM, 'AccessDenied', 'ValidationError'];
const STS = [...SIGNED_FORM, 'AccessDenied', 'ValidationError'];
const OF_ROLE = [...IAM, 'NoSuchEntity'];
const OF_POLICY = [...OF_ROLE, 'InvalidInput'];
const OF_USER_POOL = [...SIGNED_JSON, 'InvalidParameterException', 'ResourceNotFoundException'];

// The server's own service.
const OWN = [...SIGNED_JSON, 'MethodNotAllowedException'];
const OF_POOL = [...OWN, 'ResourceNotFoundException', 'ValidationException'];

const OF_TARGET = [...OF_POOL, 'InvalidParameterException'];

const ANSWERS = {
  'cenote Backup': OWN,
  'cenote DeleteGuestScopeDown': OF_POOL,
  'cenote Doctor': [...OWN, 'InvalidParameterException', 'ValidationException'],
  'cenote Explain': OF_POOL,
  'cenote FindIdentities': [...OF_POOL, 'InvalidParameterException'],
  'cenote GetGuestScopeDown': OF_POOL,
  'cenote GetIdentity': OF_POOL,
  'cenote GetIssuance': OWN,
  'cenote GetPoolOptions': OF_POOL,
  'cenote LiftQuarantine': OF_TARGET,
  'cenote Lint': [...OWN, 'InvalidParameterException', 'ValidationException'],
  'cenote ListMerges': [...OF_POOL, 'InvalidParameterException'],
  'cenote LookupIdentity': OF_POOL,
  'cenote PurgeGuests': [...OF_POOL, 'InvalidParameterException'],
  'cenote PurgeIdentities': [...OF_POOL, 'InvalidParameterException'],
  'cenote PutGuestScopeDown': [...OF_POOL, 'InvalidParameterException'],
  'cenote PutPoolOptions': OF_POOL,
  'cenote Quarantine': [...OF_TARGET, 'LimitExceededException'],
  'cenote ResolveIdentity': OF_POOL,
  'cenote ResumeIssuance': OWN,
  'cenote Revoke': OF_TARGET,
  'cenote RotateKeys': [...OWN, 'LimitExceededException'],
  'cenote StopIssuance': OWN,
  'cognito-identity CreateIdentityPool': [...OF_IDENTITY_POOLS, 'InvalidParameterException', 'LimitExceededException'],
  'cognito-identity DeleteIdentities': OF_IDENTITY_POOLS,
  'cognito-identity DeleteIdentityPool': [...OF_IDENTITY_POOLS, 'ResourceNotFoundException'],
  'cognito-identity DescribeIdentity': [...OF_IDENTITY_POOLS, 'ResourceNotFoundException'],
  'cognito-identity DescribeIdentityPool': [...OF_IDENTITY_POOLS, 'ResourceNotFoundException'],
  'cognito-identity GetCredentialsForIdentity': [...LINKING, 'InvalidIdentityPoolConfigurationException'],
  'cognito-identity GetId': [...LINKING, 'TooManyRequestsException'],
  'cognito-identity GetIdentityPoolRoles': [...OF_IDENTITY_POOLS, 'ResourceNotFoundException'],
  'cognito-identity GetOpenIdToken': LINKING,
  'cognito-identity GetOpenIdTokenForDeveloperIdentity': [
    ...OF_BACKEND, 'DeveloperUserAlreadyRegisteredException', 'LimitExceededException',
  ],
  'cognito-identity GetPrincipalTagAttributeMap': [...OF_IDENTITY_POOLS, 'ResourceNotFoundException'],
  'cognito-identity ListIdentities': [...OF_IDENTITY_POOLS, 'InvalidParameterException', 'ResourceNotFoundException'],
  'cognito-identity ListIdentityPools': [...OF_IDENTITY_POOLS, 'InvalidParameterException'],
  'cognito-identity ListTagsForResource': OF_A_POOL,
  'cognito-identity LookupDeveloperIdentity': OF_BACKEND,
  'cognito-identity MergeDeveloperIdentities': [...OF_A_POOL, 'LimitExceededException', 'ResourceConflictException'],
  'cognito-identity SetIdentityPoolRoles': [
    ...OF_IDENTITY_POOLS, 'InvalidParameterException', 'NotAuthorizedException', 'ResourceNotFoundException',
  ],
  'cognito-identity SetPrincipalTagAttributeMap': OF_A_POOL,
  'cognito-identity TagResource': OF_A_POOL,
  'cognito-identity UnlinkDeveloperIdentity': OF_BACKEND,
  'cognito-identity UnlinkIdentity': IDENTITY_POOL,
  'cognito-identity UntagResource': OF_A_POOL,
  'cognito-identity UpdateIdentityPool': [
    ...OF_IDENTITY_POOLS, 'InvalidParameterException', 'LimitExceededException', 'ResourceNotFoundException',
  ],
  'cognito-idp AdminCreateUser': [
    ...OF_USER_POOL, 'InvalidPasswordException', 'TooManyRequestsException', 'UsernameExistsException',
  ],
  'cognito-idp AdminGetUser': [...OF_USER_POOL, 'UserNotFoundException'],
  'cognito-idp AdminSetUserPassword': [
    ...OF_USER_POOL, 'InvalidPasswordException', 'TooManyRequestsException', 'UserNotFoundException',
  ],
  'cognito-idp CreateUserPool': [...SIGNED_JSON, 'InvalidParameterException', 'TooManyRequestsException'],
  'cognito-idp CreateUserPoolClient': OF_USER_POOL,
  'cognito-idp DeleteUserPool': OF_USER_POOL,
  'cognito-idp DeleteUserPoolClient': OF_USER_POOL,
  'cognito-idp DescribeUserPool': OF_USER_POOL,
  'cognito-idp DescribeUserPoolClient': OF_USER_POOL,
  'cognito-idp ListUserPoolClients': OF_USER_POOL,
  'cognito-idp ListUserPools': [...SIGNED_JSON, 'InvalidParameterException'],
  'cognito-idp InitiateAuth': [
    ...JSON_DOOR, 'InvalidParameterException', 'NotAuthorizedException', 'ResourceNotFoundException',
    'TooManyRequestsException', 'UserNotFoundException',
  ],
  'iam AddClientIDToOpenIDConnectProvider': [...OF_ROLE, 'LimitExceeded'],
  'iam AddUserToGroup': [...OF_ROLE, 'LimitExceeded'],
  'iam AttachGroupPolicy': [...OF_POLICY, 'LimitExceeded'],
  'iam AttachRolePolicy': [...OF_POLICY, 'LimitExceeded'],
  'iam AttachUserPolicy': [...OF_POLICY, 'LimitExceeded'],
  'iam CreateAccessKey': [...OF_ROLE, 'LimitExceeded'],
  'iam CreateGroup': [...IAM, 'EntityAlreadyExists', 'LimitExceeded'],
  'iam CreateOpenIDConnectProvider': [...IAM, 'EntityAlreadyExists', 'InvalidInput', 'LimitExceeded'],
  'iam CreatePolicy': [...IAM, 'EntityAlreadyExists', 'InvalidInput', 'LimitExceeded', 'MalformedPolicyDocument'],
  'iam CreatePolicyVersion': [...OF_POLICY, 'LimitExceeded', 'MalformedPolicyDocument'],
  'iam CreateRole': [...OF_POLICY, 'EntityAlreadyExists', 'LimitExceeded', 'MalformedPolicyDocument'],
  'iam CreateSAMLProvider': [...IAM, 'EntityAlreadyExists', 'InvalidInput', 'LimitExceeded', 'NotImplemented'],
  'iam CreateUser': [...OF_POLICY, 'EntityAlreadyExists', 'LimitExceeded'],
  'iam DeleteAccessKey': OF_ROLE,
  'iam DeleteGroup': [...OF_ROLE, 'DeleteConflict'],
  'iam DeleteGroupPolicy': OF_ROLE,
  'iam DeleteOpenIDConnectProvider': IAM,
  'iam DeletePolicy': [...OF_POLICY, 'DeleteConflict'],
  'iam DeletePolicyVersion': [...OF_POLICY, 'DeleteConflict'],
  'iam DeleteRole': [...OF_ROLE, 'DeleteConflict'],
  'iam DeleteRolePermissionsBoundary': OF_ROLE,
  'iam DeleteRolePolicy': OF_ROLE,
  'iam DeleteSAMLProvider': OF_ROLE,
  'iam DeleteUser': [...OF_ROLE, 'DeleteConflict'],
  'iam DeleteUserPermissionsBoundary': OF_ROLE,
  'iam DeleteUserPolicy': OF_ROLE,
  'iam DetachGroupPolicy': OF_POLICY,
  'iam DetachRolePolicy': OF_POLICY,
  'iam DetachUserPolicy': OF_POLICY,
  'iam GetAccessKeyLastUsed': OF_ROLE,
  'iam GetAccountSummary': [...SIGNED_FORM, 'AccessDenied'],
  'iam GetContextKeysForCustomPolicy': [...IAM, 'InvalidInput'],
  'iam GetContextKeysForPrincipalPolicy': OF_POLICY,
  'iam GetGroup': OF_ROLE,
  'iam GetGroupPolicy': OF_ROLE,
  'iam GetOpenIDConnectProvider': OF_ROLE,
  'iam GetPolicy': OF_POLICY,
  'iam GetPolicyVersion': OF_POLICY,
  'iam GetRole': OF_ROLE,
  'iam GetRolePolicy': OF_ROLE,
  'iam GetSAMLProvider': OF_ROLE,
  'iam GetUser': OF_ROLE,
  'iam GetUserPolicy': OF_ROLE,
  'iam ListAccessKeys': OF_ROLE,
  'iam ListAccountAliases': IAM,
  'iam ListAttachedGroupPolicies': OF_ROLE,
  'iam ListAttachedRolePolicies': OF_ROLE,
  'iam ListAttachedUserPolicies': OF_ROLE,
  'iam ListEntitiesForPolicy': OF_POLICY,
  'iam ListGroupPolicies': OF_ROLE,
  'iam ListGroups': IAM,
  'iam ListGroupsForUser': OF_ROLE,
  'iam ListInstanceProfilesForRole': OF_ROLE,
  'iam ListOpenIDConnectProviderTags': OF_ROLE,
  'iam ListOpenIDConnectProviders': [...SIGNED_FORM, 'AccessDenied'],
  'iam ListPolicies': IAM,
  'iam ListPolicyTags': OF_POLICY,
  'iam ListPolicyVersions': OF_POLICY,
  'iam ListRolePolicies': OF_ROLE,
  'iam ListRoleTags': OF_ROLE,
  'iam ListRoles': IAM,
  'iam ListSAMLProviderTags': OF_ROLE,
  'iam ListSAMLProviders': [...SIGNED_FORM, 'AccessDenied'],
  'iam ListUserPolicies': OF_ROLE,
  'iam ListUserTags': OF_ROLE,
  'iam ListUsers': IAM,
  'iam PutGroupPolicy': [...OF_ROLE, 'LimitExceeded', 'MalformedPolicyDocument'],
  'iam PutRolePermissionsBoundary': OF_ROLE,
  'iam PutRolePolicy': [...OF_ROLE, 'LimitExceeded', 'MalformedPolicyDocument'],
  'iam PutUserPermissionsBoundary': OF_ROLE,
  'iam PutUserPolicy': [...OF_ROLE, 'LimitExceeded', 'MalformedPolicyDocument'],
  'iam RemoveClientIDFromOpenIDConnectProvider': OF_ROLE,
  'iam RemoveUserFromGroup': OF_ROLE,
  'iam SetDefaultPolicyVersion': OF_POLICY,
  'iam SimulateCustomPolicy': [...IAM, 'InvalidInput', 'NotImplemented'],
  'iam SimulatePrincipalPolicy': [...OF_POLICY, 'NotImplemented'],
  'iam TagOpenIDConnectProvider': [...OF_POLICY, 'LimitExceeded'],
  'iam TagPolicy': [...OF_POLICY, 'LimitExceeded'],
  'iam TagRole': [...OF_POLICY, 'LimitExceeded'],
  'iam TagSAMLProvider': [...OF_POLICY, 'LimitExceeded'],
  'iam TagUser': [...OF_POLICY, 'LimitExceeded'],
  'iam UntagOpenIDConnectProvider': OF_ROLE,
  'iam UntagPolicy': OF_POLICY,
  'iam UntagRole': OF_ROLE,
  'iam UntagSAMLProvider': OF_ROLE,
  'iam UntagUser': OF_ROLE,
  'iam UpdateAccessKey': [...OF_ROLE, 'InvalidInput'],
  'iam UpdateAssumeRolePolicy': [...OF_ROLE, 'LimitExceeded', 'MalformedPolicyDocument'],
  'iam UpdateOpenIDConnectProviderThumbprint': OF_POLICY,
  'iam UpdateRole': OF_ROLE,
  'iam UpdateRoleDescription': OF_ROLE,
  'iam UpdateSAMLProvider': [...OF_POLICY, 'NotImplemented'],
  'iam UpdateUser': [...OF_ROLE, 'EntityAlreadyExists'],
  's3 CopyObject': [...S3_DOOR, 'KeyTooLongError', 'MetadataTooLarge', 'NoSuchKey', 'PreconditionFailed'],
  's3 CreateBucket': [
    ...S3_SERVICE, ...S3_DOCUMENT, 'BucketAlreadyOwnedByYou', 'IllegalLocationConstraintException', 'InvalidBucketName',
  ],
  's3 DeleteBucket': [...S3_DOOR, 'BucketNotEmpty'],
  's3 DeleteBucketCors': S3_DOOR,
  's3 DeleteBucketPolicy': S3_DOOR,
  's3 DeleteObject': [...S3_DOOR, 'KeyTooLongError', 'NoSuchKey', 'PreconditionFailed'],
  's3 DeleteObjects': [...S3_BUCKET, ...S3_DOCUMENT, 'MissingRequestBodyError'],
  's3 GetBucketCors': [...S3_DOOR, 'NoSuchCORSConfiguration'],
  's3 GetBucketLocation': S3_DOOR,
  's3 GetBucketPolicy': [...S3_DOOR, 'NoSuchBucketPolicy'],
  's3 GetBucketPolicyStatus': [...S3_DOOR, 'NoSuchBucketPolicy'],
  's3 GetObject': [...S3_DOOR, '304', 'InvalidRange', 'KeyTooLongError', 'NoSuchKey', 'PreconditionFailed'],
  's3 HeadBucket': S3_HEAD,
  's3 HeadObject': [...S3_HEAD, '304', '412', '416'],
  's3 ListBuckets': [...S3_SERVICE, 'IncompleteBody'],
  's3 ListObjects': S3_DOOR,
  's3 ListObjectsV2': S3_DOOR,
  's3 PutBucketCors': [...S3_BUCKET, ...S3_DOCUMENT, 'MissingRequestBodyError'],
  's3 PutBucketPolicy': [...S3_BUCKET, ...S3_TEXT, 'MalformedPolicy', 'MissingRequestBodyError'],
  's3 PutObject': [
    ...S3_DOOR, 'BadDigest', 'EntityTooLarge', 'InvalidDigest', 'KeyTooLongError', 'MalformedTrailerError',
    'MetadataTooLarge', 'MissingContentLength', 'NoSuchKey', 'PreconditionFailed',
  ],
  'sts AssumeRole': [...STS, 'InvalidParameterValue', 'MalformedPolicyDocument', 'NotImplemented', 'PackedPolicyTooLarge'],
  'sts AssumeRoleWithWebIdentity': [
    'success', 'AccessDenied', 'ExpiredTokenException', 'IDPRejectedClaim', 'InvalidIdentityToken', 'MalformedInput',
    'MalformedPolicyDocument', 'NotImplemented', 'PackedPolicyTooLarge', 'RequestEntityTooLarge', 'ValidationError',
  ],
  'sts DecodeAuthorizationMessage': [...STS, 'InvalidAuthorizationMessageException'],
  'sts GetAccessKeyInfo': STS,
  'sts GetCallerIdentity': SIGNED_FORM,
  'sts GetFederationToken': [...STS, 'InvalidParameterValue', 'MalformedPolicyDocument', 'NotImplemented', 'PackedPolicyTooLarge'],
  'sts GetSessionToken': [...STS, 'NotImplemented'],
};

// Codes in the code of the server that no served operation answers with, and why.
const ELSEWHERE = {
  AccessForbidden: 'an answer to a question of a browser, which is no operation',
  BadRequest: 'an answer to a question of a browser, which is no operation',
  InternalError: 'a breakdown of the server, which no request can bring about',
  ServiceFailure: 'a breakdown of the server, which no request can bring about',
  PolicyEvaluation: 'a policy or group that is carried and gone, which no request can bring about',
  InternalErrorException: 'a breakdown of the server, which no request can bring about',
  InvalidURI: 'the path names no operation',
  InvalidAction: 'the form names no operation',
  MissingAction: 'the form names no operation',
  MethodNotAllowed: 'the request names no operation',
  UnknownOperationException: 'the request names no operation',
  NotImplementedException: 'the operation is not served',
  NotModified: 'the status 304, which has no body',
};

const lines = (path) => readFileSync(path, 'utf8').trimEnd().split('\n');
const ownModel = () => JSON.parse(readFileSync(new URL('../crates/api/src/cenote/model.json', import.meta.url), 'utf8'));
const served = () => lines(new URL('../operations.txt', import.meta.url))
  .filter((line) => line.endsWith(' served')).map((line) => line.replace(/ served$/, ''))
  .concat(Object.keys(ownModel().operations).map((operation) => `cenote ${operation}`));

function* sourcesBelow(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) yield* sourcesBelow(new URL(`${entry.name}/`, folder));
    else if (entry.name.endsWith('.rs') && entry.name !== 'tests.rs') yield readFileSync(new URL(entry.name, folder), 'utf8');
  }
}

describe('the ledger of operations', () => {
  it('calls those operations served whose answers are listed here', () => {
    assert.deepEqual(served().sort(), Object.keys(ANSWERS).sort());
  });

  it('is about every error code that the server can say', () => {
    const said = new Set();
    for (const source of sourcesBelow(new URL('../crates/api/src/', import.meta.url))) {
      for (const [, code] of source.matchAll(/(?:bad_request|forbidden)\(\s*"(\w+)"/g)) said.add(code);
    }
    assert.ok(said.size > 40, `only ${said.size} codes were found`);
    const listed = new Set([...Object.values(ANSWERS).flat(), ...Object.keys(ELSEWHERE)]);
    assert.deepEqual([...said].filter((code) => !listed.has(code)), []);
  });

  const skip = process.env.CENOTE_SEEN ? false : 'clients/run tells what the suites have seen';
  const seen = skip ? [] : lines(process.env.CENOTE_SEEN);

  for (const [operation, answers] of Object.entries(ANSWERS)) {
    it(`is right that ${operation} is served: its success and each of its errors were seen, and no other`, { skip }, () => {
      const outcomes = new Set(seen.filter((line) => line.startsWith(`${operation} `)).map((line) => line.split(' ')[2]));
      assert.deepEqual([...outcomes].sort(), [...answers].sort());
    });
  }

  it('was kept by a server that never broke down', { skip }, () => {
    assert.deepEqual(seen.filter((line) => / (Internal|5(?!01))/.test(line)), []);
  });
});
