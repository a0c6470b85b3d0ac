/** Latency at one in flight, warm, against direct calls plus two single-row commits. */
import { measureLatency } from '../saga-scenario.js';
import { plainGround, type Scenario } from './scenario.js';

export const latency: Scenario = {
  name: 'latency',
  title: '2-step saga at one in flight after a warm-up at 64, against direct calls plus two single-row commits',
  async run(bench) {
    const { settings, figures } = bench;
    const { coordinator, participant, database } = await plainGround(bench);
    const targets = { coordinator: coordinator.baseUrl, participant: participant.baseUrl, databaseUrl: database.url };
    const measured = await measureLatency(targets, settings.rounds, settings.roundMs, settings.warmUpMs);
    figures.add('latency.saga_p50_ms', 'ms', measured.sagaP50Ms);
    figures.add('latency.direct_p50_ms', 'ms', measured.directP50Ms);
    figures.add('latency.commit_p50_ms', 'ms', measured.commitP50Ms);
    figures.add('latency.ratio', 'ratio', measured.ratio);
  },
};
