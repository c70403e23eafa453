// The life of an identity: each row of the specification's table, by SDK v3, and who may delete what.
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import {
  DeleteIdentitiesCommand, DeleteIdentityPoolCommand, DescribeIdentityCommand, GetCredentialsForIdentityCommand,
  GetIdCommand, GetOpenIdTokenCommand, ListIdentitiesCommand, UnlinkIdentityCommand, UpdateIdentityPoolCommand,
} from '@aws-sdk/client-cognito-identity';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { FAMILY, loginAt, providerOf, SETTINGS, USER_POOLS } from '../support/family.mjs';
import { identityPools, refused, to } from '../support/people.mjs';
import { DEMO_POOL } from '../support/seed.mjs';
import { watch } from '../support/seen.mjs';
import { serverOfSuite, serverOfTest } from '../support/server.mjs';
import { withFlippedSignature } from '../support/token.mjs';
import { ask } from '../support/wire.mjs';

const forbidden = (id) => `Access to Identity '${id}' is forbidden.`;
const gone = (id) => `Identity '${id}' not found.`;
const LINKED = 'Logins are already linked to another account.';

/** What somebody without keys, and the root, ask of a pool. */
const asking = (server) => {
  const anybody = identityPools(server);
  const root = identityPools(server, server.root());
  return {
    root,
    id: async (Logins) => (await anybody.send(new GetIdCommand({ IdentityPoolId: DEMO_POOL, Logins }))).IdentityId,
    credentials: (IdentityId, Logins) => anybody.send(new GetCredentialsForIdentityCommand({ IdentityId, Logins })),
    token: (IdentityId, Logins) => anybody.send(new GetOpenIdTokenCommand({ IdentityId, Logins })),
    unlink: (IdentityId, Logins, LoginsToRemove) => (
      anybody.send(new UnlinkIdentityCommand({ IdentityId, Logins, LoginsToRemove }))
    ),
    describe: (IdentityId) => root.send(new DescribeIdentityCommand({ IdentityId })),
    remove: (...IdentityIdsToDelete) => root.send(new DeleteIdentitiesCommand({ IdentityIdsToDelete })),
    async listed(more) {
      const ids = [];
      let NextToken;
      do {
        const page = await root.send(new ListIdentitiesCommand({ IdentityPoolId: DEMO_POOL, MaxResults: 7, NextToken, ...more }));
        ids.push(...page.Identities.map((identity) => identity.IdentityId));
        ({ NextToken } = page);
      } while (NextToken);
      return ids;
    },
  };
};

