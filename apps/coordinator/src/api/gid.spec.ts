import { newGid } from './gid.js';

describe('A gid made for a caller that sent none', () => {
  it('is a UUIDv7 of this moment, and another one each time', () => {
    const before = Date.now();
    const gids = Array.from({ length: 1_000 }, newGid);
    const after = Date.now();
    expect(new Set(gids).size).toBe(gids.length);
    for (const gid of gids) {
      expect(gid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      const madeAtMs = Number.parseInt(gid.replaceAll('-', '').slice(0, 12), 16);
      expect(madeAtMs).toBeGreaterThanOrEqual(before);
      expect(madeAtMs).toBeLessThanOrEqual(after);
    }
  });
});
