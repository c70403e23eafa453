// The AWS CLI, as an operator types it: everything from nothing, used by the user it is for, denied elsewhere, torn down.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { FLOWS, loginKeyOf, memberMay, NOTHING, PASSWORD, roof, tooMuch } from '../support/life.mjs';
import { REGION, trustIn } from '../support/seed.mjs';
import { serverOfTest } from '../support/server.mjs';

const AWS = process.env.CLIENTS_AWS ?? fileURLToPath(new URL('../.venv-cli/bin/aws', import.meta.url));
const BUCKET = 'made-by-cli';
const ROLE = 'made-by-cli';

/** Runs `aws` with an access key, or none, and gives what it printed; a refusal has the code that it was told. */
function commandLine(server, home, more) {
  return (keys, ...line) => new Promise((resolve, reject) => {
    // Nothing that somebody has set for AWS itself may change what is tested.
    const env = {
      PATH: process.env.PATH,
      HOME: home,
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_DEFAULT_REGION: REGION,
      AWS_DEFAULT_OUTPUT: 'json',
      AWS_ENDPOINT_URL: server.endpoint,
      AWS_MAX_ATTEMPTS: '1',
      ...more,
      ...keys && {
        AWS_ACCESS_KEY_ID: keys.accessKeyId,
        AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
        ...keys.sessionToken && { AWS_SESSION_TOKEN: keys.sessionToken },
      },
    };
    execFile(AWS, line, { env, timeout: 60_000 }, (error, stdout, stderr) => {
      if (!error) return resolve(stdout);
      const code = /An error occurred \((\w+)\) when calling/.exec(stderr)?.[1];
      return reject(Object.assign(new Error(`aws ${line.join(' ')}: ${stderr || error.message}`), { code }));
    }).stdin.end();
  });
}

const asJson = (text) => (text.trim() ? JSON.parse(text) : undefined);

async function make(root, files) {
  const asked = async (...line) => asJson(await root(...line));
  const { UserPool: { Id: userPool } } = await asked('cognito-idp', 'create-user-pool', '--pool-name', 'cli');
  const inPool = ['--user-pool-id', userPool];
  const { UserPoolClient: { ClientId: app } } = await asked(
    'cognito-idp', 'create-user-pool-client', ...inPool, '--client-name', 'app', '--explicit-auth-flows', ...FLOWS,
  );
  const user = [...inPool, '--username', 'alma'];
  await asked('cognito-idp', 'admin-create-user', ...user, '--message-action', 'SUPPRESS');
  await asked('cognito-idp', 'admin-set-user-password', ...user, '--password', PASSWORD, '--permanent');
  const { IdentityPoolId: identityPool } = await asked(
    'cognito-identity', 'create-identity-pool', '--identity-pool-name', 'cli', '--no-allow-unauthenticated-identities',
    '--cognito-identity-providers', `ProviderName=${loginKeyOf(userPool)},ClientId=${app}`,
  );
  const trust = files.write('trust.json', JSON.stringify(trustIn(identityPool, 'authenticated')));
  const document = (name, policy) => `file://${files.write(`${name}.json`, JSON.stringify(policy))}`;
  const make = async (name, policy) => (
    await asked('iam', 'create-policy', '--policy-name', name, '--path', '/cli/', '--policy-document', document(name, policy), '--tags', 'Key=by,Value=cli')
  ).Policy.Arn;
  const boundary = await make('roof', roof(BUCKET));
  const role = ['--role-name', ROLE];
  const { Role } = await asked(
    'iam', 'create-role', ...role, '--assume-role-policy-document', `file://${trust}`,
    '--permissions-boundary', boundary, '--tags', 'Key=by,Value=cli',
  );
  await asked('iam', 'attach-role-policy', ...role, '--policy-arn', await make('may', memberMay(BUCKET)));
  await asked('iam', 'put-role-policy', ...role, '--policy-name', 'more', '--policy-document', document('more', tooMuch(BUCKET)));
  await asked('cognito-identity', 'set-identity-pool-roles', '--identity-pool-id', identityPool, '--roles', `authenticated=${Role.Arn}`);
  await root('s3', 'mb', `s3://${BUCKET}`);
  await root('s3', 'cp', files.write('hello.txt', 'hello'), `s3://${BUCKET}/public/hello.txt`);
  return { userPool, app, identityPool };
}

