/** The port through which nodes hint to each other. The store is the truth: a hint that is lost makes something later, never wrong. */

/** There may be a command for you. */
export type Hint = { readonly kind: 'command_recorded'; readonly gid: string };

export interface Hints {
  /** Tells the other nodes. Returns at once and never throws. */
  tell(hint: Hint): void;
  /** Calls `heard` for every hint of another node. Returns how to stop that. */
  listen(heard: (hint: Hint) => void): () => void;
}

/** For nodes that have nothing but the store between them. */
export const noHints: Hints = Object.freeze({
  tell(): void {
    // Nobody is there to hear it.
  },
  listen: () => () => undefined,
});
