/**
 * Refuses a Node that is too old, in one line. This file and the scripts that import it first keep to syntax that very old versions can read, else they
 * would end in a SyntaxError before a word could be said.
 */

/** The `engines` of package.json; a test holds the two together. */
export const OLDEST_NODE = '20.19';

/** Ends the process when this Node is older than `OLDEST_NODE`. `name` is the script that asks. */
export function requireNode(name) {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const [oldestMajor, oldestMinor] = OLDEST_NODE.split('.').map(Number);
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return;
  console.error(`${name.padEnd(8)} Node ${process.versions.node} is too old: Assent needs ${OLDEST_NODE} or newer, see https://nodejs.org`);
  process.exit(1);
}
