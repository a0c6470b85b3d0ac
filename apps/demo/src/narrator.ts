/** Prints what the demo says: a short name in front, the words behind it, continued lines under the words. */

const LABEL_WIDTH = 9;

export class Narrator {
  constructor(private readonly out: NodeJS.WritableStream) {}

  /** `lines` under one label. */
  say(label: string, ...lines: readonly string[]): void {
    for (const [n, line] of lines.entries()) this.out.write(`${(n === 0 ? label : '').padEnd(LABEL_WIDTH)}${line}\n`);
  }

  /** As they are. */
  print(...lines: readonly string[]): void {
    for (const line of lines) this.out.write(`${line}\n`);
  }
}
