// The same question about policies, put to Cenote's evaluator and to a simulator of IAM that others wrote. The simulator
// is under the AGPL: it only ever runs here, in a test's own process.
//
// A question is { identity: [document], boundary, session: [document], resource, trust, request: { action, resource,
// principal, context } } as `crates/policy/tests/support` reads it.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { runSimulation } from '@cloud-copilot/iam-simulate';

const DECIDE = process.env.CENOTE_DECIDE
  ?? fileURLToPath(new URL('../../target/debug/examples/decide', import.meta.url));
const ACCOUNT = '123456789012';

/** What Cenote answers to each question: { decision: allow | deny | malformed, how }. */
export function askCenote(questions) {
  const input = questions.map((question) => `${JSON.stringify(question)}\n`).join('');
  const run = spawnSync(DECIDE, { input, encoding: 'utf8', maxBuffer: 1 << 28 });
  if (run.error || run.status !== 0) throw new Error(`${DECIDE} failed: ${run.error ?? run.stderr}`);
  const answers = run.stdout.trimEnd().split('\n').map((line) => JSON.parse(line));
  if (answers.length !== questions.length) throw new Error(`${questions.length} questions, ${answers.length} answers`);
  return answers;
}

/** What the simulator answers to a question: { decision: allow | deny, how }. It must know all that it is asked about. */
export async function askSimulator(question) {
  const { action, resource, principal, context } = question.request;
  const named = (documents, name) => (documents ?? []).map((policy, index) => ({ name: `${name}${index}`, policy }));
  const result = await runSimulation({
    request: {
      principal: principal?.session ?? principal?.federated_user ?? principal?.user ?? principal?.provider ?? principal?.service
        ?? { type: 'Anonymous' },
      action,
      resource: { resource, accountId: ACCOUNT },
      contextVariables: context ?? {},
    },
    identityPolicies: named(question.identity, 'identity'),
    permissionBoundaryPolicies: question.boundary && named([question.boundary], 'boundary'),
    sessionPolicy: question.session?.[0],
    resourcePolicy: question.trust ?? question.resource,
    serviceControlPolicies: [],
    resourceControlPolicies: [],
  }, { simulationMode: 'Strict' });
  if (result.resultType === 'error') throw new Error(`${JSON.stringify(result.errors)} for ${JSON.stringify(question)}`);
  const ignored = result.result?.ignoredContextKeys ?? [];
  if (ignored.length > 0) throw new Error(`the simulator ignores ${ignored} for ${action}`);
  return { decision: result.overallResult === 'Allowed' ? 'allow' : 'deny', how: result.overallResult };
}
