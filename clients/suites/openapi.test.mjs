// The OpenAPI document of the server's own service against the server: schemathesis asks what the document allows, and what
// it does not.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { SEED } from '../support/seed.mjs';
import { serverOfTest } from '../support/server.mjs';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const PROGRAM = here('../.venv-schemathesis/bin/schemathesis');

test('schemathesis finds nothing that the document does not say', { timeout: 180_000 }, async (own) => {
  const server = await serverOfTest(own, SEED);
  const folder = mkdtempSync(path.join(tmpdir(), 'schemathesis-'));
  own.after(() => rmSync(folder, { recursive: true, force: true }));
  const { accessKeyId: ROOT_ID, secretAccessKey: ROOT_SECRET } = server.root();
  const env = {
    PATH: process.env.PATH,
    PYTHONPATH: here('.'),
    PYTHONDONTWRITEBYTECODE: '1',
    SCHEMATHESIS_HOOKS: 'openapi_hooks',
    ROOT_ID,
    ROOT_SECRET,
  };
  const run = ['--no-color', '--config-file', here('openapi.toml'), 'run', `${server.endpoint}/_cenote/v1/openapi.json`];
  const ended = promisify(execFile)(PROGRAM, [...run, '--max-examples', '40'], { cwd: folder, env, timeout: 170_000 });
  const { stdout } = await ended.catch((error) => assert.fail(`${error.stdout}\n${error.stderr}`));
  const [, generated] = /(\d+) generated, (\d+) passed/.exec(stdout) ?? [];
  assert.ok(Number(generated) > 200, stdout);
  assert.ok(!/Authentication failed/.test(stdout), stdout);
});
