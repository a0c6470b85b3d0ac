/** The coordinator is killed: at every failpoint of its own, and at random. */
import { type FailpointName, failpoints } from '@assent/engine';
import type { Ground } from '../campaign/index.js';
import type { ServiceProcess } from '../stack/index.js';
import { campaign, type Scenario } from './scenario.js';

/** A failpoint that is not passed within this time is not passed at all under load. */
const passedWithinMs = 20_000;

/** Those that a coordinator passes under load, without another node and without being told to stop. */
const passedUnderLoad = (Object.keys(failpoints) as FailpointName[]).filter((name) => !/^(ownership|drain|barrier)\./.test(name));

/** What a short run is content with: inside a flush, and between two calls. */
const fewPassedUnderLoad = ['writer.after-fence', 'driver.after-call'] as const;

async function killedUnderLoad(ground: Ground, name: FailpointName): Promise<void> {
  const { coordinator } = ground.stack;
  await coordinator.killHard();
  const at = 1 + Math.floor(ground.random() * 20);
  coordinator.launch({ ASSENT_FAILPOINT: `${name}:crash@${at}` });
  if (!(await coordinator.endsWithin(passedWithinMs))) {
    ground.violated(`${name} was not passed ${at} times`);
    await coordinator.killHard();
  }
  await coordinator.start();
}

async function killedWhileDraining(ground: Ground): Promise<void> {
  const { coordinator } = ground.stack;
  await coordinator.killHard();
  await coordinator.start({ ASSENT_FAILPOINT: 'drain.before-rest:crash' });
  if ((await coordinator.stop()) !== null) ground.violated('drain.before-rest was not passed');
  await coordinator.start();
}

export const coordinatorKilledAtFailpoints: Scenario = campaign(
  'coordinator-failpoints',
  'The coordinator is killed at each of its failpoints, under load',
  {
    seed: 31,
    async harm(ground) {
      for (const name of ground.scale < 1 ? fewPassedUnderLoad : passedUnderLoad)
        await ground.hurt(`coordinator killed at ${name}`, () => killedUnderLoad(ground, name));
      await ground.hurt('coordinator killed at drain.before-rest', () => killedWhileDraining(ground));
    },
  },
);

export const coordinatorKilledAtRandom: Scenario = campaign('coordinator-killed', 'The coordinator is killed again and again, under load', {
  seed: 32,
  async harm(ground) {
    const { coordinator } = ground.stack;
    while (ground.isOn) {
      await ground.hurt('coordinator killed', async () => {
        await coordinator.killHard();
        await coordinator.start();
      });
      await ground.breathe(100, 1_500);
    }
  },
});

/** The first node is killed for good; the second is killed while it takes over; then both come back. */
async function killedWhileTakingOver(ground: Ground, second: ServiceProcess, name: FailpointName): Promise<void> {
  const { coordinator, payment } = ground.stack;
  second.launch({ ASSENT_FAILPOINT: `${name}:crash` });
  await second.untilReady();
  // While nothing can end, much is owned: more than one chunk.
  payment.pause();
  await ground.pause(1_500);
  await coordinator.killHard();
  payment.resume();
  if (!(await second.endsWithin(passedWithinMs))) ground.violated(`${name} was not passed`);
  await Promise.all([coordinator.start(), second.start()]);
  await second.stop();
}

export const takeoverKilled: Scenario = campaign('takeover-killed', 'A node dies, and the one that takes over is killed while it does', {
  seed: 33,
  inFlight: 64,
  async harm(ground) {
    const second = await ground.stack.addCoordinator('faults-2');
    const both = ['ownership.after-declare', 'ownership.between-chunks'] as const;
    for (const name of ground.scale < 1 ? both.slice(1) : both) {
      await ground.hurt(`coordinators killed at ${name}`, () => killedWhileTakingOver(ground, second, name));
    }
  },
});
