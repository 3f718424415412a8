import type { SwitchSpec } from '../design';

/** A switch, and the invariant that breaks without it; none for an optimisation. */
type Named = readonly [name: string, protects?: string];

const FIRST: readonly Named[] = [
  ['out-of-sync'],
  ['snapshots'],
  ['fixups'],
  ['lockless-walk'],
  ['recheck', 'I1'],
  ['prefetch'],
  ['fast-fault-path'],
  ['snapshot-exchange', 'I9'],
  ['snapshot-update-fault', 'I9'],
  ['snapshot-update-prefetch', 'I9'],
  ['wrmap-guess'],
  ['writable-hint'],
  ['skip-verify'],
  ['fast-emulation'],
  ['early-unshadow'],
  ['resync-flush', 'I3'],
  ['late-recheck', 'I1'],
  ['oos-before-magic', 'I17'],
  ['late-resync', 'I2'],
  ['prealloc-first', 'I2'],
  ['skip-verify-locked', 'I1'],
];

/** What keeps the lock-free walk, the tables it leads through and the TLBs right (sheet 2, 3). */
const WALK: readonly Named[] = [
  ['bump-on-removal', 'I16'],
  ['bump-on-emulation', 'I16'],
  ['protect-path', 'I2'],
  ['walk-again', 'I2'],
  ['present-bit', 'I17'],
  ['magic-in-sync', 'I17'],
  ['removal-flush', 'I3'],
  ['cr3-flush', 'I3'],
  ['validate-flush', 'I3'],
  ['unshadow-flush', 'I3'],
];

/** What keeps out-of-sync tables right (sheet 5, 6). */
const OUT_OF_SYNC: readonly Named[] = [
  ['only-l1', 'I5'],
  ['oos-gating', 'I19'],
  ['resync-promoted', 'I5'],
  ['resync-linked', 'I11'],
  ['resync-new-path', 'I11'],
  ['cr3-resync-own', 'I18'],
  ['cr3-refresh-others', 'I11'],
  ['one-parent', 'I11'],
  ['invlpg-blanks', 'I11'],
  ['crush-resync', 'I6'],
  ['demote-slot', 'I6'],
  ['may-write-first', 'I2'],
  ['unfindable-unshadows', 'I2'],
  ['fixup-eviction', 'I8'],
  ['snapshot-update-validate', 'I9'],
  ['snapshot-update-resync', 'I9'],
];

/** What was repaired after June 2008 (sheet 10), beside the five repairs of old. */
const LATER: readonly Named[] = [
  ['user-store', 'I20'],
  ['fixup-first', 'I13'],
  ['fl1-fixups', 'I8'],
  ['first-of-four', 'I11'],
  ['fixup-no-duplicates'],
  ['fast-emul-cleared'],
  ['flush-before-bump', 'I16'],
  ['early-unshadow-halves'],
  ['guess-any-vcpu'],
  ['no-gnp'],
];

/**
 * Every protection and optimisation that can be switched off, in mid-run too; all are on unless said otherwise. The last of the
 * list are repairs that came after 2008 or, so far, never: the profiles of 2008 start with them off, as Xen shipped. What each is
 * for is said in `switchTexts.ts`, which the registry's design has: here stands what a run needs.
 */
export const SWITCHES: readonly SwitchSpec[] = [...FIRST, ...WALK, ...OUT_OF_SYNC, ...LATER].map(
  ([name, protects]) => ({
    name,
    label: name.replaceAll('-', ' '),
    says: '',
    default: true,
    ...(protects === undefined ? {} : { protects }),
  }),
);

/** Switches that stand for what came later than the code of 2008. */
export const REPAIRS: readonly string[] = [
  'late-recheck',
  'oos-before-magic',
  'late-resync',
  'prealloc-first',
  'skip-verify-locked',
  ...LATER.map(([name]) => name),
];

/** What the profiles of 2008 set: the repairs came later. */
export const SWITCHES_OF_2008: Readonly<Record<string, boolean>> = Object.fromEntries(
  REPAIRS.map((name) => [name, false]),
);
