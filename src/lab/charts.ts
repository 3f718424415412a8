import type { LabResult } from './report';

/** What is drawn over time: one quantity, whatever each design calls it. */
export interface Chart {
  readonly title: string;
  /** One sentence: what one count means, in every design that counts it. */
  readonly says: string;
  /** Names of the machine's measures, or of counters by design, that add up to it. */
  readonly machine?: readonly string[];
  readonly counters?: Readonly<Record<string, readonly string[]>>;
}

export const CHARTS: readonly Chart[] = [
  {
    title: 'Page faults',
    says: 'Page faults that a processor has raised; under shadow paging each one leaves the guest.',
    machine: ['page faults'],
  },
  {
    title: 'Faults of the guest’s own',
    says: 'Those that the guest’s kernel was given: demand paging, copy on write.',
    machine: ['guest faults'],
  },
  {
    title: 'Walks by the processor',
    says: 'Walks of the tables in CR3 because the TLB did not know the page.',
    machine: ['walks'],
  },
  {
    title: 'Walks in software',
    says: 'Walks of the guest’s tables by the hypervisor, in a fault.',
    machine: ['software walks'],
  },
  {
    title: 'Stores emulated',
    says: 'Stores to page tables that the hypervisor has carried out itself.',
    counters: {
      xen: ['shadow_fault_emulate_write', 'shadow_fault_fast_emulate'],
      kvm: ['pf_emulate'],
      xi: ['emulated'],
      paravirt: ['traps'],
    },
  },
  {
    title: 'Calls into the hypervisor',
    says: 'Calls that a guest makes which knows that it is one: about entries, tables, and flushes.',
    counters: { paravirt: ['hypercalls', 'flush_calls'] },
  },
  {
    title: 'Tables brought in sync',
    says: 'Xen: tables brought in sync in full. XI: entries found to differ from their snapshots. KVM counts neither.',
    counters: { xen: ['shadow_resync'], xi: ['resync_entries'] },
  },
  {
    title: 'Shadows made',
    says: 'Pages of shadow taken: by Xen from its pool, by XI as kits, by KVM where none was found.',
    counters: { xen: ['shadow_alloc'], xi: ['spti_alloc'], kvm: ['mmu_cache_miss'] },
  },
  {
    title: 'Loads of CR3',
    says: 'The guest enters another address space, or empties its TLB this way.',
    machine: ['cr3 loads'],
  },
  {
    title: 'TLBs emptied',
    says: 'Flushes of a whole TLB, by whoever.',
    machine: ['whole flushes'],
  },
];

/** Counts per 1,000 accesses in each window, at its end; undefined where the design has no such counter. */
export function curveOf(result: LabResult, chart: Chart): readonly (readonly [number, number])[] | undefined {
  const places = placesOf(result, chart);
  if (places.length === 0) return undefined;
  const sum = (values: readonly number[]): number =>
    places.reduce((total, place) => total + (values[place] ?? 0), 0);
  let accesses = 0;
  let count = 0;
  return result.windows.map((window) => {
    const now = sum(window.values);
    const span = window.accesses - accesses;
    const rate = span === 0 ? 0 : (1000 * (now - count)) / span;
    accesses = window.accesses;
    count = now;
    return [accesses, rate];
  });
}

/** What it comes to in the whole run. */
export const totalOf = (result: LabResult, chart: Chart): number | undefined => {
  const places = placesOf(result, chart);
  return places.length === 0
    ? undefined
    : places.reduce((total, place) => total + (result.totals[place] ?? 0), 0);
};

function placesOf(result: LabResult, chart: Chart): number[] {
  const { measures, machineMeasures, config } = result;
  const counters = chart.counters?.[config.design] ?? [];
  return measures.flatMap(({ name }, place) => {
    const wanted = place < machineMeasures ? chart.machine : counters;
    return wanted?.includes(name) === true ? [place] : [];
  });
}
