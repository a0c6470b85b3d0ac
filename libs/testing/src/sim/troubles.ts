/** Trouble that comes by itself, again and again, until everything heals: outages, partitions, crashes, stops. */
import type { SimRandom } from './kernel/index.js';
import type { World } from './world.js';

const OUTAGE_MS = [200, 4_000] as const;
const SILENCE_MS = [300, 5_000] as const;
const PARTITION_MS = [200, 4_000] as const;
const JUMP_MS = [50, 3_000] as const;
const STOP_MS = [300, 6_000] as const;
/** How long a node that is about to be replaced has been stopped. */
const STOPPED_BEFORE_MS = [1, 500] as const;

export function stirUp(world: World): void {
  const { faults } = world;
  faults.recur('store-outage', (random) => outage(world, random));
  faults.recur('store-silence', (random) => silence(world, random));
  faults.recur('session-death', (random) => sessionDeath(world, random));
  faults.recur('clock-jump', (random) => jump(world, random));
  faults.recur('partition', (random) => partition(world, random));
  faults.recur('service-crash', (random) => random.pick([...world.services.values()]).crash());
  faults.recur('crash', (random) => random.pick(world.nodes).crash());
  faults.recur('pause', (random) => random.pick(world.nodes).pause(random.between(...STOP_MS)));
  faults.recur('drain', (random) => random.pick(world.nodes).drain());
  faults.recur('operator', (random) => operate(world, random));
  faults.recur('replace', (random) => replace(world, random));
}

function outage({ database, timeline, journal }: World, random: SimRandom): boolean {
  if (database.isAway) return false;
  database.isAway = true;
  timeline.after(random.between(...OUTAGE_MS), () => {
    database.isAway = false;
    journal.note('database', 'is back');
  });
  return true;
}

function silence({ nodes, timeline }: World, random: SimRandom): boolean {
  const store = random.pick(nodes).current?.store;
  if (store === undefined || store.isSilent) return false;
  store.isSilent = true;
  timeline.after(random.between(...SILENCE_MS), () => {
    store.isSilent = false;
  });
  return true;
}

function sessionDeath({ nodes }: World, random: SimRandom): boolean {
  const running = random.pick(nodes).current;
  running?.store.breakConnections();
  return running !== null;
}

function jump({ database }: World, random: SimRandom): boolean {
  database.jump(random.between(...JUMP_MS) * (random.chance(0.5) ? 1 : -1));
  return true;
}

function partition({ nodes, services, network }: World, random: SimRandom): boolean {
  const ends = [random.pick(nodes).name, random.pick([...services.keys()])];
  const [from, to] = random.chance(0.5) ? ends : ends.reverse();
  network.cutOff(from!, to!, random.between(...PARTITION_MS));
  return true;
}

function replace({ nodes, timeline }: World, random: SimRandom): boolean {
  const node = random.pick(nodes);
  if (!node.pause(random.between(...STOP_MS))) return false;
  timeline.after(random.between(...STOPPED_BEFORE_MS), () => node.replace());
  return true;
}

/** What was ordered may be lost on its way, or be known to nobody but the database. */
function operate({ nodes, services, marks, pauses }: World, random: SimRandom): boolean {
  const kind = random.pick(['pause', 'resume', 'reset', 'wake', 'wake'] as const);
  const participant = random.pick([...services.keys()]);
  const { name, current } = random.pick(nodes);
  if (current === null || !current.engine.state().ready) return false;
  if (kind === 'resume') pauses.resumes(participant);
  current.engine.orderParticipant({ kind, participant, by: 'operator', reason: 'trouble' }).then(
    ({ version }) => {
      marks.reach(`ordered to ${kind}`);
      if (kind === 'pause') pauses.paused(participant, { node: name, boot: current.boot }, version);
      if (kind === 'resume') pauses.resumed(participant, version);
    },
    () => marks.reach('order lost'),
  );
  return true;
}
