// Notes what real clients were answered: a line per answer in the file that CENOTE_SEEN names, which
// `served.test.mjs` compares with what each operation can answer.
import { appendFileSync } from 'node:fs';

const SERVICES = {
  CognitoIdentityClient: 'cognito-identity',
  CognitoIdentityProviderClient: 'cognito-idp',
  S3Client: 's3',
  cognitoidentity: 'cognito-identity',
  cognitoidentityserviceprovider: 'cognito-idp',
  s3: 's3',
};

/** Notes one answer: `success`, an error code, or the HTTP status where the answer has no body to name a code. */
export function saw(service, operation, outcome) {
  if (process.env.CENOTE_SEEN) appendFileSync(process.env.CENOTE_SEEN, `${service} ${operation} ${outcome}\n`);
}

/** Notes what a client of SDK v3 is answered. */
export function watch(client) {
  const note = (context, outcome) => {
    saw(SERVICES[context.clientName], context.commandName.replace(/Command$/, ''), outcome);
  };
  const noting = (next, context) => async (call) => {
    try {
      const answer = await next(call);
      note(context, 'success');
      return answer;
    } catch (error) {
      const status = error.$metadata?.httpStatusCode;
      if (status) note(context, context.commandName.startsWith('Head') ? status : error.name);
      throw error;
    }
  };
  client.middlewareStack.add(noting, { step: 'initialize', name: 'noteAnswers' });
  return client;
}

/** Notes what every client of SDK v2 is answered. */
export function watchV2(AWS) {
  AWS.events.on('complete', ({ request, error, httpResponse }) => {
    if (!httpResponse.statusCode) return;
    const operation = request.operation[0].toUpperCase() + request.operation.slice(1);
    const code = operation.startsWith('Head') ? httpResponse.statusCode : error?.code;
    saw(SERVICES[request.service.serviceIdentifier], operation, error ? code : 'success');
  });
  return AWS;
}
