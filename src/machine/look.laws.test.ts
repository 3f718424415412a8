import fc from 'fast-check';
import { expect, it } from 'vitest';
import { wordOfBigInt } from '../base';
import { BareMachine, type BareOptions, ROOT } from '../testing/bareMachine';
import { A, CR4_PSE, D, G, NX_HI, P, PFEC_P, PFEC_RSVD, PS, U, W } from './bits';
import { leadingEntries, lookThrough, processorsTables } from './look';
import { RIGHT_NX } from './rights';

const TABLES = 6;
const BIG = 2 ** 21;
const memory = { guestFrames: BIG, machineFrames: BIG };

/** Every mode, with and without what changes the meaning of an entry; teaching geometries too. */
const machines: readonly BareOptions[] = [
  { mode: '64', config: memory },
  { mode: '64', efer: 0, config: { ...memory, pdpe1gb: false } },
  { mode: '64', config: { ...memory, indexBits: 3, levels: 2 } },
  { mode: '64', config: { ...memory, indexBits: 3, levels: 3 } },
  { mode: 'pae', config: memory },
  { mode: 'pae', efer: 0, config: { ...memory, indexBits: 3 } },
  { mode: '32', config: memory },
  { mode: '32', config: { ...memory, indexBits: 3 } },
];

const entry = fc.record({
  table: fc.nat(TABLES - 1),
  /** Which of the few indices that addresses use. */
  slot: fc.nat(2),
  /** Mostly another table, so that walks go on; else any frame. */
  target: fc.oneof({ weight: 4, arbitrary: fc.nat(TABLES - 1).map((n) => ROOT + n) }, fc.nat(2 ** 20 - 1)),
  flags: fc.subarray([W, U, A, D, G, PS, 1 << 13]),
  present: fc.oneof({ weight: 6, arbitrary: fc.constant(true) }, fc.constant(false)),
  high: fc.oneof({ weight: 6, arbitrary: fc.constant(0) }, fc.constantFrom(NX_HI, 1 << 20, 1 << 12)),
});
const SLOTS = [0, 3, 5] as const;

it('what a look through tables says is what the processor’s own walk comes to, in every mode', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...machines),
      fc.boolean(),
      fc.array(entry, { minLength: 4, maxLength: 18 }),
      fc.array(fc.nat(2), { minLength: 4, maxLength: 4 }),
      (given, pse, entries, path) => {
        const b = new BareMachine(given);
        const m = b.machine;
        const r = m.vcpu(0);
        if (!pse) {
          r.set('cr4', r.get('cr4') & ~CR4_PSE);
          r.set('hwCr4', r.get('cr4'));
        }
        for (const { table, slot, target, flags, present, high } of entries)
          b.entry(
            ROOT + table,
            SLOTS[slot] as number,
            // MOV CR3 refuses PDPTEs with reserved bits: none is ever in a register.
            given.mode === 'pae' && table === 0 ? 0 : high,
            (target << 12) | flags.reduce((all, one) => all | one, 0) | (present ? P : 0) | 0,
          );
        b.start([]);
        const mode = m.hwMode(0);
        let at = 0x58n;
        for (let level = 1; level <= mode.levels; level++) {
          const index = (SLOTS[path[level - 1] as number] as number) & (mode.indexMask[level] as number);
          at |= BigInt(index) << BigInt(mode.shift[level] as number);
        }
        const whole = mode.name === '64' ? BigInt.asUintN(64, BigInt.asIntN(mode.vaBits, at)) : at;
        const va = wordOfBigInt(whole);
        const tables = processorsTables(m, 0);
        if (tables === undefined) throw new Error('paging is meant to be on');
        const seen = lookThrough(m, tables, va.hi, va.lo);
        // The kernel may read whatever is mapped: only what the tables lead to decides.
        b.run({ kind: 'load', va, width: 4, cpl: 0 });
        const walk = b.events('WalkEnded')[0];
        const error = Number(walk?.error);
        // The list of all pages has this one exactly if it leads somewhere, at the entry that decides.
        const page = [...leadingEntries(m, tables, 5_000)].find(
          ({ at: { table, index }, vaHi, vaLo, shift }) => {
            const first = (BigInt(vaHi >>> 0) << 32n) | BigInt(vaLo >>> 0);
            const inside = whole >= first && whole < first + (1n << BigInt(shift));
            return inside && table === seen.at.table && index === seen.at.index;
          },
        );
        expect(page !== undefined).toBe(seen.kind === 'page');
        if (seen.kind === 'nothing') {
          expect(error).toBe(seen.why === 'reserved' ? PFEC_P | PFEC_RSVD : 0);
          const last = b.events('WalkedLevel').at(-1);
          expect(seen.at).toEqual({ level: last?.level, table: last?.frame, index: last?.index });
          return;
        }
        expect([error, walk?.frame]).toEqual([-1, seen.frame]);
        const [kept] = m.tlb.entries(0);
        expect([kept?.writable, kept?.user, kept?.nx]).toEqual([
          (seen.rights & W) !== 0,
          (seen.rights & U) !== 0,
          (seen.rights & RIGHT_NX) !== 0,
        ]);
      },
    ),
    { numRuns: 250 },
  );
});
