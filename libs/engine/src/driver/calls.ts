/**
 * Calls of branches: handed to the invoker as soon as they are planned, planned once more at the last moment before they leave, and stepped when
 * they have ended at the sender. No call leaves without the lease, and none for a transaction that this node does not own.
 */
import type { Invoke, Outcome, Plan, ProtocolEvent } from '@assent/protocol';
import type { CallEnd } from '../ports/branch-invoker.js';
import type { DriverPorts } from './driver.js';
import { Flight, flightKey, isHeldBack, isSameCall } from './flight.js';
import { heldRest } from './images.js';
import type { Resident } from './resident.js';

/** What the calls need of the driver. */
export interface CallsHost {
  /** Steps an event without settling. False when the transaction had to be set aside. */
  stepOnly(resident: Resident, event: ProtocolEvent): boolean;
  settle(resident: Resident): void;
  /** What the present state owes. Throws what the machine throws. */
  planOf(resident: Resident): Plan;
  putAside(resident: Resident, error: unknown): void;
}

/** A call that the invoker gave back unsent is planned again after this long, so that an invoker that is closing is not asked in a circle. */
const AFTER_WITHDRAWAL_MS = 100;
/** Longest code and message of an attempt row, in characters: rows for people, not archives. */
const LONGEST_CODE = 64;
const LONGEST_MESSAGE = 500;

export class Calls {
  private left = 0;
  private isStopped = false;
  /** Calls are owed, but the lease has lapsed: planned again once a flush has succeeded. */
  private readonly stalled = new Set<Resident>();

  constructor(
    private readonly ports: DriverPorts,
    private readonly host: CallsHost,
  ) {}

  /** Calls that have left and have not ended. */
  get inAir(): number {
    return this.left;
  }

  /** From now on no call leaves. */
  stop(): void {
    this.isStopped = true;
    this.stalled.clear();
  }

  /** Hands over what is planned and not handed over yet. */
  hand(resident: Resident, invokes: readonly Invoke[]): void {
    if (this.isStopped) return;
    if (!this.ports.lease.isValid()) {
      this.stalled.add(resident);
      return;
    }
    for (const invoke of invokes) {
      if (resident.flights.has(flightKey(invoke))) continue;
      const gate = this.ports.dispatch.gateTo(invoke.endpoint);
      if (!gate.admit(resident)) continue;
      const flight = new Flight(resident, invoke, gate);
      resident.flights.set(flight.key, flight);
      this.ports.invoker
        .invoke(flight.call, () => this.mayLeave(flight))
        .then(
          (end) => this.ended(flight, end),
          (error: unknown) => this.ended(flight, brokenInvoker(error)),
        );
    }
  }

  forget(resident: Resident): void {
    this.stalled.delete(resident);
    if (this.ports.dispatch.isHolding) this.ports.dispatch.forget(resident);
  }

  /** Puts at most `most` transactions for each participant to rest that wait where nothing passes for long. */
  restHeld(most: number): void {
    const { dispatch, options, time, writer } = this.ports;
    if (!dispatch.isHolding) return;
    const context = { dispatch, nowMs: time.nowMs(), restAfterMs: options.restAfterMs };
    for (const resident of dispatch.heldForLong(most)) {
      if (!resident.here || resident.flying !== null || resident.durable === null) continue;
      if (heldRest(resident, this.host.planOf(resident), context) !== null) writer.enqueue(resident);
    }
  }

  /** The lease is valid again: at most `most` of the transactions that had to wait go on. Returns how many wait still. */
  resume(most: number): number {
    let left = most;
    for (const resident of this.stalled) {
      if (left <= 0) break;
      left -= 1;
      this.stalled.delete(resident);
      this.host.settle(resident);
    }
    return this.stalled.size;
  }

