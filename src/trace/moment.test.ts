import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { bytesOf } from './cursor';
import { type ImportedTrace, importTrace, MOST_BYTES, type TraceSource } from './import';
import { momentAt, type TraceMoment } from './moment';

const sourceOf = (bytes: Uint8Array, name = 'guest.trace'): TraceSource => ({
  name,
  size: bytes.length,
  read: async (from, to) => bytes.subarray(from, to),
});

async function imported(name: string): Promise<ImportedTrace> {
  const got = await importTrace(sourceOf(readFileSync(`src/pages/trace/samples/${name}.trace`)));
  if (got.kind !== 'trace') throw new Error('the sample was not read');
  return got.trace;
}

const everyMoment = ({ history, events }: ImportedTrace): TraceMoment[] =>
  Array.from({ length: events.length }, (_, e) => momentAt(history, e));

describe('a recorded run on the stage', () => {
  it('shows tables, links, sptes, unsync and sync as they come', async () => {
    const trace = await imported('b-pt-write-cr3');
    expect(trace.history.unplaced).toBe(0);
    const moments = everyMoment(trace);
    const at = (name: string, nth = 0): TraceMoment => {
      const found = moments.filter((m) => m.name === name)[nth];
      if (found === undefined) throw new Error(`no ${name}`);
      return found;
    };
    // The path of the first fault: four shadow pages, each linked from the one above.
    const first = at('kvm_mmu_set_spte');
    expect(first.alive).toBe(4);
    expect(first.pages.map((p) => p.level).sort()).toEqual([1, 2, 3, 4]);
    for (const page of first.pages) expect(page.entries).toHaveLength(1);
    expect(first.tables.find((t) => t.level === 4)?.gfn).toBe(0x10);
    expect(first.caption).toBe('Entry 004 of shadow page s003 now maps frame 0x004, rwx user.');
    // The store into the page table 0x15.
    const unsync = at('kvm_mmu_unsync_page');
    expect(unsync.unsync).toBe(1);
    expect(unsync.pages.find((p) => p.unsync)?.gfn).toBe(0x15);
    expect(unsync.unknown.join()).toContain('0x015');
    const sync = at('kvm_mmu_sync_page');
    expect(sync.unsync).toBe(0);
    expect(sync.unknown.join()).toContain('may have been dropped or changed');
    // At the end everything is zapped, roots last.
    expect(moments.at(-1)?.alive).toBe(0);
    for (const moment of moments) expect(moment.caption).toMatch(/^(?:vCPU|[A-Z]).*\.$/);
  });

  it('tells two vCPUs of one thread apart', async () => {
    const moments = everyMoment(await imported('g-two-vcpus'));
    expect(moments[0]?.lanes.map((l) => l.name)).toEqual(['vCPU 0', 'vCPU 1']);
    for (const { lanes } of moments) expect(lanes.filter((l) => l.mode === 'guest').length).toBeLessThan(2);
    const mentions = moments.filter((m) => m.lane !== undefined && /vcpu \d/.test(m.payload));
    for (const { lane, lanes, payload } of mentions)
      expect(lanes[lane ?? 0]?.name).toBe(`vCPU ${/vcpu (\d)/.exec(payload)?.[1]}`);
  });

  it('knows the top table again after a load of CR3 that no line explains', async () => {
    const moments = everyMoment(await imported('g-two-vcpus'));
    const walks = moments.filter((m) => m.name === 'kvm_mmu_paging_element' && m.payload.endsWith('level 4'));
    expect(new Set(walks.map((m) => m.lanes[m.lane ?? 0]?.top))).toEqual(new Set([0x10, 0x18]));
  });
});

