// Ceph RGW, a system that knows nothing of Cenote but its address: it takes a token that an identity pool here has issued
// in its own AssumeRoleWithWebIdentity, and serves its own buckets. It runs where CEPH_RGW names one:
//   CEPH_RGW         its address, such as http://localhost:23080, on this machine, with STS switched on
//   CEPH_RGW_ID      the access key of a user who may keep roles and OpenID providers there
//   CEPH_RGW_SECRET  its secret
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { before, describe, it } from 'node:test';
import { GetIdCommand, GetOpenIdTokenCommand, UpdateIdentityPoolCommand } from '@aws-sdk/client-cognito-identity';
import {
  CreateOpenIDConnectProviderCommand, CreateRoleCommand, DeleteOpenIDConnectProviderCommand, IAMClient, PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { AssumeRoleWithWebIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { identityPools, loginOf, member } from '../support/people.mjs';
import { ALICE, CLIENTS, DEMO_POOL, LOGIN_KEY, POOLS, REGION, SEED } from '../support/seed.mjs';
import { reachableServerOfSuite } from '../support/server.mjs';
import { withClaims, withFlippedSignature } from '../support/token.mjs';

const { CEPH_RGW, CEPH_RGW_ID, CEPH_RGW_SECRET } = process.env;
const skip = CEPH_RGW ? false : 'CEPH_RGW names no Ceph RGW';
const BUCKET = `cenote-${process.pid}`;
const ROLE = `cenote-${process.pid}`;

describe('Ceph RGW', { skip }, () => {
  const server = reachableServerOfSuite(SEED);
  const rgw = {
    endpoint: CEPH_RGW, region: REGION, maxAttempts: 1,
    // What it does not know of the SDK's newer defaults.
    requestChecksumCalculation: 'WHEN_REQUIRED', responseChecksumValidation: 'WHEN_REQUIRED', forcePathStyle: true,
  };
  const owner = { ...rgw, credentials: { accessKeyId: CEPH_RGW_ID, secretAccessKey: CEPH_RGW_SECRET } };
  let role;
  let alice;

  const tokenOf = async (IdentityId, Logins) => (
    (await identityPools(server).send(new GetOpenIdTokenCommand({ IdentityId, Logins }))).Token
  );
  const allowClassicFlow = (IdentityPoolId, IdentityPoolName) => identityPools(server, server.root()).send(
    new UpdateIdentityPoolCommand({
      IdentityPoolId,
      IdentityPoolName,
      AllowUnauthenticatedIdentities: true,
      AllowClassicFlow: true,
      CognitoIdentityProviders: [{ ProviderName: LOGIN_KEY, ClientId: CLIENTS.app }],
    }),
  );
  const assume = (WebIdentityToken) => new STSClient(rgw).send(new AssumeRoleWithWebIdentityCommand({
    RoleArn: role, RoleSessionName: 'phone', WebIdentityToken, DurationSeconds: 900,
  }));

  before(async () => {
    await allowClassicFlow(DEMO_POOL, 'demo');
    await allowClassicFlow(POOLS.guestsOnly, 'guests only');
    alice = await member(server, ALICE);

    const { issuer, jwks_uri: uri } = await (await fetch(`${server.endpoint}/.well-known/openid-configuration`)).json();
    const [key] = (await (await fetch(uri)).json()).keys;
    const thumbprint = new X509Certificate(Buffer.from(key.x5c[0], 'base64')).fingerprint.replaceAll(':', '');
    const iam = new IAMClient(owner);
    const host = new URL(issuer).host;
    const provider = `arn:aws:iam:::oidc-provider/${host}`;
    await iam.send(new DeleteOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: provider })).catch(() => {});
    const trusted = { Url: issuer, ClientIDList: [DEMO_POOL], ThumbprintList: [thumbprint] };
    await iam.send(new CreateOpenIDConnectProviderCommand(trusted));
    // RGW calls the audience `app_id`.
    const trust = {
      Version: '2012-10-17',
      Statement: [{
        Effect: 'Allow',
        Principal: { Federated: [provider] },
        Action: ['sts:AssumeRoleWithWebIdentity'],
        Condition: { StringEquals: { [`${host}:app_id`]: DEMO_POOL } },
      }],
    };
    const made = await iam.send(new CreateRoleCommand({ RoleName: ROLE, AssumeRolePolicyDocument: JSON.stringify(trust) }));
    role = made.Role.Arn;
    const may = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 's3:*', Resource: [`arn:aws:s3:::${BUCKET}/*`] }] };
    await iam.send(new PutRolePolicyCommand({ RoleName: ROLE, PolicyName: 'may', PolicyDocument: JSON.stringify(may) }));
    await new S3Client(owner).send(new CreateBucketCommand({ Bucket: BUCKET }));
  });

  it('takes a token of an identity, and serves its own objects for it', async () => {
    const { Credentials: issued, SubjectFromWebIdentityToken, Audience } = await assume(await tokenOf(alice.identityId, loginOf(alice.idToken)));
    assert.deepEqual([SubjectFromWebIdentityToken, Audience], [alice.identityId, DEMO_POOL]);
    const credentials = {
      accessKeyId: issued.AccessKeyId, secretAccessKey: issued.SecretAccessKey, sessionToken: issued.SessionToken,
    };
    const bucket = new S3Client({ ...rgw, credentials });
    const note = { Bucket: BUCKET, Key: 'note.txt' };
    await bucket.send(new PutObjectCommand({ ...note, Body: 'by an identity of Cenote' }));
    const { Body } = await bucket.send(new GetObjectCommand(note));
    assert.equal(await Body.transformToString(), 'by an identity of Cenote');
    await assert.rejects(bucket.send(new CreateBucketCommand({ Bucket: `${BUCKET}-2` })));
  });

  it('takes a token that a new key has signed', async () => {
    await server.rotateKeys();
    assert.ok((await assume(await tokenOf(alice.identityId, loginOf(alice.idToken)))).Credentials);
  });

  it('refuses a token that was changed, and one of another pool', async () => {
    const token = await tokenOf(alice.identityId, loginOf(alice.idToken));
    const { IdentityId } = await identityPools(server).send(new GetIdCommand({ IdentityPoolId: POOLS.guestsOnly }));
    const elsewhere = await tokenOf(IdentityId);
    for (const shown of [withFlippedSignature(token), withClaims(token, { sub: 'us-east-1:0' }), elsewhere]) {
      await assert.rejects(assume(shown), ({ $metadata }) => $metadata?.httpStatusCode === 403);
    }
  });
});
