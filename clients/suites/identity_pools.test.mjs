// Identity pools as their administrators see them, through real SDKs.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CognitoIdentityClient, DescribeIdentityPoolCommand } from '@aws-sdk/client-cognito-identity';
import { refused, to } from '../support/people.mjs';
import { CLIENTS, DEMO_POOL, LOGIN_KEY, SEED } from '../support/seed.mjs';
import { watch } from '../support/seen.mjs';
import { serverOfSuite } from '../support/server.mjs';

describe('identity pools', () => {
  const server = serverOfSuite(SEED);
  const client = () => watch(new CognitoIdentityClient({ ...to(server), credentials: server.root() }));

  it('are shown with their settings', async () => {
    const pool = await client().send(new DescribeIdentityPoolCommand({ IdentityPoolId: DEMO_POOL }));
    assert.equal(pool.IdentityPoolId, DEMO_POOL);
    assert.equal(pool.AllowUnauthenticatedIdentities, true);
    assert.ok(pool.CognitoIdentityProviders.some((listed) => listed.ProviderName === LOGIN_KEY && listed.ClientId === CLIENTS.app));
  });

  it('that are not there are not found', () => (
    refused(client().send(new DescribeIdentityPoolCommand({ IdentityPoolId: 'us-east-1:00' })), 'ResourceNotFoundException', "IdentityPool 'us-east-1:00' not found.")
  ));
});
