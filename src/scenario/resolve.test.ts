import { describe, expect, it } from 'vitest';
import type { ScenarioSpec } from '../engine';
import { printDiagnostic } from './diagnostic';
import { resolve } from './resolve';

const HEAD = 'scenario "a test"\ndesign skeleton\npaging x86-64, 128 frames\n';
const KERNEL = `${HEAD}table l1 0x030 at 0x40_0000\ndirect 0xffff_8100_0000_0000 tables 0x061\n`;

function specOf(text: string): ScenarioSpec {
  const result = resolve(text);
  if (result.kind === 'error') throw new Error(result.error.map(printDiagnostic).join('\n'));
  return result.value.spec;
}

/** 64-bit word of a frame, as hex. */
function wordAt(spec: ScenarioSpec, frame: number, index: number): string {
  const half = (cell: number): bigint =>
    BigInt((spec.memory.find((w) => w.frame === frame && w.cell === cell)?.value ?? 0) >>> 0);
  return `0x${((half(2 * index + 1) << 32n) | half(2 * index)).toString(16)}`;
}

describe('guest tables', () => {
  it('are real x86 tables: A, W and U above, NX where `x` is not written', () => {
    const spec = specOf(`${HEAD}root 0x010\nmap 0x7f80_8800_3000 -> 0x040 rw user\n`);
    expect(wordAt(spec, 0x10, 0xff)).toBe('0x11027');
    expect(wordAt(spec, 0x11, 2)).toBe('0x12027');
    expect(wordAt(spec, 0x12, 0x40)).toBe('0x13027');
    expect(wordAt(spec, 0x13, 3)).toBe('0x8000000000040007');
    expect(spec.memory).toHaveLength(5);
  });

  it('are those of 32-bit paging for a guest that starts without it', () => {
    const text =
      'scenario "a"\ndesign native\npaging off, 64 frames\nmap 0x1000 -> 0x20 rw user\nvcpu 0\n  cr0 set pg\n';
    const spec = specOf(text);
    const on = specOf(text.replace('paging off', 'paging 32-bit'));
    expect([spec.paging, spec.memory]).toEqual(['32-bit', on.memory]);
    expect([spec.vcpus[0]?.cr0, on.vcpus[0]?.cr0].map((cr0) => (cr0 ?? 0) >>> 31)).toEqual([0, 1]);
    // Setting PG loads what the paging guest has had from the start.
    expect(spec.programs[0]).toEqual([{ kind: 'cr0', value: on.vcpus[0]?.cr0 }]);
  });

  it('lie where they are told, else in frames that nothing else names', () => {
    const spec = specOf(
      `${HEAD}root 0x010\ntable l1 0x011 at 0x40_0000 named P\nmap 0x40_0000 -> 0x012 r\nmap 0x40_1000 -> 0x014 rwx a d\n`,
    );
    expect(spec.tables.map(({ frame, level, name }) => [frame, level, name])).toEqual([
      [0x10, 4, undefined],
      [0x11, 1, 'P'],
      [0x13, 3, undefined],
      [0x15, 2, undefined],
    ]);
    expect(wordAt(spec, 0x11, 0)).toBe('0x8000000000012001');
    expect(wordAt(spec, 0x11, 1)).toBe('0x14063');
  });

  it('have no NX when the guest has not switched it on', () => {
    expect(wordAt(specOf(`${HEAD}nx off\nmap 0 -> 0x040 rw user\n`), 0x13, 0)).toBe('0x40007');
  });

  it('of 32-bit and PAE guests have their own layouts', () => {
    const two = specOf(
      'scenario "a"\ndesign native\npaging 32-bit, 64 frames\nmap 0x1000 -> 0x20 rw user\nmap 0x80_0000 -> 0x40_0400 rw 4m\n',
    );
    expect(two.memory.filter((w) => w.frame === 0x10)).toEqual([
      { frame: 0x10, cell: 0, value: 0x11027 },
      // PSE-36: physical bit 34 is bit 15 of the entry.
      { frame: 0x10, cell: 2, value: (1 << 22) | (4 << 13) | 0x83 },
    ]);
    expect(two.memory.filter((w) => w.frame === 0x11)).toEqual([{ frame: 0x11, cell: 1, value: 0x20007 }]);
    const pae = specOf(
      'scenario "a"\ndesign native\npaging pae, 64 frames\nmap 0x4000_1000 -> 0x20 rw user\n',
    );
    expect(wordAt(pae, 0x10, 1)).toBe('0x11001');
    expect(wordAt(pae, 0x11, 0)).toBe('0x12027');
  });

  it('show all of memory to the kernel through the direct map, accessed and dirty', () => {
    const spec = specOf(KERNEL);
    expect(wordAt(spec, 0x61, 0)).toBe('0x8000000000000063');
    expect(wordAt(spec, 0x61, 127)).toBe('0x800000000007f063');
    expect(wordAt(spec, 0x61, 128)).toBe('0x0');
  });

  it('of a further address space share the kernel half', () => {
    const spec = specOf(`${KERNEL}space T1 0x018\nmap 0x40_0000 -> 0x041 rw user\nstart vcpu 0 in T1\n`);
    expect(wordAt(spec, 0x18, 258)).toBe(wordAt(spec, 0x10, 258));
    expect(wordAt(spec, 0x18, 0)).not.toBe('0x0');
    expect(wordAt(spec, 0x18, 0)).not.toBe(wordAt(spec, 0x10, 0));
    expect(spec.vcpus[0]?.cr3).toEqual({ hi: 0, lo: 0x18000 });
  });

  it('take entries and words as written, one by one along a range', () => {
    const spec = specOf(
      `${KERNEL}entry 0x030[0..511] = 0x100.. rwx user a d\nentry 0x030[7] = word 0x5555\nentry 0x030[8] = 0\nword 0x040[511] = 9\n`,
    );
    expect(wordAt(spec, 0x30, 511)).toBe('0x2ff067');
    expect(wordAt(spec, 0x30, 7)).toBe('0x5555');
    expect(wordAt(spec, 0x30, 8)).toBe('0x0');
    expect(wordAt(spec, 0x40, 511)).toBe('0x9');
  });
});

