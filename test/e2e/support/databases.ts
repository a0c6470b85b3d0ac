/** The same tests through whole coordinators on SQLite and on MariaDB. */
import { join } from 'node:path';
import { createTestDatabase, describeOnMariadb } from '../../support/databases.js';
import { startCoordinator, type TestCoordinator, type TestFolder, testFolder } from './coordinators.js';

/** A folder and a database of one suite's own. */
export class Ground {
  private constructor(
    readonly folder: TestFolder,
    readonly url: string,
    private readonly drop: () => Promise<void>,
  ) {}

  /** What a coordinator must be told to use this database. */
  get environment(): Readonly<Record<string, string>> {
    return { ASSENT_DATABASE_URL: this.url };
  }

  static async onSqlite(): Promise<Ground> {
    const folder = testFolder();
    return new Ground(folder, `sqlite:${join(folder.path, 'coordinator.sqlite')}`, async () => undefined);
  }

  static async onMariadb(): Promise<Ground> {
    const { url, drop } = await createTestDatabase();
    return new Ground(testFolder(), url, drop);
  }

  start(environment: Readonly<Record<string, string>> = {}): Promise<TestCoordinator> {
    return startCoordinator(this.folder, { ...this.environment, ...environment });
  }

  async clear(): Promise<void> {
    await this.drop();
    this.folder.remove();
  }
}

/** Whatever `tests` opens it must close in hooks of its own; the ground is there before and after them. */
export function describeOnEveryDatabase(subject: string, tests: (ground: () => Ground) => void): void {
  describe('On SQLite', () => suiteOn(Ground.onSqlite, subject, tests));
  describeOnMariadb('On MariaDB', () => suiteOn(Ground.onMariadb, subject, tests));
}

function suiteOn(open: () => Promise<Ground>, subject: string, tests: (ground: () => Ground) => void): void {
  let ground: Ground;
  beforeAll(async () => {
    ground = await open();
  });
  afterAll(() => ground.clear());
  describe(subject, () => tests(() => ground));
}
