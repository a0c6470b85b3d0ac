/** Waiting for something that another process does. */

/** Looks every `everyMs` until `holds`. Throws an Error that says `what` did not come true within `withinMs`. */
export async function until(what: string, everyMs: number, withinMs: number, holds: () => Promise<boolean> | boolean): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`after ${withinMs / 1_000} s it was not so that ${what}`);
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
