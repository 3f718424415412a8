import { Random } from '../../base';

/**
 * The text of a trace as a busy guest with shadow paging gives it, from a seed: a few vCPUs that fault pages in, write their page tables, switch
 * processes and get faults of their own. Line by line what Linux 6.1 prints; the same seed gives the same text.
 */
export function* traceText(seed: number, lines: number, vcpus = 4): Generator<string> {
  const writer = new Writer(seed, vcpus);
  let made = 0;
  yield '# tracer: nop\n#\n';
  while (made < lines) {
    const piece = writer.exit();
    made += piece.length;
    yield piece.join('');
  }
}

/** A guest process: its four kinds of tables, by frame, and which of them have a shadow page. */
interface Process {
  readonly root: number;
  readonly shadowed: Set<number>;
  readonly unsync: Set<number>;
}

const hex = (value: number): string => value.toString(16);
const hex16 = (value: number): string => value.toString(16).padStart(16, '0');
const sp = (gfn: number, level: number, root: number, unsync: boolean): string =>
  `sp gen 0 gfn ${hex(gfn)} l${level} 8-byte q0 wux nxe ad root ${root} ${unsync ? 'unsync' : 'sync'}`;

class Writer {
  private readonly random: Random;
  private readonly processes: Process[];
  private readonly running: number[];
  private time = 1000;
  private out: string[] = [];
  private vcpu = 0;

  constructor(
    seed: number,
    private readonly vcpus: number,
  ) {
    this.random = new Random(seed);
    this.processes = Array.from({ length: 12 }, (_, i) => ({
      root: 0x1000 + i * 0x100,
      shadowed: new Set(),
      unsync: new Set(),
    }));
    this.running = Array.from({ length: vcpus }, (_, v) => v);
  }

  /** Everything from one exit of one vCPU to its next entry, as lines. */
  exit(): string[] {
    this.out = [];
    const { random } = this;
    this.vcpu = random.below(this.vcpus);
    const kind = random.below(100);
    if (kind < 55) this.fault(random.below(8) === 0);
    else if (kind < 75) this.tableWrite();
    else if (kind < 85) this.loadCr3();
    else if (kind < 95) this.guestFault();
    else this.interrupt();
    this.say(
      'kvm_entry',
      `vcpu ${this.vcpu}, rip 0x${hex(0xffff_8000_0000 + random.below(1 << 20))}`,
      'd..1.',
    );
    return this.out;
  }

  private say(event: string, payload: string, flags = '.....'): void {
    this.time += 0.000001 * (1 + this.random.below(9));
    const task = `CPU ${this.vcpu}/KVM-${4300 + this.vcpu}`.padStart(23);
    this.out.push(
      `${task} [${String(this.vcpu).padStart(3, '0')}] ${flags} ${this.time.toFixed(6).padStart(12)}: ${event}: ${payload}\n`,
    );
  }

  private leave(reason: string, info1: number, info2: number): void {
    const rip = hex(0xffff_8000_0000 + this.random.below(1 << 20));
    this.say(
      'kvm_exit',
      `vcpu ${this.vcpu} reason ${reason} rip 0x${rip} info1 0x${hex16(info1)} info2 0x${hex16(info2)} intr_info 0x00000000 error_code 0x00000000`,
    );
  }

  private get process(): Process {
    return this.processes[this.running[this.vcpu] ?? 0] as Process;
  }

  /** The tables of an address in a process: four frames, top first. */
  private path(address: number): number[] {
    const { root } = this.process;
    const l3 = root + 1;
    const l2 = root + 2 + (Math.floor(address / 2 ** 30) % 2);
    return [root, l3, l2, root + 8 + (Math.floor(address / 2 ** 21) % 64)];
  }

  private walk(address: number, error: number, leaf: number): void {
    const flags = ['P', 'W', 'U'].filter((_, i) => (error >> i) & 1).join('|');
    this.say('kvm_mmu_pagetable_walk', `addr ${hex(address)} pferr ${hex(error)} ${flags}`);
    const path = this.path(address);
    for (let level = 4; level > 1; level--)
      this.say('kvm_mmu_paging_element', `pte ${hex((path[5 - level] ?? 0) * 4096 + 0x67)} level ${level}`);
    this.say('kvm_mmu_paging_element', `pte ${hex(leaf)} level 1`);
  }

