// Runs `program.js` as it is: signs somebody in for the token that it needs, and tells what the SDK is answered.
process.env.AWS_SDK_JS_SUPPRESS_MAINTENANCE_MODE_MESSAGE = '1';
const AWS = require('aws-sdk');

/** Signs in; `tell(operation, answer)` hears every answer until the program has its listing. */
async function runProgram(endpoint, { client, username, password }, tell) {
  const listed = new Promise((resolve, reject) => {
    AWS.events.on('complete', ({ request, error, data }) => {
      if (error) return reject(error);
      tell(request.operation, data);
      // The program's own callback comes after this one.
      if (request.operation === 'listObjects') setImmediate(resolve);
    });
  });
  const userPool = new AWS.CognitoIdentityServiceProvider({ endpoint, region: 'us-east-1' });
  const signedIn = userPool.initiateAuth({
    AuthFlow: 'USER_PASSWORD_AUTH',
    ClientId: client,
    AuthParameters: { USERNAME: username, PASSWORD: password },
  }).promise();
  globalThis.endpoint = endpoint;
  globalThis.idToken = (await signedIn).AuthenticationResult.IdToken;
  require('../program.js');
  await listed;
  return AWS;
}

module.exports = { runProgram };

if (require.main === module) {
  const { ENDPOINT: endpoint, DEMO_CLIENT: client, DEMO_USER: username, DEMO_PASS: password } = process.env;
  const tell = (operation, answer) => {
    if (operation === 'getCredentialsForIdentity') console.log(JSON.stringify(answer.Credentials));
  };
  runProgram(endpoint, { client, username, password }, tell).catch((error) => {
    console.error(error);
    process.exitCode = 1;
  });
}
