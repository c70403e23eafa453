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

// The scope of a signature, the key that signs in it, and what is signed of a canonical request.
function signing(credentials, date, how) {
  const scope = [how.day ?? date.slice(0, 8), how.region ?? REGION, how.service ?? 's3', 'aws4_request'];
  const key = scope.reduce(hmac, `AWS4${credentials.secretAccessKey}`);
  return { scope: scope.join('/'), key };
}
const signatureOf = ({ key, scope }, date, canonical) => (
  hmac(key, ['AWS4-HMAC-SHA256', date, scope, sha256(canonical)].join('\n')).toString('hex')
);
const canonicalOf = ({ method, path, query }, names, headers, payload) => [
  method, path, (query ?? '').split('&').map(asPair).sort().join('&'),
  ...names.map((name) => `${name}:${headers[name]}`), '',
  names.join(';'), payload,
].join('\n');

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
  const by = signing(credentials, date, how);
  const signature = signatureOf(by, date, canonicalOf(request, names, headers, payload));
  const credential = `${credentials.accessKeyId}/${by.scope}`;
  const authorization = `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names.join(';')}, Signature=${signature}`;
  return { ...request, headers: { ...headers, authorization } };
}

/** Signs a request in its query, good for `how.expires` seconds; its headers are signed and have to be sent. */
export function presign(server, request, credentials, how = {}) {
  const date = amzDate(how.now ?? Date.now());
  const headers = { host: new URL(server.endpoint).host, ...request.headers };
  const names = Object.keys(headers).sort();
  const by = signing(credentials, date, how);
  const parameters = {
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Credential': `${credentials.accessKeyId}/${by.scope}`,
    'X-Amz-Date': date,
    'X-Amz-Expires': String(how.expires ?? 60),
    'X-Amz-SignedHeaders': names.join(';'),
    ...(credentials.sessionToken && { 'X-Amz-Security-Token': credentials.sessionToken }),
    ...how.parameters,
  };
  for (const name of how.without ?? []) delete parameters[name];
  const added = Object.entries(parameters).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  const query = [request.query, ...added].filter(Boolean).join('&');
  const signature = signatureOf(by, date, canonicalOf({ ...request, query }, names, headers, how.payload ?? 'UNSIGNED-PAYLOAD'));
  return { ...request, headers, query: `${query}&X-Amz-Signature=${signature}` };
}

/**
 * Signs a request and each chunk of its body, and the trailer `[name, value]` behind it, as the SDK for Java does. Gives
 * the request and the parts of its body: every chunk, the empty one, what trails it.
 */
export function signInChunks(server, request, credentials, chunks, trailer) {
  const headers = {
    'content-encoding': 'aws-chunked',
    'x-amz-decoded-content-length': String(Buffer.byteLength(chunks.join(''))),
    ...(trailer && { 'x-amz-trailer': trailer[0] }),
    ...request.headers,
  };
  const payload = `STREAMING-AWS4-HMAC-SHA256-PAYLOAD${trailer ? '-TRAILER' : ''}`;
  const signed = sign(server, { ...request, headers }, credentials, { payload });
  const date = signed.headers['x-amz-date'];
  const { key, scope } = signing(credentials, date, {});
  let last = /Signature=(\w+)/.exec(signed.headers.authorization)[1];
  const next = (kind, ...hashes) => {
    last = hmac(key, [`AWS4-HMAC-SHA256-${kind}`, date, scope, last, ...hashes].join('\n')).toString('hex');
    return last;
  };
  const parts = [...chunks, ''].map((chunk) => {
    const signature = next('PAYLOAD', sha256(''), sha256(chunk));
    return `${Buffer.byteLength(chunk).toString(16)};chunk-signature=${signature}\r\n${chunk}${chunk && '\r\n'}`;
  });
  const line = trailer && trailer.join(':');
  parts.push(line ? `${line}\r\nx-amz-trailer-signature:${next('TRAILER', sha256(`${line}\n`))}\r\n\r\n` : '\r\n');
  return { request: signed, parts };
}

const LARGE = 1024 * 1024;

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
    request.on('error', reject);
    if ((body?.length ?? 0) < LARGE) {
      request.end(body);
      return;
    }
    // A server may answer, and close, before a body that it refuses has been sent whole: so it is asked whether it wants it.
    request.setHeader('expect', '100-continue');
    request.on('continue', () => request.end(body));
    request.on('response', (response) => response.on('end', () => request.destroy()));
    request.flushHeaders();
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
