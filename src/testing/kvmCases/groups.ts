import type { Access, Group, KvmOp } from '../../oracle/kvm/format';
import { type CaseMode, hex } from './start';

/** The accesses of an operation, as a recording lists them: the instruction, what follows it, and the delivery of a page fault. */

type Draft = Omit<KvmOp, 'groups' | 'result'>;

const io = (cpl: number, at: number): Group => ({ cpl, a: [['f', hex(at), 2]], exit: 'io' });

const CODE: Readonly<Record<string, number>> = {
  ...{ read: 0x4000, write: 0x4010, invlpg: 0x4030, mov_cr0: 0x4040, mov_cr3: 0x4048, mov_cr4: 0x4050 },
  ...{ fetch: 0x4060, nop: 0x4070, cmpxchg: 0x4080, read_cr3: 0x4090, rep_stos: 0x40a0 },
};

const EXITS: Readonly<Record<string, string>> = {
  ...{ invlpg: 'invlpg', mov_cr0: 'cr0_sel_write', mov_cr3: 'write_cr3', mov_cr4: 'write_cr4' },
  read_cr3: 'read_cr3',
};

/** As if nothing faulted in the guest. */
export function plainGroups(op: Draft): Group[] {
  const { cpl, kind } = op;
  const at = CODE[kind] as number;
  const va = op.va ?? '0x0';
  const size = op.size ?? 8;
  const fetch: Access = ['f', hex(at), 3];
  const exit = EXITS[kind];
  if (exit !== undefined) return [{ cpl, a: [fetch], exit }, io(cpl, at + 3)];
  switch (kind) {
    case 'nop':
      return [{ cpl, a: [['f', hex(at), 1]] }, io(cpl, at + 1)];
    case 'fetch':
      return [
        { cpl, a: [['f', hex(at), 2]] },
        { cpl, a: [['f', va, 2]], exit: 'io' },
      ];
    case 'cmpxchg':
      return [{ cpl, a: [fetch, ['r', va, size], ['w', va, size]] }, io(cpl, at + 5)];
    case 'rep_stos':
      return [
        ...Array.from({ length: op.count ?? 1 }, (_, i): Group => {
          const store: Access = ['w', hex(BigInt(va) + BigInt(i * size)), size];
          return { cpl, a: i === 0 ? [fetch, store] : [store] };
        }),
        io(cpl, at + 3),
      ];
    default:
      return [{ cpl, a: [fetch, [kind === 'read' ? 'r' : 'w', va, size]] }, io(cpl, at + 3)];
  }
}

function delivery(mode: CaseMode, cpl: number): Group[] {
  const user = cpl === 3;
  const pushes = mode === '64' ? 6 : user ? 6 : 4;
  const size = mode === '64' ? 8 : 4;
  const idt: Access = mode === '64' ? ['r', '0x20e0', 12] : ['r', '0x2070', 8];
  const stack: Access[] =
    mode === '64'
      ? [['r', '0x3004', 8]]
      : [
          ['r', '0x3004', 4],
          ['r', '0x3008', 2],
          ['r', '0x1010', 8],
        ];
  const stores = Array.from({ length: pushes }, (_, i): Access => ['w', hex(0x6000 - size * (i + 1)), size]);
  const top = hex(0x6000 - size * pushes);
  return [
    { cpl: 0, deliver: 14, a: [idt, ['r', '0x1008', 8], ...(user ? stack : []), ...stores] },
    {
      cpl: 0,
      a: [
        ['f', '0x4f00', 1],
        ['r', top, size],
      ],
    },
    { cpl: 0, a: [['f', '0x4f01', 3]] },
    io(0, 0x4f04),
  ];
}

/** The same operation if its group `at` faults in the guest. */
export const faultingGroups = (groups: readonly Group[], at: number, mode: CaseMode): Group[] => {
  const before = groups.slice(0, at + 1).map(({ exit: _, ...group }): Group => group);
  const last = before[at] as Group;
  before[at] = { ...last, faults: true };
  return [...before, ...delivery(mode, last.cpl)];
};
