/**
 * All gates of one incarnation: hands calls through, lets those who wait go on as soon as there is room, and says of a transaction whether all it
 * owes is held back. Of a participant whose gate is clear it costs a look into a map and a count per call.
 */
import type { Endpoint, Invoke, Outcome } from '@assent/protocol';
import type { Monitor } from '../ports/monitor.js';
import type { ParticipantControl } from '../ports/participant-control.js';
import type { DatabaseTime, Scheduler } from '../time/index.js';
import type { BreakerPolicy, BreakerState, Problem } from './breaker.js';
import { Gate, type GateLimits, type GatePause, type HoldCode } from './gate.js';

export interface DispatchPorts {
  readonly time: DatabaseTime;
  readonly scheduler: Scheduler;
  readonly monitor: Monitor;
  readonly participantOf: (endpoint: Endpoint) => string;
  readonly breakerOf: (participant: string) => BreakerPolicy;
  readonly limits: GateLimits;
}

/** What a gate needs of whoever drives those who wait at it. */
export interface DispatchHost<Waiting> {
  /** May go on: what it owes is planned and handed over again. */
  letGo(who: Waiting): void;
  /** Up to `most` transactions that rest because of this participant are wanted; `null`: all of them, little by little. */
  fetch(participant: string, most: number | null): void;
  /** Calls at once what waits in back-off for this participant. */
  hurry(participant: string): void;
}

/** One participant as this node sees it. Times are database time in milliseconds. */
export interface DispatchState {
  readonly participant: string;
  readonly pause: GatePause | null;
  readonly breaker: {
    readonly state: BreakerState;
    /** When it opened or closed last; `null`: it never did. */
    readonly sinceMs: number | null;
    readonly failuresInRow: number;
    /** When an open one lets a probe through. */
    readonly openUntilMs: number | null;
    /** For how long a half-open one has waited for a call that would be its probe; 0: it does not. Milliseconds. */
    readonly idleMs: number;
    readonly openedTotal: number;
    readonly lastProblem: Problem | null;
  };
  /** Calls handed to the transport that have not ended. */
  readonly handed: number;
  /** Transactions in memory that wait at the gate. */
  readonly held: number;
}

/** A transaction whose every due call is held back for long. */
export interface Hold {
  readonly branch: string;
  readonly participant: string;
  readonly code: HoldCode;
  /** Since when, database time. */
  readonly sinceMs: number;
}

/** Names come from contracts and URLs that were checked when they were accepted; beyond this they share one gate. */
const MOST_GATES = 10_000;
const OTHERS = 'others';
/** Those who wait are let go in portions of this size at most, so that the event loop turns in between. */
const MOST_AT_ONCE = 500;
const NEXT_PORTION_MS = 5;
/** An order to wake is carried out by a node that starts within this time of it, too. In milliseconds. */
const WAKE_HOLDS_MS = 60_000;

export class Dispatch<Waiting> {
  private readonly gates = new Map<string, Gate<Waiting>>();
  private readonly unclear = new Set<Gate<Waiting>>();
  private readonly obeyed = new Map<string, ParticipantControl>();
  private readonly releasing = new Set<Gate<Waiting>>();
  private hasLooked = false;

  constructor(
    private readonly ports: DispatchPorts,
    private readonly host: DispatchHost<Waiting>,
  ) {}

  /** True while any gate is in the way of any call. */
  get isHolding(): boolean {
    return this.unclear.size > 0;
  }

  gateTo(endpoint: Endpoint): Gate<Waiting> {
    const participant = this.ports.participantOf(endpoint);
    return this.gates.get(participant) ?? this.makeGate(participant);
  }

  /** A call that was handed over in `epoch` has ended; `outcome: null`: it never left. */
  ended(gate: Gate<Waiting>, epoch: number, outcome: Outcome | null): void {
    const { time, monitor } = this.ports;
    const verdict = gate.ended(epoch, outcome, time.nowMs());
    if (verdict === 'unchanged') return;
    const { participant, breaker } = gate;
    if (verdict === 'closed') {
      monitor.info('breaker closed', { participant });
      return;
    }
    // The code alone: the message may hold what the participant said, and that may hold a payload.
    if (verdict === 'opened') monitor.alarm('breaker_open', `${participant}: ${breaker.lastProblem?.code ?? ''}`);
    const { openUntilMs } = breaker;
    this.ports.scheduler.after(openUntilMs - time.nowMs(), {
      due: () => {
        // It may have been closed by a person meanwhile, and have opened again for another while.
        if (breaker.state !== 'open' || breaker.openUntilMs !== openUntilMs) return;
        gate.halfOpen();
        this.release(gate);
      },
    });
  }

  /** Lets those who wait at this gate go on, as far as there is room. */
  release(gate: Gate<Waiting>): void {
    if (gate.isClear && !gate.hasSentToRest) return;
    let left = MOST_AT_ONCE;
    while (left > 0 && gate.hasRoom) {
      const who = gate.next();
      if (who === undefined) break;
      left -= 1;
      this.host.letGo(who);
    }
    if (gate.hasRoom && gate.held > 0) this.releaseLater(gate);
    else if (gate.hasRoom && gate.hasSentToRest) this.fetchResting(gate);
  }

