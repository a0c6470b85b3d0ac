/**
 * Contracts as types: what a participant takes and answers, so that a wrong field is a compile error at the initiator.
 *
 * A participant exports a map of its contracts; an initiator joins the maps it uses and hands them to the client as type parameter:
 *
 *     export type InventoryContracts = { 'inventory.reserve': Contract<Reserve> };
 *     constructor(private readonly assent: AssentClient<InventoryContracts & PaymentContracts>) {}
 *
 * Nothing of this exists at run time: the participant checks every payload against its own schema anyway.
 */

/** What one contract takes (a JSON object) and what its forward op answers. */
export interface Contract<Payload extends object = object, Result = undefined> {
  readonly payload: Payload;
  readonly result: Result;
}

/** Contract name -> contract; also satisfied by an `interface`. */
export type ContractMap<C> = { readonly [Name in keyof C]: Contract<object, unknown> };

/** What a client without a type parameter knows: any contract, any JSON object, any answer. */
export type AnyContracts = Record<string, Contract<object, unknown>>;

export type ContractName<C> = keyof C & string;

export type PayloadOf<C extends ContractMap<C>, Name extends ContractName<C>> = C[Name]['payload'];

export type ResultOf<C extends ContractMap<C>, Name extends ContractName<C>> = C[Name]['result'];
