/**
 * A map whose entries come and go by the thousand. V8 replaces the table of a `Map` whenever deletions have filled it, and once the map is old
 * every table is made in the old generation, where the replaced one keeps all it ever held alive until a full collection (`OrderedHashTable::Rehash`:
 * measured as 5 KB moved to the old generation for each transaction). Here a replaced table holds only empty cells.
 */
interface Cell<Value> {
  value: Value | null;
}

export class FleetingMap<Key, Value extends object> {
  private readonly cells = new Map<Key, Cell<Value>>();

  get size(): number {
    return this.cells.size;
  }

  has(key: Key): boolean {
    return this.cells.has(key);
  }

  get(key: Key): Value | undefined {
    return this.cells.get(key)?.value ?? undefined;
  }

  /** A key that is there already keeps its place. */
  set(key: Key, value: Value): void {
    const cell = this.cells.get(key);
    if (cell === undefined) this.cells.set(key, { value });
    else cell.value = value;
  }

  delete(key: Key): boolean {
    const cell = this.cells.get(key);
    if (cell === undefined) return false;
    cell.value = null;
    return this.cells.delete(key);
  }

  clear(): void {
    for (const cell of this.cells.values()) cell.value = null;
    this.cells.clear();
  }

  keys(): IterableIterator<Key> {
    return this.cells.keys();
  }

  /** In the order of insertion. Entries may be deleted while they are gone through. */
  *values(): IterableIterator<Value> {
    for (const { value } of this.cells.values()) if (value !== null) yield value;
  }

  *[Symbol.iterator](): IterableIterator<[Key, Value]> {
    for (const [key, { value }] of this.cells) if (value !== null) yield [key, value];
  }
}
