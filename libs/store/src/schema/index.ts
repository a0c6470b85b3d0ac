/** Tables: migrations, entities. */
import { Foundation1764000000001 } from './migrations/0001-foundation.js';
import { Administration1764000000002 } from './migrations/0002-administration.js';
import { ParticipantControl1764000000003 } from './migrations/0003-participant-control.js';
import { Registry1764000000004 } from './migrations/0004-registry.js';
import { Events1764000000005 } from './migrations/0005-events.js';
import { Operations1764000000006 } from './migrations/0006-operations.js';
import { SetAside1764000000007 } from './migrations/0007-set-aside.js';
import { Places1764000000008 } from './migrations/0008-places.js';

export * from './administration-entities.js';
export * from './entities.js';
export * from './operations-entities.js';
export * from './participant-control-entity.js';
export * from './registry-entities.js';

/** All migrations, oldest first. Immutable once released. */
export const migrations = [
  Foundation1764000000001,
  Administration1764000000002,
  ParticipantControl1764000000003,
  Registry1764000000004,
  Events1764000000005,
  Operations1764000000006,
  SetAside1764000000007,
  Places1764000000008,
];

/** TypeORM's own book-keeping of what has run. */
export const migrationsTableName = 'assent_migration';
