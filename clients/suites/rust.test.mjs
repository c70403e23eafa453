// The SDK for Rust, in a program of its own: clients/rust.
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { DOCUMENTS, NOTHING } from '../support/life.mjs';
import { serverOfTest } from '../support/server.mjs';

const PROGRAM = process.env.CLIENTS_RUST ?? fileURLToPath(new URL('../rust/target/debug/life', import.meta.url));

test('the SDK for Rust makes everything from nothing, uses it and tears it down', { timeout: 60_000 }, async (rust) => {
  const server = await serverOfTest(rust, NOTHING);
  const { accessKeyId: ROOT_ID, secretAccessKey: ROOT_SECRET } = server.root();
  // It says nothing and ends well, or says what it was answered.
  await promisify(execFile)(PROGRAM, [], { env: { ENDPOINT: server.endpoint, ROOT_ID, ROOT_SECRET, ...DOCUMENTS }, timeout: 50_000 });
});
