/** A first-in, first-out queue whose ends cost the same however long it is (`Array.shift` moves every element of a long one). */
export class Fifo<T> {
  /** Places before the head are empty: what has left must not be kept alive by a queue that never empties. */
  #items: (T | undefined)[] = [];
  #head = 0;

  get length(): number {
    return this.#items.length - this.#head;
  }

  push(item: T): void {
    this.#items.push(item);
  }

  shift(): T | undefined {
    if (this.length === 0) return undefined;
    const item = this.#items[this.#head];
    this.#items[this.#head] = undefined;
    this.#head += 1;
    // Keeps at most as many dead places as live ones, so that a queue that never empties does not grow.
    if (this.#head >= 1_024 && this.#head * 2 >= this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }
}
