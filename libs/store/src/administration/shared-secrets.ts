/** Secrets that the nodes of one database share: the first node that needs one draws it. */
import type { DataSource } from 'typeorm';
import { SharedSecretEntity } from '../schema/index.js';
import { inTurn } from './in-transaction.js';
import { isDuplicate } from './refusals.js';

/** The secret in force; `draw` makes one where there is none. Nodes that start at once agree, because only one of them can insert. */
export async function sharedSecret(dataSource: DataSource, name: string, draw: () => string): Promise<string> {
  const table = dataSource.getRepository(SharedSecretEntity);
  const there = await table.findOneBy({ name });
  if (there !== null) return there.value;
  const value = draw();
  try {
    await inTurn(dataSource, (manager) => manager.insert(SharedSecretEntity, { name, value }));
    return value;
  } catch (error) {
    if (!isDuplicate(error)) throw error;
    return (await table.findOneByOrFail({ name })).value;
  }
}
