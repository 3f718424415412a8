import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { bytesOf } from './cursor';
import { NO_LANE } from './events';
import { problemWords } from './problems';
import { TraceReader } from './reader';

const SAMPLES = ['b-pt-write-cr3', 'd-invlpg', 'g-two-vcpus'].map(
  (name) => `src/pages/trace/samples/${name}.trace`,
);

function read(bytes: Uint8Array, piece = bytes.length): TraceReader {
  const reader = new TraceReader();
  for (let at = 0; at < bytes.length; at += piece) reader.push(bytes.subarray(at, at + piece));
  reader.finish();
  return reader;
}

const line = (event: string, payload: string): string =>
  `             vmm-181     [000] d..1.     2.895455: ${event}: ${payload}\n`;

/** What was printed of the only event of a text; undefined if there is none. */
function reprinted(text: string): string | undefined {
  const { events } = read(bytesOf(text));
  return events.length === 1 ? events.payload(0) : undefined;
}

describe('the recorded traces', () => {
  it.each(SAMPLES)('%s is understood whole, and printed again as it was, however it is cut', (path) => {
    const bytes = readFileSync(path);
    const lines = bytes.toString().split('\n');
    for (const piece of [bytes.length, 4096, 61]) {
      const { events, problems } = read(bytes, piece);
      expect(problemWords(problems)).toEqual([]);
      expect(events.length).toBe(lines.filter((l) => l !== '' && !l.startsWith('#')).length);
      for (let event = 0; event < events.length; event++)
        expect(lines[events.line(event) - 1]).toContain(
          `: ${events.kind(event).name}: ${events.payload(event)}`,
        );
    }
  });
});

/** What 6.1, 3.6 and newer kernels print (facts of the format: `%llx` without 0x, flags by name, `%#llx` of zero is `0`). */
const PRINTED: readonly (readonly [event: string, payload: string])[] = [
  ['kvm_mmu_pagetable_walk', 'addr 7fff12345000 pferr 13 P|W|F'],
  ['kvm_mmu_pagetable_walk', 'addr 0 pferr 0 '],
  ['kvm_mmu_pagetable_walk', 'addr ffffffff81000000 pferr 21 P|0x20'],
  ['kvm_mmu_paging_element', 'pte 80000001f4067867 level 4'],
  ['kvm_mmu_walker_error', 'pferr 9 P|RSVD'],
  ['kvm_mmu_get_page', 'sp gen 1 gfn 1f000 l1 4-byte q3 direct -ux invalid !nxe !ad root 2 unsync existing'],
  ['kvm_mmu_get_page', 'sp gfn 1f000 1 pae q0 wux nxe root 0 sync new'],
  ['kvm_mmu_prepare_zap_page', 'sp gen 0 gfn 10 l4 8-byte q0 wux nxe ad root 1 sync'],
  ['mark_mmio_spte', 'sptep:00000000c0ffee12 gfn fee00 access 7 gen 3a'],
  ['handle_mmio_page_fault', 'addr:ffffffffff5fb020 gfn fee00 access 6'],
  ['check_mmio_spte', 'spte 80000000fee00fff kvm_gen 3c spte-gen 3a valid 0'],
  [
    'fast_page_fault',
    'vcpu 3 gva 7f00 error_code P|W sptep 00000000deadbeef old 0 new 8000000000000b77 spurious 0 fixed 1',
  ],
  ['fast_page_fault', 'vcpu 0 gva 0 error_code  sptep 00000000deadbeef old 0x67 new 0 spurious 1 fixed 0'],
  ['kvm_mmu_zap_all_fast', 'kvm-mmu-valid-gen 0 used_pages 2f'],
  ['kvm_mmu_set_spte', 'gfn 15 spte 6d2de67 (rwx) level 1 at 67e40a8'],
  [
    'kvm_mmu_set_spte',
    'gfn 15 spte 80000000006d2de67 (r--u) level 2 at ffff0067e40a8'.replace('800000000', '8'),
  ],
  ['kvm_mmu_spte_requested', 'gfn fee00 pfn 8000000000000000 level 1'],
  ['kvm_mmu_split_huge_page', 'gfn 200 spte 70000000200bf7 level 2 errno 0'],
  ['kvm_tdp_mmu_spte_changed', 'as id 0 gfn 4 level 1 old_spte 0 new_spte 60000000004bf7'],
  ['kvm_entry', 'vcpu 2, rip 0xffffffff81000000'],
  ['kvm_entry', 'vcpu 2, rip 0xfff0[immediate exit]'],
  ['kvm_entry', 'vcpu 2, rip 0xfff0 intr_info 0x80000b0e error_code 0x00000002'],
  ['kvm_entry', 'vcpu 2'],
  [
    'kvm_exit',
    'vcpu 0 reason PF excp rip 0x4010 info1 0x0000000000000002 info2 0x0000000040002000 intr_info 0x00000000 error_code 0x00000000',
  ],
  ['kvm_exit', 'reason EXCEPTION_NMI rip 0x4010 info 7f00 80000b0e'],
  ['kvm_page_fault', 'vcpu 1 rip 0x4010 address 0x0000000040002000 error_code 0x2'],
  ['kvm_page_fault', 'address 40002000 error_code 2'],
  ['kvm_cr', 'cr_write 3 = 0x1aa000'],
  ['kvm_inj_exception', '#PF (0x2)'],
  ['kvm_inj_exception', '#PF (0x2) [reinjected]'],
  ['kvm_inj_exception', '#UD'],
  ['kvm_emulate_insn', '0:4020:0f 22 df (prot64)'],
  ['vcpu_match_mmio', 'gva 0xffffffffff5fb020 gpa 0xfee00020 Write GPA'],
  ['kvm_mmio', 'mmio unsatisfied-read len 4 gpa 0xfee00020 val 0x0'],
];

