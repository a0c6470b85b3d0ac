import { readOptions } from './options.js';
import { chosenScenarios, scenarios } from './scenarios/index.js';

describe('the command line', () => {
  it('measures everything for minutes by default, and little of everything with --quick', () => {
    expect(readOptions([]).settings).toMatchObject({ rounds: 3, backlog: 20_000, rows: 1_000_000, levels: [1, 16, 64, 128] });
    expect(readOptions(['--quick']).settings).toMatchObject({ rounds: 1, isQuick: true, levels: [1, 16, 64, 128] });
  });

  it('takes scenarios, sizes and files', () => {
    const options = readOptions(['--scenario', 'saga', '--scenario', 'tcc', '--rows', '5000000', '--round-ms', '50', '--json', 'x.json']);
    expect(options).toMatchObject({ scenarios: ['saga', 'tcc'], json: 'x.json', settings: { rows: 5_000_000, roundMs: 50, warmUpMs: 50 } });
  });

  it('takes a folder for profiles, as a path that holds in every process', () => {
    expect(readOptions(['--profile', 'profiles']).profileFolder).toBe(`${process.cwd()}/profiles`);
    expect(readOptions([]).profileFolder).toBeNull();
  });

  it('takes another server together with its wire', () => {
    const target = { url: 'http://127.0.0.1:36789', wire: 'dtm' };
    expect(readOptions(['--target', target.url, '--wire', 'dtm']).target).toEqual(target);
  });

  it.each([
    [['--rows', 'many'], '--rows must be a whole number from 1 to 999999999, not "many"'],
    [['--target', 'http://a'], '--target needs --wire dtm'],
    [['--target', 'http://a', '--wire', 'soap'], '--target needs --wire dtm, not "soap"'],
    [['--target', 'nowhere', '--wire', 'dtm'], '--target must be a URL such as http://127.0.0.1:36789, not "nowhere"'],
    [['--wire', 'dtm'], '--wire says how --target is spoken to: give both'],
    [['--fast'], "Unknown option '--fast'"],
  ])('refuses %j in one line', (args, line) => {
    expect(() => readOptions(args)).toThrow(line);
  });
});

describe('the choice of scenarios', () => {
  const names = (chosen: readonly { readonly name: string }[]) => chosen.map(({ name }) => name);

  it('is all of them, that of another server only when there is one', () => {
    const own = names(scenarios).filter((name) => name !== 'target');
    expect(names(chosenScenarios([], false))).toEqual(own);
    expect(names(chosenScenarios([], true)).sort()).toEqual([...own, 'target'].sort());
  });

  it('is what was named, and nothing that does not exist', () => {
    expect(names(chosenScenarios(['tcc', 'saga'], false))).toEqual(['saga', 'tcc']);
    expect(() => chosenScenarios(['sago'], false)).toThrow('There is no scenario sago; --list names them.');
  });
});
