/** A map that lets go of what is deleted from it, at once. */
import { FleetingMap } from './fleeting-map.js';

const one = { name: 'one' };
const two = { name: 'two' };

function mapOf(...entries: [string, object][]): FleetingMap<string, object> {
  const map = new FleetingMap<string, object>();
  for (const [key, value] of entries) map.set(key, value);
  return map;
}

describe('a fleeting map', () => {
  it('gives back what was put in, until it is deleted', () => {
    const map = mapOf(['a', one], ['b', two]);
    expect([map.get('a'), map.has('a'), map.size]).toEqual([one, true, 2]);
    expect([map.delete('a'), map.delete('a')]).toEqual([true, false]);
    expect([map.get('a'), map.has('a'), map.size]).toEqual([undefined, false, 1]);
  });

  it('keeps the place of a key that is set again', () => {
    const map = mapOf(['a', one], ['b', two], ['a', two]);
    expect([...map]).toEqual([
      ['a', two],
      ['b', two],
    ]);
  });

  it('is gone through in the order of insertion, while entries are deleted from it', () => {
    const map = mapOf(['a', one], ['b', two], ['c', one]);
    const seen: object[] = [];
    for (const [key, value] of map) {
      seen.push(value);
      map.delete(key);
      map.delete('c');
    }
    expect(seen).toEqual([one, two]);
    expect([...map.values()]).toEqual([]);
  });

  it('is empty once cleared', () => {
    const map = mapOf(['a', one]);
    map.clear();
    expect([map.size, [...map.keys()]]).toEqual([0, []]);
  });
});
