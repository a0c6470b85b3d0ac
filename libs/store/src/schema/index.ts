/** Tables: migrations, entities. */
import { Foundation1764000000001 } from './migrations/0001-foundation.js';

export * from './entities.js';

/** All migrations, oldest first. Immutable once released. */
export const migrations = [Foundation1764000000001];

/** TypeORM's own book-keeping of what has run. */
export const migrationsTableName = 'assent_migration';