describe('programs', () => {
  it('store entries through the direct map, and say which entry they mean', () => {
    const spec = specOf(`${KERNEL}vcpu 0\n  store 0x030[7] = 0x101 rwx user a d\n  clear 0x030[7] w\n`);
    expect(spec.programs[0]).toEqual([
      {
        kind: 'store',
        va: { hi: -32512, lo: 0x30038 },
        value: { hi: 0, lo: 0x101067 },
        width: 8,
        cpl: 0,
        entry: { frame: 0x30, index: 7 },
      },
      {
        kind: 'locked',
        op: 'and',
        va: { hi: -32512, lo: 0x30038 },
        value: { hi: -1, lo: ~2 },
        expected: { hi: 0, lo: 0 },
        width: 8,
        cpl: 0,
        entry: { frame: 0x30, index: 7 },
      },
    ]);
  });

  it('spread a range over as many stores, each with its own source', () => {
    const spec = specOf(`${KERNEL}vcpu 0\n  store 0x030[0..2] = 0x100.. rw user\n`);
    expect(spec.programs[0]?.map((op) => (op.kind === 'store' ? op.value.lo >>> 12 : -1))).toEqual([
      0x100, 0x101, 0x102,
    ]);
    expect(spec.sources[0]?.map((s) => s.text)).toEqual(
      [1, 2, 3].map((n) => `store 0x030[0..2] = 0x100.. rw user (${n} of 3)`),
    );
  });

  it('load a row of addresses', () => {
    const spec = specOf(`${HEAD}vcpu 0\n  load 0x1000 count 3 step 0x2000\n`);
    expect(spec.programs[0]?.map((op) => (op.kind === 'load' ? op.va.lo : -1))).toEqual([
      0x1000, 0x3000, 0x5000,
    ]);
  });

  it('repeat what is between `repeat` and `end`', () => {
    const spec = specOf(
      `${HEAD}vcpu 0\n  repeat 2\n    mfence\n    repeat 2\n      load 0x1000\n    end\n  end\n`,
    );
    expect(spec.programs[0]?.map((op) => op.kind)).toEqual([
      'mfence',
      'load',
      'load',
      'mfence',
      'load',
      'load',
    ]);
  });

  it('go up by the step of a `repeat`: addresses, and frames with dots', () => {
    const spec = specOf(
      `${KERNEL}vcpu 0\n  repeat 3 step 0x1000\n    pte 0x40_0000 = 0x50.. r\n    repeat 2 step 0x10\n      load 0x40_0000\n    end\n    invlpg 0x40_0000\n  end\n`,
    );
    const said = spec.programs[0]?.map((op) => {
      if (op.kind === 'pte')
        return `pte ${op.va.lo.toString(16)} ${((op.value.lo >>> 12) & 0xff).toString(16)}`;
      return op.kind === 'load' || op.kind === 'invlpg' ? `${op.kind} ${op.va.lo.toString(16)}` : op.kind;
    });
    expect(said).toEqual([
      ...['pte 400000 50', 'load 400000', 'load 400010', 'invlpg 400000'],
      ...['pte 401000 51', 'load 401000', 'load 401010', 'invlpg 401000'],
      ...['pte 402000 52', 'load 402000', 'load 402010', 'invlpg 402000'],
    ]);
  });

  it('run in user mode below the kernel half, with the natural width, unless said', () => {
    const spec = specOf(
      `${HEAD}vcpu 0\n  load 0x1000\n  load 0xffff_8000_0000_0000\n  load 0x1000 dword kernel\n`,
    );
    expect(spec.programs[0]).toMatchObject([
      { cpl: 3, width: 8 },
      { cpl: 0, width: 8 },
      { cpl: 0, width: 4 },
    ]);
  });

  it('load whole control registers from single bits', () => {
    const spec = specOf(`${HEAD}vcpu 0\n  cr0 clear wp\n  cr0 clear pg\n  cr4 set smep, smap\n`);
    expect(spec.programs[0]).toEqual([
      { kind: 'cr0', value: 0x8000_0001 | 0 },
      { kind: 'cr0', value: 1 },
      { kind: 'cr4', value: 0x3000a0 },
    ]);
  });

  it('of the host come last, and the prologue stands apart', () => {
    const spec = specOf(
      `${KERNEL}prologue vcpu 1\n  load 0x40_0000\nvcpu 0\n  mfence\nhost\n  poke 0x030[1] = 0x044 rwx\n  switch fault-lock off\n`,
    );
    expect(spec.machine.vcpus).toBe(2);
    expect(spec.prologue.map(({ actor, op }) => [actor, op.kind])).toEqual([[1, 'load']]);
    expect(spec.programs.map((p) => p.length)).toEqual([1, 0]);
    expect(spec.host).toEqual([
      { kind: 'poke', frame: 0x30, index: 1, value: { hi: 0, lo: 0x44003 } },
      { kind: 'switch', name: 'fault-lock', on: false },
    ]);
  });
});

