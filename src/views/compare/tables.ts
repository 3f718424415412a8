import { frameOf, type Machine, RIGHT_NX, U, W } from '../../machine';
import { guestsTables, lookThrough, processorsTables, type Tables } from '../../machine/look';

/** Where a page leads by some tables: the machine frame of the very address, and what all levels together allow. */
export interface Leads {
  readonly frame: number;
  readonly writable: boolean;
  readonly user: boolean;
  readonly executable: boolean;
}

function leads(m: Machine, tables: Tables | undefined, vaHi: number, vaLo: number): Leads | undefined {
  if (tables === undefined) return undefined;
  const seen = lookThrough(m, tables, vaHi, vaLo);
  if (seen.kind === 'nothing') return undefined;
  const { frame, rights } = seen;
  return {
    frame,
    writable: (rights & W) !== 0,
    user: (rights & U) !== 0,
    executable: (rights & RIGHT_NX) === 0,
  };
}

/** What a vCPU's guest has said about a page: its own tables, translated to machine frames. Undefined: not mapped. */
export function guestLeads(m: Machine, v: number, vaHi: number, vaLo: number): Leads | undefined {
  const tables = guestsTables(m, v);
  if (tables !== undefined) return leads(m, tables, vaHi, vaLo);
  // Without paging an address is where it says.
  const frame = vaHi === 0 ? m.gfnToMfn(vaLo >>> 12) : -1;
  return frame < 0 ? undefined : { frame, writable: true, user: true, executable: true };
}

/** Whether the processor walks other tables than the guest's own: a shadow of them. */
export function walksShadow(m: Machine, v: number): boolean {
  const [own, walked] = [guestsTables(m, v), processorsTables(m, v)];
  if (walked === undefined) return false;
  return own === undefined || rootOf(own) !== rootOf(walked);
}

const rootOf = ({ mode, rootHi, rootLo, machineFrame }: Tables): number =>
  machineFrame(frameOf(mode.name === '64' ? rootHi : 0, rootLo));

/** Where the tables lead that the processor itself walks, if they are a shadow. */
export const shadowLeads = (m: Machine, v: number, vaHi: number, vaLo: number): Leads | undefined =>
  walksShadow(m, v) ? leads(m, processorsTables(m, v), vaHi, vaLo) : undefined;
