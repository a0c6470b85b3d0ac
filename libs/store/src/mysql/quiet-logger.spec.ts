import { createTestDatabase, describeOnMariadb } from '../../../../test/support/databases.js';
import { openMysql } from './open-mysql.js';

describeOnMariadb('A store on a server', () => {
  it('writes nothing between the JSON lines of its process, not even of a slow statement', async () => {
    const database = await createTestDatabase();
    const { dataSource, store } = await openMysql({ url: database.url, leaseMs: 5_000, poolSize: 1 });
    const written = (['log', 'info', 'warn', 'error'] as const).map((level) => jest.spyOn(console, level).mockImplementation());
    dataSource.logger.logQuerySlow(10_001, 'SELECT 1');
    dataSource.logger.logQueryError('lost', 'SELECT 1');
    expect(written.flatMap((spy) => spy.mock.calls)).toEqual([]);
    jest.restoreAllMocks();
    await store.close();
    await database.drop();
  });
});