/** The trace of one fault in the upper half of the address space, where kernels live: the last bytes of a page. */
const UPPER = `
 vmm-1 [000] d..1. 1.0: kvm_entry: vcpu 0, rip 0xffffffff81000fff
 vmm-1 [000] ..... 1.1: kvm_exit: vcpu 0 reason PF excp rip 0xffffffff81000fff info1 0x0000000000000002 info2 0xffff888000001fff intr_info 0x00000000 error_code 0x00000000
 vmm-1 [000] ..... 1.2: kvm_mmu_pagetable_walk: addr ffff888000001fff pferr 2 W
 vmm-1 [000] ..... 1.3: kvm_mmu_paging_element: pte 11067 level 4
 vmm-1 [000] ..... 1.4: kvm_mmu_paging_element: pte 12067 level 3
 vmm-1 [000] ..... 1.5: kvm_mmu_paging_element: pte 13067 level 2
 vmm-1 [000] ..... 1.6: kvm_mmu_paging_element: pte 4067 level 1
`;

it('finds the entries of a kernel’s addresses, which have more bits than a number keeps', async () => {
  const got = await importTrace(sourceOf(bytesOf(UPPER)));
  if (got.kind !== 'trace') throw new Error(got.kind);
  const moments = everyMoment(got.trace);
  expect(moments.at(-1)?.walk?.steps.map(({ index }) => index)).toEqual([0x111, 0, 0, 1]);
  expect(moments[2]?.caption).toContain('0xffff_8880_0000_1fff');
  expect(moments[0]?.caption).toContain('0xffff_ffff_8100_0fff');
});

describe('importing', () => {
  const good = '   vmm-1 [000] d..1. 1.5: kvm_entry: vcpu 0, rip 0x1\n';

  it('reports progress, and gives up when it is told to', async () => {
    const bytes = bytesOf(good.repeat(120_000));
    const seen: number[] = [];
    await importTrace(sourceOf(bytes), { progress: (done) => seen.push(done) });
    expect(seen.length).toBeGreaterThan(3);
    expect([...seen].sort((a, b) => a - b)).toEqual(seen);
    expect((await importTrace(sourceOf(bytes), { cancelled: () => true })).kind).toBe('cancelled');
  });

  it('reads of a file that is too large only a part, never the whole, and says so', async () => {
    let read = 0;
    const size = 1_200_000_000;
    const got = await importTrace(
      {
        name: 'huge.trace',
        size,
        read: async (from, to) => {
          read += to - from;
          // Made when asked for: lines at every place of the file.
          return bytesOf(good.repeat(Math.ceil((to - from) / good.length) + 1)).subarray(0, to - from);
        },
      },
      { most: 3_000_000 },
    );
    expect(read).toBeLessThan(3_100_000);
    if (got.kind !== 'trace') throw new Error(got.kind);
    expect(got.trace.says[0]).toMatch(/huge\.trace has 1\.2 GB\. Only the first 3 MB were read/);
    expect(MOST_BYTES).toBeLessThan(size);
  });

  it.each([
    ['an empty file', new Uint8Array(0), 'is empty'],
    ['a recording of trace-cmd', Uint8Array.from([0x17, 0x08, 0x44, 0x74, 0x72, 0]), 'trace-cmd (trace.dat)'],
    ['a program', Uint8Array.from({ length: 500 }, (_, i) => i % 7), 'is no text'],
    ['a poem', bytesOf('Tyger Tyger, burning bright,\nIn the forests of the night;\n'), 'line 1: `Tyger'],
    [
      'another trace',
      bytesOf(' a-1 [000] d..1. 1.5: sched_switch: x ==> y\n'),
      'none of its 1 events is KVM’s: sched_switch 1',
    ],
    ['a long noise', new Uint8Array(12_000_000).fill(65), 'None of the 0 lines'],
  ])('refuses %s, and says how to get a trace', async (_, bytes, why) => {
    const got = await importTrace(sourceOf(bytes));
    if (got.kind !== 'refused') throw new Error(got.kind);
    expect(got.why).toContain(why);
    expect(got.commands.join('\n')).toContain('/sys/kernel/tracing');
  });
});
