// What the suites start from: the demo, and beside it everything that must be kept out.
export const REGION = 'us-east-1';
export const DEMO_POOL = 'us-east-1:1234567890abcdef';
export const LOGIN_KEY = 'cognito-idp.us-east-1.amazonaws.com/us-east-1_XXXXXXXX';
export const FOREIGN_LOGIN_KEY = 'cognito-idp.us-east-1.amazonaws.com/us-east-1_Foreign01';

export const POOLS = {
  membersOnly: 'us-east-1:0000000000000001',
  guestsOnly: 'us-east-1:0000000000000002',
  withoutRoles: 'us-east-1:0000000000000003',
  untrusted: 'us-east-1:0000000000000004',
};

export const CLIENTS = {
  app: 'appclient',
  unlisted: 'unlistedclient',
  telling: 'tellingclient',
  passwordless: 'passwordlessclient',
  refreshing: 'refreshingclient',
  foreign: 'foreignclient',
};

const user = (username, client = CLIENTS.app) => ({ client, username, password: `${username}-Passw0rd!` });
export const ALICE = user('alice');
export const BOB = user('bob');
export const CAROL = user('carol');
export const FOREIGN_ALICE = user('alice', CLIENTS.foreign);

export const trustIn = (pool, amr) => ({
  Version: '2012-10-17',
  Statement: [{
    Effect: 'Allow',
    Action: 'sts:AssumeRoleWithWebIdentity',
    Principal: { Federated: 'cognito-identity.amazonaws.com' },
    Condition: {
      StringEquals: { 'cognito-identity.amazonaws.com:aud': pool },
      'ForAnyValue:StringLike': { 'cognito-identity.amazonaws.com:amr': amr },
    },
  }],
});

/** The same, for sessions with tags too. */
export const taggedIn = (pool, amr) => {
  const { Version, Statement: [statement] } = trustIn(pool, amr);
  return { Version, Statement: [{ ...statement, Action: ['sts:AssumeRoleWithWebIdentity', 'sts:TagSession'] }] };
};

/** What a SAML provider says of itself. */
export const metadataOf = (attributes = '') => `<?xml version="1.0"?>
<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" xmlns:ds="http://www.w3.org/2000/09/xmldsig#"
    entityID="https://idp.example/saml" ${attributes}>
  <md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    <md:KeyDescriptor use="signing"><ds:KeyInfo><ds:X509Data>
      <ds:X509Certificate>${'TUlJQ'.repeat(160)}</ds:X509Certificate>
    </ds:X509Data></ds:KeyInfo></md:KeyDescriptor>
    <md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://idp.example/sso"/>
  </md:IDPSSODescriptor>
</md:EntityDescriptor>
`;

const OWN = '${cognito-identity.amazonaws.com:sub}';
const BUCKETS = {
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Action: 's3:ListBucket', Resource: 'arn:aws:s3:::my-bucket' },
    {
      Effect: 'Allow',
      Action: 's3:ListBucket',
      Resource: 'arn:aws:s3:::prefix-bucket',
      Condition: { StringLike: { 's3:prefix': ['public/', 'public/*', `${OWN}/`, `${OWN}/*`] } },
    },
    {
      Effect: 'Allow',
      Action: 's3:GetObject',
      Resource: ['arn:aws:s3:::my-bucket/public/*', 'arn:aws:s3:::prefix-bucket/public/*'],
    },
    {
      Effect: 'Allow',
      Action: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'],
      Resource: [`arn:aws:s3:::my-bucket/${OWN}/*`, `arn:aws:s3:::prefix-bucket/${OWN}/*`],
    },
  ],
};

const client = (id, more) => ({ id, name: id, auth_flows: ['ALLOW_USER_PASSWORD_AUTH'], ...more });
const named = ({ username, password }) => ({ username, password });
const identityPool = (id, name, more) => ({
  id,
  name,
  welcomes_guests: true,
  providers: [{ user_pool: 'demo', client: CLIENTS.app }],
  roles: { authenticated: 'demo-user', unauthenticated: 'demo-guest' },
  ...more,
});

export const SEED = {
  user_pools: [
    {
      id: 'us-east-1_XXXXXXXX',
      name: 'demo',
      clients: [
        client(CLIENTS.app),
        client(CLIENTS.unlisted),
        client(CLIENTS.telling, { hides_missing_users: false }),
        client(CLIENTS.passwordless, { auth_flows: [] }),
        client(CLIENTS.refreshing, { auth_flows: ['ALLOW_USER_PASSWORD_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'] }),
      ],
      users: [ALICE, BOB, CAROL].map(named),
    },
    {
      id: 'us-east-1_Foreign01',
      name: 'foreign',
      clients: [client(CLIENTS.foreign)],
      users: [named(FOREIGN_ALICE)],
    },
  ],
  roles: [
    { name: 'demo-user', trust: trustIn(DEMO_POOL, 'authenticated'), policies: { buckets: BUCKETS } },
    { name: 'demo-guest', trust: trustIn(DEMO_POOL, 'unauthenticated'), policies: { buckets: BUCKETS } },
  ],
  identity_pools: [
    identityPool(DEMO_POOL, 'demo'),
    identityPool(POOLS.membersOnly, 'members only', { welcomes_guests: false }),
    identityPool(POOLS.guestsOnly, 'guests only', { providers: [] }),
    identityPool(POOLS.withoutRoles, 'without roles', { roles: {} }),
    identityPool(POOLS.untrusted, 'not trusted by its roles'),
  ],
  buckets: [
    {
      name: 'my-bucket',
      objects: [
        { key: 'public/hello.txt', body: 'Hello from Cenote.\n', content_type: 'text/plain' },
        { key: 'public/about.txt', body: 'Everybody may read this.\n', content_type: 'text/plain' },
      ],
    },
    {
      name: 'prefix-bucket',
      objects: [
        { key: 'public/readme.txt', body: 'This bucket is listed by prefix only.\n' },
        { key: 'private/plan.txt', body: 'Nobody but root reads this.\n' },
      ],
    },
    { name: 'spare-bucket' },
    { name: 'listing-bucket' },
  ],
};
