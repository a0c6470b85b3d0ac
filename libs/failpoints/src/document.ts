/** `docs/failpoints.md`, written from the list in the code, so that the page cannot say anything else. */
import { failpoints } from '@assent/protocol';

/** The whole page as Markdown. */
export function failpointsDocument(): string {
  const rows = Object.entries(failpoints).map(([name, reason]) => `| \`${name}\` | ${reason} |`);
  return `${introduction}
| failpoint | what is true there, and what must hold all the same |
|---|---|
${rows.join('\n')}
`;
}

const introduction = `# Failpoints

Places in the production code at which a process can be killed, stopped or held up on purpose, to show that what must hold does hold when it
happens just there. \`npm run faults\` hurts real processes at them, the simulator its own. They are off by default, cost one call of an empty
function where they stand, and are refused in production: a process that finds \`ASSENT_FAILPOINT\` set starts only with
\`ASSENT_MODE=development\`.

    ASSENT_FAILPOINT=driver.after-persist:crash@3,writer.after-fence:stop@2

| action | what happens to the process |
|---|---|
| \`crash\` | it kills itself with SIGKILL: no handler runs, nothing is flushed |
| \`stop\` | it stops itself with SIGSTOP: its connections stay open, its timers are late; SIGCONT lets it go on |
| \`delay:MS\` | it does nothing at all for so many milliseconds |

Each happens once: when the failpoint is passed for the first time, or for the Nth with \`@N\` behind the action. The coordinator passes those
of \`engine\`, \`writer\`, \`driver\`, \`ownership\` and \`drain\`, the participant library those of \`barrier\`.

This page is generated from \`libs/protocol/src/failpoints.ts\`; a test compares them (\`UPDATE_DOCS=1 npx jest libs/failpoints\` writes it anew).
`;
