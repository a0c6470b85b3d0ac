/** Participants are killed, at every failpoint of the barrier and at random, and stopped. */
import { type FailpointName, failpoints } from '@assent/engine';
import type { Ground } from '../campaign/index.js';
import type { ServiceProcess } from '../stack/index.js';
import { campaign, type Scenario } from './scenario.js';

const passedWithinMs = 20_000;
/** Shorter and longer than the request timeout of the policy `standard`. */
const pausesMs = { least: 500, most: 5_000 };

const barrierFailpoints = (Object.keys(failpoints) as FailpointName[]).filter((name) => name.startsWith('barrier.'));

async function killedAt(ground: Ground, participant: ServiceProcess, name: FailpointName): Promise<void> {
  await participant.killHard();
  const at = 1 + Math.floor(ground.random() * 20);
  participant.launch({ ASSENT_FAILPOINT: `${name}:crash@${at}` });
  if (!(await participant.endsWithin(passedWithinMs))) {
    ground.violated(`${name} was not passed ${at} times`);
    await participant.killHard();
  }
  await participant.start();
}

export const participantKilled: Scenario = campaign(
  'participant-killed',
  'Participants are killed at the failpoints of the barrier, then at random',
  {
    seed: 51,
    async harm(ground) {
      const { inventory, payment } = ground.stack;
      for (const name of barrierFailpoints) {
        const participant = ground.random() < 0.5 ? inventory : payment;
        await ground.hurt(`participant killed at ${name}`, () => killedAt(ground, participant, name));
      }
      while (ground.isOn) {
        const participant = ground.random() < 0.5 ? inventory : payment;
        await ground.hurt('participant killed', async () => {
          await participant.killHard();
          await participant.start();
        });
        await ground.breathe(100, 1_000);
      }
    },
  },
);

export const participantPaused: Scenario = campaign('participant-paused', 'Participants are stopped for a while, and go on', {
  seed: 52,
  async harm(ground) {
    const { inventory, payment } = ground.stack;
    while (ground.isOn) {
      const participant = ground.random() < 0.5 ? inventory : payment;
      await ground.hurt('participant paused', async () => {
        participant.pause();
        await ground.breathe(pausesMs.least, pausesMs.most);
        participant.resume();
      });
      await ground.breathe(100, 1_000);
    }
  },
});
