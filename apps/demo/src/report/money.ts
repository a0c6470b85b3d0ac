/** Numbers as people read them. Money is in integer minor units everywhere else. */

/** `1234567` -> `1,234,567`. */
export function formatCount(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** Minor units: `1234567` -> `12,345.67`. */
export function formatMoney(minor: number): string {
  const sign = minor < 0 ? '-' : '';
  const units = Math.floor(Math.abs(minor) / 100);
  return `${sign}${formatCount(units)}.${String(Math.abs(minor) % 100).padStart(2, '0')}`;
}
