// Notes what real clients were answered: a line per answer in the file that CENOTE_SEEN names, which
// `served.test.mjs` compares with what each operation can answer.
import { appendFileSync } from 'node:fs';

const SERVICES = {
  CognitoIdentityClient: 'cognito-identity',
  CognitoIdentityProviderClient: 'cognito-idp',
  IAMClient: 'iam',
  S3Client: 's3',
  STSClient: 'sts',
  cognitoidentity: 'cognito-identity',
  cognitoidentityserviceprovider: 'cognito-idp',
  iam: 'iam',
  s3: 's3',
  sts: 'sts',
};

/** Notes one answer: `success`, an error code, or the HTTP status where the answer has no body to name a code. */
export function saw(service, operation, outcome) {
  if (process.env.CENOTE_SEEN) appendFileSync(process.env.CENOTE_SEEN, `${service} ${operation} ${outcome}\n`);
}

// An answer to HEAD and a 304 have no body, so no code is on the wire.
const outcomeOf = (operation, status, code) => (operation.startsWith('Head') || status === 304 ? status : code);

/** Notes what a client of SDK v3 is answered. */
export function watch(client) {
  const noting = (next, context) => async (call) => {
    const [service, operation] = [SERVICES[context.clientName], context.commandName.replace(/Command$/, '')];
    try {
      const answer = await next(call);
      saw(service, operation, 'success');
      return answer;
    } catch (error) {
      const status = error.$metadata?.httpStatusCode;
      if (status) saw(service, operation, outcomeOf(operation, status, error.Code ?? error.name));
      throw error;
    }
  };
  client.middlewareStack.add(noting, { step: 'initialize', name: 'noteAnswers' });
  return client;
}

/** Notes what every client of SDK v2 is answered. */
export function watchV2(AWS) {
  AWS.events.on('complete', ({ request, error, httpResponse: { statusCode } }) => {
    if (!statusCode) return;
    const operation = request.operation[0].toUpperCase() + request.operation.slice(1);
    const outcome = error ? outcomeOf(operation, statusCode, error.code) : 'success';
    saw(SERVICES[request.service.serviceIdentifier], operation, outcome);
  });
  return AWS;
}
