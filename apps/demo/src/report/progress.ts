/** The bar that moves while orders are driven; where there is no terminal, a line every few seconds. */
import { SingleBar } from 'cli-progress';

/** What is known at this moment. */
export interface Progress {
  readonly done: number;
  readonly committed: number;
  readonly aborted: number;
  readonly retrying: number;
  /** What the demo is doing to the shop right now; empty when nothing. */
  readonly trouble: string;
}

export interface ProgressDisplay {
  show(progress: Progress): void;
  end(progress: Progress): void;
}

const INDENT = ' '.repeat(9);
const BAR_WIDTH = 28;
const BETWEEN_LINES_MS = 3_000;

/** For a terminal when `out` is one. `nowMs` is any clock that does not jump. */
export function progressDisplay(total: number, out: NodeJS.WriteStream, nowMs: () => number): ProgressDisplay {
  return out.isTTY ? bar(total, out) : lines(total, out, nowMs);
}

/** What stands behind the bar. */
export function countsInWords({ committed, aborted, retrying, trouble }: Progress): string {
  return [`committed ${committed}`, `aborted ${aborted}`, ...(retrying > 0 ? [`retrying ${retrying}`] : []), trouble]
    .filter((part) => part !== '')
    .join('   ');
}

function bar(total: number, out: NodeJS.WriteStream): ProgressDisplay {
  const display = new SingleBar({
    format: `${INDENT}[{bar}] {value}/{total}   {counts}`,
    barCompleteChar: '#',
    barIncompleteChar: '-',
    barsize: BAR_WIDTH,
    hideCursor: true,
    fps: 10,
    stream: out,
  });
  display.start(total, 0, { counts: '' });
  const show = (progress: Progress) => display.update(progress.done, { counts: countsInWords(progress) });
  return {
    show,
    end: (progress) => {
      show(progress);
      display.stop();
    },
  };
}

function lines(total: number, out: NodeJS.WriteStream, nowMs: () => number): ProgressDisplay {
  let saidAtMs = nowMs();
  let saidTrouble = '';
  const say = (progress: Progress) => {
    saidAtMs = nowMs();
    saidTrouble = progress.trouble;
    out.write(`${INDENT}${progress.done}/${total}   ${countsInWords(progress)}\n`);
  };
  return {
    show: (progress) => {
      if (nowMs() - saidAtMs >= BETWEEN_LINES_MS || progress.trouble !== saidTrouble) say(progress);
    },
    end: say,
  };
}
