// A pool that many user pools may log in to, so that an identity can have many logins.
import { DEMO_POOL, trustIn } from './seed.mjs';
import { signIn } from './people.mjs';

/** One more than an identity may have logins. */
export const USER_POOLS = 21;

const id = (n) => `us-east-1_Family${String(n).padStart(2, '0')}`;
const password = 'Family-Passw0rd!';
const USERS = ['alice', 'bob'];

/** The name of a user pool as a provider. */
export const providerOf = (n) => `cognito-idp.us-east-1.amazonaws.com/${id(n)}`;

const all = Array.from({ length: USER_POOLS }, (_, n) => n);
export const FAMILY = {
  user_pools: all.map((n) => ({
    id: id(n),
    name: `family${n}`,
    clients: [{ id: `family${n}`, name: 'app', auth_flows: ['ALLOW_USER_PASSWORD_AUTH'] }],
    users: USERS.map((username) => ({ username, password })),
  })),
  roles: ['authenticated', 'unauthenticated'].map((amr) => ({ name: amr, trust: trustIn(DEMO_POOL, amr), policies: {} })),
  identity_pools: [{
    id: DEMO_POOL,
    name: 'family',
    welcomes_guests: true,
    providers: all.map((n) => ({ user_pool: `family${n}`, client: 'app' })),
    roles: { authenticated: 'authenticated', unauthenticated: 'unauthenticated' },
  }],
  buckets: [],
};

/** The settings of the pool, as an update has to say them all. */
export const SETTINGS = {
  IdentityPoolId: DEMO_POOL,
  IdentityPoolName: 'family',
  AllowUnauthenticatedIdentities: true,
  CognitoIdentityProviders: all.map((n) => ({ ProviderName: providerOf(n), ClientId: `family${n}` })),
};

/** The login of a user of one of the user pools, as `Logins` holds it. */
export async function loginAt(server, n, username) {
  const { idToken } = await signIn(server, { client: `family${n}`, username, password });
  return { [providerOf(n)]: idToken };
}
