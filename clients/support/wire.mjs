// Requests as bytes: what no SDK would send. The signer is written from the specification of Signature Version 4,
// so that server and test cannot share a mistake.
import { createHash, createHmac } from 'node:crypto';
import http from 'node:http';
import net from 'node:net';
import { REGION } from './seed.mjs';
import { saw } from './seen.mjs';

export const sha256 = (data) => createHash('sha256').update(data).digest('hex');
const hmac = (key, data) => createHmac('sha256', key).update(data).digest();
// A parameter without a value is signed as one with an empty value.
const asPair = (parameter) => (!parameter || parameter.includes('=') ? parameter : `${parameter}=`);

/** `20150830T123600Z` */
export const amzDate = (millis) => `${new Date(millis).toISOString().replace(/[-:]|\.\d+/g, '')}`;

/**
 * Signs a request of the form `{ method, path, query, headers, body }` in its headers; the path is sent as it is
 * given. `how` may bend any part of the signature: `now`, `region`, `service`, `day`, `payload`, `unsigned` headers.
 */
export function sign(server, request, credentials, how = {}) {
  const date = amzDate(how.now ?? Date.now());
  const payload = how.payload ?? sha256(request.body ?? '');
  const headers = {
    host: new URL(server.endpoint).host,
    'x-amz-date': date,
    'x-amz-content-sha256': payload,
    ...(credentials.sessionToken && { 'x-amz-security-token': credentials.sessionToken }),
    ...request.headers,
  };
  for (const name of how.without ?? []) delete headers[name];
  const names = Object.keys(headers).filter((name) => !how.unsigned?.includes(name)).sort();
  const canonical = [
    request.method, request.path, (request.query ?? '').split('&').map(asPair).sort().join('&'),
    ...names.map((name) => `${name}:${headers[name]}`), '',
    names.join(';'), payload,
  ].join('\n');
  const scope = [how.day ?? date.slice(0, 8), how.region ?? REGION, how.service ?? 's3', 'aws4_request'];
  const key = scope.reduce(hmac, `AWS4${credentials.secretAccessKey}`);
  const toSign = ['AWS4-HMAC-SHA256', date, scope.join('/'), sha256(canonical)].join('\n');
  const signature = hmac(key, toSign).toString('hex');
  const credential = `${credentials.accessKeyId}/${scope.join('/')}`;
  const authorization = `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names.join(';')}, Signature=${signature}`;
  return { ...request, headers: { ...headers, authorization } };
}

/** Sends a request as it is and gives status, headers, text and the error code that was answered, if any. */
export async function send(server, { operation, method, path, query, headers, body }) {
  const { hostname, port } = new URL(server.endpoint);
  const target = query ? `${path}?${query}` : path;
  const answer = await new Promise((resolve, reject) => {
    const request = http.request({ hostname, port, method, path: target, headers, agent: false, timeout: 20_000 });
    request.on('response', (response) => {
      const pieces = [];
      response.on('data', (piece) => pieces.push(piece));
      response.on('end', () => resolve({
        status: response.statusCode,
        headers: response.headers,
        text: Buffer.concat(pieces).toString(),
      }));
      response.on('error', reject);
    });
    request.on('timeout', () => request.destroy(new Error('no answer in time')));
    // A server may answer, and close, before a body that it refuses has been sent whole.
    request.on('error', (error) => setImmediate(() => reject(error)));
    request.end(body);
  });
  return noted(answer, operation);
}

/** Sends a request whose body begins as `rest` says, in HTTP's own chunks, and ends there. */
export async function sendBroken(server, { operation, method, path, query, headers }, rest) {
  const { hostname, port } = new URL(server.endpoint);
  const socket = net.connect({ host: hostname, port, timeout: 20_000 });
  socket.on('timeout', () => socket.destroy(new Error('no answer in time')));
  const lines = Object.entries({ ...headers, 'transfer-encoding': 'chunked', connection: 'close' }).map((pair) => pair.join(': '));
  socket.write([`${method} ${query ? `${path}?${query}` : path} HTTP/1.1`, ...lines, '', rest].join('\r\n'));
  let received = '';
  for await (const piece of socket) received += piece;
  const [head, text = ''] = received.split(/\r\n\r\n(.*)/s);
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1]);
  return noted({ status, headers: {}, text }, operation);
}

function noted(answer, operation) {
  answer.code = codeOf(answer);
  if (operation) saw(...operation, answer.status < 300 ? 'success' : answer.code ?? answer.status);
  return answer;
}

/** Asks a JSON service; the body is sent as it is if it is a text. */
export function ask(server, service, operation, input, more = {}) {
  const prefix = { 'cognito-identity': 'AWSCognitoIdentityService', 'cognito-idp': 'AWSCognitoIdentityProviderService' };
  return send(server, {
    operation: [service, operation],
    method: 'POST',
    path: '/',
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `${prefix[service]}.${operation}`, ...more },
    body: typeof input === 'string' ? input : JSON.stringify(input),
  });
}

function codeOf({ headers, text }) {
  if (headers['x-amzn-errortype']) return headers['x-amzn-errortype'].replace(/:.*/, '');
  return /<Error>.*?<Code>([^<]+)<\/Code>/s.exec(text)?.[1];
}
