import { asksForTables, keepsTables } from './guest/paravirt';
import type { LabResult } from './report';

/** A price that a person sets: nobody measured it. */
export interface Weight {
  readonly name: string;
  readonly label: string;
  readonly says: string;
  readonly usual: number;
  readonly max: number;
  /** What it is paid for: measures of the machine, and counters of the design where it has them. */
  readonly machine: readonly string[];
  readonly counters?: Readonly<Record<string, readonly string[]>>;
}

/**
 * In units of one memory access that the TLB serves. The usual values are round numbers of the order that people speak of; they
 * are knobs to play with and no measurements.
 */
export const WEIGHTS: readonly Weight[] = [
  {
    name: 'exit',
    label: 'An exit',
    says: 'Leaving the guest for the hypervisor and coming back: page faults under shadow paging, loads of CR3 and INVLPG; under nested paging what it counts as exits; of a guest that knows it is one, its calls too.',
    usual: 1000,
    max: 5000,
    machine: [],
  },
  {
    name: 'walk',
    label: 'An entry read on a walk',
    says: 'One read of a table entry by the processor, because the TLB did not know the page.',
    usual: 5,
    max: 50,
    machine: ['walk reads'],
    counters: { nested: ['nested_reads'] },
  },
  {
    name: 'software',
    label: 'An entry read in software',
    says: 'One read of a guest entry by the hypervisor, which must map the table first.',
    usual: 50,
    max: 500,
    machine: ['software reads'],
  },
  {
    name: 'fault',
    label: 'A fault of the guest’s own',
    says: 'The guest kernel’s handler, whoever runs it.',
    usual: 500,
    max: 5000,
    machine: ['guest faults'],
  },
  {
    name: 'emulation',
    label: 'A store emulated',
    says: 'Decoding and carrying out a guest’s instruction.',
    usual: 500,
    max: 5000,
    machine: [],
    counters: {
      xen: ['shadow_fault_emulate_write', 'shadow_fault_fast_emulate'],
      kvm: ['pf_emulate'],
      xi: ['emulated'],
      paravirt: ['traps'],
    },
  },
  {
    name: 'flush',
    label: 'A TLB emptied',
    says: 'The flush itself; the misses behind it are counted as walks.',
    usual: 100,
    max: 2000,
    machine: ['whole flushes'],
  },
];

export type Prices = Readonly<Record<string, number>>;

export const usualPrices = (): Prices => Object.fromEntries(WEIGHTS.map(({ name, usual }) => [name, usual]));

/** Measures that are exits in a design; bare hardware has none. */
function exitsOf({ design, profile }: LabResult['config']): {
  readonly machine: readonly string[];
  readonly counters: readonly string[];
} {
  if (design === 'paravirt') {
    const calls = ['hypercalls', 'flush_calls'];
    if (asksForTables(profile)) return { machine: ['page faults', 'invlpg'], counters: calls };
    return keepsTables(profile)
      ? { machine: ['cr3 loads', 'invlpg'], counters: ['exits', ...calls] }
      : { machine: [], counters: [] };
  }
  if (design === 'native') return { machine: [], counters: [] };
  if (design === 'nested') return { machine: [], counters: ['exits'] };
  return { machine: ['page faults', 'cr3 loads', 'invlpg'], counters: [] };
}

/** How often each thing that has a price has happened. */
export function countsOf(result: LabResult): Readonly<Record<string, number>> {
  const { measures, machineMeasures, config, totals } = result;
  const sum = (machine: readonly string[], counters: readonly string[]): number =>
    measures.reduce(
      (total, { name }, place) =>
        (place < machineMeasures ? machine : counters).includes(name) ? total + (totals[place] ?? 0) : total,
      0,
    );
  const exits = exitsOf(config);
  return Object.fromEntries(
    WEIGHTS.map(({ name, machine, counters }) => [
      name,
      name === 'exit' ? sum(exits.machine, exits.counters) : sum(machine, counters?.[config.design] ?? []),
    ]),
  );
}

/** All of it at these prices, per access: 1 would be a run in which the TLB serves everything. */
export function pricePerAccess(result: LabResult, prices: Prices): number {
  const counts = countsOf(result);
  const extra = WEIGHTS.reduce((total, { name }) => total + (counts[name] ?? 0) * (prices[name] ?? 0), 0);
  const accesses = result.totals[1] ?? 1;
  return accesses === 0 ? 0 : 1 + extra / accesses;
}
