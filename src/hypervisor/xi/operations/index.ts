import type { Procedure } from '../../../kernel';
import type { OperationSpec } from '../../design';
import { xiLogDirtyOff, xiLogDirtyOn, xiLogDirtyRead } from './logDirty';
import { xiBalloonOut, xiInvldMfn } from './move';

interface Operation extends OperationSpec {
  readonly run: Procedure<never>;
}

/** What the world outside the guest can have XI do: under `call` in a scenario. */
const ALL: readonly Operation[] = [
  {
    name: 'log-dirty-on',
    says: 'Begins a live migration: every mapping becomes read-only, and the first write to each page is noted.',
    args: [],
    by: 'anybody',
    run: xiLogDirtyOn,
  },
  {
    name: 'log-dirty-read',
    says: 'One round of it: gives out the pages written since the last time, and makes their mappings read-only again.',
    args: [],
    by: 'anybody',
    run: xiLogDirtyRead,
  },
  {
    name: 'log-dirty-off',
    says: 'Ends it. Mappings regain W at their next write fault.',
    args: [],
    by: 'anybody',
    run: xiLogDirtyOff,
  },
  {
    name: 'move',
    says: 'Puts a guest page into another machine frame (xi_invld_mfn): all mappings of it go, its contents are copied. The frame must be none that another page of the guest has.',
    args: [{ what: 'guest frame' }, { what: 'machine frame' }],
    by: 'anybody',
    run: xiInvldMfn,
  },
  {
    name: 'balloon-out',
    says: 'Takes the memory of a guest page away. Not of a root table that is loaded.',
    args: [{ what: 'guest frame' }],
    by: 'anybody',
    run: xiBalloonOut,
  },
];

export const OPERATIONS: readonly OperationSpec[] = ALL.map(({ run, ...spec }) => spec);

export const operationProcedures: ReadonlyMap<string, Procedure<never>> = new Map(
  ALL.map(({ name, run }) => [name, run]),
);
