import type { Random } from '../../base';
import type { KvmEntry, KvmHost, KvmOp } from '../../oracle/kvm/format';
import { plainGroups } from './groups';
import {
  type Appetite,
  type CaseMode,
  hex,
  L1_TABLES,
  L2_TABLE,
  leafEntry,
  REGION,
  ROOTS,
  span,
  upperEntry,
  wordBytes,
} from './start';

/** The registers of the vCPUs as the program so far leaves them, and which slots there are. */
export class Program {
  ops = 0;
  hosts = 0;
  readonly cpl: number[];
  private readonly cr0: number[];
  private readonly cr4: number[];
  private readonly slots = new Map<number, readonly string[]>();

  constructor(
    private readonly random: Random,
    readonly mode: CaseMode,
    readonly a: Appetite,
  ) {
    this.cpl = Array.from({ length: a.vcpus }, () => 0);
    this.cr0 = this.cpl.map(() => 0x8001_0033);
    this.cr4 = this.cpl.map(() => (mode === '32' ? 0x10 : 0x20));
  }

  next(): KvmEntry {
    return this.random.chance(0.18) ? this.host() : this.guest();
  }

  private address(): number {
    const { random, mode } = this;
    const byte = random.chance(0.85) ? wordBytes(mode) * random.below(6) : random.below(0x1000);
    // The first entries of a root lead to the guest's own code.
    if (random.chance(0.03)) return random.pick(ROOTS) * 4096 + 0x100 + byte;
    if (random.chance(0.12)) return random.pick([...L1_TABLES, L2_TABLE, 0x1a]) * 4096 + byte;
    return REGION + random.below(4) * span(mode) + random.below(10) * 0x1000 + byte;
  }

  private guest(): KvmOp {
    const { random } = this;
    const vcpu = random.below(this.a.vcpus);
    const cpl = this.cpl[vcpu] as number;
    const draft = { op: this.ops++, vcpu, cpl, ...this.instruction(vcpu, cpl) };
    // Privileged instructions are the kernel's.
    const groups = plainGroups(draft);
    return { ...draft, groups, result: {} };
  }

  private instruction(
    vcpu: number,
    cpl: number,
  ): Pick<KvmOp, 'kind' | 'va' | 'size' | 'value' | 'old' | 'count'> {
    const { random, mode, a } = this;
    const word = wordBytes(mode);
    const wide = mode === '64' ? 8 : 4;
    const va = hex(this.address());
    const dice = random.below(cpl === 3 ? 60 : 100);
    if (dice < 18) return { kind: 'read', va, size: random.pick([1, 2, 4, wide]) };
    if (dice < 30)
      return { kind: 'write', va, size: random.pick([1, 2, 4, wide, wide]), value: hex(random.below(4096)) };
    if (dice < 38) return { kind: 'fetch', va: hex((Number(va) & ~0xfff) + 0x200) };
    if (dice < 52) return this.tableStore(word);
    if (dice < 56)
      return {
        kind: 'cmpxchg',
        va,
        size: wide,
        old: hex(random.below(2) * 0x10000),
        value: hex(random.below(99)),
      };
    if (dice < 58)
      return {
        kind: 'rep_stos',
        va: hex(Number(va) & ~7),
        size: wide,
        value: '0x0',
        count: 1 + random.below(5),
      };
    if (dice < 60) return { kind: 'nop' };
    if (dice < 74) return { kind: 'invlpg', va };
    if (dice < 76) return { kind: 'read_cr3' };
    if (dice < 90 || !a.control) return { kind: 'mov_cr3', value: hex(random.pick(ROOTS) * 4096) };
    if (dice < 95) {
      this.cr0[vcpu] = ((this.cr0[vcpu] as number) ^ 0x1_0000) >>> 0;
      return { kind: 'mov_cr0', value: hex(this.cr0[vcpu] as number) };
    }
    // PGE, PSE; SMEP and SMAP would forbid the harness its own pages, which belong to the user here.
    this.cr4[vcpu] = (this.cr4[vcpu] as number) ^ random.pick([0x80, 0x10]);
    return { kind: 'mov_cr4', value: hex(this.cr4[vcpu] as number) };
  }

  private tableStore(word: number): Pick<KvmOp, 'kind' | 'va' | 'size' | 'value'> {
    const { random, mode, a } = this;
    const upper = a.upper && random.chance(0.4);
    const table = upper
      ? mode === '32'
        ? random.pick(ROOTS)
        : random.pick([L2_TABLE, 0x1a])
      : random.pick(L1_TABLES);
    const index = (upper && mode === '32' ? 256 : 0) + random.below(upper ? 4 : 10);
    const value = upper ? upperEntry(random, mode, a) : leafEntry(random, mode, a);
    const size = mode === '64' ? 8 : 4;
    return {
      kind: 'write',
      va: hex(table * 4096 + index * word),
      size,
      value: hex(BigInt.asUintN(8 * size, value)),
    };
  }

  private host(): KvmHost {
    const { random, a, mode } = this;
    const host = this.hosts++;
    const vcpu = random.below(a.vcpus);
    if (!a.slots || random.chance(0.4)) {
      if (random.chance(0.2)) {
        const table = random.pick(L1_TABLES);
        const word: [string, string] = [
          hex(table * 4096 + random.below(10) * wordBytes(mode)),
          hex(leafEntry(random, mode, a)),
        ];
        return { host, kind: 'host_write', mem: [word] };
      }
      const cpl = random.chance(0.5) ? 3 : 0;
      this.cpl[vcpu] = cpl;
      return { host, kind: 'set_cpl', vcpu, cpl };
    }
    switch (random.below(6)) {
      case 0:
      case 1: {
        const slot = random.below(2);
        const flags = this.slots.get(slot)?.length === 0 ? ['log_dirty'] : [];
        this.slots.set(slot, flags);
        return {
          host,
          kind: 'memslot',
          slot,
          gpa: hex(slot * 0x80_0000),
          size: '0x800000',
          ram: hex(slot * 0x80_0000),
          flags,
        };
      }
      case 2: {
        const there = this.slots.has(2);
        if (there) this.slots.delete(2);
        else this.slots.set(2, []);
        return {
          host,
          kind: 'memslot',
          slot: 2,
          gpa: '0x1000000',
          size: there ? '0x0' : '0x100000',
          ram: '0xf00000',
          flags: [],
        };
      }
      case 3:
      case 4:
        return { host, kind: 'get_dirty_log', slot: random.below(2) };
      default: {
        const gpa = random.pick([0x80_0000, 0x80_2000, 0xc0_0000, 0xc0_5000, 0x1_5000]);
        return {
          host,
          kind: 'madvise_dontneed',
          gpa: hex(gpa),
          size: gpa === 0xc0_0000 ? '0x200000' : '0x1000',
        };
      }
    }
  }
}
