/** How the scripts talk: a short name in front, the words behind it, on standard error so that results can be piped. */

/** One line under the name of the script that speaks. */
export function say(name, words) {
  process.stderr.write(`${name.padEnd(8)} ${words}\n`);
}

/** Ends the process with one clear line that says what to do. */
export function giveUp(name, words) {
  say(name, words);
  process.exit(1);
}
