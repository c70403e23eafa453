// The policy language beside a simulator of IAM that others wrote: random questions must get the same answer.
// The questions are the same at each run, for what differs may be a fault of theirs: POLICY_SEED=random draws new ones,
// POLICY_SEED=NUMBER repeats those, POLICY_QUESTIONS asks more than usual.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { askCenote, askSimulator } from '../support/policy.mjs';
import { question, randomOf, smaller } from '../support/policy_questions.mjs';

const QUESTIONS = Number(process.env.POLICY_QUESTIONS ?? 3000);
const SEED = process.env.POLICY_SEED === 'random' ? Math.floor(Math.random() * 2 ** 32) : Number(process.env.POLICY_SEED ?? 1);

const differs = async (asked, ours) => (await askSimulator(asked)).decision !== ours.decision;

/** The smallest question that the two still answer differently; whatever one of them refuses to read is none. */
async function smallest(asked) {
  for (const less of smaller(asked)) {
    const [ours] = askCenote([less]);
    if (ours.decision !== 'malformed' && await differs(less, ours).catch(() => false)) return smallest(less);
  }
  return asked;
}

const USER = { user: 'arn:aws:iam::123456789012:user/u' };
const SESSION = { role: 'arn:aws:iam::123456789012:role/r', session: 'arn:aws:sts::123456789012:assumed-role/r/s' };
const document = (statement) => ({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*', ...statement }] });
const about = (context, ...statements) => ({
  identity: statements.map(document),
  request: { action: 's3:GetObject', resource: 'arn:aws:s3:::bucket/x', principal: USER, context },
});
const denying = (Condition) => [{}, { Effect: 'Deny', Condition }];

/** Where the two are known to differ, and why Cenote answers as it does. `cenote` is its answer, the other is theirs. */
const DIFFERENCES = [
  {
    why: 'AWS documents no answer for a plain operator over a set, so a Deny is not escaped by one',
    asked: about({ 'aws:PrincipalOrgPaths': ['a', 'b'] }, ...denying({ StringEquals: { 'aws:PrincipalOrgPaths': 'a' } })),
    cenote: 'deny',
  },
  {
    why: 'AWS documents no answer for ForAnyValue with IfExists without the key, so a Deny is not escaped by it',
    asked: about({}, ...denying({ 'ForAnyValue:StringEqualsIfExists': { 'aws:PrincipalOrgPaths': 'a' } })),
    cenote: 'deny',
  },
  {
    why: 'a value that is no number leaves the condition open, so a Deny is not escaped by it',
    asked: about({ 'aws:MultiFactorAuthAge': 'long' }, ...denying({ NumericGreaterThan: { 'aws:MultiFactorAuthAge': '1' } })),
    cenote: 'deny',
  },
  {
    why: 'seconds and ISO 8601 are the same clock; the simulator takes seconds for milliseconds',
    asked: about({ 'aws:CurrentTime': '2026-01-02T00:00:00Z' }, { Condition: { DateLessThan: { 'aws:CurrentTime': '1767323045' } } }),
    cenote: 'allow',
  },
  {
    why: 'an address of IPv4 in the form of IPv6 is one of IPv4',
    asked: about({ 'aws:SourceIp': '::ffff:10.1.2.3' }, { Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } } }),
    cenote: 'allow',
  },
  {
    why: 'an address of IPv6 is the same in every spelling',
    asked: about({ 'aws:SourceIp': '2001:0db8::1' }, { Condition: { IpAddress: { 'aws:SourceIp': '2001:db8::1' } } }),
    cenote: 'allow',
  },
  {
    why: 'an address of IPv6 is not one of IPv4, which a negated operator is about',
    asked: about({ 'aws:SourceIp': '2001:db8::1' }, { Condition: { NotIpAddress: { 'aws:SourceIp': '10.1.2.3' } } }),
    cenote: 'allow',
  },
  {
    why: 'every address of IPv4 is in 0.0.0.0/0',
    asked: about({ 'aws:SourceIp': '192.0.2.1' }, { Condition: { IpAddress: { 'aws:SourceIp': '0.0.0.0/0' } } }),
    cenote: 'allow',
  },
  {
    why: 'what NotResource leaves out when a variable has no value is open, so a Deny is not escaped by it',
    asked: about({}, {}, { Effect: 'Deny', Resource: undefined, NotResource: 'arn:aws:s3:::bucket/${aws:PrincipalTag/none}' }),
    cenote: 'deny',
  },
  {
    why: 'a variable without value matches nothing, so a negated operator holds (IAM user guide)',
    asked: about({ 'aws:PrincipalArn': USER.user }, { Condition: { StringNotEquals: { 'aws:PrincipalArn': '${aws:PrincipalTag/none}' } } }),
    cenote: 'allow',
  },
  {
    why: 'a literal star is a star for negated operators too, and for those that ignore case',
    asked: about({ 'aws:PrincipalTag/text': 'A*B' }, { Condition: { StringEqualsIgnoreCase: { 'aws:PrincipalTag/text': 'a${*}b' } } }),
    cenote: 'allow',
  },
  {
    why: 'a literal star is a star for operators without wildcards too',
    asked: about({ 'aws:PrincipalTag/text': 'a*b' }, { Condition: { StringEquals: { 'aws:PrincipalTag/text': 'a${*}b' } } }),
    cenote: 'allow',
  },
  {
    why: 'an empty value of a variable is a value',
    asked: about({ 'aws:PrincipalTag/text': '' }, { Resource: "arn:aws:s3:::bucket/x${aws:PrincipalTag/text}" }),
    cenote: 'allow',
  },
  {
    why: 'a document without the version of 2012 has no variables',
    asked: {
      ...about({ 'aws:PrincipalTag/text': 'x' }),
      identity: [{ ...document({ Resource: 'arn:aws:s3:::bucket/${aws:PrincipalTag/text}' }), Version: '2008-10-17' }],
    },
    cenote: 'deny',
  },
  {
    why: 'a session that the resource names by its own ARN is not limited by session policies (IAM user guide)',
    asked: {
      session: [document({ Action: 'sqs:*' })],
      resource: document({ Principal: { AWS: SESSION.session } }),
      request: { action: 's3:GetObject', resource: 'arn:aws:s3:::bucket/x', principal: SESSION },
    },
    cenote: 'allow',
  },
  {
    why: 'AWS documents no answer for services where everybody is named, so an Allow is not for them',
    asked: {
      resource: document({ Principal: '*' }),
      request: { action: 's3:GetObject', resource: 'arn:aws:s3:::bucket/x', principal: { service: 'lambda.amazonaws.com' } },
    },
    cenote: 'deny',
  },
  {
    why: 'who trusts everybody leaves it to the policies of the callers which of them may',
    asked: {
      trust: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: '*' }] },
      request: { action: 'sts:AssumeRole', resource: 'arn:aws:iam::123456789012:role/t', principal: USER },
    },
    cenote: 'deny',
  },
];

