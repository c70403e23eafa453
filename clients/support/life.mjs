// What a life from nothing is made of, whichever client makes it: an empty server, and who may do what.
import { REGION } from './seed.mjs';

export const NOTHING = { user_pools: [], roles: [], identity_pools: [], buckets: [] };
export const FLOWS = ['ALLOW_USER_PASSWORD_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'];
export const PASSWORD = 'From-N0thing!';

export const loginKeyOf = (userPool) => `cognito-idp.${REGION}.amazonaws.com/${userPool}`;
export const roleArn = (name) => `arn:aws:iam::123456789012:role/${name}`;

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
