// The program that users already have, in Node, against what `cenote dev` makes by itself.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { serverOfSuite } from '../support/server.mjs';

const PROGRAM = fileURLToPath(new URL('../program.js', import.meta.url));
const RUNNER = fileURLToPath(new URL('../support/run_program.cjs', import.meta.url));

describe('the program that users already have', () => {
  const server = serverOfSuite();

  const run = (env) => {
    const { client, username, password } = server.demo();
    const demo = { ENDPOINT: server.endpoint, DEMO_CLIENT: client, DEMO_USER: username, DEMO_PASS: password };
    const options = { env: { ...process.env, ...demo, ...env }, timeout: 30_000 };
    return promisify(execFile)(process.execPath, [RUNNER], options);
  };

  it('is the one in the documents, with two endpoint lines added', () => {
    const added = /^AWS\.config\.(endpoint = endpoint|s3ForcePathStyle = true);$/;
    const lines = readFileSync(PROGRAM, 'utf8').trimEnd().split('\n').filter((line) => !added.test(line));
    assert.deepEqual(lines, [
      "const AWS = require('aws-sdk');",
      "AWS.config.region = 'us-east-1';",
      'AWS.config.credentials = new AWS.CognitoIdentityCredentials({',
      "  IdentityPoolId: 'us-east-1:1234567890abcdef',",
      "  Logins: { 'cognito-idp.us-east-1.amazonaws.com/us-east-1_XXXXXXXX': idToken } });",
      'AWS.config.credentials.get(error => { /* accessKeyId, secretAccessKey, sessionToken */',
      "  new AWS.S3().listObjects({ Bucket: 'my-bucket' }, (err, data) => console.log(data.Contents)); });",
    ]);
  });

  it('gets credentials and prints the listing in Node', async () => {
    const { stdout } = await run();
    const credentials = JSON.parse(stdout.slice(0, stdout.indexOf('\n')));
    assert.match(credentials.AccessKeyId, /^ASIA[A-Z0-9]{16}$/);
    assert.ok(credentials.SecretKey.length >= 40 && credentials.SessionToken.length > 100);
    const life = new Date(credentials.Expiration) - Date.now();
    assert.ok(life > 3_500_000 && life <= 3_600_000, `the credentials live ${life} ms`);
    assert.match(stdout, /Key: 'public\/about.txt'/);
    assert.match(stdout, /Key: 'public\/hello.txt'/);
  });

  it('lists nothing with a wrong password', async () => {
    await assert.rejects(run({ DEMO_PASS: 'wrong' }), (error) => {
      assert.match(error.stderr, /NotAuthorizedException/);
      assert.doesNotMatch(error.stdout, /hello\.txt/);
      return true;
    });
  });

  it('runs again after a reset, with the credentials that the reset wrote', async () => {
    const { password } = server.demo();
    await server.reset();
    assert.notEqual(server.demo().password, password);
    assert.match((await run()).stdout, /public\/hello\.txt/);
  });
});
