/** The branch invoker of one process: over the network of the run, with every call watched when it leaves. */
import type { BranchCall, BranchInvoker, CallEnd } from '@assent/engine';
import type { Endpoint, Outcome } from '@assent/protocol';
import type { Faults, Journal, SimProcess } from '../kernel/index.js';
import { describe, unknown } from '../participant/index.js';
import type { Network } from './network.js';

const QUEUE_MS = [1, 400] as const;

export interface InvokerContext {
  readonly network: Network;
  readonly process: SimProcess;
  readonly faults: Faults;
  readonly journal: Journal;
  /** A call is permitted at this very moment: from here on nothing can hold it back. */
  readonly leaves: (call: BranchCall) => void;
  /** A call has ended at the sender. */
  readonly ended: (call: BranchCall, outcome: Outcome) => void;
}

export class SimInvoker implements BranchInvoker {
  constructor(private readonly context: InvokerContext) {}

  invoke(call: BranchCall, mayLeave: () => boolean): Promise<CallEnd> {
    const { faults, process } = this.context;
    return new Promise((resolve) => {
      if (!faults.strikes('queue')) this.leave(call, mayLeave, resolve);
      else process.after(faults.between('queue', ...QUEUE_MS), () => this.leave(call, mayLeave, resolve));
    });
  }

  participantOf(endpoint: Endpoint): string {
    return participantOf(endpoint);
  }

  async close(): Promise<void> {
    // Nothing is kept open between two calls.
  }

  private leave(call: BranchCall, mayLeave: () => boolean, resolve: (end: CallEnd) => void): void {
    const { process, leaves } = this.context;
    if (process.isGone) return;
    if (!mayLeave()) {
      resolve({ kind: 'withdrawn' });
      return;
    }
    leaves(call);
    // Permitted; a process that was killed or stopped at that very moment sends nothing, or later.
    process.deliver(() => this.send(call, resolve));
  }

  private send(call: BranchCall, resolve: (end: CallEnd) => void): void {
    const { network, process, journal, ended } = this.context;
    const name = `${call.gid} ${call.branch} ${call.op} ${call.attempt}`;
    journal.note(process.name, `sends ${name}`);
    const startedMs = process.monotonicMs();
    let hasEnded = false;
    const end = (outcome: Outcome) => {
      process.deliver(() => {
        if (hasEnded) return;
        hasEnded = true;
        timer.cancel();
        journal.note(process.name, `hears ${name}: ${describe(outcome)}`);
        ended(call, outcome);
        resolve({ kind: 'ended', outcome, durationMs: process.monotonicMs() - startedMs });
      });
    };
    const timer = process.after(call.timeoutMs, () => end(unknown('timeout', 'no answer in time')));
    network.send(process.name, call, participantOf(call.endpoint), end);
  }
}

/** The part of a contract's name before the dot. */
export function participantOf(endpoint: Endpoint): string {
  return 'contract' in endpoint ? endpoint.contract.split('.')[0]! : 'url';
}
