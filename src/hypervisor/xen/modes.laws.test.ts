import { describe, expect, it } from 'vitest';
import { Random } from '../../base';
import { type GuestOp, GuestPageFault, type Machine, OperationEnded } from '../../machine';
import { NativeLab } from '../../testing/nativeLab';
import type { LabMode } from '../../testing/xenGuest';
import { XenLab } from '../../testing/xenLab';
import { DisciplinedGuest, modeEntries } from '../../testing/xenModes';

/** `XEN_SEED=123 npx vitest run modes.laws` repeats one failure; `XEN_RUNS` asks for more programs than the usual few. */
const seed = Number(process.env.XEN_SEED ?? Date.now() % 1_000_000);
const runs = process.env.XEN_SEED === undefined ? Number(process.env.XEN_RUNS ?? 4) : 1;
const OPS = 150;

/** Frames that may hold anything: tables of all modes, and data. */
const FRAMES = [
  ...[0x10, 0x11, 0x12, 0x14, 0x15, 0x30, 0x31, 0x32, 0x33, 0x34, 0x36],
  ...[0x40, 0x41, 0x42, 0x43, 0x44, 0x46, 0x61, 0x62, 0x63, 0x65],
  ...Array.from({ length: 0x60 }, (_, i) => 0x200 + i),
];

const seen = (m: Machine): string =>
  (['outcome', 'resultHi', 'resultLo', 'cr2Hi', 'cr2Lo'] as const)
    .map((name) => m.vcpu(0).get(name))
    .join(' ');

/** How each operation ended, with what it read; and the faults that the guest was given. */
const told = ({ world }: { readonly world: XenLab['world'] }): unknown[] =>
  world.events
    .read(0, world.events.mark, 0)
    .filter((event) => event.kind === GuestPageFault.kind || event.kind === OperationEnded.kind)
    .map(({ kind, op, outcome, valueHi, valueLo, vaHi, vaLo, error }) =>
      kind === OperationEnded.kind ? [op, outcome, valueHi, valueLo] : [vaHi, vaLo, error],
    );

function firstDifference(a: Machine, b: Machine): string | undefined {
  for (const frame of FRAMES)
    for (let i = 0; i < 1024; i++)
      if (a.memory.read32(frame, i) !== b.memory.read32(frame, i))
        return `word ${i} of frame ${frame.toString(16)}: ${a.memory.read32(frame, i).toString(16)} on bare hardware, ${b.memory.read32(frame, i).toString(16)} under Xen`;
  return undefined;
}

function compare(nth: number, mode: LabMode, switching: boolean): void {
  const r = new Random(seed + nth);
  const era = r.pick(['F', 'B', 'T', 'S', 'U', 'A']);
  const entries = modeEntries();
  const switches = Object.fromEntries(
    ['out-of-sync', 'snapshots', 'fixups', 'prefetch', 'fast-fault-path', 'fast-emulation', 'skip-verify']
      .filter(() => r.chance(0.2))
      .map((name) => [name, false]),
  );
  const pool = r.chance(0.3) ? 60 : 128;
  const xen = new XenLab({ era, mode, vcpus: 1, entries, switches, pool });
  const native = new NativeLab(entries, mode);
  const guest = new DisciplinedGuest(r, mode, switching);
  const world = `XEN_SEED=${seed + nth}, era ${era}, from mode ${mode}`;
  for (let n = 0; n < OPS; ) {
    // Several operations make a program: what an emulator does beyond a store shows only there.
    const ops: GuestOp[] = [];
    for (const end = n + 1 + r.below(8); n < end; n++) ops.push(...guest.next());
    xen.fresh();
    native.world.events.truncate(0);
    xen.runProgram(...ops);
    native.run(...ops);
    const where = `${world}, before operation ${n}: ${JSON.stringify(ops)}`;
    expect(told(xen), where).toEqual(told(native));
    expect(seen(xen.machine), where).toBe(seen(native.machine));
    expect(xen.violations, where).toEqual([]);
  }
  expect(firstDifference(native.machine, xen.machine), world).toBeUndefined();
}

/** The law of transparent.laws.test.ts for the other paging modes, and for guests that go from one to the other. */
describe('the shadow is invisible to a guest that flushes', () => {
  it.each(['pae', '32', 'off'] as const)(`in mode %s: ${runs} programs from seed ${seed}`, (mode) => {
    for (let i = 0; i < runs; i++) compare(i, mode, false);
  });

  it(`when it changes its mode: ${runs} programs from seed ${seed}`, () => {
    for (let i = 0; i < runs; i++) compare(i, (['32', 'off', 'pae'] as const)[i % 3] as LabMode, true);
  });
});
