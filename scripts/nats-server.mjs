/** Sees to a NATS server program (2.9 or newer) for the suites that need one and for `npm start -- --nats`. */
import { findProgram, provide, sayWhatIsSkipped } from './server-programs.mjs';

const nats = {
  title: 'NATS',
  isInstalled: (find) => find('nats-server') !== null,
  packages: { 'apt-get': ['nats-server'], apk: ['nats-server'], brew: ['nats-server'] },
};

/** The path of a `nats-server`, after trying to install it when it was missing, and how a person gets it where that failed. */
export function provideNats(speaker, folders) {
  const { installed, byHand = 'install nats-server 2.9 or newer (https://nats.io/download)' } = provide(nats, speaker, folders);
  return { path: installed ? findProgram('nats-server', folders) : null, byHand };
}

/** True when the suites can start a private NATS server; says loudly when they cannot. */
export function provideNatsForTests(folders) {
  const { path, byHand } = provideNats('test', folders);
  if (path === null) sayWhatIsSkipped('No nats-server here: every suite that runs on NATS will be SKIPPED.', `To run them: ${byHand}`);
  return path !== null;
}
