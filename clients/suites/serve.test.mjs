// `cenote serve`: the same server on the same data, without what only a developer may have.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { before, describe, it } from 'node:test';
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { getId, loginOf, member, s3, signIn } from '../support/people.mjs';
import { ALICE, SEED } from '../support/seed.mjs';
import { serverOfSuite } from '../support/server.mjs';
import { send } from '../support/wire.mjs';

describe('a server that was stopped and is run again as `serve`', () => {
  const server = serverOfSuite(SEED);
  let alice, note;
  before(async () => {
    alice = await member(server, ALICE);
    note = { Bucket: 'my-bucket', Key: `${alice.identityId}/note.txt` };
    await s3(server, alice.credentials).send(new PutObjectCommand({ ...note, Body: 'kept' }));
    await server.restartAsServe();
  });

  it('has kept what was written, and accepts the credentials that were issued', async () => {
    const { Body } = await s3(server, alice.credentials).send(new GetObjectCommand(note));
    assert.equal(await Body.transformToString(), 'kept');
  });

  it('knows the tokens, the users and the identities that it knew', async () => {
    assert.equal(await getId(server, loginOf(alice.idToken)), alice.identityId);
    const { idToken } = await signIn(server, ALICE);
    assert.equal(await getId(server, loginOf(idToken)), alice.identityId);
  });

  it('has no clock to move, no reset and no decisions to read', async () => {
    for (const [method, tool] of [['GET', 'clock'], ['POST', 'clock'], ['POST', 'reset'], ['GET', 'decisions']]) {
      const { status } = await send(server, { method, path: `/_cenote/${tool}`, headers: { 'content-length': '0' } });
      assert.equal(status, 404, tool);
    }
  });

  it('lets a page of another origin sign in, but not call S3', async () => {
    const asking = (method, header) => ({
      method: 'OPTIONS',
      headers: {
        origin: 'http://page.example',
        'access-control-request-method': method,
        'access-control-request-headers': header,
      },
    });
    const pools = await send(server, { ...asking('POST', 'x-amz-target'), path: '/' });
    assert.deepEqual([pools.status, pools.headers['access-control-allow-origin']], [200, '*']);
    const bucket = await send(server, { ...asking('GET', 'authorization'), path: '/my-bucket' });
    assert.deepEqual([bucket.status, bucket.headers['access-control-allow-origin']], [403, undefined]);
  });

  it('says that it lives and is ready', async () => {
    for (const state of ['live', 'ready']) {
      assert.equal((await send(server, { method: 'GET', path: `/health/${state}` })).status, 200);
    }
  });

  it('keeps its keys where only their owner reads them', () => {
    for (const name of ['root-credentials', 'keys', 'demo.env']) {
      assert.equal(statSync(path.join(server.data, name)).mode & 0o777, 0o600, name);
    }
    assert.match(readFileSync(path.join(server.data, 'root-credentials'), 'utf8'), /^\[default\]\naws_access_key_id ?= ?AKIA/m);
  });

  it('has every issuance on record in the audit, and no secret', () => {
    const folder = path.join(server.data, 'audit');
    const text = readdirSync(folder).map((file) => readFileSync(path.join(folder, file), 'utf8')).join('');
    const records = text.trim().split('\n').map((line) => JSON.parse(line));
    const issued = records.find(({ responseElements }) => responseElements.accessKeyId === alice.credentials.accessKeyId);
    assert.equal(issued.eventName, 'GetCredentialsForIdentity');
    assert.equal(issued.additionalEventData.decision, 'allowed');
    for (const secret of [alice.credentials.secretAccessKey, alice.credentials.sessionToken, alice.idToken, ALICE.password]) {
      assert.ok(!text.includes(secret), 'a secret is in the audit');
    }
  });

  it('does not let a second process use its data', () => {
    const { status, stderr } = server.second();
    assert.notEqual(status, 0);
    assert.match(stderr, /another process uses the data folder/);
  });
});
