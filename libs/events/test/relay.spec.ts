/** The relay over an outbox in memory and a broker that does as a test says. */
import type { EventRow, RefusedEvent } from '@assent/engine';
import { MemoryDatabase, MemoryOutbox } from '@assent/store';
import { VirtualClock } from '../../engine/test/virtual-clock.js';
import { defaultRelayOptions, type EventPublisher, PublishError, Relay, type RelayReport } from '../src/index.js';

const SELF = '11';
const OTHER = '12';
const BEGUN_AT_MS = 1_764_000_000_000;

/** Keeps what it was sent, as `gid:version`; answers at once unless it is told to hold. */
class ScriptedBroker implements EventPublisher {
  readonly kept: string[] = [];
  isAway = false;
  /** Of these no event is taken. */
  readonly refuses = new Set<string>();
  isHolding = false;
  inTheAir = 0;
  mostInTheAir = 0;
  private held: (() => void)[] = [];

  async publish({ gid, version }: EventRow): Promise<void> {
    if (this.isAway) throw new PublishError('away', 'nobody is there');
    if (this.refuses.has(gid)) throw new PublishError('refused', 'it is too large');
    this.inTheAir += 1;
    this.mostInTheAir = Math.max(this.mostInTheAir, this.inTheAir);
    if (this.isHolding) await new Promise<void>((resolve) => this.held.push(resolve));
    this.inTheAir -= 1;
    this.kept.push(`${gid}:${version}`);
  }

  release(): void {
    this.isHolding = false;
    for (const go of this.held.splice(0)) go();
  }
}

class RecordingReport implements RelayReport {
  readonly told: string[] = [];
  rows = -1;
  aside = -1;
  published(): void {
    this.told.push('published');
  }
  waiting(rows: number): void {
    this.rows = rows;
  }
  adopted(rows: number): void {
    this.told.push(`adopted ${rows}`);
  }
  failing(): void {
    this.told.push('failing');
  }
  refused({ gid, version, cause }: RefusedEvent): void {
    this.told.push(`refused ${gid}:${version}, ${cause}`);
  }
  setAside(rows: number): void {
    this.aside = rows;
  }
  recovered(): void {
    this.told.push('recovered');
  }
}

function aScene(incarnation: () => string | null = () => SELF) {
  const clock = new VirtualClock();
  const database = new MemoryDatabase(() => BEGUN_AT_MS);
  database.enter({ incarnation: SELF, name: 'self' });
  database.enter({ incarnation: OTHER, name: 'other' });
  const outbox = new MemoryOutbox(database);
  const broker = new ScriptedBroker();
  const report = new RecordingReport();
  const parts = { outbox, publisher: broker, clock, report, wallClockMs: () => BEGUN_AT_MS + clock.monotonicMs(), incarnation };
  const relay = new Relay(parts, defaultRelayOptions);
  const add = (gid: string, version = 1, by = SELF) => {
    const row = { gid, version, name: 'checkout', status: 'active' as const, body: '{}', atMs: BEGUN_AT_MS + version };
    database.events.set(`${gid}:${version}`, { ...row, incarnation: by });
  };
  return { clock, database, outbox, broker, report, relay, add };
}

