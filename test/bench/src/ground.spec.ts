import { Ground } from './ground.js';

describe('the ground of a scenario', () => {
  it('stops all that was started, last first, although one of them cannot be stopped', async () => {
    const stopped: string[] = [];
    const ground = new Ground();
    const running = (name: string) => ({
      stop: async () => {
        if (name === 'b') throw new Error('b does not stop');
        stopped.push(name);
      },
    });
    for (const name of ['a', 'b', 'c']) ground.started(running(name));
    await expect(ground.clear()).rejects.toThrow('b does not stop');
    expect(stopped).toEqual(['c', 'a']);
    await ground.clear();
    expect(stopped).toEqual(['c', 'a']);
  });
});