describe('the schedule', () => {
  const TWO = `${HEAD}vcpu 0\n  mfence\n  mfence\nvcpu 1\n  mfence\nvcpu 0\n  mfence\n`;

  it('is the order of the text when nothing is said', () => {
    expect(specOf(TWO).schedule).toEqual({
      segments: [
        { actor: 0, until: { kind: 'op', op: 1, edge: 'end' } },
        { actor: 1, until: { kind: 'op', op: 0, edge: 'end' } },
        { actor: 0, until: { kind: 'op', op: 2, edge: 'end' } },
      ],
      rest: { kind: 'in-order' },
    });
  });

  it('is what the line says', () => {
    expect(
      specOf(
        `${TWO}schedule 0 until op 1 start, 1 until 5 steps, 0 until op 2 guest.start, 1 then random 7\n`,
      ).schedule,
    ).toEqual({
      segments: [
        { actor: 0, until: { kind: 'op', op: 1, edge: 'start' } },
        { actor: 1, until: { kind: 'steps', count: 5 } },
        { actor: 0, until: { kind: 'moment', moment: { actor: 0, op: 2, label: 'guest.start', nth: 0 } } },
        { actor: 1, until: { kind: 'done' } },
      ],
      rest: { kind: 'random', seed: 7 },
    });
    expect(specOf(`${TWO}schedule round-robin\n`).schedule).toEqual({
      segments: [],
      rest: { kind: 'round-robin' },
    });
  });
});

