import type { Run } from '../engine';
import { type BufferedStore, MemoryRead, sayBuffered } from '../machine';

/** What a vCPU holds back at a moment, as a panel shows it. */
export interface BufferView {
  readonly vcpu: number;
  /** Oldest first. */
  readonly stores: readonly StoreView[];
  readonly full: boolean;
  /** Why the vCPU cannot go on before something of it has drained, as a sentence. */
  readonly waits: string | undefined;
}

export interface StoreView {
  /** Counts a vCPU's stores from the beginning of the run: a store keeps its number while others leave before it. */
  readonly key: number;
  /** `0x1 to x`. */
  readonly text: string;
  readonly state: 'waits' | 'arrived' | 'read' | 'left';
}

/** The store buffers after the beat of cursors [from, to]: what waits, and what came, was read or left on the way. */
export function buffersAt(run: Run, from: number, to: number): BufferView[] {
  const { machine } = run.built;
  const before = machine.regs.map((_, v) => run.peek(from, () => textsOf(run, v)));
  const left = machine.regs.map((_, v) => drainsIn(run, v, from, to));
  const drained = machine.regs.map((_, v) => drainsIn(run, v, 0, from));
  return run.peek(to, () =>
    machine.regs.map((_, v): BufferView => {
      const now = textsOf(run, v);
      const gone = before[v]?.slice(0, left[v]) ?? [];
      const first = drained[v] ?? 0;
      const known = (before[v]?.length ?? 0) - gone.length;
      const read = readFrom(run, v, from, to);
      return {
        vcpu: v,
        stores: [
          ...gone.map((text, i): StoreView => ({ key: first + i, text, state: 'left' })),
          ...now.map(
            (text, i): StoreView => ({
              key: first + gone.length + i,
              text,
              state: read.has(i) ? 'read' : i >= known ? 'arrived' : 'waits',
            }),
          ),
        ],
        full: machine.storeBuffers.full(v),
        waits: waitOf(run, v),
      };
    }),
  );
}

/** The stores that wait, oldest first, in words: at the cursor the run stands at. */
export function waitingStores(run: Run, v: number): BufferedStore[] {
  const { storeBuffers } = run.built.machine;
  return Array.from({ length: storeBuffers.count(v) }, (_, nth) => storeBuffers.at(v, nth));
}

const textsOf = (run: Run, v: number): string[] =>
  waitingStores(run, v).map((store) => sayBuffered(run.built.machine, store));

/** How many stores of a vCPU have reached memory in steps [from, to). */
function drainsIn(run: Run, v: number, from: number, to: number): number {
  const actor = run.built.machine.config.vcpus + 1 + v;
  let drains = 0;
  for (let step = from; step < to; step++) if (run.actorOf(step) === actor) drains++;
  return drains;
}

/** Which of the stores that wait now served a load of the same vCPU in the beat. */
function readFrom(run: Run, v: number, from: number, to: number): Set<number> {
  const found = new Set<number>();
  const stores = waitingStores(run, v);
  for (const event of run.eventsIn(from, to)) {
    if (event.kind !== MemoryRead.kind || event.vcpu !== v) continue;
    const at = Number(event.offset);
    const nth = stores.findLastIndex(
      ({ frame, offset, width }) => frame === event.frame && at >= offset && at < offset + width,
    );
    if (nth >= 0) found.add(nth);
  }
  return found;
}

/** Labels of the machine's steps that wait for the buffer, and what each is. */
const WAITS: Readonly<Record<string, string>> = {
  'guest.fence': 'MFENCE waits until these have reached memory',
  'guest.leave': 'leaving the guest waits until these have reached memory',
  'guest_access.locked': 'the locked operation waits until these have reached memory',
  'guest_access.fault': 'the fault waits until these have reached memory',
};

function waitOf(run: Run, v: number): string | undefined {
  const { world } = run;
  const at = world.location(v);
  if (at === undefined || world.enabled(v) || run.built.machine.storeBuffers.empty(v)) return undefined;
  const place = `${at.procedure.name}.${at.label}`;
  if (place === 'guest_access.memory')
    return run.built.machine.storeBuffers.full(v)
      ? 'the next store waits for a place'
      : 'the load wants more than one of these holds: it waits';
  return WAITS[place];
}
