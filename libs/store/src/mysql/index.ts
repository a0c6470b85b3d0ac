/** The store on MySQL and MariaDB. */
export { ensureMysqlDatabase } from './ensure-database.js';
export { openMysql } from './open-mysql.js';
export { UnusableServerError } from './writer-connection.js';
