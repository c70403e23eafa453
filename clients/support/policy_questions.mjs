// Random questions about policies, over so few words that many statements apply, and smaller ones that ask the same.
//
// Left out is what the simulator does not know: documents of 2008 (it fills in variables all the same), principals that
// are tokens, several session policies; and what `DIFFERENCES` in suites/policy.test.mjs is about.

/** Random numbers that come again with their seed (mulberry32). */
export function randomOf(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const USER = 'arn:aws:iam::123456789012:user/u';
const ROLE = 'arn:aws:iam::123456789012:role/app/r';
const SESSION = 'arn:aws:sts::123456789012:assumed-role/r/s';
const FEDERATED_USER = 'arn:aws:sts::123456789012:federated-user/u';
const CALLERS = [
  { user: USER }, { role: ROLE, session: SESSION }, { role: ROLE, session: SESSION }, { federated_user: FEDERATED_USER, user: USER },
  { service: 'lambda.amazonaws.com' }, null,
];
const AWS = ['*', '123456789012', 'arn:aws:iam::123456789012:root', '210987654321', USER, ROLE, SESSION, FEDERATED_USER];
const ACTIONS = ['*', 's3:*', 's3:Get*', 'S3:getobject', 's3:?ist*', 's3:PutObject', 'sts:*', 'sts:AssumeRole'];
const RESOURCES = [
  '*', 'arn:aws:s3:::bucket', 'arn:aws:s3:::bucket/*', 'arn:aws:s3:::bucket/${aws:PrincipalTag/text}/*', 'arn:aws:s3:::bucket/x?',
  "arn:aws:s3:::bucket/${aws:PrincipalTag/none, 'x'}/y", 'arn:aws:s3:::bucket/${aws:PrincipalTag/none}/*', 'arn:aws:s3:::*',
  'arn:aws:s3:::bucket/${*}', 'arn:aws:iam::123456789012:role/*',
];
const REQUESTS = [
  ['s3:GetObject', 'arn:aws:s3:::bucket/x/y'], ['s3:GetObject', 'arn:aws:s3:::bucket/xy'], ['s3:PutObject', 'arn:aws:s3:::bucket/X/y'],
  ['s3:ListBucket', 'arn:aws:s3:::bucket'],
];

/** A variable that may have no value. */
const WITHOUT_VALUE = /(none|text)}/;

/** What operators compare: their names, keys with one value and with several, what policies list and requests hold. */
const SORTS = [
  {
    operators: ['StringEquals', 'StringNotEquals', 'StringEqualsIgnoreCase', 'StringNotEqualsIgnoreCase', 'StringLike', 'StringNotLike'],
    one: 'aws:PrincipalTag/text',
    many: 'aws:PrincipalOrgPaths',
    listed: ['x', 'X', 'x*', '?', '*', '${aws:PrincipalTag/text}', "${aws:PrincipalTag/none, 'x'}", '${aws:PrincipalTag/none}', 'a${*}b'],
    held: ['x', 'X', 'xy', '*', 'a*b', 'axb'],
  },
  {
    operators: ['NumericEquals', 'NumericNotEquals', 'NumericLessThan', 'NumericLessThanEquals', 'NumericGreaterThan', 'NumericGreaterThanEquals'],
    one: 'aws:MultiFactorAuthAge',
    listed: ['-1.5', '0', '1', '1.50', '10'],
    held: ['-2', '-1.50', '1.0', '1.5', '9.99', '10'],
  },
  {
    operators: ['DateEquals', 'DateNotEquals', 'DateLessThan', 'DateLessThanEquals', 'DateGreaterThan', 'DateGreaterThanEquals'],
    one: 'aws:CurrentTime',
    listed: ['2026-01-02', '2026-01-02T03:04:05Z', '2024-02-29T23:59:59.5-01:00'],
    held: ['2026-01-02T00:00:00Z', '2026-01-02T04:04:05.000+01:00', '2024-03-01T00:59:59.5Z'],
  },
  { operators: ['Bool', 'Null'], one: 'aws:SecureTransport', listed: ['true', 'false'], held: ['true', 'false'] },
  { operators: ['BinaryEquals'], one: 'aws:PrincipalTag/bytes', listed: ['AA==', 'QUI='], held: ['AA==', 'QUI=', 'QUM='] },
  {
    operators: ['IpAddress', 'NotIpAddress'],
    one: 'aws:SourceIp',
    listed: ['10.0.0.0/8', '10.1.2.3/32', '2001:db8::/33', '0.0.0.0/1', '::/0'],
    held: ['10.1.2.3', '192.0.2.1', '2001:db8::1', '2001:db8:8000::1'],
  },
  {
    operators: ['ArnEquals', 'ArnNotEquals', 'ArnLike', 'ArnNotLike'],
    one: 'aws:PrincipalArn',
    listed: [ROLE, 'arn:aws:iam::*:role/*', 'arn:*:*:*:*:*', 'arn:aws:iam::123456789012:${aws:PrincipalTag/text}/*', 'arn:aws:*:role/app/r:*:*'],
    held: [ROLE, USER, 'arn:aws:iam::123456789012:x/r'],
  },
];

