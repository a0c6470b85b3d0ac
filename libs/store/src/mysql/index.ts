/** The store on MySQL and MariaDB. */
export { ensureMysqlDatabase } from './ensure-database.js';
export { MysqlTransactionStore } from './mysql-transaction-store.js';
export { type MysqlOptions, type OpenedMysql, openMysql } from './open-mysql.js';
export { UnusableServerError } from './writer-connection.js';
