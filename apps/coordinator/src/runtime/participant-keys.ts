/**
 * The table `participant`: the participants of the configuration, and the key of each. All nodes on one database agree on keys through it: a key of
 * the configuration wins and is kept, else the table's, else that of the keys file, else a new one is made.
 */
import { StoreUnavailableError } from '@assent/engine';
import { ParticipantEntity } from '@assent/store';
import { makeParticipantKey, type Participant, participantKeyProblem } from '@assent/transport';
import type { DataSource, Repository } from 'typeorm';
import type { ConfiguredParticipant } from '../configuration/index.js';

/**
 * Keeps the participants (or the origins of free URLs) in the table, and returns them with the keys in force. Throws `StoreUnavailableError` when the
 * database fails on the way.
 */
export async function agreeOnKeys(
  dataSource: DataSource,
  configured: readonly ConfiguredParticipant[],
  fromFile: ReadonlyMap<string, string>,
): Promise<readonly Participant[]> {
  const table = dataSource.getRepository(ParticipantEntity);
  try {
    return await agree(table, configured, fromFile);
  } catch (cause) {
    // Errors of a database driver carry a code; anything else is a fault of ours and must not be tried for ever.
    const code = (cause as { readonly code?: unknown }).code;
    if (typeof code !== 'string') throw cause;
    throw new StoreUnavailableError(`The table of participants cannot be used: ${code}`, { cause });
  }
}

async function agree(
  table: Repository<ParticipantEntity>,
  configured: readonly ConfiguredParticipant[],
  fromFile: ReadonlyMap<string, string>,
): Promise<readonly Participant[]> {
  const agreed: Participant[] = [];
  for (const participant of configured) {
    const { name, baseUrl, concurrency } = participant;
    const key = participant.key ?? (await keptKey(table, participant, fromFile.get(name)));
    await table.update({ name }, { baseUrl, concurrency, signingKey: key });
    agreed.push({ name, baseUrl, concurrency, key });
  }
  return agreed;
}

/** The key of the table, where one is put first if need be. Nodes that start at once agree, because only one of them can insert. */
async function keptKey(
  table: Repository<ParticipantEntity>,
  participant: ConfiguredParticipant,
  fromFile: string | undefined,
): Promise<string> {
  const { name, baseUrl, concurrency } = participant;
  const made = fromFile !== undefined && participantKeyProblem(fromFile) === null ? fromFile : makeParticipantKey();
  if ((await table.findOneBy({ name })) === null) {
    try {
      await table.insert({ name, baseUrl, concurrency, signingKey: made });
    } catch (cause) {
      if ((await table.findOneBy({ name })) === null) throw cause;
    }
  }
  return (await table.findOneBy({ name }))?.signingKey ?? made;
}
