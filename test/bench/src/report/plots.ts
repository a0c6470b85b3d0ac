/** Which figures are drawn, and how. A plot of which nothing was measured is left out. */
import type { Figures } from '../figures.js';
import { type Line, type Plot, svgOf } from './svg.js';

export interface Drawing {
  /** In `docs/performance/`. */
  readonly file: string;
  readonly title: string;
  readonly svg: string;
}

interface Wish {
  readonly file: string;
  readonly title: string;
  readonly xTitle: string;
  readonly yTitle: string;
  /** The place on the x axis, as the figures are called: `saga.{place}.tx_per_s`. */
  readonly places: (names: readonly string[]) => readonly string[];
  readonly lines: readonly { readonly name: string; readonly figure: (place: string) => string }[];
}

const placesOf = (pattern: RegExp) => (names: readonly string[]) =>
  [...new Set(names.flatMap((name) => pattern.exec(name)?.[1] ?? []))].sort((a, b) => Number(a) - Number(b));

const wishes: readonly Wish[] = [
  {
    file: 'throughput.svg',
    title: '2-step saga, closed loop',
    xTitle: 'in flight',
    yTitle: 'transactions per second',
    places: placesOf(/^(?:saga|target)\.(\d+)\.tx_per_s$/),
    lines: [
      { name: 'MariaDB', figure: (place) => `saga.${place}.tx_per_s` },
      { name: 'embedded SQLite', figure: (place) => `sqlite.${place}.tx_per_s` },
      { name: 'other server (--target)', figure: (place) => `target.${place}.tx_per_s` },
    ],
  },
  {
    file: 'ratio.svg',
    title: '2-step saga against the same calls made directly',
    xTitle: 'in flight',
    yTitle: 'ratio of throughputs',
    places: placesOf(/^(?:saga|target)\.(\d+)\.ratio$/),
    lines: [
      { name: 'MariaDB', figure: (place) => `saga.${place}.ratio` },
      { name: 'other server (--target)', figure: (place) => `target.${place}.ratio` },
    ],
  },
  {
    file: 'latency.svg',
    title: '2-step saga, open loop, from the intended start',
    xTitle: 'transactions begun per second',
    yTitle: 'milliseconds',
    places: placesOf(/^open\.(\d+)\.p50_ms$/),
    lines: [
      { name: 'p50', figure: (place) => `open.${place}.p50_ms` },
      { name: 'p99', figure: (place) => `open.${place}.p99_ms` },
      { name: 'p99.9', figure: (place) => `open.${place}.p999_ms` },
    ],
  },
  {
    file: 'memory.svg',
    title: 'Memory of the coordinator at 64 in flight',
    xTitle: 'eighths of the run',
    yTitle: 'resident MB',
    places: placesOf(/^memory\.(\d+)_of_8\.lowest_mb$/),
    lines: [
      { name: 'highest', figure: (place) => `memory.${place}_of_8.highest_mb` },
      { name: 'lowest', figure: (place) => `memory.${place}_of_8.lowest_mb` },
    ],
  },
];

export function drawingsOf(figures: Figures): readonly Drawing[] {
  const names = Object.keys(figures.all());
  return wishes.flatMap(({ file, title, xTitle, yTitle, places: find, lines: wished }) => {
    const places = find(names);
    if (places.length === 0) return [];
    const lines: Line[] = wished
      .map(({ name, figure }) => ({ name, values: places.map((place) => figures.value(figure(place))) }))
      .filter(({ values }) => values.some((value) => value !== null));
    const plot: Plot = { title, xTitle, yTitle, places, lines };
    return [{ file, title, svg: svgOf(plot) }];
  });
}
