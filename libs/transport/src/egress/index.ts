/** Where calls may go. */
export { EgressDeniedError, type EgressOptions, EgressPolicy, type EgressProblem, formProblem, readOrigin } from './egress-policy.js';
export { type AddressClass, forbiddenClassOf } from './forbidden-addresses.js';
export { HostList } from './host-list.js';