  forget(who: Waiting): void {
    for (const gate of this.unclear) gate.forget(who);
  }

  /** Why these calls are held back for long, one entry for each; `null` when one of them is not, or there are none. */
  holdOf(invokes: readonly Invoke[]): readonly Hold[] | null {
    if (this.unclear.size === 0 || invokes.length === 0) return null;
    const holds: Hold[] = [];
    for (const { branch, endpoint } of invokes) {
      const gate = this.gateTo(endpoint);
      const code = gate.longHold;
      if (code === null) return null;
      holds.push({ branch, participant: gate.participant, code, sinceMs: gate.heldSinceMs ?? this.ports.time.nowMs() });
    }
    return holds;
  }

  /** True when these calls, if they were fetched now, would only wait behind so many others of their participants. */
  areBusy(invokes: readonly Invoke[]): boolean {
    return invokes.length > 0 && invokes.every(({ endpoint }) => this.gateTo(endpoint).isBusy);
  }

  /** These have been put to rest: they are fetched when their participants' gates let calls through. */
  noteResting(holds: readonly Hold[]): void {
    for (const { participant } of holds) this.gateNamed(participant).hasSentToRest = true;
  }

  /** Obeys what operators have ordered, as read from the store. Repeated orders change nothing. */
  obey(controls: readonly ParticipantControl[]): void {
    for (const control of controls) this.obeyOne(control, this.obeyed.get(control.name));
    this.hasLooked = true;
  }

  /** How many transactions more this participant may be brought. */
  roomOf(participant: string): number {
    return this.gateNamed(participant).room;
  }

  /** Those in memory who wait where nothing passes for long, at most `most` for each gate. */
  *heldForLong(most: number): Iterable<Waiting> {
    for (const gate of this.unclear) {
      if (gate.longHold === null) continue;
      let left = most;
      for (const who of gate.waiters()) {
        if (left <= 0) break;
        left -= 1;
        yield who;
      }
    }
  }

  states(): readonly DispatchState[] {
    const nowMs = this.ports.time.nowMs();
    return [...this.gates.values()].map(({ participant, pause, breaker, handed, held, idleSinceMs }) => ({
      participant,
      pause,
      breaker: {
        state: breaker.state,
        sinceMs: breaker.sinceMs,
        failuresInRow: breaker.failures,
        openUntilMs: breaker.state === 'open' ? breaker.openUntilMs : null,
        idleMs: idleSinceMs === null ? 0 : Math.max(0, nowMs - idleSinceMs),
        openedTotal: breaker.openedCount,
        lastProblem: breaker.lastProblem,
      },
      handed,
      held,
    }));
  }

  private obeyOne(control: ParticipantControl, before: ParticipantControl | undefined): void {
    // What was read before an order was given may arrive after it.
    if (before !== undefined && control.version <= before.version) return;
    const gate = this.gateNamed(control.name);
    this.obeyed.set(control.name, control);
    if (control.pause !== null) gate.pauseWith(control.pause);
    else if (before?.pause !== null) this.resume(gate);
    if (before === undefined && !this.hasLooked) {
      // What was ordered before this node was here has found nothing of it, except what was ordered just now.
      const isFresh = control.wakes > 0 && this.ports.time.nowMs() - control.wokenAtMs < WAKE_HOLDS_MS;
      if (isFresh) this.host.hurry(control.name);
      return;
    }
    if (control.resets !== (before?.resets ?? 0)) {
      gate.reset(this.ports.time.nowMs());
      this.ports.monitor.info('breaker reset', { participant: control.name });
    }
    if (control.wakes !== (before?.wakes ?? 0)) this.host.hurry(control.name);
    if (!gate.isClear || gate.hasSentToRest) this.release(gate);
  }

  /** What rests because of a pause may have been put there by a node that is gone: whoever learns of its end fetches. */
  private resume(gate: Gate<Waiting>): void {
    gate.resume();
    gate.hasSentToRest = true;
    this.release(gate);
  }

  private fetchResting(gate: Gate<Waiting>): void {
    if (gate.breaker.state === 'half_open') {
      this.host.fetch(gate.participant, 1);
      return;
    }
    gate.hasSentToRest = false;
    this.host.fetch(gate.participant, null);
  }

  private releaseLater(gate: Gate<Waiting>): void {
    if (this.releasing.has(gate)) return;
    this.releasing.add(gate);
    this.ports.scheduler.after(NEXT_PORTION_MS, {
      due: () => {
        this.releasing.delete(gate);
        this.release(gate);
      },
    });
  }

  private gateNamed(participant: string): Gate<Waiting> {
    return this.gates.get(participant) ?? this.makeGate(participant);
  }

  private makeGate(participant: string): Gate<Waiting> {
    const name = this.gates.size < MOST_GATES ? participant : OTHERS;
    const known = this.gates.get(name);
    if (known !== undefined) return known;
    const gate = new Gate<Waiting>(name, this.ports.breakerOf(name), this.ports.limits, (changed) => this.noteClear(changed));
    this.gates.set(name, gate);
    return gate;
  }

  private noteClear(gate: Gate<Waiting>): void {
    if (gate.isClear) this.unclear.delete(gate);
    else this.unclear.add(gate);
  }
}