describe('moments', () => {
  it('without an operation are of the one above', () => {
    const spec = specOf(
      `${KERNEL}vcpu 0\n  mfence\nvcpu 1\n  store 0x030[0..3] = 0\n  note "all four"\n  note at start "before"\n  ask at vcpu 0 op 0 start next-event 7\n`,
    );
    expect(spec.notes.map((n) => n.at)).toEqual([
      { actor: 1, op: 3, label: 'done', nth: 0 },
      { actor: 1, op: 0, label: 'start', nth: 0 },
    ]);
    expect(spec.asks).toMatchObject([
      { at: { actor: 0, op: 0, label: 'start' }, question: 'next-event', about: '7' },
    ]);
  });
});

describe('expectations', () => {
  it('find events by any spelling, and 64-bit fields by their halves', () => {
    const spec = specOf(
      `${HEAD}expect events page-fault va=0x7f80_8800_3000 error=4, GuestPageFault actor=1 error=-\nexpect no MEMORYWRITTEN value=7\n`,
    );
    expect(spec.expect).toMatchObject([
      {
        kind: 'events',
        exactly: false,
        events: [
          {
            event: 'PageFault',
            fields: [
              { name: 'vaHi', value: 0x7f80 },
              { name: 'vaLo', value: 0x8800_3000 | 0 },
              { name: 'error', value: 4 },
            ],
          },
          { event: 'GuestPageFault', actor: 1, fields: [{ name: 'error', value: -1 }] },
        ],
      },
      {
        kind: 'event-count',
        count: 0,
        event: {
          event: 'MemoryWritten',
          fields: [
            { name: 'hi', value: 0 },
            { name: 'lo', value: 7 },
          ],
        },
      },
    ]);
  });

  it('of entries are one each along a range, at the level of the table', () => {
    const spec = specOf(
      `${KERNEL}expect end guest 0x030[1..2] -> 0x100.. rw user\nexpect end shadow 0x010[0] -> shadow 0x011\nexpect end snapshot 0x030[7] -> empty\n`,
    );
    const rights = {
      r: true,
      w: true,
      x: false,
      user: true,
      accessed: false,
      dirty: false,
      global: false,
      large: false,
    };
    expect(spec.expect).toMatchObject([
      {
        kind: 'entry',
        of: 'guest',
        frame: 0x30,
        level: 1,
        index: 1,
        value: { kind: 'maps', frame: 0x100, rights },
      },
      {
        kind: 'entry',
        of: 'guest',
        frame: 0x30,
        level: 1,
        index: 2,
        value: { kind: 'maps', frame: 0x101, rights },
      },
      {
        kind: 'entry',
        of: 'shadow',
        frame: 0x10,
        level: 4,
        index: 0,
        value: { kind: 'shadow-of', frame: 0x11 },
      },
      { kind: 'entry', of: 'snapshot', index: 7, value: { kind: 'empty' } },
    ]);
  });

  it('of structures write nothing as a dash', () => {
    expect(specOf(`${HEAD}expect end state oos 0 = 0x033 0x030 -\nviolates S1\n`)).toMatchObject({
      expect: [{ kind: 'state', what: 'oos', args: [0], values: [0x33, 0x30, -1] }],
      violates: ['S1'],
    });
  });

  it('names the invariants that explorations ask for; all where it names none', () => {
    expect(specOf(`${HEAD}explore S1\n`)).toMatchObject({ explored: ['S1'] });
    expect(specOf(HEAD)).not.toHaveProperty('explored');
  });
});
