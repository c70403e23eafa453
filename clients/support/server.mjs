// A Cenote of a test's own: a free port, a data folder that is gone afterwards, and always stopped at the end.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const BINARY = process.env.CENOTE_BIN
  ?? fileURLToPath(new URL('../../target/debug/cenote', import.meta.url));
const START_MILLIS = 30_000;
const STOP_MILLIS = 10_000;

/** Starts `cenote dev` for a test or a suite, with the seed given or the one that is built in. */
export async function start(test, seed) {
  const folder = mkdtempSync(path.join(tmpdir(), 'cenote-'));
  const seedFile = path.join(folder, 'seed.json');
  if (seed) writeFileSync(seedFile, JSON.stringify(seed));
  const server = new Server(path.join(folder, 'data'), seed ? ['--seed', seedFile] : []);
  test.after(async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  await server.ready();
  return server;
}

class Server {
  #process;
  #ended;
  #log = '';

  constructor(data, more) {
    this.data = data;
    this.#process = spawn(BINARY, ['dev', '--data', data, '--listen', '127.0.0.1:0', ...more]);
    this.#ended = new Promise((resolve) => this.#process.once('close', resolve).once('error', (error) => {
      this.#log += `${error}\n`;
      resolve(error);
    }));
    for (const output of [this.#process.stdout, this.#process.stderr]) {
      output.setEncoding('utf8').on('data', (text) => { this.#log += text; });
    }
    running.add(this.#process);
    this.#ended.then(() => running.delete(this.#process));
  }

  /** Waits until the server says where it listens. */
  async ready() {
    const listening = new Promise((resolve) => {
      const look = () => {
        const found = /listening on (http:\/\/[\d.]+:\d+)/.exec(this.#log);
        if (found) resolve(found[1]);
      };
      for (const output of [this.#process.stdout, this.#process.stderr]) output.on('data', look);
    });
    this.endpoint = await within(START_MILLIS, Promise.race([listening, this.#ended.then(() => undefined)]));
    if (!this.endpoint) {
      this.#process.kill('SIGKILL');
      throw new Error(`the server at ${BINARY} did not start:\n${this.#log}`);
    }
  }

  async stop() {
    this.#process.kill('SIGTERM');
    const stopped = await within(STOP_MILLIS, this.#ended.then(() => true));
    if (!stopped) {
      this.#process.kill('SIGKILL');
      throw new Error(`the server did not stop when asked to:\n${this.#log}`);
    }
  }

  /** The root access key pair, read from the data folder as an operator would. */
  root() {
    const text = readFileSync(path.join(this.data, 'root-credentials'), 'utf8');
    const value = (name) => new RegExp(`^${name}\\s*=\\s*(\\S+)`, 'm').exec(text)[1];
    return { accessKeyId: value('aws_access_key_id'), secretAccessKey: value('aws_secret_access_key') };
  }

  /** What `dev` wrote for the demo: client, user and password. */
  demo() {
    const text = readFileSync(path.join(this.data, 'demo.env'), 'utf8');
    const value = (name) => new RegExp(`^(?:export )?${name}=['"]?([^'"\\n]+)`, 'm').exec(text)[1];
    return { client: value('DEMO_CLIENT'), username: value('DEMO_USER'), password: value('DEMO_PASS') };
  }

  /** The server's own time, in milliseconds. */
  async now() {
    return (await this.#own('clock')).millis;
  }

  advance(seconds) {
    return this.#own('clock', { advanceSeconds: seconds });
  }

  reset() {
    return this.#own('reset', {});
  }

  /** What the audit says of the last requests. */
  decisions() {
    return this.#own('decisions');
  }

  async #own(name, body) {
    const post = body && {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    };
    const response = await fetch(`${this.endpoint}/_cenote/${name}`, post);
    const text = await response.text();
    if (!response.ok) throw new Error(`/_cenote/${name} answered ${response.status}: ${text}`);
    return text.trim() ? JSON.parse(text) : undefined;
  }
}

async function within(millis, promise) {
  let timer;
  const late = new Promise((resolve) => { timer = setTimeout(resolve, millis); });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

// A test run that is cut short must not leave a server behind.
const running = new Set();
const killAll = () => running.forEach((child) => child.kill('SIGKILL'));
process.on('exit', killAll);
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));
