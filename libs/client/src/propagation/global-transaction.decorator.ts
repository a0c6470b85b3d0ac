/** `@GlobalTransaction()`: a method that is a global transaction. */
import { currentContext } from '@assent/context';
import { AssentClient } from '../assent-client.js';
import type { GlobalTransactionOptions, GlobalTransaction as RunningTransaction } from '../builders/global-transaction.js';
import type { ContractMap } from '../contracts.js';

/** A global transaction driven from here, as `client.globalTransaction` hands it to its work. */
export type GlobalTransaction<C extends ContractMap<C>> = RunningTransaction<C>;

export interface GlobalTransactionMethodOptions extends Omit<GlobalTransactionOptions, 'gid' | 'key'> {
  /** Name of the transaction. Default: the method's. */
  readonly name?: string;
  /** Where the client is: a property of the object. Default: the one property that holds an `AssentClient`. */
  readonly client?: string;
}

type Method = (this: object, ...parameters: unknown[]) => Promise<unknown>;

/**
 * The method runs in a TCC driven by this service: begun before it, submitted when it returns, aborted when it throws. What it calls through
 * `client.try` and `client.register` becomes a branch, in this service and in those it asks with `assentFetch`. Returns what the method returns, once the
 * commit is decided (or as far as `wait` says). Called inside a transaction already, it takes part in that one and decides nothing.
 */
export function GlobalTransaction(options: GlobalTransactionMethodOptions = {}): MethodDecorator {
  return (_prototype, methodName, descriptor) => {
    const { name = String(methodName), client: property, ...how } = options;
    const method = descriptor.value as Method | undefined;
    if (typeof method !== 'function') throw new Error(`@GlobalTransaction() stands on "${String(methodName)}", which is no method`);
    const wrapped: Method = async function (...parameters) {
      const role = currentContext()?.role;
      if (role === 'initiator' || role === 'joined') return method.apply(this, parameters);
      const client = clientOf(this, property);
      const { value } = await client.globalTransaction(name, () => method.apply(this, parameters), how);
      return value;
    };
    descriptor.value = wrapped as typeof descriptor.value;
  };
}

function clientOf(object: object, property: string | undefined): AssentClient {
  const candidates = property === undefined ? Object.values(object) : [(object as Record<string, unknown>)[property]];
  const clients = candidates.filter((candidate): candidate is AssentClient => candidate instanceof AssentClient);
  const [client] = clients;
  if (client !== undefined && clients.length === 1) return client;
  const where = property === undefined ? 'exactly one property' : `the property "${property}"`;
  throw new Error(`@GlobalTransaction() needs an AssentClient in ${where} of ${object.constructor.name}; say client: '...'`);
}
