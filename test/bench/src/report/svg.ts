/**
 * Plots as plain SVG: lines over points that are named, or over numbers. No fonts, scripts or styles from elsewhere; readable on a light and on a dark page,
 * because it brings its own background.
 */

export interface Line {
  readonly name: string;
  /** One for each place on the x axis; `null` where nothing was measured. */
  readonly values: readonly (number | null)[];
}

export interface Plot {
  readonly title: string;
  readonly xTitle: string;
  readonly yTitle: string;
  /** The places on the x axis, from left to right, at equal distances. */
  readonly places: readonly string[];
  readonly lines: readonly Line[];
}

const WIDTH = 720;
const HEIGHT = 360;
const LEFT = 72;
const RIGHT = 168;
const TOP = 44;
const BOTTOM = 52;
const TICKS = 5;
/** Told apart by people who do not see all colours as well (Okabe and Ito, 2008). */
const COLORS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9'];

/** The plot as one SVG document. The y axis begins at zero. */
export function svgOf({ title, xTitle, yTitle, places, lines }: Plot): string {
  const top = niceCeiling(Math.max(0, ...lines.flatMap(({ values }) => values.filter((value) => value !== null))));
  const bottomY = HEIGHT - BOTTOM;
  const x = (place: number) => LEFT + (places.length === 1 ? 0.5 : place / (places.length - 1)) * (WIDTH - LEFT - RIGHT);
  const y = (value: number) => bottomY - (value / top) * (bottomY - TOP);
  const parts = [
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>`,
    text(LEFT, 22, title, 'font-size="15" font-weight="bold"'),
    ...grid(top, y),
    ...places.map((place, index) => text(x(index), bottomY + 18, place, 'text-anchor="middle"')),
    text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 12, xTitle, 'text-anchor="middle"'),
    text(LEFT, 38, yTitle, 'fill="#555555"'),
    ...lines.flatMap((line, index) => drawn(line, COLORS[index % COLORS.length]!, index, x, y)),
  ];
  const head = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12" role="img">`;
  return `${head}\n<title>${escaped(title)}</title>\n${parts.join('\n')}\n</svg>\n`;
}

function grid(top: number, y: (value: number) => number): string[] {
  return Array.from({ length: TICKS + 1 }, (_, tick) => (top * tick) / TICKS).flatMap((value) => [
    `<line x1="${LEFT}" y1="${round(y(value))}" x2="${WIDTH - RIGHT}" y2="${round(y(value))}" stroke="#dddddd"/>`,
    text(LEFT - 8, y(value) + 4, Number(value.toPrecision(3)).toLocaleString('en'), 'text-anchor="end"'),
  ]);
}

function drawn({ name, values }: Line, color: string, index: number, x: (place: number) => number, y: (value: number) => number): string[] {
  const points = values.flatMap((value, place) => (value === null ? [] : [{ x: round(x(place)), y: round(y(value)) }]));
  const labelY = TOP + 8 + index * 20;
  return [
    `<polyline fill="none" stroke="${color}" stroke-width="2" points="${points.map((point) => `${point.x},${point.y}`).join(' ')}"/>`,
    ...points.map((point) => `<circle cx="${point.x}" cy="${point.y}" r="3.5" fill="${color}"/>`),
    `<rect x="${WIDTH - RIGHT + 16}" y="${labelY - 9}" width="12" height="12" fill="${color}"/>`,
    text(WIDTH - RIGHT + 34, labelY + 1, name, ''),
  ];
}

function text(x: number, y: number, words: string, attributes: string): string {
  return `<text x="${round(x)}" y="${round(y)}"${attributes === '' ? '' : ` ${attributes}`}>${escaped(words)}</text>`;
}

/** The next of 1, 2, 2.5, 5 and 10 times a power of ten; 1 of nothing. */
export function niceCeiling(value: number): number {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= value) ?? 10 * power;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escaped(words: string): string {
  return words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
