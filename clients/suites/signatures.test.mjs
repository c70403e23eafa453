// Signatures beside botocore: what it signs, whatever is in it, is accepted, and refused once anything signed was changed.
// The requests are the same at each run: SIGNATURES_SEED=random draws new ones, SIGNATURES_SEED=NUMBER repeats those,
// SIGNATURES_CASES draws more than usual.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const SUITE = fileURLToPath(new URL('signatures_suite.py', import.meta.url));
const PYTHON = process.env.CLIENTS_PYTHON ?? fileURLToPath(new URL('../.venv/bin/python', import.meta.url));
const VERIFY = process.env.CENOTE_VERIFY ?? fileURLToPath(new URL('../../target/debug/examples/verify', import.meta.url));
const CASES = Number(process.env.SIGNATURES_CASES ?? 3000);
const SEED = process.env.SIGNATURES_SEED === 'random' ? Math.floor(Math.random() * 2 ** 32) : Number(process.env.SIGNATURES_SEED ?? 1);

test(`signatures of botocore, drawn from ${SEED}`, { timeout: 120_000 }, async (signatures) => {
  const env = { PATH: process.env.PATH, CENOTE_VERIFY: VERIFY, SIGNATURES_CASES: `${CASES}`, SIGNATURES_SEED: `${SEED}` };
  const { stdout } = await promisify(execFile)(PYTHON, [SUITE], { env, timeout: 100_000, maxBuffer: 1 << 26 });
  const results = stdout.trim().split('\n').map((line) => JSON.parse(line));
  await signatures.test('were drawn of every kind', () => {
    assert.equal(results.length, 25);
    assert.ok(results.every(({ cases }) => cases >= CASES / 100), JSON.stringify(results.map(({ name, cases }) => [name, cases])));
  });
  for (const { name, cases, failure } of results) {
    await signatures.test(`${name}, ${cases} times`, () => assert.equal(failure, null, failure));
  }
});
