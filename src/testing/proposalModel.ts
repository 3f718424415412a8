/**
 * KVM's fast page fault of 2012 as small as a whole scenario can be: page 0x200 is write-protected for the dirty log; vCPU 0 begins
 * to use it as a top table, all others store to it. Every processor has a store buffer. `forms`: switches turned on beside the profile's.
 */
export function proposalModel(fast: number, forms: readonly string[] = []): string {
  const stores = Array.from({ length: fast }, (_, i) => `vcpu ${i + 1}\n  store 0x40_0000 = 7\n`);
  return `scenario "The fast page fault of 2012"
design kvm${forms.length === 0 ? '' : ` with ${forms.join(', ')}`}
profile proposal-2012
paging x86-64, 768 frames
tlb 4
store-buffers 2
vcpus ${fast + 1}
root 0x100
table l3 0x101 at 0x40_0000
table l2 0x102 at 0x40_0000
table l1 0x103 at 0x40_0000
map 0x40_0000 -> 0x200 rwx user a d

prologue vcpu 0
  load 0x40_0000
prologue host
  call memslot 0 0 768 0 1

vcpu 0
  cr3 0x200
${stores.join('')}
explore I1, I2
`;
}

/** A row of the verdict table (sheet 5.7): what is taken away, what is done otherwise, and what breaks. */
export interface ProposalRow {
  readonly what: string;
  readonly fast: number;
  readonly without: readonly string[];
  readonly forms: readonly string[];
  /** Missing: it is safe. */
  readonly breaks?: 'I1' | 'I2';
  /** Hundreds of thousands of states: not in npm test. */
  readonly soak?: true;
}

const row = (
  what: string,
  fast: number,
  without: readonly string[],
  forms: readonly string[],
  breaks?: ProposalRow['breaks'],
): ProposalRow => ({
  ...{ what, fast, without, forms },
  ...(breaks !== undefined && { breaks }),
  ...(breaks === undefined && fast > 1 && { soak: true }),
});

/** The rows of the sheet; safe ones of two fast vCPUs also with one, which takes a second instead of minutes. */
export const PROPOSAL_TABLE: readonly ProposalRow[] = [
  ...[1, 2].map((n) => row('full protocol, unique ids', n, [], [])),
  row('F4 removed, F3 plain byte store', 1, ['fast-barrier'], [], 'I1'),
  ...[1, 2].map((n) => row('F4 removed, F3 locked', n, ['fast-barrier'], ['id-locked'])),
  ...[1, 2].map((n) => row('F4 removed, F3 by cmpxchg', n, ['fast-barrier'], ['id-cmpxchg'])),
  row('P3 removed, P2 plain', 1, ['protect-barrier'], [], 'I1'),
  ...[1, 2].map((n) => row('P3 removed, P2 locked', n, ['protect-barrier'], ['flag-locked'])),
  row('shared id', 1, ['unique-id'], []),
  row('shared id, F3 plain byte', 2, ['unique-id'], [], 'I1'),
  row('shared id, F3 locked', 2, ['unique-id'], ['id-locked'], 'I1'),
  row('shared id, F3 by cmpxchg', 2, ['unique-id'], ['id-cmpxchg'], 'I1'),
  row('no rmap flag (id only)', 1, ['rmap-flag'], [], 'I1'),
  row('no id (flag only)', 1, ['identification'], [], 'I1'),
  row('neither (bare cmpxchg)', 1, ['rmap-flag', 'identification'], [], 'I1'),
  ...[1, 2].map((n) => row('P4 by plain 8-byte store', n, [], ['protect-plain-store'])),
  row('P5 flush removed', 1, ['protect-flush'], [], 'I2'),
  row('P5 flush removed', 2, ['protect-flush'], [], 'I2'),
  // With two, each can undo what the other has opened, again and again: too many states for a table.
  row('F3 plain 8-byte store, abort leaves id', 1, [], ['id-whole-word']),
  // How soon a search meets it is a matter of the order in which it happens to look: seconds, or many minutes.
  {
    ...row('F3 plain 8-byte store, abort clears id', 2, [], ['id-whole-word', 'abort-clears'], 'I2'),
    soak: true,
  },
  ...[1, 2].map((n) => row('F3 byte store, abort clears id by cmpxchg', n, [], ['abort-exchanges'])),
  // Two that the sheet's table has no row for.
  row('P4 does not look at the id', 1, ['erase-id'], [], 'I1'),
  row('F6 without comparison', 1, ['compare-exchange'], [], 'I1'),
];