/** A random question. */
export function question(random) {
  const below = (count) => Math.floor(random() * count);
  const one = (words) => words[below(words.length)];
  const some = (words) => (below(2) ? one(words) : Array.from({ length: 1 + below(3) }, () => one(words)));
  const times = (count, make) => Array.from({ length: count }, make);

  const condition = () => {
    const sort = one(SORTS);
    const operator = one(sort.operators);
    const set = sort.many && below(2) === 0;
    const prefix = set ? one(['ForAnyValue:', 'ForAllValues:']) : '';
    const suffix = operator === 'Null' || prefix === 'ForAnyValue:' ? '' : one(['', '', 'IfExists']);
    const key = below(5) === 0 ? 'aws:PrincipalTag/none' : (set ? sort.many : sort.one);
    // A variable without value is a difference where an operator is negated or ignores case, a literal star wherever the
    // operator is not the one that has wildcards.
    const plain = !/Not|IgnoreCase/.test(operator);
    const known = (word) => (plain || !WITHOUT_VALUE.test(word)) && (operator === 'StringLike' || !word.includes('${*}'));
    const listed = sort.listed.filter(known);
    return [`${operator === 'Null' ? '' : prefix}${operator}${suffix}`, key, some(listed)];
  };
  const statement = (layer, names) => {
    const made = { Effect: one(['Allow', 'Allow', 'Allow', 'Deny']) };
    if (layer !== 'caller') {
      made.Principal = below(5) ? { AWS: some(names) } : { AWS: one(names), Service: 'lambda.amazonaws.com' };
    }
    made[layer === 'trust' ? 'Action' : one(['Action', 'Action', 'NotAction'])] = layer === 'trust' ? 'sts:AssumeRole' : some(ACTIONS);
    if (layer !== 'trust') {
      const except = below(4) === 0;
      // What `NotResource` leaves out when a variable has no value is one of the differences.
      const words = except ? RESOURCES.filter((resource) => !WITHOUT_VALUE.test(resource)) : RESOURCES;
      made[except ? 'NotResource' : 'Resource'] = some(words);
    }
    for (const [operator, key, values] of times(one([0, 0, 1, 2]), condition)) {
      made.Condition ??= {};
      made.Condition[operator] = { ...made.Condition[operator], [key]: values };
    }
    return made;
  };
  const document = (layer, names) => ({ Version: '2012-10-17', Statement: times(1 + below(3), () => statement(layer, names)) });

  const principal = one(CALLERS);
  const made = {};
  const trust = principal?.user || principal?.session ? below(4) === 0 : false;
  const person = principal !== null && !principal.service;
  if (person) made.identity = times(below(3), () => document('caller'));
  if (person && below(3) === 0) made.boundary = document('caller');
  if (principal?.federated_user || (principal?.session && below(3) === 0)) made.session = [document('caller')];
  // Whom a policy names directly passes by session policies, `*` trusts nobody yet and is no service: three differences.
  const direct = made.session ? ['*', SESSION, FEDERATED_USER] : [];
  const named = AWS.filter((name) => !direct.includes(name) && !(principal?.service && name === '*'));
  if (trust) made.trust = document('trust', named.filter((name) => name !== '*'));
  else if (!person || below(2)) made.resource = document('resource', named);
  const context = {};
  for (const sort of SORTS) {
    if (below(5)) context[sort.one] = one(sort.held);
    if (sort.many && below(5)) context[sort.many] = times(1 + below(3), () => one(sort.held));
  }
  const [action, resource] = trust ? ['sts:AssumeRole', 'arn:aws:iam::123456789012:role/t'] : one(REQUESTS);
  made.request = { action, resource, principal, context };
  return made;
}

/** All questions that are this one without one part: a document, statement, condition, value or context key. */
export function* smaller(value) {
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index += 1) {
      if (value.length > 1) yield value.toSpliced(index, 1);
      for (const less of smaller(value[index])) yield value.with(index, less);
    }
  } else if (value !== null && typeof value === 'object') {
    const fixed = ['Version', 'Statement', 'Effect', 'Action', 'Resource', 'Principal', 'request', 'action', 'resource', 'user', 'role', 'session', 'principal', 'AWS'];
    for (const key of Object.keys(value)) {
      const { [key]: part, ...rest } = value;
      if (!fixed.includes(key) || (key === 'resource' && part.Statement)) yield rest;
      for (const less of smaller(part)) yield { ...value, [key]: less };
    }
  }
}
