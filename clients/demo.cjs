// What `./demo` shows: a login becomes credentials that open a bucket, and what they do not open.
process.env.AWS_SDK_JS_SUPPRESS_MAINTENANCE_MODE_MESSAGE = '1';
const { runProgram } = require('./support/run_program.cjs');

const { ENDPOINT: endpoint, DEMO_CLIENT: client, DEMO_USER: username, DEMO_PASS: password } = process.env;

const step = (text) => console.log(`\n${text}`);
const short = (secret) => `${secret.slice(0, 4)}… (${secret.length} characters)`;

/** Runs a request that must be denied, and says how it was. */
async function denied(what, request) {
  const refusal = await request.promise().then(() => undefined, (error) => error);
  if (refusal?.code !== 'AccessDenied') throw new Error(`${what}: expected AccessDenied, got ${refusal?.code}`);
  console.log(`  ${what}: ${refusal.statusCode} ${refusal.code}`);
}

async function main() {
  step(`${username} signs in at ${endpoint} and runs clients/program.js, which prints the listing:`);
  let identityId;
  const AWS = await runProgram(endpoint, { client, username, password }, (operation, answer) => {
    if (operation !== 'getCredentialsForIdentity') return;
    identityId = answer.IdentityId;
    const { AccessKeyId, SecretKey, SessionToken, Expiration } = answer.Credentials;
    console.log(`  identity       ${identityId}`);
    console.log(`  access key id  ${AccessKeyId}, until ${Expiration.toISOString()}`);
    console.log(`  secret key     ${short(SecretKey)}`);
    console.log(`  session token  ${short(SessionToken)}`);
  });

  const s3 = new AWS.S3();
  const Bucket = 'my-bucket';
  step('With the same credentials:');
  await s3.putObject({ Bucket, Key: `${identityId}/note.txt`, Body: 'mine' }).promise();
  console.log('  write under the own prefix: done');
  const { Body } = await s3.getObject({ Bucket, Key: `${identityId}/note.txt` }).promise();
  console.log(`  read it back: ${Body}`);
  await denied("read under another's prefix", s3.getObject({ Bucket, Key: 'us-east-1:somebody-else/x' }));
  await denied("write under another's prefix", s3.putObject({ Bucket, Key: 'us-east-1:somebody-else/x', Body: 'not mine' }));
  await denied('delete the bucket', s3.deleteBucket({ Bucket }));

  step('What the server decided, and why:');
  const records = await (await fetch(`${endpoint}/_cenote/decisions`)).json();
  // The first ones are the seed's, by root.
  const rows = records.filter((record) => record.userIdentity.type !== 'Root').map((record) => {
    const { decision, reason, resource } = record.additionalEventData;
    const about = resource ?? record.requestParameters.identityId ?? record.requestParameters.username ?? '';
    const signer = record.userIdentity.sessionContext?.webIdFederationData.attributes.sub;
    const who = signer === identityId ? username : signer ?? 'unsigned';
    return [decision, who, record.eventName, about.replace('arn:aws:s3:::', ''), reason ?? ''];
  });
  for (const [decision, who, name, about, reason] of rows) {
    console.log(`  ${decision.padEnd(8)} ${who.padEnd(8)} ${name}${about && ` · ${about}`}\n${' '.repeat(20)}${reason}`);
  }
}

main().catch((error) => {
  console.error(`demo: ${error.message ?? error}`);
  process.exitCode = 1;
});
