// Providers of OpenID Connect and of SAML through SDK v3: their life, what is shown of them, and each no.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  AddClientIDToOpenIDConnectProviderCommand, CreateOpenIDConnectProviderCommand, CreateSAMLProviderCommand,
  DeleteOpenIDConnectProviderCommand, DeleteSAMLProviderCommand, GetOpenIDConnectProviderCommand,
  GetSAMLProviderCommand, IAMClient, ListOpenIDConnectProvidersCommand, ListOpenIDConnectProviderTagsCommand,
  ListSAMLProvidersCommand, ListSAMLProviderTagsCommand, RemoveClientIDFromOpenIDConnectProviderCommand,
  TagOpenIDConnectProviderCommand, TagSAMLProviderCommand, UntagOpenIDConnectProviderCommand,
  UntagSAMLProviderCommand, UpdateOpenIDConnectProviderThumbprintCommand, UpdateSAMLProviderCommand,
} from '@aws-sdk/client-iam';
import { refused, to } from '../support/people.mjs';
import { metadataOf, SEED } from '../support/seed.mjs';
import { watch } from '../support/seen.mjs';
import { serverOfSuite } from '../support/server.mjs';

const ACCOUNT = 'arn:aws:iam::123456789012';
const Tags = [{ Key: 'team', Value: 'red' }];
const many = (count, make) => Array.from({ length: count }, (_, at) => make(at));
const FULL = many(50, (at) => ({ Key: `k${at}`, Value: '' }));
const TWICE = [{ Key: 'a', Value: '' }, { Key: 'A', Value: '' }];

