/** Kinds of questions that `ask` knows, and what each asks for. What answers them is teach/questions. */
export const ASK_KINDS = {
  'next-event': 'what happens next',
  bits: 'which bits: of the next error code (`bits error`), or the marks that a walk leaves (`bits marks`)',
  'resync-set': 'which entries a resync will derive again',
  slot: 'which slot of the out-of-sync table a page takes',
  'can-run': 'who can take a step',
  allowed: 'whether this state is allowed',
  access: 'what the access that comes will do: a hit, a walk, or a fault with which error code',
  'next-entry': 'which entry a walk reads next',
  'shadow-entry': 'what the hypervisor writes into its next entry',
  decision: 'what the hypervisor decides next',
} as const;

export type AskKind = keyof typeof ASK_KINDS;

/** In the order in which they are explained. */
export const ASK_KIND_NAMES = Object.keys(ASK_KINDS) as readonly AskKind[];

export const isAskKind = (name: string): name is AskKind => Object.hasOwn(ASK_KINDS, name);
