import type { Procedure } from '../../../kernel';
import type { OperationSpec } from '../../design';
import { gnttabMap, gnttabUnmap } from './grant';

interface Operation extends OperationSpec {
  readonly run: Procedure<never>;
}

const FRAME = ['guest frame'] as const;

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