describe('the life of an identity', () => {
  const server = serverOfSuite(FAMILY);
  const logins = { alice: [], bob: [] };
  let id, credentials, token, unlink, describeIdentity, remove, listed;
  before(async () => {
    const ways = asking(server);
    ({ id, credentials, token, unlink, describe: describeIdentity, remove, listed } = ways);
    await ways.root.send(new UpdateIdentityPoolCommand({ ...SETTINGS, AllowClassicFlow: true }));
    for (let n = 0; n < USER_POOLS; n += 1) logins.alice.push(await loginAt(server, n, 'alice'));
    for (let n = 0; n < 3; n += 1) logins.bob.push(await loginAt(server, n, 'bob'));
  });

  /** Logins of Alice, or of Bob, at these user pools. */
  const alice = (...at) => Object.assign({}, ...at.map((n) => logins.alice[n]));
  const bob = (...at) => Object.assign({}, ...at.map((n) => logins.bob[n]));
  /** Whoever has a login of these is forgotten, so that each row starts from nothing. */
  const nobody = async () => {
    const ids = await listed();
    for (let at = 0; at < ids.length; at += 60) {
      assert.deepEqual((await remove(...ids.slice(at, at + 60))).UnprocessedIdentityIds, []);
    }
  };
  const refusedEverywhere = async (asked, code, message) => {
    await refused(id(asked.logins), code, message);
    await refused(credentials(asked.id, asked.logins), code, message);
    await refused(token(asked.id, asked.logins), code, message);
  };

  const rows = {
    'GetId without logins is always somebody new': async () => {
      const ids = [await id(), await id(), await id({})];
      assert.equal(new Set(ids).size, 3);
      assert.deepEqual((await describeIdentity(ids[0])).Logins, []);
    },

    'GetId with a login that is known is who holds it': async () => {
      const known = await id(alice(0));
      assert.equal(await id(alice(0)), known);
      const again = await loginAt(server, 0, 'alice');
      assert.equal(await id(again), known, 'whatever the token');
    },

    'GetId with a login that is not known is a new identity that has it': async () => {
      const made = await id(alice(0));
      assert.notEqual(await id(bob(0)), made);
      assert.deepEqual((await describeIdentity(made)).Logins, [providerOf(0)]);
    },

    'of several logins in one call each must be good, and then they are of one identity': async () => {
      const one = await id(alice(0));
      const spoiled = { ...alice(0), [providerOf(1)]: withFlippedSignature(logins.alice[1][providerOf(1)]) };
      await refusedEverywhere({ id: one, logins: spoiled }, 'NotAuthorizedException', "Invalid login token. Couldn't verify signed token.");
      const swapped = { ...alice(0), [providerOf(1)]: logins.alice[2][providerOf(2)] };
      await refusedEverywhere({ id: one, logins: swapped }, 'NotAuthorizedException', "Invalid login token. Issuer doesn't match providerName");
      assert.deepEqual((await describeIdentity(one)).Logins, [providerOf(0)]);
      assert.equal(await id(alice(0, 1, 2)), one);
      assert.equal((await credentials(one, alice(2))).IdentityId, one);
      assert.deepEqual((await describeIdentity(one)).Logins, [0, 1, 2].map(providerOf));
    },

    'a guest who shows a login that was never seen keeps the id and is no guest again': async () => {
      const guest = await id();
      await credentials(guest);
      const { IdentityId, Credentials } = await credentials(guest, alice(0));
      assert.equal(IdentityId, guest);
      const { accessKeyId, secretAccessKey, sessionToken } = {
        accessKeyId: Credentials.AccessKeyId, secretAccessKey: Credentials.SecretKey, sessionToken: Credentials.SessionToken,
      };
      const sts = watch(new STSClient({ ...to(server), credentials: { accessKeyId, secretAccessKey, sessionToken } }));
      assert.match((await sts.send(new GetCallerIdentityCommand({}))).Arn, /assumed-role\/authenticated\//);
      await refused(credentials(guest), 'NotAuthorizedException', forbidden(guest));
      assert.equal(await id(alice(0)), guest);
    },

    'a guest who shows a login that is owned becomes its owner, and the guest is disabled': async () => {
      const guest = await id();
      const owner = await id(alice(0));
      assert.equal((await credentials(guest, alice(0))).IdentityId, owner);
      for (const shown of [undefined, alice(0), bob(0)]) {
        await refused(credentials(guest, shown), 'NotAuthorizedException', forbidden(guest));
      }
      assert.equal((await credentials(owner, alice(0))).IdentityId, owner);
      assert.equal((await token(await id(), alice(0))).IdentityId, owner, 'by GetOpenIdToken as well');
    },

    'a token that was issued to a guest is good for nothing when the guest has signed in': async () => {
      const [promoted, merged] = [await id(), await id()];
      for (const guest of [promoted, merged]) {
        const logins = { 'cognito-identity.amazonaws.com': (await token(guest)).Token };
        assert.ok((await credentials(guest, logins)).Credentials);
        await token(guest, alice(0));
        await refused(credentials(guest, logins), 'NotAuthorizedException', forbidden(guest));
      }
      assert.equal(await id(alice(0)), promoted);
    },

    'of two identities that meet the older goes on with all logins, and the other is disabled': async () => {
      const by = (ask) => async (shown) => (await ask(await id(alice(1)), shown)).IdentityId;
      for (const meet of [id, by(credentials), by(token)]) {
        await nobody();
        const old = await id(alice(0));
        await server.advance(1);
        const young = await id(alice(1));
        assert.equal(await meet(alice(0, 1, 2)), old);
        for (const n of [0, 1, 2]) assert.equal(await id(alice(n)), old);
        assert.deepEqual((await describeIdentity(old)).Logins, [0, 1, 2].map(providerOf));
        assert.deepEqual((await describeIdentity(young)).Logins, []);
        await refused(credentials(young, alice(1)), 'NotAuthorizedException', forbidden(young));
      }
    },

    'somebody else is neither linked nor merged, whatever I prove': async () => {
      const hers = await id(alice(0, 1));
      const mine = await id(bob(0));
      for (const shown of [bob(0), bob(0, 1), alice(2), { ...bob(0), ...alice(3) }]) {
        await refused(credentials(hers, shown), 'NotAuthorizedException', forbidden(hers));
        await refused(token(hers, shown), 'NotAuthorizedException', forbidden(hers));
      }
      assert.deepEqual((await describeIdentity(hers)).Logins, [0, 1].map(providerOf));
      assert.deepEqual((await describeIdentity(mine)).Logins, [providerOf(0)]);
      assert.equal((await listed()).length, 2);
    },

    'a second login of one provider is a conflict': async () => {
      const one = await id(alice(0, 1));
      await id(bob(0, 2));
      for (const shown of [{ ...bob(1), ...alice(0) }, { ...alice(1), ...bob(2) }]) {
        await refusedEverywhere({ id: one, logins: shown }, 'ResourceConflictException', LINKED);
      }
    },

    'a call shows ten logins at most, and an identity has twenty': async () => {
      const eleven = Array.from({ length: 11 }, (_, n) => n);
      await refused(id(alice(...eleven)), 'ValidationException', /at 'logins' failed to satisfy constraint: Member must have length less than or equal to 10/);
      const one = await id(alice(...eleven.slice(1)));
      await credentials(one, alice(1, ...eleven.slice(0, 9).map((n) => n + 11)));
      await id(alice(1, 0));
      assert.equal((await describeIdentity(one)).Logins.length, 20);
      await refusedEverywhere({ id: one, logins: alice(1, 20) }, 'LimitExceededException', 'an identity holds at most 20 logins');
      const other = await id(alice(20));
      await refusedEverywhere({ id: one, logins: alice(1, 20) }, 'LimitExceededException', 'an identity holds at most 20 logins');
      assert.equal(await id(alice(20)), other);
    },

    'a login that was unlinked is somebody new': async () => {
      const one = await id(alice(0, 1, 2));
      await unlink(one, alice(0), [providerOf(1), providerOf(2)]);
      assert.deepEqual((await describeIdentity(one)).Logins, [providerOf(0)]);
      await refused(credentials(one, alice(1)), 'NotAuthorizedException', forbidden(one));
      const anew = await id(alice(1));
      assert.notEqual(anew, one);
      assert.equal(await id(alice(0)), one);
    },

    'a login is unlinked by the identity\'s own logins alone': async () => {
      const one = await id(alice(0, 1));
      await id(bob(0));
      for (const shown of [bob(0), alice(2), alice(0, 2), { ...alice(1), ...bob(0) }, {}]) {
        await refused(unlink(one, shown, [providerOf(0)]), 'NotAuthorizedException', forbidden(one));
      }
      await refused(unlink(one, alice(0), [providerOf(2)]), 'InvalidParameterException', `no login of \`${providerOf(2)}\` is linked to the identity`);
      const spoiled = { [providerOf(0)]: withFlippedSignature(logins.alice[0][providerOf(0)]) };
      await refused(unlink(one, spoiled, [providerOf(0)]), 'NotAuthorizedException', "Invalid login token. Couldn't verify signed token.");
      assert.deepEqual((await describeIdentity(one)).Logins, [0, 1].map(providerOf));
    },

    'an identity whose last login was unlinked is reached by nobody, and still listed': async () => {
      const one = await id(alice(0));
      await unlink(one, alice(0), [providerOf(0)]);
      for (const shown of [undefined, alice(0), bob(0)]) {
        await refused(credentials(one, shown), 'NotAuthorizedException', forbidden(one));
      }
      assert.notEqual(await id(alice(0)), one);
      assert.ok((await listed({ HideDisabled: true })).includes(one));
      assert.deepEqual((await describeIdentity(one)).Logins, []);
    },

    'a disabled identity is listed unless disabled ones are hidden, and is refused as a foreign one is': async () => {
      const owner = await id(alice(0));
      const guests = [];
      for (let n = 0; n < 8; n += 1) guests.push(await id());
      for (const guest of guests) await credentials(guest, alice(0));
      assert.deepEqual(await listed(), [owner, ...guests].sort());
      assert.deepEqual(await listed({ HideDisabled: true }), [owner]);
      const foreign = await id(bob(0));
      const said = async (IdentityId, Logins) => {
        const { status, code, text } = await ask(server, 'cognito-identity', 'GetCredentialsForIdentity', { IdentityId, Logins });
        return { status, code, text: text.replace(IdentityId, 'ID') };
      };
      for (const shown of [undefined, alice(0), alice(1), alice(0, 1)]) {
        assert.deepEqual(await said(guests[0], shown), await said(foreign, shown));
      }
    },

    'an identity with a login is no guest\'s': async () => {
      const one = await id(alice(0));
      await refused(credentials(one), 'NotAuthorizedException', forbidden(one));
      await refused(credentials(one, {}), 'NotAuthorizedException', forbidden(one));
    },

    'a deleted identity is not found, and its login is somebody new': async () => {
      const [one, guest] = [await id(alice(0)), await id()];
      assert.deepEqual((await remove(one, guest, one)).UnprocessedIdentityIds, []);
      await refused(credentials(one, alice(0)), 'ResourceNotFoundException', gone(one));
      await refused(credentials(guest), 'ResourceNotFoundException', gone(guest));
      await refused(unlink(one, alice(0), [providerOf(0)]), 'ResourceNotFoundException', gone(one));
      await refused(describeIdentity(one), 'ResourceNotFoundException', gone(one));
      assert.notEqual(await id(alice(0)), one);
    },
  };
  for (const [sentence, row] of Object.entries(rows)) {
    it(sentence, async () => {
      await nobody();
      await row();
    });
  }

  it('is unlinked by what can be read and breaks no constraint', async () => {
    const unlinking = (input) => ask(server, 'cognito-identity', 'UnlinkIdentity', input);
    const good = { IdentityId: await id(alice(0)), Logins: alice(0), LoginsToRemove: [] };
    assert.equal((await unlinking('{')).code, 'SerializationException');
    assert.equal((await unlinking({ ...good, LoginsToRemove: 'all' })).code, 'SerializationException');
    assert.equal((await unlinking(`{"Logins":"${'a'.repeat(1 << 20)}"}`)).code, 'RequestEntityTooLargeException');
    for (const member of Object.keys(good)) {
      assert.equal((await unlinking({ ...good, [member]: undefined })).code, 'ValidationException', member);
    }
    for (const spoiled of [{ LoginsToRemove: [''] }, { Logins: { [providerOf(0)]: '' } }, { IdentityId: 'nobody' }]) {
      assert.equal((await unlinking({ ...good, ...spoiled })).code, 'ValidationException', Object.keys(spoiled)[0]);
    }
  });

  it('is ended for sixty at most in one call', async () => {
    const ids = Array.from({ length: 61 }, (_, n) => `us-east-1:${n}`);
    assert.deepEqual((await remove(...ids.slice(1))).UnprocessedIdentityIds, [], 'those that are not there are gone');
    await refused(remove(...ids), 'ValidationException', /Member must have length less than or equal to 60/);
    await refused(remove(), 'ValidationException', /Member must have length greater than or equal to 1/);
  });
});

describe('the life of an identity in a pool that is deleted', () => {
  it('ends at once, with the credentials that it was given', async (test) => {
    const server = await serverOfTest(test, { ...FAMILY, user_pools: FAMILY.user_pools.slice(0, 1), identity_pools: FAMILY.identity_pools.map((pool) => ({ ...pool, providers: pool.providers.slice(0, 1) })) });
    const { id, credentials, describe: describeIdentity, root } = asking(server);
    const login = await loginAt(server, 0, 'alice');
    const [one, guest] = [await id(login), await id()];
    const { Credentials: issued } = await credentials(one, login);
    await root.send(new DeleteIdentityPoolCommand({ IdentityPoolId: DEMO_POOL }));
    await refused(credentials(one, login), 'ResourceNotFoundException', gone(one));
    await refused(credentials(guest), 'ResourceNotFoundException', gone(guest));
    await refused(describeIdentity(one), 'ResourceNotFoundException', gone(one));
    await refused(id(login), 'ResourceNotFoundException', `IdentityPool '${DEMO_POOL}' not found.`);
    const held = { accessKeyId: issued.AccessKeyId, secretAccessKey: issued.SecretKey, sessionToken: issued.SessionToken };
    const sts = watch(new STSClient({ ...to(server), credentials: held }));
    await refused(sts.send(new GetCallerIdentityCommand({})), 'ExpiredToken');
  });
});
