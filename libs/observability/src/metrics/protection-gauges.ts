/** What protects participants, as metrics that are read when a registry is scraped. */
import type { DispatchState } from '@assent/engine';
import { Counter, Gauge, type Registry } from 'prom-client';
import { protectionMetrics } from './catalogue.js';

/** All states of a breaker, so that each is 0 or 1. */
const BREAKER_STATES = ['closed', 'half_open', 'open'];

/** Registers the breakers and gates of a coordinator. `statesNow`: what its engine says of every participant it has had to do with. */
export function registerProtection(registry: Registry, statesNow: () => readonly DispatchState[]): void {
  const perParticipant = ({ name, help }: { name: string; help: string }, read: (state: DispatchState) => number) =>
    new Gauge({
      name,
      help,
      labelNames: ['participant'],
      registers: [registry],
      collect() {
        this.reset();
        for (const state of statesNow()) this.set({ participant: state.participant }, read(state));
      },
    });
  perParticipant(protectionMetrics.paused, ({ pause }) => (pause === null ? 0 : 1));
  perParticipant(protectionMetrics.idle, ({ breaker }) => breaker.idleMs / 1_000);
  perParticipant(protectionMetrics.held, ({ held }) => held);
  registerBreakers(registry, statesNow);
}

function registerBreakers(registry: Registry, statesNow: () => readonly DispatchState[]): void {
  new Gauge({
    name: protectionMetrics.state.name,
    help: protectionMetrics.state.help,
    labelNames: ['participant', 'state'],
    registers: [registry],
    collect() {
      this.reset();
      for (const { participant, breaker } of statesNow()) {
        for (const state of BREAKER_STATES) this.set({ participant, state }, state === breaker.state ? 1 : 0);
      }
    },
  });
  new Counter({
    name: protectionMetrics.opened.name,
    help: protectionMetrics.opened.help,
    labelNames: ['participant'],
    registers: [registry],
    collect() {
      this.reset();
      for (const { participant, breaker } of statesNow()) this.inc({ participant }, breaker.openedTotal);
    },
  });
}
