import type { Run } from '../engine';
import { sayAddress, type TlbEntry } from '../machine';

/** A translation that a processor keeps, as a panel shows it. */
export interface TlbLine {
  /** The page and its size: the same translation has the same key at every moment. */
  readonly key: string;
  /** First address of the page: `0x7f80_8800_3000`. */
  readonly page: string;
  /** Machine frame it is translated to. */
  readonly frame: number;
  readonly frameName: string;
  /** `rw user, dirty`. */
  readonly rights: string;
  /** What the beat on stage did with it. */
  readonly state: 'kept' | 'used' | 'arrived' | 'left';
}

export interface TlbView {
  readonly vcpu: number;
  readonly name: string;
  readonly lines: readonly TlbLine[];
}

/** What each processor remembers after the beat of cursors [from, to]; nothing where the machine has no TLB. */
export function tlbsAt(run: Run, from: number, to: number): readonly TlbView[] {
  const { machine } = run.built;
  if (machine.config.tlbEntries === 0) return [];
  const read = (at: number): TlbEntry[][] =>
    run.peek(at, () => machine.regs.map((_, v) => machine.tlb.entries(v)));
  const before = read(from);
  const hits = run.eventsIn(from, to).filter(({ kind }) => kind === 'TlbHit');
  return read(to).map((entries, v): TlbView => {
    const line = (entry: TlbEntry, state: TlbLine['state']): TlbLine => ({
      key: keyOf(entry),
      page: sayAddress(machine.guestMode(v), entry.vaHi, entry.vaLo),
      frame: entry.frame,
      frameName: machine.nameFrame(entry.frame),
      rights: rightsOf(entry),
      state,
    });
    const had = new Map(before[v]?.map((entry) => [keyOf(entry), entry]));
    const used = (entry: TlbEntry): boolean =>
      hits.some((hit) => hit.vcpu === v && holds(entry, Number(hit.vaHi), Number(hit.vaLo)));
    const now = entries.map((entry) => {
      const old = had.get(keyOf(entry));
      had.delete(keyOf(entry));
      const same = old !== undefined && old.frame === entry.frame && rightsOf(old) === rightsOf(entry);
      return line(entry, !same ? 'arrived' : used(entry) ? 'used' : 'kept');
    });
    return {
      vcpu: v,
      name: run.world.actors[v]?.name ?? `vCPU ${v}`,
      lines: [...now, ...[...had.values()].map((entry) => line(entry, 'left'))],
    };
  });
}

const keyOf = ({ vaHi, vaLo, pageShift }: TlbEntry): string => `${vaHi} ${vaLo} ${pageShift}`;

const holds = ({ vaHi, vaLo, pageShift }: TlbEntry, hi: number, lo: number): boolean =>
  vaHi === hi && vaLo >>> pageShift === lo >>> pageShift;

/** As scenarios write rights, and what else the processor remembers of the entry. */
function rightsOf({ writable, user, nx, dirty, global, pageShift }: TlbEntry): string {
  const size = pageShift === 12 ? [] : [pageShift >= 30 ? '1 GiB' : `${2 ** (pageShift - 20)} MiB`];
  const also = [...(dirty ? ['dirty'] : []), ...(global ? ['global'] : []), ...size];
  return [`r${writable ? 'w' : ''}${nx ? '' : 'x'}${user ? ' user' : ''}`, ...also].join(', ');
}