describe('providers of logins', () => {
  const server = serverOfSuite(SEED);
  const ask = (Command, input = {}) => watch(new IAMClient({ ...to(server), credentials: server.root() })).send(new Command(input));
  const openid = async (Url, more = {}) => (
    { OpenIDConnectProviderArn: (await ask(CreateOpenIDConnectProviderCommand, { Url, ...more })).OpenIDConnectProviderArn }
  );
  const saml = async (Name, more = {}) => (
    { SAMLProviderArn: (await ask(CreateSAMLProviderCommand, { Name, SAMLMetadataDocument: metadataOf(), ...more })).SAMLProviderArn }
  );

  it('of OpenID Connect are made, changed, shown and deleted', async () => {
    const thumbprint = 'c'.repeat(40);
    const it = await openid('https://idp.example/realms/x', { ClientIDList: ['app'], ThumbprintList: [thumbprint], Tags });
    assert.equal(it.OpenIDConnectProviderArn, `${ACCOUNT}:oidc-provider/idp.example/realms/x`);
    const shown = async () => ask(GetOpenIDConnectProviderCommand, it);
    const first = await shown();
    assert.deepEqual(
      [first.Url, first.ClientIDList, first.ThumbprintList, first.Tags],
      ['idp.example/realms/x', ['app'], [thumbprint], Tags],
    );
    assert.ok(Math.abs(first.CreateDate - Date.now()) < 60_000);
    for (let times = 0; times < 2; times += 1) {
      await ask(AddClientIDToOpenIDConnectProviderCommand, { ...it, ClientID: 'other' });
      await ask(RemoveClientIDFromOpenIDConnectProviderCommand, { ...it, ClientID: 'app' });
    }
    await ask(UpdateOpenIDConnectProviderThumbprintCommand, { ...it, ThumbprintList: many(5, (at) => String(at).repeat(40)) });
    assert.deepEqual((await shown()).ClientIDList, ['other']);
    assert.equal((await shown()).ThumbprintList.length, 5);
    const { OpenIDConnectProviderList } = await ask(ListOpenIDConnectProvidersCommand);
    assert.deepEqual(OpenIDConnectProviderList, [{ Arn: it.OpenIDConnectProviderArn }]);
    for (let times = 0; times < 2; times += 1) await ask(DeleteOpenIDConnectProviderCommand, it);
    await refused(shown(), 'NoSuchEntityException', `OpenIDConnect Provider not found for arn ${it.OpenIDConnectProviderArn}`);
  });

  it('of OpenID Connect are refused where they cannot be', async () => {
    for (const Url of ['http://idp.example', 'https://idp.example:8443', 'https://idp.example?x=1', 'https://me@idp.example', 'https://localhost']) {
      await refused(openid(Url), 'InvalidInputException', 'Invalid Open ID Connect Provider URL');
    }
    const full = await openid('https://full.example', { ClientIDList: many(100, (at) => `c${at}`) });
    await refused(openid('https://full.example'), 'EntityAlreadyExistsException', 'Provider with url https://full.example already exists.');
    await refused(
      ask(AddClientIDToOpenIDConnectProviderCommand, { ...full, ClientID: 'one more' }),
      'LimitExceededException', 'Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: 100',
    );
    await refused(openid('https://over.example', { ClientIDList: many(101, (at) => `c${at}`) }), 'LimitExceededException');
    const six = many(6, () => 'd'.repeat(40));
    await refused(ask(UpdateOpenIDConnectProviderThumbprintCommand, { ...full, ThumbprintList: six }), 'InvalidInputException');
    await refused(openid('https://over.example', { ThumbprintList: six }), 'InvalidInputException');
    await ask(DeleteOpenIDConnectProviderCommand, full);
  });

  it('of SAML are made, changed, shown and deleted', async () => {
    const it = await saml('idp', { Tags });
    assert.equal(it.SAMLProviderArn, `${ACCOUNT}:saml-provider/idp`);
    const shown = async () => ask(GetSAMLProviderCommand, it);
    const first = await shown();
    assert.deepEqual([first.SAMLMetadataDocument, first.ValidUntil, first.Tags], [metadataOf(), undefined, Tags]);
    const SAMLMetadataDocument = metadataOf('validUntil="2040-01-02T03:04:05Z"');
    assert.deepEqual((await ask(UpdateSAMLProviderCommand, { ...it, SAMLMetadataDocument })).SAMLProviderArn, it.SAMLProviderArn);
    assert.equal((await shown()).ValidUntil.toISOString(), '2040-01-02T03:04:05.000Z');
    const { SAMLProviderList: [listed] } = await ask(ListSAMLProvidersCommand);
    assert.equal(listed.Arn, it.SAMLProviderArn);
    await ask(DeleteSAMLProviderCommand, it);
    await refused(shown(), 'NoSuchEntityException', `Manifest not found for arn ${it.SAMLProviderArn}`);
    await refused(ask(DeleteSAMLProviderCommand, it), 'NoSuchEntityException');
    await refused(ask(UpdateSAMLProviderCommand, { ...it, SAMLMetadataDocument }), 'NoSuchEntityException');
  });

  it('of SAML are refused where they cannot be', async () => {
    const it = await saml('refused');
    await refused(saml('REFUSED'), 'EntityAlreadyExistsException', 'Provider with name REFUSED already exists.');
    const documents = [
      metadataOf().replace('?>', '?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'),
      metadataOf().replace('</md:IDPSSODescriptor>', ''),
      metadataOf().replaceAll('X509Certificate', 'X509SubjectName'),
      'x'.repeat(1000),
    ];
    for (const SAMLMetadataDocument of documents) {
      await refused(saml('none', { SAMLMetadataDocument }), 'InvalidInputException', 'Could not parse metadata');
      await refused(ask(UpdateSAMLProviderCommand, { ...it, SAMLMetadataDocument }), 'InvalidInputException', 'Could not parse metadata');
    }
    await refused(saml('encrypting', { AssertionEncryptionMode: 'Required' }), 'NotImplemented');
    await refused(ask(UpdateSAMLProviderCommand, { ...it, AssertionEncryptionMode: 'Allowed' }), 'NotImplemented');
    await ask(DeleteSAMLProviderCommand, it);
  });

  const kinds = {
    'OpenID Connect': {
      make: () => openid('https://tagged.example'),
      gone: { OpenIDConnectProviderArn: `${ACCOUNT}:oidc-provider/gone.example` },
      commands: [TagOpenIDConnectProviderCommand, UntagOpenIDConnectProviderCommand, ListOpenIDConnectProviderTagsCommand],
      others: [
        [GetOpenIDConnectProviderCommand, {}], [AddClientIDToOpenIDConnectProviderCommand, { ClientID: 'a' }],
        [RemoveClientIDFromOpenIDConnectProviderCommand, { ClientID: 'a' }],
        [UpdateOpenIDConnectProviderThumbprintCommand, { ThumbprintList: ['e'.repeat(40)] }],
      ],
      create: (more) => openid('https://bad-tags.example', more),
      quota: 'Cannot exceed quota for TagsPerOpenIdConnectProvider: 50',
    },
    SAML: {
      make: () => saml('tagged'),
      gone: { SAMLProviderArn: `${ACCOUNT}:saml-provider/gone` },
      commands: [TagSAMLProviderCommand, UntagSAMLProviderCommand, ListSAMLProviderTagsCommand],
      others: [[GetSAMLProviderCommand, {}]],
      create: (more) => saml('bad-tags', more),
      quota: 'Cannot exceed quota for TagsPerSAMLProvider: 50',
    },
  };
  for (const [kind, { make, gone, commands: [Tag, Untag, List], others, create, quota }] of Object.entries(kinds)) {
    it(`of ${kind} are tagged`, async () => {
      const it = await make();
      await ask(Tag, { ...it, Tags: [...Tags, { Key: 'x', Value: '' }] });
      await ask(Tag, { ...it, Tags: [{ Key: 'Team', Value: 'blue' }] });
      const first = await ask(List, { ...it, MaxItems: 1 });
      assert.deepEqual([first.Tags, first.IsTruncated], [[{ Key: 'Team', Value: 'blue' }], true]);
      assert.deepEqual((await ask(List, { ...it, Marker: first.Marker })).Tags, [{ Key: 'x', Value: '' }]);
      await ask(Untag, { ...it, TagKeys: ['x', 'none'] });
      assert.deepEqual((await ask(List, it)).Tags, [{ Key: 'Team', Value: 'blue' }]);
      await refused(ask(Tag, { ...it, Tags: FULL }), 'LimitExceededException', quota);
      await refused(ask(Tag, { ...it, Tags: TWICE }), 'InvalidInputException');
      await refused(create({ Tags: TWICE }), 'InvalidInputException');
      for (const [Command, more] of [[Tag, { Tags }], [Untag, { TagKeys: ['x'] }], [List, {}], ...others]) {
        await refused(ask(Command, { ...gone, ...more }), 'NoSuchEntityException');
      }
    });
  }

  // The last, for they fill the account.
  it('are at most a hundred of each kind', async () => {
    const filled = async (make) => {
      for (let at = 0; at < 100; at += 1) {
        try { await make(at); } catch (error) { return error; }
      }
      return make(100).then(() => assert.fail('there are too many'), (error) => error);
    };
    const { name, message } = await filled((at) => openid(`https://many${at}.example`));
    assert.deepEqual([name, message], ['LimitExceededException', 'Cannot exceed quota for OpenIdConnectProvidersPerAccount: 100']);
    const of = await filled((at) => saml(`many${at}`));
    assert.deepEqual([of.name, of.message], ['LimitExceededException', 'Cannot exceed quota for SAMLProvidersPerAccount: 100']);
  });
});
