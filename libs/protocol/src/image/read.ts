/** Reading a state back from its durable image (DESIGN 4.2): what is not known to have ended counts as maybe sent. */
import type { Load, Loaded } from '../api.js';
import type { Definition } from '../model/definition.js';
import { graphOf } from '../model/graph.js';
import type { BranchState, Decision, Sent, Transaction } from '../model/transaction.js';
import { impliedBranch } from './implied.js';
import { type BranchJson, type ProgressJson, readLeg } from './progress.js';

/**
 * See `Load` in `api.ts`. `image` must have been written by `imageOf`: text that is not JSON throws `SyntaxError`, which the engine treats as it
 * treats a `ProtocolBug`.
 */
export const load: Load = (loaded) => {
  const { origin, image, policy } = loaded;
  const definition = JSON.parse(image.definition) as Definition;
  const progress: ProgressJson = image.progress === '' ? {} : (JSON.parse(image.progress) as ProgressJson);
  const graph = graphOf(definition);
  const horizon = new Set(progress.horizon);
  const branches = definition.branches.map(({ id }, index) => {
    const implied = impliedBranch({ definition, graph }, index, image.status);
    const inHorizon = implied.inHorizon || horizon.has(id);
    const json = progress.branches !== undefined && Object.hasOwn(progress.branches, id) ? progress.branches[id] : undefined;
    return readBranch({ ...implied, inHorizon }, json, sentIfSilent(inHorizon, graph.behindPivot[index]!));
  });
  const { gid, name, businessKey, createdBy, createdAtMs } = origin;
  const tx: Transaction = {
    ...{ gid, name, businessKey, createdBy, createdAtMs },
    ...{ definition, definitionText: image.definition, graph, policy, branches },
    status: image.status,
    revision: { shown: 0, urgent: 0 },
    paused: image.paused ? (progress.paused ?? { by: '', atMs: createdAtMs }) : null,
    decision: decisionOf(loaded, progress),
    check: progress.check === undefined ? null : readLeg(progress.check, 'no'),
  };
  return tx;
};

function sentIfSilent(inHorizon: boolean, behindPivot: boolean): Sent {
  return inHorizon && !behindPivot ? 'maybe' : 'no';
}

function readBranch(implied: BranchState, json: BranchJson | undefined, silent: Sent): BranchState {
  const { forward } = implied;
  return {
    ...implied,
    released: json?.released === true,
    forward: json?.forward !== undefined ? readLeg(json.forward, silent) : forward.sent === 'no' ? { ...forward, sent: silent } : forward,
    end: json?.end === undefined ? implied.end : readLeg(json.end, 'no'),
    notices: json?.notices === undefined ? implied.notices : json.notices.map((notice) => readLeg(notice, 'no')),
  };
}

/** The moment of a commit is not stored: it is taken for the end, and not known while commit ops are still owed. */
function decisionOf({ origin, image, finishedAtMs }: Loaded, progress: ProgressJson): Decision | null {
  switch (image.status) {
    case 'active':
      return null;
    case 'committing':
    case 'committed':
      return { kind: 'commit', atMs: finishedAtMs };
    default: {
      const { atMs, reason } = progress.decision ?? {};
      return { kind: 'abort', atMs: atMs ?? origin.createdAtMs, ...(reason === undefined ? {} : { reason }) };
    }
  }
}
