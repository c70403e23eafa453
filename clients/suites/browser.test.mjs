// The same program in a real browser, from a page of another origin.
import assert from 'node:assert/strict';
import { createReadStream } from 'node:fs';
import http from 'node:http';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { serverOfSuite } from '../support/server.mjs';

const FILES = {
  '/aws-sdk.js': '../node_modules/aws-sdk/dist/aws-sdk.js',
  '/program.js': '../program.js',
};

// What a bundler would do for the program: `require` finds the SDK that the page has loaded.
const PAGE = `<!doctype html><meta charset="utf-8"><title>Cenote in a browser</title>
<h1>The program, in a page of another origin</h1><pre id="listing"></pre>
<script src="/aws-sdk.js"></script><script>window.require = () => window.AWS;</script>`;

describe('a page of another origin, in Chromium', { timeout: 120_000 }, () => {
  const server = serverOfSuite();
  let demo, pages, browser, page;

  before(async () => {
    demo = { endpoint: server.endpoint, ...server.demo() };
    pages = http.createServer((request, response) => {
      const file = FILES[request.url];
      response.setHeader('content-type', file ? 'text/javascript; charset=utf-8' : 'text/html; charset=utf-8');
      if (!file) return response.end(PAGE);
      createReadStream(fileURLToPath(new URL(file, import.meta.url))).pipe(response);
    });
    await new Promise((resolve) => pages.listen(0, '127.0.0.1', resolve));
    const args = process.getuid() === 0 ? ['--no-sandbox'] : [];
    browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args });
    page = await browser.newPage();
    page.setDefaultTimeout(20_000);
    await page.goto(`http://localhost:${pages.address().port}/`);
  });

  after(async () => {
    await browser?.close();
    pages?.closeAllConnections();
    pages?.close();
  });

  const signIn = () => page.evaluate(async ({ endpoint, client, username, password }) => {
    const userPool = new AWS.CognitoIdentityServiceProvider({ endpoint, region: 'us-east-1' });
    const { AuthenticationResult } = await userPool.initiateAuth({
      AuthFlow: 'USER_PASSWORD_AUTH', ClientId: client, AuthParameters: { USERNAME: username, PASSWORD: password },
    }).promise();
    Object.assign(window, { endpoint, idToken: AuthenticationResult.IdToken });
  }, demo);

  // Runs in the page: what an SDK call ends in, success or error.
  const outcome = (service, operation, parameters) => page.evaluate(async ([name, method, input]) => {
    try {
      return { data: await new AWS[name]()[method](input).promise() };
    } catch ({ code, message, statusCode }) {
      return { code, message, statusCode };
    }
  }, [service, operation, parameters]);

  it('runs the program: sign-in, credentials, listing', async () => {
    await signIn();
    const printed = page.waitForEvent('console', (message) => message.type() === 'log');
    await page.addScriptTag({ url: '/program.js' });
    const contents = await (await printed).args()[0].jsonValue();
    assert.deepEqual(contents.map((object) => object.Key), ['public/about.txt', 'public/hello.txt']);
    const credentials = await page.evaluate(() => ({ ...window.AWS.config.credentials }));
    assert.match(credentials.accessKeyId, /^ASIA/);
    assert.match(credentials.identityId ?? credentials.params.IdentityId, /^us-east-1:/);
    if (process.env.SCREENSHOT) {
      const text = JSON.stringify(contents, null, 2);
      await page.locator('#listing').evaluate((listing, shown) => { listing.textContent = shown; }, text);
      await page.screenshot({ path: process.env.SCREENSHOT });
    }
  });

  it('writes, reads and deletes an object of its own', async () => {
    const Key = `${await page.evaluate(() => AWS.config.credentials.identityId)}/from a page.txt`;
    const own = { Bucket: 'my-bucket', Key };
    assert.match((await outcome('S3', 'putObject', { ...own, Body: 'written by a page' })).data.ETag, /^"[0-9a-f]{32}"$/);
    const text = await page.evaluate(async (input) => {
      const { Body, ContentLength } = await new AWS.S3().getObject(input).promise();
      return { text: Body.toString(), ContentLength };
    }, own);
    assert.deepEqual(text, { text: 'written by a page', ContentLength: 17 });
    assert.ok((await outcome('S3', 'deleteObject', own)).data);
  });

  it('is told AccessDenied by S3, and not that the network failed', async () => {
    const denied = await outcome('S3', 'getObject', { Bucket: 'my-bucket', Key: 'somebody/else.txt' });
    assert.deepEqual(denied, { code: 'AccessDenied', message: 'Access Denied', statusCode: 403 });
  });

  it('is told NotAuthorizedException by the identity pool, and not that the network failed', async () => {
    const [header, payload] = (await page.evaluate(() => window.idToken)).split('.');
    const refused = await outcome('CognitoIdentity', 'getId', {
      IdentityPoolId: 'us-east-1:1234567890abcdef',
      Logins: { 'cognito-idp.us-east-1.amazonaws.com/us-east-1_XXXXXXXX': `${header}.${payload}.AAAA` },
    });
    const message = "Invalid login token. Couldn't verify signed token.";
    assert.deepEqual(refused, { code: 'NotAuthorizedException', message, statusCode: 400 });
  });

  it('is told NotAuthorizedException by the user pool, and not that the network failed', async () => {
    const refused = await outcome('CognitoIdentityServiceProvider', 'initiateAuth', {
      AuthFlow: 'USER_PASSWORD_AUTH', ClientId: demo.client, AuthParameters: { USERNAME: 'alice', PASSWORD: 'wrong' },
    });
    const message = 'Incorrect username or password.';
    assert.deepEqual(refused, { code: 'NotAuthorizedException', message, statusCode: 400 });
  });
});
