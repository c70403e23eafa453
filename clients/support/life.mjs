// What a life from nothing is made of, whichever client makes it: an empty server, and who may do what.
import { REGION, trustIn } from './seed.mjs';

export const NOTHING = { user_pools: [], roles: [], identity_pools: [], buckets: [] };
export const FLOWS = ['ALLOW_USER_PASSWORD_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'];
export const PASSWORD = 'From-N0thing!';

export const loginKeyOf = (userPool) => `cognito-idp.${REGION}.amazonaws.com/${userPool}`;

const OWN = '${cognito-identity.amazonaws.com:sub}';
const policy = (...statements) => ({ Version: '2012-10-17', Statement: statements.map((more) => ({ Effect: 'Allow', ...more })) });

/** A guest reads what is public. */
export const guestMay = (bucket) => policy({ Action: 's3:GetObject', Resource: `arn:aws:s3:::${bucket}/public/*` });

/** A member has a home of their own, and reads what is public. */
export const memberMay = (bucket) => policy(
  { Action: 's3:GetObject', Resource: `arn:aws:s3:::${bucket}/public/*` },
  { Action: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'], Resource: `arn:aws:s3:::${bucket}/${OWN}/*` },
  { Action: 's3:ListBucket', Resource: `arn:aws:s3:::${bucket}`, Condition: { StringLike: { 's3:prefix': `${OWN}/*` } } },
);

/** More than a member shall have, which a boundary takes away again. */
export const tooMuch = (bucket) => policy({ Action: 's3:*', Resource: `arn:aws:s3:::${bucket}/*` });

/** The boundary of members: they read everything, and write at home alone. */
export const roof = (bucket) => policy(
  { Action: ['s3:GetObject', 's3:ListBucket'], Resource: '*' },
  { Action: 's3:*', Resource: `arn:aws:s3:::${bucket}/${OWN}/*` },
);

/** For a program in another language: whom a role trusts and what it may do, with IDENTITY_POOL and BUCKET to be put in. */
export const DOCUMENTS = {
  TRUST: JSON.stringify(trustIn('IDENTITY_POOL', 'authenticated')),
  POLICY: JSON.stringify(memberMay('BUCKET')),
  ROOF: JSON.stringify(roof('BUCKET')),
  TOO_MUCH: JSON.stringify(tooMuch('BUCKET')),
};
