/** What each process of the shop is told in its environment. */
import { join } from 'node:path';
import type { ServiceName } from './shop-stack.js';

export interface Addresses {
  readonly home: string;
  readonly ports: Readonly<Record<ServiceName, number>>;
  /** Database of each service. */
  readonly databases: Readonly<Record<ServiceName, string>>;
  /** Where coordinators are reached. */
  readonly coordinatorUrl: string;
  /** Where coordinators call the participants. */
  readonly participants: string;
}

export interface Differences {
  /** `ASSENT_DEMO_FAULTS` of inventory and payment. */
  readonly participantFaults?: string;
  readonly coordinatorEnv?: Readonly<Record<string, string>>;
  readonly orderEnv?: Readonly<Record<string, string>>;
}

type Environment = Readonly<Record<string, string>>;

export function coordinatorEnvironment({ home, ports, databases, participants }: Addresses, { coordinatorEnv }: Differences): Environment {
  return {
    ASSENT_KEYS_FILE: join(home, 'keys.json'),
    ASSENT_MODE: 'development',
    ASSENT_HTTP_PORT: String(ports.coordinator),
    ASSENT_DATABASE_URL: databases.coordinator,
    ASSENT_NODE_NAME: 'faults-1',
    ASSENT_PARTICIPANTS: participants,
    ...coordinatorEnv,
  };
}

export function orderEnvironment({ home, ports, databases, coordinatorUrl }: Addresses, { orderEnv }: Differences): Environment {
  return {
    ASSENT_KEYS_FILE: join(home, 'keys.json'),
    ORDER_HTTP_PORT: String(ports.order),
    ORDER_DATABASE_URL: databases.order,
    ORDER_COORDINATOR_URL: coordinatorUrl,
    ORDER_RECONCILE_MS: '1000',
    ...orderEnv,
  };
}

export function participantEnvironment(
  name: 'inventory' | 'payment',
  { home, ports, databases }: Addresses,
  { participantFaults }: Differences,
): Environment {
  const prefix = name.toUpperCase();
  return {
    ASSENT_KEYS_FILE: join(home, 'keys.json'),
    ASSENT_MODE: 'development',
    [`${prefix}_HTTP_PORT`]: String(ports[name]),
    [`${prefix}_DATABASE_URL`]: databases[name],
    ...(participantFaults === undefined ? {} : { ASSENT_DEMO_FAULTS: participantFaults }),
  };
}
