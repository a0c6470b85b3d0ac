import mysql from 'mysql2/promise';
import { createTestDatabase, describeOnMariadb } from './databases.js';

describeOnMariadb('a private MariaDB', () => {
  it('gives each suite a database of its own', async () => {
    const database = await createTestDatabase();
    const connection = await mysql.createConnection({ uri: database.url });
    const [rows] = await connection.query('SELECT DATABASE() AS name');
    await connection.end();
    await database.drop();
    expect(rows).toEqual([{ name: database.name }]);
  });
});
