import { type BuiltWorld, buildWorld, type ScenarioSpec } from '../engine';
import { PlainStore, type Store } from '../kernel';
import { resolve } from '../scenario';
import type { LabConfig } from './config';
import { dirtyLogOf } from './dirtyLog';
import { Guest } from './guest/guest';
import { LAYOUTS, type Layout } from './guest/layout';
import { asksForTables, type DirectEntry } from './guest/paravirt';
import { OpStream } from './stream';
import { workloads } from './workloads/registry';
import { chosen, type Workload } from './workloads/workload';

const hex = (value: number): string => `0x${value.toString(16)}`;
const ROOT = 0x010;

/** Where the run begins, as a scenario's text: the design, the machine, and a kernel with nothing but its direct map. */
export function openingText(c: LabConfig): string {
  const changed = (on: boolean): string[] =>
    Object.entries(c.switches).flatMap(([name, is]) => (is === on ? [name] : []));
  const [on, off] = [changed(true), changed(false)];
  const switches = [
    on.length === 0 ? '' : ` with ${on.join(', ')}`,
    off.length === 0 ? '' : ` without ${off.join(', ')}`,
  ].join('');
  return [
    `design ${c.design}${switches}`,
    ...(c.profile === '' ? [] : [`profile ${c.profile}`]),
    `paging ${c.paging}, ${c.frames} frames`,
    `tlb ${c.tlb === 0 ? 'off' : c.tlb}`,
    `vcpus ${c.vcpus}`,
    `root ${hex(ROOT)}`,
    `tables from ${hex(ROOT + 1)}`,
    `direct ${LAYOUTS[c.paging].direct} frames ${c.frames}`,
  ].join('\n');
}

/** A world before its first operation, and the guests that will run in it. */
export interface LabWorld {
  readonly built: BuiltWorld;
  readonly spec: ScenarioSpec;
  readonly streams: readonly OpStream[];
  /** One per vCPU: asks a guest to append what it does next. */
  readonly turns: readonly Generator<void, never>[];
}

const NO_ENTRIES: ReadonlyMap<number, DirectEntry> = new Map();

/** The kernel's direct map as the boot has made it: the entry for each frame. */
function directEntries(
  spec: ScenarioSpec,
  { levels, entryBytes }: Layout,
  top: readonly { readonly lo: number }[],
): ReadonlyMap<number, DirectEntry> {
  const cells = entryBytes / 4;
  const entries = new Map<number, DirectEntry[]>();
  for (const { frame, cell, value } of spec.memory) {
    if (cell % cells !== 0) continue;
    const known = entries.get(frame) ?? [];
    known.push({ table: frame, index: cell / cells, lo: value });
    entries.set(frame, known);
  }
  let below = top.map(({ lo }) => lo >>> 12);
  for (let level = levels - 1; level > 1; level--)
    below = below.flatMap((table) => (entries.get(table) ?? []).map(({ lo }) => lo >>> 12));
  return new Map(
    below.flatMap((table) => (entries.get(table) ?? []).map((entry) => [entry.lo >>> 12, entry] as const)),
  );
}

/** Each vCPU's guest has its own frames, programs and seed. */
export function guestsOf(
  c: LabConfig,
  spec: ScenarioSpec,
): { readonly streams: readonly OpStream[]; readonly turns: readonly Generator<void, never>[] } {
  const layout = LAYOUTS[c.paging];
  const cells = layout.entryBytes / 4;
  const kernelEntries = spec.memory.flatMap(({ frame, cell, value }) =>
    frame === ROOT && cell % cells === 0 && cell / cells >= layout.kernelIndex
      ? [{ index: cell / cells, lo: value }]
      : [],
  );
  const direct = c.design === 'paravirt' ? directEntries(spec, layout, kernelEntries) : NO_ENTRIES;
  const first = Math.max(...spec.tables.map(({ frame }) => frame)) + 1;
  const share = Math.floor((c.frames - first) / c.vcpus);
  const workload = workloads.get(c.workload) as Workload;
  const streams = Array.from({ length: c.vcpus }, () => new OpStream());
  const turns = streams.map((out, v) => {
    const guest = new Guest(out, {
      // One of the guests is enough to speak for the world outside.
      log: v === 0 ? dirtyLogOf(c.design, c.frames) : undefined,
      layout,
      first: first + v * share,
      end: first + (v + 1) * share,
      kernelEntries,
      paravirt: c.design === 'paravirt' ? { direct: (frame) => direct.get(frame) } : undefined,
      asks: c.design === 'paravirt' && asksForTables(c.profile),
      seed: (c.seed + Math.imul(v, 0x9e3779b1)) >>> 0,
      stay: chosen(c.values, 'stay'),
      writes: chosen(c.values, 'writes'),
      words: chosen(c.values, 'words'),
    });
    return workload.run(guest, c.values);
  });
  return { streams, turns };
}

/** The world that a configuration begins with. `store`: another than the one without a journal, for tests. */
export function openWorld(c: LabConfig, store: Store = new PlainStore(1 << 22)): LabWorld {
  const resolved = resolve(`scenario "Lab"\n${openingText(c)}\nvcpu 0\n`);
  if (resolved.kind === 'error')
    throw new Error(
      `This design cannot be set up so: ${resolved.error.map((found) => found.says).join(' ')} Choose another design, paging mode or size.`,
    );
  const { spec, design } = resolved.value;
  const built = buildWorld(spec, design, store);
  built.world.events.recording = false;
  return { built, spec, ...guestsOf(c, spec) };
}
