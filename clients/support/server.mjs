// A Cenote of a test's own: a free port, a data folder that is gone afterwards, and always stopped at the end.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before } from 'node:test';
import { fileURLToPath } from 'node:url';

const BINARY = process.env.CENOTE_BIN
  ?? fileURLToPath(new URL('../../target/debug/cenote', import.meta.url));
const START_MILLIS = 30_000;
const STOP_MILLIS = 10_000;

/** A server for all tests of a suite, with the seed given or the one that is built in. It runs when they do. */
export function serverOfSuite(seed) {
  const server = new Server(seed);
  before(() => server.start());
  after(() => server.stop());
  return server;
}

/** The same at an address that is the issuer of its tokens too, so that other systems find its keys. */
export function reachableServerOfSuite(seed) {
  const server = new Server(seed);
  before(async () => {
    await server.beIssuer();
    await server.start();
  });
  after(() => server.stop());
  return server;
}

// Somebody else may take it before the server does; then the server does not start, and says so.
async function freePort() {
  const listener = net.createServer();
  await new Promise((resolve) => { listener.listen(0, '127.0.0.1', resolve); });
  const { port } = listener.address();
  await new Promise((resolve) => { listener.close(resolve); });
  return port;
}

/** A server for one test alone, which may turn its clock, and that is told more than others. */
export async function serverOfTest(test, seed, ...options) {
  const server = new Server(seed, options);
  test.after(() => server.stop());
  await server.start();
  return server;
}

class Server {
  #folder = mkdtempSync(path.join(tmpdir(), 'cenote-'));
  #seed;
  #options;
  #listen = '127.0.0.1:0';
  #process;
  #ended;
  #log = '';

  constructor(seed, options = []) {
    this.#seed = seed;
    this.#options = options;
  }

  /** Makes the address at which it will listen the issuer of its tokens. */
  async beIssuer() {
    const port = await freePort();
    this.#listen = `127.0.0.1:${port}`;
    this.#options = [...this.#options, '--issuer', `http://localhost:${port}`];
  }

  /** Runs `cenote dev`, which seeds an empty data folder. */
  start() {
    const seedFile = path.join(this.#folder, 'seed.json');
    if (this.#seed) writeFileSync(seedFile, JSON.stringify(this.#seed));
    return this.#run('dev', ...(this.#seed ? ['--seed', seedFile] : []), ...this.#options);
  }

  /** Stops, and runs again on the same data as `cenote serve`, which has no tools for developers. */
  async restartAsServe() {
    await this.#end();
    await this.#run('serve');
  }

  /** Stops, and removes the data. */
  async stop() {
    await this.#end();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Runs the binary and waits until it says where it listens. */
  async #run(command, ...more) {
    // Settings of whoever runs the suites must not reach the server.
    const server = spawn(BINARY, [command, '--data', this.data, '--listen', this.#listen, ...more], { env: {} });
    this.#process = server;
    this.#log = '';
    running.add(server);
    this.#ended = new Promise((resolve) => {
      server.once('close', resolve);
      server.once('error', (error) => { this.#log += error; resolve(); });
    }).then(() => running.delete(server));
    const listening = new Promise((resolve) => {
      const hear = (text) => {
        this.#log += text;
        const found = /listening on (http:\/\/[\d.]+:\d+)/.exec(this.#log);
        if (found) resolve(found[1]);
      };
      for (const output of [server.stdout, server.stderr]) output.setEncoding('utf8').on('data', hear);
    });
    this.endpoint = await within(START_MILLIS, Promise.race([listening, this.#ended.then(() => undefined)]));
    if (!this.endpoint) {
      server.kill('SIGKILL');
      throw new Error(`the server at ${BINARY} did not start:\n${this.#log}`);
    }
  }

  /** Asks the server to stop, and holds that it does. */
  async #end() {
    this.#process.kill('SIGTERM');
    const ended = await within(STOP_MILLIS, this.#ended.then(() => true));
    this.#process.kill('SIGKILL');
    if (!ended) throw new Error(`the server did not stop when asked to:\n${this.#log}`);
  }

  /** Gives it new keys, as an operator would. */
  rotateKeys() {
    const { status, stderr } = this.operator('keys', 'rotate');
    if (status !== 0) throw new Error(`the keys were not rotated:\n${stderr}`);
  }

  /** What an operator's command line comes to, signed by root unless it names other credentials. */
  operator(...words) {
    const line = [...words, '--data', this.data, '--endpoint', this.endpoint];
    return spawnSync(BINARY, line, { encoding: 'utf8', timeout: START_MILLIS });
  }

  /** Runs another process on the same data and gives what it says when it does not start. */
  second() {
    const line = ['serve', '--data', this.data, '--listen', '127.0.0.1:0'];
    const { status, stderr } = spawnSync(BINARY, line, { encoding: 'utf8', timeout: START_MILLIS });
    return { status, stderr };
  }

  /** Where the server keeps everything. */
  get data() {
    return path.join(this.#folder, 'data');
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
