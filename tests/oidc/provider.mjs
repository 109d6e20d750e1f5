// An OpenID Connect provider for the tests: the certified `oidc-provider` on a free port, with its own log-in forms.
//
//   node provider.mjs ACCOUNTS [id-token]
//
// ACCOUNTS is a JSON file of log-in name → claims, read anew at each use, so that a test can change what it says.
// With `id-token` the claims are in the ID token, without it at the userinfo endpoint alone. With TLS_CERT and TLS_KEY
// (PEM files) it speaks HTTPS. The first line of standard output is {"issuer": …}; the process ends with its standard
// input.

import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import Provider from 'oidc-provider';

const [accounts, claimsIn] = process.argv.slice(2);

const key = (alg, type, options) => {
  const { privateKey } = generateKeyPairSync(type, options);
  return { ...privateKey.export({ format: 'jwk' }), alg, use: 'sig' };
};

// Loopback addresses of a native client match with any port (RFC 8252 §7.3).
const client = (more) => ({
  application_type: 'native',
  redirect_uris: ['http://127.0.0.1/callback'],
  grant_types: ['authorization_code'],
  response_types: ['code'],
  ...more,
});

const configuration = {
  clients: [
    // A secret that has to be encoded before it is a part of HTTP Basic.
    client({ client_id: 'confidential', client_secret: 'a secret: of + tests', id_token_signed_response_alg: 'RS256' }),
    client({ client_id: 'public', token_endpoint_auth_method: 'none', id_token_signed_response_alg: 'ES256' }),
  ],
  claims: { openid: ['sub'], email: ['email', 'email_verified'], groups: ['groups'] },
  scopes: ['openid', 'email', 'groups'],
  conformIdTokenClaims: claimsIn !== 'id-token',
  cookies: { keys: ['of tests'] },
  findAccount: (_, name) => {
    const claims = JSON.parse(readFileSync(accounts, 'utf8'))[name];
    return claims && { accountId: name, claims: () => ({ sub: name, ...claims }) };
  },
  jwks: { keys: [key('RS256', 'rsa', { modulusLength: 2048 }), key('ES256', 'ec', { namedCurve: 'P-256' })] },
  pkce: { required: () => true },
};

const { TLS_CERT, TLS_KEY } = process.env;
const server = TLS_CERT
  ? createSecureServer({ cert: readFileSync(TLS_CERT), key: readFileSync(TLS_KEY) })
  : createServer();
server.listen(0, '127.0.0.1', () => {
  const issuer = `${TLS_CERT ? 'https' : 'http'}://127.0.0.1:${server.address().port}`;
  server.on('request', new Provider(issuer, configuration).callback());
  console.log(JSON.stringify({ issuer }));
});
process.stdin.resume().on('end', () => process.exit());