  /**
   * Asked by the invoker at the last moment. A call that is allowed has been stepped as sent when this returns; a call on its way makes nothing
   * else due, so nothing more is planned for it.
   */
  private mayLeave(flight: Flight): boolean {
    const { resident, invoke } = flight;
    if (flight.hasLeft || this.isStopped || !resident.here || !this.ports.lease.isValid() || isHeldBack(flight)) return false;
    if (resident.owner !== this.ports.self) return false;
    // An image that lets the transaction go is in the air: once it has landed anybody may drive it, knowing nothing of this call.
    if (resident.flying !== null && resident.flying.owner !== this.ports.self) return false;
    try {
      if (!this.host.planOf(resident).invokes.some((planned) => isSameCall(planned, invoke))) return false;
    } catch (error) {
      this.host.putAside(resident, error);
      return false;
    }
    const { branch, op, attempt } = invoke;
    const nowMs = this.ports.time.nowMs();
    if (!this.host.stepOnly(resident, { kind: 'sent', branch, op, attempt, atMs: nowMs })) return false;
    flight.hasLeft = true;
    flight.startedAtMs = nowMs;
    this.left += 1;
    this.ports.failpoints.hit('driver.before-call');
    return true;
  }

  private ended(flight: Flight, end: CallEnd): void {
    // An invoker may know the outcome without sending (no such participant, a refused address): the attempt counts all the same.
    if (end.kind === 'withdrawn' || (!flight.hasLeft && !this.mayLeave(flight))) {
      this.ports.dispatch.ended(flight.gate, flight.epoch, null);
      this.withdrawn(flight);
    } else {
      this.ports.dispatch.ended(flight.gate, flight.epoch, end.outcome);
      this.answered(flight, end.outcome, end.durationMs);
    }
    this.ports.dispatch.release(flight.gate);
  }

  private answered(flight: Flight, outcome: Outcome, durationMs: number): void {
    const { resident } = flight;
    this.ports.failpoints.hit('driver.after-call');
    this.left -= 1;
    resident.flights.delete(flight.key);
    this.ports.monitor.called(flight.call, flight.gate.participant, outcome, durationMs);
    if (!resident.here) {
      this.ports.monitor.ignored('late_reply');
      return;
    }
    this.keepFailure(flight, outcome, durationMs);
    const { branch, op, attempt } = flight.invoke;
    const atMs = this.ports.time.nowMs();
    const random = this.ports.random.fraction();
    if (this.host.stepOnly(resident, { kind: 'replied', branch, op, attempt, outcome, atMs, random })) this.settle(resident);
  }

  /** Nothing was sent. If it is still owed it is planned again a little later, or when the lease is back, or waits at the gate that has closed. */
  private withdrawn(flight: Flight): void {
    const { resident } = flight;
    if (flight.hasLeft) {
      this.left -= 1;
      const { branch, op, attempt } = flight.invoke;
      if (resident.here) this.host.stepOnly(resident, { kind: 'withdrawn', branch, op, attempt, atMs: this.ports.time.nowMs() });
    }
    if (!resident.here || this.isStopped || !this.ports.lease.isValid() || isHeldBack(flight)) {
      resident.flights.delete(flight.key);
      this.settle(resident);
      return;
    }
    this.ports.scheduler.after(AFTER_WITHDRAWAL_MS, {
      due: () => {
        resident.flights.delete(flight.key);
        this.settle(resident);
      },
    });
  }

  private settle(resident: Resident): void {
    if (resident.here) this.host.settle(resident);
  }

  private keepFailure(flight: Flight, outcome: Outcome, durationMs: number): void {
    if (outcome.kind !== 'unknown' && outcome.kind !== 'rejected') return;
    const { code, message } = outcome.kind === 'rejected' ? outcome.refusal : outcome;
    const { branch, op, attempt } = flight.invoke;
    const isKept = flight.resident.addAttempt({
      gid: flight.resident.gid,
      branch,
      op,
      attempt,
      startedAtMs: flight.startedAtMs,
      durationMs: Math.round(durationMs),
      outcome: outcome.kind,
      code: code.slice(0, LONGEST_CODE),
      message: message.slice(0, LONGEST_MESSAGE),
    });
    if (!isKept) this.ports.monitor.ignored('attempt_row_dropped');
  }
}

function brokenInvoker(error: unknown): CallEnd {
  return { kind: 'ended', outcome: { kind: 'unknown', code: 'invoker_failed', message: String(error) }, durationMs: 0 };
}
