import { Trouble } from './trouble.js';

function aShop() {
  const events: string[] = [];
  const service = (name: string) => ({
    name,
    hang: () => void events.push(`${name} hangs`),
    killHard: async () => void events.push(`${name} killed`),
    start: async () => void events.push(`${name} started`),
  });
  return { events, trouble: new Trouble(service('payment'), service('inventory'), async () => void events.push('pause')) };
}

describe('the trouble of the demo', () => {
  it('makes one service late and kills another, each once, and waits until it is up again', async () => {
    const { events, trouble } = aShop();
    for (const fresh of [39, 40, 41, 110, 111, 200]) trouble.onProgress(fresh);
    await trouble.over();
    expect(events).toEqual(['payment hangs', 'pause', 'inventory killed', 'pause', 'inventory started']);
    expect(trouble.inWords).toBe('');
  });

  it('leaves a shop alone in which nothing is left to do', async () => {
    const { events, trouble } = aShop();
    trouble.onProgress(0);
    await trouble.over();
    expect(events).toEqual([]);
  });

  it('says what is going on', async () => {
    const { trouble } = aShop();
    trouble.onProgress(40);
    await Promise.resolve();
    expect(trouble.inWords).toBe('payment answers too late (made to hang by the demo)');
    await trouble.over();
  });
});
