// An app's own back end: it knows its users by sessions of its own, vouches for them to Cenote with keys that never leave it,
// and hands the app a token.
import http from 'node:http';
import { GetOpenIdTokenForDeveloperIdentityCommand } from '@aws-sdk/client-cognito-identity';
import { identityPools } from './people.mjs';
import { DEMO_POOL } from './seed.mjs';

/** The back end's name as a provider of logins. */
export const BACKEND = 'login.my.app';

/** Starts a back end of a server, whose users are known by their sessions: `{ session: user }`. */
export async function backendOf(server, sessions) {
  const pools = identityPools(server, server.root());
  const answer = async (request, response) => {
    const user = sessions[request.headers.authorization];
    if (!user) {
      response.writeHead(401).end();
      return;
    }
    const asked = new GetOpenIdTokenForDeveloperIdentityCommand({ IdentityPoolId: DEMO_POOL, Logins: { [BACKEND]: user } });
    const { IdentityId: identityId, Token: token } = await pools.send(asked);
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ identityId, token }));
  };
  const listener = http.createServer((request, response) => {
    answer(request, response).catch((error) => response.writeHead(500).end(String(error)));
  });
  await new Promise((resolve) => { listener.listen(0, '127.0.0.1', resolve); });
  return {
    /** What the app asks for with a session of the back end. */
    async token(session) {
      const response = await fetch(`http://127.0.0.1:${listener.address().port}/token`, { headers: { authorization: session } });
      if (!response.ok) throw new Error(`the back end answered ${response.status}: ${await response.text()}`);
      return response.json();
    },
    stop() {
      listener.closeAllConnections();
      listener.close();
    },
  };
}
