/**
 * TypeORM writes of slow statements to the console whatever `logging` says: plain text with SQL between the JSON lines of the process. A read that takes
 * too long is told as what it is, a store that is away.
 */
import type { Logger } from 'typeorm';

export class QuietLogger implements Logger {
  logQuery(): void {}
  logQueryError(): void {}
  logQuerySlow(): void {}
  logSchemaBuild(): void {}
  logMigration(): void {}
  log(): void {}
}
