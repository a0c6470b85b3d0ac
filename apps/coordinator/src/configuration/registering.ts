/** Variables about participants that announce themselves. */
import { HostList } from '@assent/transport';
import { z } from 'zod';
import { wholeNumber } from './values.js';

const hostList = z.string().transform((text, context) => {
  const entries = text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  try {
    return new HostList(entries);
  } catch (error) {
    context.addIssue((error as Error).message);
    return z.NEVER;
  }
});

export const registeringVariables = {
  ASSENT_REGISTRY_HOSTS: hostList
    .default(() => new HostList([]))
    .meta({
      description:
        'Hosts on which participants with the address `registry:` may announce endpoints: names, `*.suffix`, addresses and networks such as `10.0.0.0/8`, comma separated. In development this machine is permitted, too.',
      shownDefault: 'none',
    }),
  ASSENT_REGISTRY_SILENT_MS: wholeNumber(1_000, 3_600_000).default(15_000).meta({
    description:
      'How long, in milliseconds, an announced instance may be silent before it gets no more calls. It is told to announce itself three times as often.',
  }),
};
