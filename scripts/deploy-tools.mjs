/** Sees to the programs that check what is in `deploy`: Prometheus with promtool, and docker-compose. */
import { provide, sayWhatIsSkipped } from './server-programs.mjs';

const prometheus = {
  title: 'Prometheus',
  isInstalled: (find) => find('prometheus') !== null && find('promtool') !== null,
  packages: { 'apt-get': ['prometheus'], apk: ['prometheus'], brew: ['prometheus'] },
};

const compose = {
  title: 'docker-compose',
  isInstalled: (find) => find('docker-compose') !== null,
  packages: { 'apt-get': ['docker-compose'], apk: ['docker-cli-compose'], brew: ['docker-compose'] },
};

/** True when both are there, after trying to install what was missing; says loudly which tests will be skipped otherwise. */
export function provideDeployTools(folders) {
  const skipped = {
    [prometheus.title]: 'alert rules are not run, and no dashboard query is',
    [compose.title]: 'the compose file is only read as YAML',
  };
  const missing = [prometheus, compose]
    .map((program) => ({ ...provide(program, 'test', folders), title: program.title }))
    .filter(({ installed }) => !installed);
  for (const { title, byHand } of missing) {
    const how = byHand === undefined ? `Install ${title}` : `To run them: ${byHand}`;
    sayWhatIsSkipped(`No ${title} here: ${skipped[title]} (SKIPPED).`, how);
  }
  return missing.length === 0;
}