describe('the policy language', () => {
  it(`is understood as a simulator of IAM does, ${QUESTIONS} random questions from POLICY_SEED=${SEED}`, async () => {
    const random = randomOf(SEED);
    const questions = Array.from({ length: QUESTIONS }, () => question(random));
    const answers = askCenote(questions);
    const seen = { allow: 0, deny: 0 };
    for (const [index, asked] of questions.entries()) {
      const ours = answers[index];
      assert.notEqual(ours.decision, 'malformed', `${ours.how}: ${JSON.stringify(asked)}`);
      if (await differs(asked, ours)) {
        const least = await smallest(asked);
        const [said] = askCenote([least]);
        assert.fail(`POLICY_SEED=${SEED}: ${said.how}, but the simulator says ${(await askSimulator(least)).how}:\n${JSON.stringify(least)}`);
      }
      seen[ours.decision] += 1;
    }
    assert.ok(Math.min(seen.allow, seen.deny) > QUESTIONS / 20, `the answers are about nothing: ${JSON.stringify(seen)}`);
  });

  for (const { why, asked, cenote } of DIFFERENCES) {
    it(`differs: ${why}`, async () => {
      const written = JSON.parse(JSON.stringify(asked));
      const [ours] = askCenote([written]);
      assert.equal(ours.decision, cenote, ours.how);
      assert.notEqual((await askSimulator(written)).decision, cenote, 'the simulator says the same by now: take this out');
    });
  }
});
