import { describe, expect, it } from 'vitest';
import { driveKvm, shrinkKvm } from './drive';
import { kvmText, kvmWorld } from './guest';

/**
 * The same worlds in every run, so that a failure is the last change's; `npm run soak -- kvm` goes where nobody has been.
 * `KVM_SEED=123 npx vitest run kvmDriver` repeats one world; `KVM_WORLDS` asks for more of them.
 */
const first = Number(process.env.KVM_SEED ?? 1);
const worlds = process.env.KVM_SEED === undefined ? Number(process.env.KVM_WORLDS ?? 30) : 1;

describe('with every protection on', () => {
  it(`nothing breaks in ${worlds} random worlds of KVM, from seed ${first}`, { timeout: 600_000 }, () => {
    let operations = 0;
    for (let n = 0; n < worlds; n++) {
      const driven = driveKvm((first + n) | 0);
      operations += driven.operations;
      if (driven.wrong !== undefined) {
        const small = shrinkKvm(driven);
        expect.fail(`Seed ${driven.world.seed}: ${driven.wrong}\n\n${kvmText(small.world)}`);
      }
    }
    expect(operations).toBeGreaterThan(10 * worlds);
  });

  it.each([
    ['gpte-recheck', 'I9'],
    ['protect-mmu-writable', 'I1'],
  ])('without %s a world soon breaks %s, and its text says what is off', (name, invariant) => {
    const seeds = Array.from({ length: 40 }, (_, n) => n + 1);
    const seed = seeds.find((one) => driveKvm(one, [name]).invariants[0] === invariant);
    expect(seed).toBeDefined();
    expect(kvmText(kvmWorld(seed ?? 0, [name]))).toContain(`design kvm without ${name}`);
  });
});
