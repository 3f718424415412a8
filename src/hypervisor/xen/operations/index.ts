import type { Procedure } from '../../../kernel';
import type { OperationSpec } from '../../design';
import { shSetAllocation } from './allocation';
import { shadowBlowAllTables } from './blow';
import { hvmopFlushTlbAll } from './flushTlbs';
import { gnttabMap, gnttabUnmap } from './grant';
import { hvmInjectInterrupt } from './interrupt';
import { logDirtyClean, logDirtyOff, logDirtyOn, logDirtyPeek } from './logDirty';
import { doMmuUpdate } from './mmuUpdate';
import * as p2m from './p2m';
import { domainShutdown } from './shutdown';

interface Operation extends OperationSpec {
  readonly run: Procedure<never>;
}

const FRAME = [{ what: 'guest frame' }] as const;

/** What the world outside the guest, or the guest by a hypercall, can have Xen do: under `call` in a scenario. */
const ALL: readonly Operation[] = [
  {
    name: 'grant',
    says: 'Another domain maps a guest frame writable, which counts as a writer that no search finds. A shadowed table loses its shadows, unless it is out of sync.',
    args: FRAME,
    by: 'anybody',
    run: gnttabMap,
  },
  {
    name: 'revoke',
    says: 'The other domain gives its writable mapping of a guest frame back.',
    args: FRAME,
    by: 'anybody',
    run: gnttabUnmap,
  },
  {
    name: 'flush-tlbs',
    says: 'HVMOP_flush_tlbs: the guest asks for all TLBs to be flushed. Other vCPUs stop; every table comes back in sync.',
    args: [],
    by: 'vcpu',
    run: hvmopFlushTlbAll,
  },
  {
    name: 'interrupt',
    says: 'An interrupt arrives while the stack pointer of the vCPU is at this address: the processor pushes there.',
    args: [{ what: 'address', wide: true }],
    by: 'vcpu',
    run: hvmInjectInterrupt,
  },
  {
    name: 'mmu-update',
    says: 'A PV guest (knob pv 1) has Xen write an entry of one of its tables. Refused if the entry would let it write a table.',
    args: [{ what: 'table frame' }, { what: 'index' }, { what: 'entry', wide: true }],
    by: 'vcpu',
    run: doMmuUpdate,
  },
  {
    name: 'p2m-remove',
    says: 'Takes a guest frame away: its shadows and all mappings of it go. From the host the domain is paused for that.',
    args: FRAME,
    by: 'anybody',
    run: p2m.p2mRemove,
  },
  {
    name: 'p2m-ram',
    says: 'Makes a guest frame ordinary memory again, with the machine frame it has, or the one of its own number.',
    args: FRAME,
    by: 'anybody',
    run: p2m.p2mRam,
  },
  {
    name: 'p2m-move',
    says: 'Puts another machine frame behind a guest frame. What the guest had there is not copied.',
    args: [{ what: 'guest frame' }, { what: 'machine frame' }],
    by: 'anybody',
    run: p2m.p2mMove,
  },
  {
    name: 'p2m-ro',
    says: 'Makes a guest frame read-only memory (ram_ro): a store to it goes to the device emulator, which drops it.',
    args: FRAME,
    by: 'anybody',
    run: p2m.p2mReadOnly,
  },
  {
    name: 'p2m-mmio',
    says: 'Makes a guest frame an emulated device (mmio_dm): every access goes to the device emulator.',
    args: FRAME,
    by: 'anybody',
    run: p2m.p2mMmio,
  },
  {
    name: 'p2m-mmio-direct',
    says: 'Makes a guest frame a device that is passed through (mmio_direct): it is mapped, but is no memory.',
    args: FRAME,
    by: 'anybody',
    run: p2m.p2mDirect,
  },
  {
    name: 'log-dirty-on',
    says: 'Xen notes which frames the guest writes, as a live migration needs it. All shadows go; a frame becomes writable when it is marked.',
    args: [],
    by: 'host',
    run: logDirtyOn,
  },
  {
    name: 'log-dirty-off',
    says: 'Xen no longer notes which frames the guest writes.',
    args: [],
    by: 'host',
    run: logDirtyOff,
  },
  {
    name: 'log-dirty-clean',
    says: 'Reads how many frames are marked dirty, takes the marks away and throws all shadows away: one round of a migration.',
    args: [],
    by: 'host',
    run: logDirtyClean,
  },
  {
    name: 'log-dirty-peek',
    says: 'Reads how many frames are marked dirty, and leaves everything as it is.',
    args: [],
    by: 'host',
    run: logDirtyPeek,
  },
  {
    name: 'blow-tables',
    says: 'Throws all shadows away (shadow_blow_all_tables). What is used again is made anew.',
    args: [],
    by: 'host',
    run: shadowBlowAllTables,
  },
  {
    name: 'set-allocation',
    says: 'Gives the shadow pool so many pages: a pool that shrinks unpins and blanks shadows until it has free ones to give.',
    args: [{ what: 'number of pages' }],
    by: 'host',
    run: shSetAllocation,
  },
  {
    name: 'shutdown',
    says: 'The domain is shutting down: no fault is fixed any more.',
    args: [],
    by: 'host',
    run: domainShutdown,
  },
];

export const OPERATIONS: readonly OperationSpec[] = ALL.map(({ name, says, args, by }) => ({
  name,
  says,
  args,
  by,
}));

/** For Exits.operations. */
export const operationProcedures: ReadonlyMap<string, Procedure<never>> = new Map(
  ALL.map(({ name, run }) => [name, run]),
);
