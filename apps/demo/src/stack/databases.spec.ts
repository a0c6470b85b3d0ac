import { randomBytes } from 'node:crypto';
import mysql from 'mysql2/promise';
import { describeOnMariadb, mariadbUrl } from '../../../../test/support/databases.js';
import { mysqlUrls, sqliteUrls } from './databases.js';

describe('the databases of the demo', () => {
  it('are files of one folder by default', () => {
    expect(sqliteUrls('.assent')).toEqual({
      coordinator: 'sqlite:.assent/coordinator.sqlite',
      order: 'sqlite:.assent/order.sqlite',
      inventory: 'sqlite:.assent/inventory.sqlite',
      payment: 'sqlite:.assent/payment.sqlite',
    });
  });

  it.each(['postgres://root@localhost/assent', 'assent', 'mysql:///assent'])('refuses the URL %s in one line', async (url) => {
    await expect(mysqlUrls(url)).rejects.toThrow(/^ASSENT_DATABASE_URL must look like mysql:\/\//);
  });

  it('refuses a prefix that is no name', async () => {
    await expect(mysqlUrls('mysql://root@localhost/a-b')).rejects.toThrow(/must be a prefix of letters/);
  });

  it('says in one line that the server is away', async () => {
    await expect(mysqlUrls('mysql://root@127.0.0.1:1/assent')).rejects.toThrow(/^the database at 127\.0\.0\.1:1 cannot be used: /);
  });
});

describeOnMariadb('the databases of the demo on MariaDB', () => {
  const prefix = `demo_${randomBytes(4).toString('hex')}`;
  const all = [prefix, `${prefix}_order`, `${prefix}_inventory`, `${prefix}_payment`];
  let admin: mysql.Connection;

  beforeAll(async () => {
    admin = await mysql.createConnection({ uri: mariadbUrl as string });
  });
  afterEach(async () => {
    for (const name of all) await admin.query(`DROP DATABASE IF EXISTS ${name}`);
    await admin.query(`DROP USER IF EXISTS ${prefix}@'%'`);
  });
  afterAll(() => admin.end());

  const existing = async () => {
    const [rows] = await admin.query<mysql.RowDataPacket[]>(
      'SELECT schema_name AS name FROM information_schema.schemata WHERE schema_name LIKE ?',
      [`${prefix}%`],
    );
    return rows.map((row) => row.name as string).sort();
  };
  const accountWithoutRights = async () => {
    await admin.query(`CREATE USER ${prefix}@'%' IDENTIFIED BY 'secret'`);
    const url = new URL(`${mariadbUrl as string}/${prefix}`);
    url.username = prefix;
    url.password = 'secret';
    return url.href;
  };

  it('are created under the prefix, and found again', async () => {
    const urls = await mysqlUrls(`${mariadbUrl as string}/${prefix}`);
    expect(urls.payment).toBe(`${mariadbUrl as string}/${prefix}_payment`);
    expect(await existing()).toEqual([...all].sort());
    expect(await mysqlUrls(`${mariadbUrl as string}/${prefix}`)).toEqual(urls);
  });

  it('are named in one line when the account may not create them', async () => {
    const message = await mysqlUrls(await accountWithoutRights()).catch((error: Error) => error.message);
    for (const name of all) expect(message).toContain(`CREATE DATABASE ${name} `);
    expect(message).not.toContain('\n');
  });

  it('are taken as they are when an administrator has created them', async () => {
    const url = await accountWithoutRights();
    for (const name of all) {
      await admin.query(`CREATE DATABASE ${name}`);
      await admin.query(`GRANT ALL PRIVILEGES ON ${name}.* TO ${prefix}@'%'`);
    }
    expect((await mysqlUrls(url)).coordinator).toContain(`/${prefix}`);
  });
});