describe('what kernels print', () => {
  it.each(PRINTED)('%s: %s', (event, payload) => {
    expect(reprinted(line(event, payload))).toBe(payload);
  });

  it('is found behind other heads: tgid, no flags, perf, trace-cmd, a task with spaces and brackets', () => {
    const payload = 'vcpu 2, rip 0xfff0';
    for (const head of [
      '  CPU 2/KVM-4321  (   4300) [011] d..1.   123.456789: kvm_entry: ',
      '  CPU 2/KVM-4321  [011]   123.456789: kvm_entry: ',
      '  qemu [x]-4321  [011] d..1   123.456789: kvm_entry:            ',
      'qemu-system-x86  4321 [011]   123.456789:          kvm:kvm_entry: ',
    ]) {
      const { events } = read(bytesOf(`${head}${payload}\r\n`));
      expect(events.payload(0)).toBe(payload);
      expect(events.task(0)?.pid).toBe(4321);
      expect(events.time(0)).toBeCloseTo(123.456789, 6);
    }
  });
});

describe('a line belongs', () => {
  const laneOf = (text: string): (number | undefined)[] => {
    const { events } = read(bytesOf(text));
    return Array.from({ length: events.length }, (_, e) => events.lanes[events.lane(e)]?.vcpu);
  };
  const entry = (v: number) => line('kvm_entry', `vcpu ${v}, rip 0x1`);
  const exit = (v: number) =>
    line(
      'kvm_exit',
      `vcpu ${v} reason io rip 0x1 info1 0x${'0'.repeat(16)} info2 0x${'0'.repeat(16)} intr_info 0x00000000 error_code 0x00000000`,
    );
  const root = line('kvm_mmu_get_page', 'sp gen 0 gfn 10 l4 8-byte q0 wux nxe ad root 0 sync new');
  const walk = line('kvm_mmu_pagetable_walk', 'addr 1000 pferr 0 ');

  it('to the vCPU whose exit its task handles; roots got before an entry to the vCPU that enters', () => {
    expect(laneOf(root + entry(0) + exit(0) + walk + root + entry(1) + exit(1) + walk)).toEqual([
      0, 0, 0, 0, 1, 1, 1, 1,
    ]);
  });

  it('to another task’s vCPU never', () => {
    const other = walk.replace('vmm-181', 'vmm-182');
    expect(laneOf(entry(0) + exit(0) + other + walk)).toEqual([0, 0, undefined, 0]);
  });

  it('to the vCPU that its task entered, where an exit does not name it (3.6)', () => {
    expect(
      laneOf(line('kvm_entry', 'vcpu 5') + line('kvm_exit', 'reason HLT rip 0x1 info 0 0') + walk),
    ).toEqual([5, 5, 5]);
  });

  it('to nobody, where nobody has entered', () => {
    const { events } = read(bytesOf(walk));
    expect(events.lane(0)).toBe(NO_LANE);
  });
});

describe('what is not understood', () => {
  const good = line('kvm_entry', 'vcpu 0, rip 0x1');

  it('is counted, and the first of it kept with its place', () => {
    const { events, problems } = read(bytesOf(`${good}hello\n${good}\nworld, again\n${good}`));
    expect(events.length).toBe(3);
    expect(problems.unknown).toBe(2);
    expect(problems.first).toEqual([
      { line: 2, text: 'hello' },
      { line: 5, text: 'world, again' },
    ]);
    expect(problemWords(problems).join()).toContain('line 2: `hello`');
  });

  it('may be other events, the plugin’s words, lost events, a buffer that was too small', () => {
    const { problems } = read(
      bytesOf(
        `# entries-in-buffer/entries-written: 5/105   #P:4\n${line('sched_switch', 'prev_comm=a ==> next_comm=b')}` +
          line('kvm_mmu_get_page', 'new sp gfn 15 1/4 q0 wux !nxe ad root 0 sync') +
          line('kvm_mmu_get_page', 'sp gen zero') +
          `CPU:2 [LOST 37 EVENTS]\n${good}`,
      ),
    );
    expect(problems.unknown).toBe(0);
    const said = problemWords(problems).join('\n');
    expect(said).toContain('held 5 of 105 events');
    expect(said).toContain('lost 37 events');
    expect(said).toContain('trace-cmd show');
    expect(said).toContain('sched_switch 1');
    expect(said).toContain('sp gen zero');
  });

  it('is told as an end in the middle of a line, where the file ends so', () => {
    const { events, problems } = read(bytesOf(good + good.slice(0, 60)));
    expect(events.length).toBe(1);
    expect(problems.unknown + problems.unread).toBe(0);
    expect(problems.cut?.line).toBe(2);
  });

  it('may be a file without line ends: never held in memory whole', () => {
    const reader = new TraceReader();
    const noise = new Uint8Array(1 << 20).fill(65);
    for (let i = 0; i < 8; i++) reader.push(noise);
    reader.push(bytesOf(`\n${good}`));
    reader.finish();
    expect(reader.events.length).toBe(1);
    expect(reader.problems.unknown).toBe(1);
  });
});
