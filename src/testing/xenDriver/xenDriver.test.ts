import { describe, expect, it } from 'vitest';
import { Random } from '../../base';
import { recordRun } from '../../engine';
import { GuestPageFault } from '../../machine';
import { printDiagnostic, resolve } from '../../scenario';
import { design } from './design';
import { drive } from './drive';
import { hunt, PROTECTIONS } from './hunt';
import { DRIVER_MODES, layoutOf, PAGES } from './layout';
import { MIX, type OpKind } from './mix';
import { buildDriven, replay } from './play';
import { asScenario } from './report';
import { drawWorld } from './settings';
import { shrink, wrongIn } from './shrink';
import { scenarioText } from './text';

const SEEDS = Array.from({ length: 6 }, (_, n) => 4000 + n);

function lowered(text: string) {
  const resolved = resolve(text);
  if (resolved.kind === 'error') throw new Error(resolved.error.map(printDiagnostic).join('\n'));
  return resolved.value.spec;
}

describe('a driven world', () => {
  it('is the same again from the same seed', () => {
    const [a, b] = [drive(77), drive(77)];
    expect(b).toEqual(a);
    expect(drive(78).programs).not.toEqual(a.programs);
  });

  it('played again with its stops comes out the same', () => {
    for (const seed of SEEDS.slice(0, 4)) {
      const { world, programs, played } = drive(seed, { operations: 60 });
      const again = replay(world, programs, played.stops);
      expect([again.steps, again.operations, again.segments]).toEqual([
        played.steps,
        played.operations,
        played.segments,
      ]);
    }
  });

  it.each(SEEDS)('written as a scenario is the same world, with the same programs (seed %i)', (seed) => {
    const { world, programs, played } = drive(seed, { operations: 120 });
    const regs = buildDriven(world).machine.vcpu(0);
    const boot = { cr0: regs.get('cr0'), cr4: regs.get('cr4') };
    const spec = lowered(scenarioText(world, 'One', programs, played.segments, boot, []));
    const withoutNames = [...spec.programs, spec.host].map((program) =>
      program.map((op) => ({ ...op, entry: undefined })),
    );
    expect(withoutNames).toEqual(
      programs.map((program) => program.map((op) => ({ ...op, entry: undefined }))),
    );
    const run = recordRun(spec, design);
    expect(run.length).toBeGreaterThanOrEqual(played.steps);
  });

  it('uses operations of every kind, most of which succeed', () => {
    const only = (kind: OpKind): Partial<Record<OpKind, number>> => ({ [kind]: 1 });
    for (const mode of DRIVER_MODES)
      for (const kind of Object.keys(MIX) as OpKind[]) {
        const { played } = drive(1, {
          modes: [mode],
          only: true,
          mix: only(kind),
          operations: 12,
          hostOperations: 0,
        });
        expect(played.operations, `${mode} ${kind}`).toBeGreaterThanOrEqual(12);
        expect(played.trouble, `${mode} ${kind}`).toBeUndefined();
      }
  });
});

describe('the guest of a mode', () => {
  it.each(DRIVER_MODES)('%s reaches its tables through its direct map and through each other', (mode) => {
    const layout = layoutOf(mode);
    const world = drawWorld(new Random(1), { modes: [mode], vcpus: [1], pools: ['plenty'] });
    const built = buildDriven({ ...world, starts: [0], hostOperations: 0 });
    const { machine, world: w } = built;
    const width = layout.entryBytes;
    machine.programs = [
      PAGES.flatMap((page, nth) => [
        {
          kind: 'store',
          va: layout.direct(page, 3),
          value: { hi: 0, lo: 0x20_0067 + nth * 0x1000 },
          width,
          cpl: 0,
        },
        { kind: 'load', va: layout.va(nth, 3), width: 4, cpl: 3 },
        { kind: 'load', va: layout.va(PAGES.length, nth), width: 4, cpl: 3 },
        ...(mode === '32' ? [] : [{ kind: 'load', va: layout.through(nth, 3), width: 4, cpl: 3 } as const]),
      ]),
      [],
    ];
    machine.startPrograms();
    while (w.enabled(0)) w.step(0);
    const faults = w.events.read(0, w.events.mark, 0).filter((event) => event.kind === GuestPageFault.kind);
    expect(faults).toEqual([]);
  });
});

describe('a failure', () => {
  const exchange = PROTECTIONS.find((one) => one.name === 'snapshot-exchange');
  const { driven } = exchange === undefined ? { driven: undefined } : hunt(exchange, 1);

  it('becomes a shorter program that fails in the same way', () => {
    expect(driven).toBeDefined();
    if (driven === undefined) return;
    const small = shrink(driven.world, driven.programs, driven.played);
    const count = (programs: typeof driven.programs): number => programs.flat().length;
    expect(wrongIn(small.played)).toBe(wrongIn(driven.played));
    expect(count(small.programs)).toBeLessThan(count(driven.programs) / 4);
  });

  it('can be opened: as a scenario it breaks the same invariant, and nothing else', () => {
    if (driven === undefined) return;
    const text = asScenario(driven);
    const run = recordRun(lowered(text), design);
    expect(text).toContain(`violates ${wrongIn(driven.played).split(' ').join(', ')}`);
    expect(run.violations[0]?.violation.invariant).toBe(driven.played.violations[0]?.invariant);
  });
});