  private pageFault(address: number, error: number): void {
    this.leave('PF excp', error, address);
    this.say(
      'kvm_page_fault',
      `vcpu ${this.vcpu} rip 0x401000 address 0x${hex16(address)} error_code 0x${hex(error)}`,
    );
  }

  private shadow(path: readonly number[]): void {
    const { shadowed } = this.process;
    path.forEach((gfn, i) => {
      if (shadowed.has(gfn)) return;
      shadowed.add(gfn);
      this.say('kvm_mmu_get_page', `${sp(gfn, 4 - i, 0, false)} new`, '...1.');
    });
  }

  private frameOf(address: number): number {
    return 0x10_0000 + (Math.floor(address / 4096) % 0x4_0000);
  }

  private set(address: number, table: number, writable: boolean, unasked: boolean): void {
    const gfn = this.frameOf(address);
    const bits = (writable ? 0xe67 : 0xa25) & (unasked ? ~0x20 : ~0);
    const at = (0x20_0000 + table) * 4096 + (Math.floor(address / 4096) % 512) * 8;
    this.say(
      'kvm_mmu_set_spte',
      `gfn ${hex(gfn)} spte ${hex((0x30_0000 + gfn) * 4096 + bits)} (r${writable ? 'w' : '-'}xu) level 1 at ${hex(at)}`,
      '...1.',
    );
  }

  /** The guest touches a page that the shadow does not map. */
  private fault(manyNeighbours: boolean): void {
    const { random } = this;
    const address = random.below(64) * 2 ** 21 + random.below(512) * 4096;
    const write = random.chance(0.5);
    this.pageFault(address, write ? 6 : 4);
    this.walk(address, write ? 6 : 4, this.frameOf(address) * 4096 + 0x67);
    const path = this.path(address);
    this.shadow(path);
    this.say(
      'kvm_mmu_spte_requested',
      `gfn ${hex(this.frameOf(address))} pfn ${hex(0x30_0000 + this.frameOf(address))} level 1`,
      '...1.',
    );
    const table = path[3] ?? 0;
    this.set(address, table, write, false);
    const group = address - (address % 0x8000);
    for (let i = 0; i < (manyNeighbours ? 8 : random.below(4)); i++)
      if (group + i * 4096 !== address) this.set(group + i * 4096, table, true, true);
  }

  /** The guest stores into a level-1 page table: it goes unsync. */
  private tableWrite(): void {
    const { process } = this;
    const tables = [...process.shadowed].filter((gfn) => gfn >= process.root + 8 && !process.unsync.has(gfn));
    const table = tables[this.random.below(Math.max(1, tables.length))];
    if (table === undefined) {
      this.interrupt();
      return;
    }
    const address = 0x40_0000_0000 + (table - process.root) * 4096;
    this.pageFault(address, 3);
    this.walk(address, 3, table * 4096 + 0x67);
    this.shadow(this.path(address));
    this.say('kvm_mmu_unsync_page', sp(table, 1, 0, false), '...2.');
    process.unsync.add(table);
    this.set(address, this.path(address)[3] ?? 0, true, false);
  }

  /** Another process: its unsync pages are synced. */
  private loadCr3(): void {
    this.leave('write_cr3', 0, 0);
    this.running[this.vcpu] = this.random.below(this.processes.length);
    const { root, shadowed, unsync } = this.process;
    const known = shadowed.has(root);
    shadowed.add(root);
    this.say(
      'kvm_mmu_get_page',
      `${sp(root, 4, known ? 1 : 0, false)} ${known ? 'existing' : 'new'}`,
      '...1.',
    );
    for (const gfn of unsync) this.say('kvm_mmu_sync_page', sp(gfn, 1, 0, true), '...1.');
    unsync.clear();
    // Now and then KVM needs its pages back.
    if (this.random.below(40) === 0)
      for (const gfn of [...shadowed].filter((one) => one >= root + 8)) {
        shadowed.delete(gfn);
        this.say('kvm_mmu_prepare_zap_page', sp(gfn, 1, 0, false), '...1.');
      }
  }

  /** A fault that is the guest's own. */
  private guestFault(): void {
    const address = this.random.below(64) * 2 ** 21 + this.random.below(512) * 4096;
    this.pageFault(address, 4);
    this.walk(address, 4, 0);
    this.say('kvm_mmu_walker_error', 'pferr 4 U');
    this.say('kvm_inj_exception', '#PF (0x4)');
  }

  private interrupt(): void {
    this.leave('interrupt', 0, 0);
  }
}
