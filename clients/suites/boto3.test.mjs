// boto3, the SDK for Python, in a process of its own.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { DOCUMENTS } from '../support/life.mjs';
import { serverOfTest } from '../support/server.mjs';

const SUITE = fileURLToPath(new URL('boto3_suite.py', import.meta.url));
const PYTHON = process.env.CLIENTS_PYTHON ?? fileURLToPath(new URL('../.venv/bin/python', import.meta.url));

test('boto3', { timeout: 120_000 }, async (boto3) => {
  const server = await serverOfTest(boto3);
  const { client, username, password } = server.demo();
  // Nothing that somebody has set for AWS itself may change what is tested.
  const env = {
    PATH: process.env.PATH,
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
    ENDPOINT: server.endpoint,
    DEMO_CLIENT: client,
    DEMO_USER: username,
    DEMO_PASS: password,
    ROOT_ID: server.root().accessKeyId,
    ROOT_SECRET: server.root().secretAccessKey,
    ...DOCUMENTS,
  };
  const { stdout } = await promisify(execFile)(PYTHON, [SUITE], { env, timeout: 100_000 });
  const results = stdout.trim().split('\n').map((line) => JSON.parse(line));
  assert.ok(results.length >= 10);
  for (const { name, failure } of results) {
    await boto3.test(name, () => assert.equal(failure, null, failure));
  }
});