describe('the relay', () => {
  it('publishes what is in the outbox and deletes it once it is acknowledged', async () => {
    const { clock, database, broker, relay, add } = aScene();
    add('a');
    broker.isHolding = true;
    relay.start();
    await clock.until('it is in the air', () => broker.inTheAir === 1);
    expect([...database.events.keys()]).toEqual(['a:1']);
    broker.release();
    await clock.until('it is gone', () => database.events.size === 0);
    expect(broker.kept).toEqual(['a:1']);
  });

  it('is woken by the flush that wrote an event', async () => {
    const { clock, database, relay, add } = aScene();
    relay.start();
    await clock.until('it has looked in vain', () => clock.monotonicMs() >= 0, 10);
    add('a');
    const before = clock.monotonicMs();
    relay.announced();
    await clock.until('published', () => database.events.size === 0);
    expect(clock.monotonicMs() - before).toBeLessThan(defaultRelayOptions.lookEveryMs / 2);
  });

  it('publishes the events of one transaction one after the other, and those of others side by side', async () => {
    const { clock, broker, relay, add } = aScene();
    for (const [gid, version] of [
      ['a', 2],
      ['b', 1],
      ['a', 1],
      ['a', 3],
    ] as const)
      add(gid, version);
    broker.isHolding = true;
    relay.start();
    await clock.until('both transactions are in the air', () => broker.inTheAir === 2);
    broker.release();
    await clock.until('all are published', () => broker.kept.length === 4);
    expect(broker.kept.filter((id) => id.startsWith('a'))).toEqual(['a:1', 'a:2', 'a:3']);
  });

  it('has at most 256 events in the air', async () => {
    const { clock, broker, relay, add } = aScene();
    for (let place = 0; place < 600; place += 1) add(`t-${place}`);
    broker.isHolding = true;
    relay.start();
    await clock.until('as many as may be', () => broker.inTheAir === 256);
    broker.release();
    await clock.until('all', () => broker.kept.length === 600);
    expect(broker.mostInTheAir).toBe(256);
  });

  it('keeps everything while the broker is away, says so once, and goes on when it is back', async () => {
    const { clock, database, broker, report, relay, add } = aScene();
    broker.isAway = true;
    add('a');
    add('b');
    relay.start();
    await clock.until('it has tried for a while', () => clock.monotonicMs() > 20_000, 60_000);
    expect([database.events.size, report.rows]).toEqual([2, 2]);
    broker.isAway = false;
    await clock.until('published', () => database.events.size === 0, 10_000);
    expect(report.told.filter((line) => line !== 'published')).toEqual(['failing', 'recovered']);
    expect(report.rows).toBe(0);
  });

  it('tries again at once when it hears that the broker is back', async () => {
    const { clock, database, broker, relay, add } = aScene();
    broker.isAway = true;
    add('a');
    relay.start();
    await clock.until('it has tried for a while', () => clock.monotonicMs() > 30_000, 60_000);
    broker.isAway = false;
    const before = clock.monotonicMs();
    relay.retry();
    await clock.until('published', () => database.events.size === 0);
    expect(clock.monotonicMs() - before).toBeLessThan(100);
  });

  it('publishes what a dead node left behind, and nothing of a living one', async () => {
    const { clock, database, broker, report, relay, add } = aScene();
    add('left', 1, OTHER);
    relay.start();
    await clock.until('time passes', () => clock.monotonicMs() > 12_000, 60_000);
    expect(broker.kept).toEqual([]);
    database.leave(OTHER);
    await clock.until('published', () => broker.kept.includes('left:1'), 10_000);
    expect(report.told).toContain('adopted 1');
  });

  it('publishes at its end what is still there, although its node writes no more', async () => {
    let incarnation: string | null = SELF;
    const { clock, database, broker, relay, add } = aScene(() => incarnation);
    relay.start();
    await clock.until('it has begun', () => clock.monotonicMs() >= 0, 10);
    incarnation = null;
    add('last');
    await clock.settled(relay.stop(1_000));
    expect([broker.kept, database.events.size]).toEqual([['last:1'], 0]);
  });

  it('ends in time when the broker is away', async () => {
    const { clock, database, broker, relay, add } = aScene();
    broker.isAway = true;
    add('a');
    relay.start();
    await clock.until('it has failed', () => clock.monotonicMs() > 10_000, 60_000);
    const before = clock.monotonicMs();
    await clock.settled(relay.stop(500));
    expect(clock.monotonicMs() - before).toBeLessThanOrEqual(500);
    expect(database.events.size).toBe(1);
  });

  describe('when the broker refuses events for good', () => {
    /** More than fit into one reading, and older than everything else. */
    function aSceneFullOfRefusals() {
      const scene = aScene();
      for (let place = 0; place < 300; place += 1) {
        scene.broker.refuses.add(`bad-${place}`);
        scene.add(`bad-${place}`);
      }
      for (let place = 0; place < 10; place += 1) scene.add(`good-${place}`, 2);
      return scene;
    }

    it('publishes the others, and says of each refused one that it is set aside, once', async () => {
      const { clock, database, broker, report, relay } = aSceneFullOfRefusals();
      relay.start();
      await clock.until('the others are published', () => broker.kept.length === 10, 1_000);
      await clock.until('it has offered them again, in vain', () => clock.monotonicMs() > 300_000, 400_000);
      const told = report.told.filter((line) => line.startsWith('refused'));
      expect(told).toHaveLength(300);
      expect(new Set(told).size).toBe(300);
      expect(told).toContain('refused bad-0:1, it is too large');
      expect(report.told).not.toContain('failing');
      expect([database.events.size, database.refused.size, report.aside, report.rows]).toEqual([0, 300, 300, 0]);
    });

    it('lets nothing of the transaction overtake, and publishes all of it in order when the broker takes it after all', async () => {
      const { clock, database, broker, report, relay, add } = aScene();
      broker.refuses.add('bad');
      add('bad', 1);
      add('bad', 2);
      relay.start();
      await clock.until('both are aside', () => database.refused.size === 2);
      add('bad', 3);
      add('good', 1);
      relay.announced();
      await clock.until('the later one is aside, too', () => database.refused.size === 3 && broker.kept.includes('good:1'));
      broker.refuses.clear();
      add('bad', 4);
      relay.announced();
      await clock.until('everything is published', () => database.refused.size === 0 && database.events.size === 0, 200_000);
      expect(broker.kept.filter((id) => id.startsWith('bad'))).toEqual(['bad:1', 'bad:2', 'bad:3', 'bad:4']);
      await clock.until('it is seen', () => report.aside === 0, 10_000);
      expect(report.told.filter((line) => line.startsWith('refused'))).toEqual(['refused bad:1, it is too large']);
    });
  });
});