// What a login needs no key for: nobody's credentials are there to sign with.
async function signIn(nobody, { userPool, app, identityPool }) {
  const { AuthenticationResult } = asJson(await nobody(
    'cognito-idp', 'initiate-auth', '--auth-flow', 'USER_PASSWORD_AUTH', '--client-id', app,
    '--auth-parameters', `USERNAME=alma,PASSWORD=${PASSWORD}`,
  ));
  const logins = ['--logins', `${loginKeyOf(userPool)}=${AuthenticationResult.IdToken}`];
  const { IdentityId } = asJson(await nobody('cognito-identity', 'get-id', '--identity-pool-id', identityPool, ...logins));
  const { Credentials } = asJson(await nobody('cognito-identity', 'get-credentials-for-identity', '--identity-id', IdentityId, ...logins));
  return {
    home: IdentityId,
    logins,
    keys: { accessKeyId: Credentials.AccessKeyId, secretAccessKey: Credentials.SecretKey, sessionToken: Credentials.SessionToken },
  };
}

async function tearDown(root, { userPool, app, identityPool }) {
  await root('cognito-identity', 'delete-identity-pool', '--identity-pool-id', identityPool);
  const { Policies } = asJson(await root('iam', 'list-policies', '--scope', 'Local', '--path-prefix', '/cli/'));
  assert.deepEqual(Policies.map((one) => [one.PolicyName, one.AttachmentCount, one.PermissionsBoundaryUsageCount]), [['may', 1, 0], ['roof', 0, 1]]);
  const [may, boundary] = Policies.map((one) => one.Arn);
  await assert.rejects(root('iam', 'delete-policy', '--policy-arn', boundary), { code: 'DeleteConflict' });
  await root('iam', 'delete-role-policy', '--role-name', ROLE, '--policy-name', 'more');
  await assert.rejects(root('iam', 'delete-role', '--role-name', ROLE), { code: 'DeleteConflict' });
  await root('iam', 'detach-role-policy', '--role-name', ROLE, '--policy-arn', may);
  await root('iam', 'delete-role', '--role-name', ROLE);
  for (const arn of [may, boundary]) await root('iam', 'delete-policy', '--policy-arn', arn);
  await root('cognito-idp', 'delete-user-pool-client', '--user-pool-id', userPool, '--client-id', app);
  await root('cognito-idp', 'delete-user-pool', '--user-pool-id', userPool);
  await root('s3', 'rb', '--force', `s3://${BUCKET}`);
}

