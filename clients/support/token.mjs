// Tokens, taken apart and put together wrongly.
import { createHmac, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';

const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
const decode = (part) => JSON.parse(Buffer.from(part, 'base64url'));

export const claimsOf = (token) => decode(token.split('.')[1]);
export const headerOf = (token) => decode(token.split('.')[0]);

/** The token with another payload under the old signature. */
export function withClaims(token, claims) {
  const [header, payload, signature] = token.split('.');
  return [header, encode({ ...decode(payload), ...claims }), signature].join('.');
}

/** The token with one bit of its signature turned. */
export function withFlippedSignature(token) {
  const [header, payload, signature] = token.split('.');
  const bytes = Buffer.from(signature, 'base64url');
  bytes[17] ^= 1;
  return [header, payload, bytes.toString('base64url')].join('.');
}

/** The token's claims under `alg: none`, without a signature. */
export function unsigned(token) {
  return `${encode({ ...headerOf(token), alg: 'none' })}.${token.split('.')[1]}.`;
}

/** The token's claims, signed with the public key as if it were a shared secret. */
export function signedWithPublicKey(token, jwk) {
  const secret = createPublicKey({ key: jwk, format: 'jwk' }).export({ type: 'spki', format: 'pem' });
  const body = `${encode({ ...headerOf(token), alg: 'HS256' })}.${token.split('.')[1]}`;
  return `${body}.${createHmac('sha256', secret).update(body).digest('base64url')}`;
}

/** The token's claims, signed by a key of the forger's own, which is offered in the header. */
export function signedByStranger(token) {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const header = { ...headerOf(token), jwk: publicKey.export({ format: 'jwk' }) };
  const body = `${encode(header)}.${token.split('.')[1]}`;
  return `${body}.${sign('sha256', Buffer.from(body), privateKey).toString('base64url')}`;
}
