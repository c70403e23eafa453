// Requests to services other than S3, as bytes: forms and JSON, signed or spoiled.
import { send, sign } from './wire.mjs';

const VERSIONS = { iam: '2010-05-08', sts: '2011-06-15' };
const TARGETS = {
  'cognito-identity': 'AWSCognitoIdentityService',
  'cognito-idp': 'AWSCognitoIdentityProviderService',
};

/** Whether a service takes forms; the others take JSON. */
export const takesForms = (service) => service in VERSIONS;

// Structures and lists of a form, as awsQuery flattens them.
function* flattened(value, name) {
  if (Array.isArray(value)) {
    for (const [at, element] of value.entries()) yield* flattened(element, `${name}.member.${at + 1}`);
  } else if (typeof value === 'object') {
    for (const [key, member] of Object.entries(value)) yield* flattened(member, name ? `${name}.${key}` : key);
  } else yield [name, String(value)];
}

/** A request for an operation, not signed yet; its input is sent as it is if it is a text. */
export function request(service, operation, input) {
  const text = (write) => (typeof input === 'string' ? input : write());
  const [headers, body] = takesForms(service)
    ? [
      { 'content-type': 'application/x-www-form-urlencoded' },
      text(() => new URLSearchParams([['Action', operation], ['Version', VERSIONS[service]], ...flattened(input, '')]).toString()),
    ]
    : [
      { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `${TARGETS[service]}.${operation}` },
      text(() => JSON.stringify(input)),
    ];
  return { operation: [service, operation], method: 'POST', path: '/', headers, body };
}

/** A request to the server's own service, not signed yet. */
export const ownRequest = (operation, input) => ({
  operation: ['cenote', operation],
  method: 'POST',
  path: `/_cenote/v1/${operation}`,
  headers: { 'content-type': 'application/json' },
  body: typeof input === 'string' ? input : JSON.stringify(input),
});

/** Sends a signed request to the server's own service. */
export function askOwn(server, operation, input, credentials, how = {}) {
  return send(server, sign(server, ownRequest(operation, input), credentials, { service: 'cenote', ...how }));
}

/** Sends a signed request; `how` may spoil the signature, as it may in `sign`. */
export function askSigned(server, [service, operation, input], credentials, how = {}) {
  return send(server, sign(server, request(service, operation, input), credentials, { service, ...how }));
}