test('the AWS CLI makes everything from nothing, uses it and tears it down', { timeout: 300_000 }, async (test) => {
  const server = await serverOfTest(test, NOTHING);
  const folder = mkdtempSync(path.join(tmpdir(), 'cenote-cli-'));
  test.after(() => rmSync(folder, { recursive: true, force: true }));
  const files = {
    write: (name, text) => { writeFileSync(path.join(folder, name), text); return path.join(folder, name); },
    read: (name) => readFileSync(path.join(folder, name), 'utf8'),
  };
  const aws = commandLine(server, folder);
  const root = (...line) => aws(server.root(), ...line);
  const made = await make(root, files);

  const nobody = (...line) => aws(undefined, ...line);
  const { home, keys, logins } = await signIn(nobody, made);
  const alma = (...line) => aws(keys, ...line);
  const { Arn } = asJson(await alma('sts', 'get-caller-identity'));
  assert.equal(Arn, `arn:aws:sts::123456789012:assumed-role/${ROLE}/CognitoIdentityCredentials`);
  await alma('s3', 'cp', files.write('note.txt', 'mine'), `s3://${BUCKET}/${home}/`);
  assert.match(await alma('s3', 'ls', `s3://${BUCKET}/${home}/`), /^\S+ \S+ +4 note\.txt\n$/);
  assert.equal(await alma('s3', 'cp', `s3://${BUCKET}/${home}/note.txt`, '-'), 'mine');
  const hello = ['--bucket', BUCKET, '--key', 'public/hello.txt'];
  assert.equal(asJson(await alma('s3api', 'get-object', ...hello, path.join(folder, 'got.txt'))).ContentLength, 5);
  assert.equal(files.read('got.txt'), 'hello');

  const denied = (code, ...line) => assert.rejects(alma(...line), { code }, line.join(' '));
  await denied('AccessDenied', 's3', 'ls', `s3://${BUCKET}/public/`);
  // What the inline policy allows beyond the boundary it does not allow.
  await denied('AccessDenied', 's3api', 'put-object', ...hello, '--body', path.join(folder, 'note.txt'));
  await denied('AccessDenied', 's3api', 'get-object', '--bucket', BUCKET, '--key', 'us-east-1:somebody-else/note.txt', '/dev/null');
  await denied('AccessDenied', 'iam', 'list-roles');
  await denied('AccessDeniedException', 'cognito-identity', 'describe-identity-pool', '--identity-pool-id', made.identityPool);
  await denied('AccessDeniedException', 'cognito-idp', 'describe-user-pool', '--user-pool-id', made.userPool);

  // A bucket that lets in everybody needs no key.
  const open = {
    Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: `arn:aws:s3:::${BUCKET}/public/*`,
  };
  const opened = files.write('open.json', JSON.stringify({ Version: '2012-10-17', Statement: [open] }));
  const everybodys = ['s3', 'cp', '--no-sign-request', `s3://${BUCKET}/public/hello.txt`, '-'];
  await assert.rejects(nobody(...everybodys), /403|Forbidden/);
  await root('s3api', 'put-bucket-policy', '--bucket', BUCKET, '--policy', `file://${opened}`);
  assert.equal(await nobody(...everybodys), 'hello');
  const status = asJson(await root('s3api', 'get-bucket-policy-status', '--bucket', BUCKET));
  assert.equal(status.PolicyStatus.IsPublic, true);
  await root('s3api', 'delete-bucket-policy', '--bucket', BUCKET);
  await assert.rejects(root('s3api', 'get-bucket-policy', '--bucket', BUCKET), { code: 'NoSuchBucketPolicy' });

  // The classic flow: a token in a file is all that the CLI needs to take on a role.
  const ofToken = ['cognito-identity', 'get-open-id-token', '--identity-id', home, ...logins];
  await assert.rejects(nobody(...ofToken), { code: 'InvalidParameterException' });
  await root(
    'cognito-identity', 'update-identity-pool', '--identity-pool-id', made.identityPool, '--identity-pool-name', 'cli',
    '--no-allow-unauthenticated-identities', '--allow-classic-flow',
    '--cognito-identity-providers', `ProviderName=${loginKeyOf(made.userPool)},ClientId=${made.app}`,
  );
  const { Token } = asJson(await nobody(...ofToken));
  const role = `arn:aws:iam::123456789012:role/${ROLE}`;
  const wanted = ['sts', 'assume-role-with-web-identity', '--role-session-name', 'cli', '--web-identity-token', Token, '--role-arn'];
  const assumed = asJson(await nobody(...wanted, role, '--duration-seconds', '900'));
  assert.deepEqual([assumed.SubjectFromWebIdentityToken, assumed.Audience], [home, made.identityPool]);
  await assert.rejects(nobody(...wanted, `${role}s`), { code: 'AccessDenied' });
  const byFile = commandLine(server, folder, {
    AWS_WEB_IDENTITY_TOKEN_FILE: files.write('token', Token), AWS_ROLE_ARN: role, AWS_ROLE_SESSION_NAME: 'file',
  });
  assert.equal(await byFile(undefined, 's3', 'cp', `s3://${BUCKET}/${home}/note.txt`, '-'), 'mine');

  await tearDown(root, made);
  for (const line of [['cognito-idp', 'list-user-pools'], ['cognito-identity', 'list-identity-pools']]) {
    assert.deepEqual(Object.values(asJson(await root(...line, '--max-results', '60'))), [[]]);
  }
  assert.deepEqual(asJson(await root('iam', 'list-roles')).Roles, []);
  assert.deepEqual(asJson(await root('iam', 'list-policies', '--scope', 'Local')).Policies, []);
  assert.equal(await root('s3', 'ls'), '');
});
