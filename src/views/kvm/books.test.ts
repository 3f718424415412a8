import { describe, expect, test } from 'vitest';
import type { Run } from '../../engine';
import { runOf } from '../../testing/library';
import { chosenKvm } from './chosen';
import { memoryAt } from './memory';
import { pageListAt } from './pageList';
import { spteBits } from './spteBits';
import { traceAt } from './traceWords';
import { kvmVcpus } from './vcpus';

const factOf = (run: Run, entity: string, part: string, name: string): string | undefined =>
  chosenKvm(run, run.length, entity)
    ?.parts.find(({ title }) => title === part)
    ?.facts.find((fact) => fact.name === name)?.value;

describe('an spte bit by bit', () => {
  test('the four combinations of the three writable bits have names, and no other is taken for one of them', () => {
    const says = [0, 1, 2, 3, 4, 5, 6, 7].map((bits) => {
      const lo = 0x20_0825 | ((bits & 4) << 7) | ((bits & 2) << 9) | ((bits & 1) << 1);
      const view = spteBits(1, 0, lo);
      return view.odd ? 'must not be' : (view.says.split(':')[1] ?? '').trim().split(' ')[0];
    });
    // Host, MMU, W from 000 to 111.
    expect(says).toEqual([
      ...['the', 'must not be', 'must not be', 'must not be'],
      ...['the', 'must not be', 'write-blocked', 'writable.'],
    ]);
  });

  test('software bits, frame and NX are read off the focused entry', () => {
    const run = runOf('kvm-unsync');
    const chosen = chosenKvm(run, run.length, 'shadow s304[103]');
    expect(chosen?.kind).toBe('shadow page 61/l1/w-x');
    const bits = Object.fromEntries((chosen?.spte?.bits ?? []).map(({ name, value }) => [name, value]));
    expect(bits).toMatchObject({ W: '1', 'Host-writable': '1', 'MMU-writable': '1', pfn: '0x103', NX: '1' });
    expect(chosen?.spte?.facts[0]).toMatchObject({ value: '0x103', entity: 'frame 0x103' });
  });

  test('an MMIO spte says its frame and the generation it is of', () => {
    const run = runOf('kvm-mmio');
    const { spte } = chosenKvm(run, run.length, 'shadow s304[001]') ?? {};
    expect(spte?.kind).toBe('mmio');
    expect(spte?.bits.find(({ name }) => name === 'gfn')?.value).toBe('0x2f0');
    expect(spte?.bits.find(({ name }) => name === 'gen, low')?.value).toBe('1');
  });

  test('an identification names the vCPU it belongs to', () => {
    const bits = spteBits(1, 3 << 24, 0x20_0e65).bits;
    expect(bits.find(({ name }) => name === 'id')).toMatchObject({
      value: '3',
      says: expect.stringContaining('vCPU 2'),
    });
  });
});

describe('pages, frames and slots', () => {
  test('one guest table, two shadow pages: the frame names both, each its role', () => {
    const run = runOf('kvm-two-roles');
    const chosen = chosenKvm(run, run.length, 'guest 0x102');
    const pages = chosen?.parts.find(({ title }) => title === 'Shadow pages')?.facts ?? [];
    expect(pages.map(({ name }) => name).sort()).toEqual(['l2/-ux', 'l2/wux']);
    expect(pages.map(({ entity }) => factOf(run, entity ?? '', 'Role', 'access')).sort()).toEqual([
      '-ux',
      'wux',
    ]);
    expect(pageListAt(run, run.length)?.chains.map(({ frame }) => frame)).toEqual(['0x102', '0x103']);
  });

  test('a reverse map says how its head word keeps it: the only spte, or a descriptor', () => {
    const one = chosenKvm(runOf('kvm-cold-read'), runOf('kvm-cold-read').length, 'frame 0x200');
    const many = chosenKvm(runOf('kvm-two-roles'), runOf('kvm-two-roles').length, 'frame 0x200');
    const saying = (chosen: typeof one) => chosen?.parts.find(({ title }) => title === 'Reverse map');
    expect(saying(one)?.says).toContain('Bit 0 clear');
    expect(saying(many)?.says).toContain('Bit 0 set');
    expect(saying(many)?.facts.map(({ name }) => name)).toEqual(['spte, writable', 'spte, read-only']);
  });

  test('the list is in the order of making, and stops at what is allowed', () => {
    const run = runOf('kvm-cold-read');
    const list = pageListAt(run, run.length);
    expect(list?.pages.map(({ key }) => key)).toEqual([
      '100/l4/wux',
      '101/l3/wux',
      '102/l2/wux',
      '103/l1/wux',
    ]);
    expect(list?.pages[0]?.says).toBe('root of v0');
    expect(list?.most).toBeGreaterThanOrEqual(64);
  });

  test('memory slots with what the host has done behind them', () => {
    const reclaimed = runOf('kvm-host-reclaims');
    const memory = memoryAt(reclaimed, reclaimed.length);
    expect(memory?.sequence).toBeGreaterThan(0);
    expect(memory?.slots[0]?.host).toEqual([{ name: '0x200', entity: 'frame 0x200', says: 'zero page' }]);
    const device = runOf('kvm-mmio');
    expect(memoryAt(device, device.length)?.slots.map(({ range }) => range)).toEqual([
      '0x000 to 0x2ef',
      '0x2f2 to 0x2ff',
      '0x300 to 0x300',
    ]);
  });

  test('a vCPU: its roots, and the error code of its last fault', () => {
    const run = runOf('kvm-process-switch');
    const [vcpu] = kvmVcpus(run, run.length) ?? [];
    expect(vcpu?.facts.map(({ name }) => name)).toEqual([
      ...['root', 'cached root 1', 'cached root 2', 'cached root 3'],
    ]);
    const store = runOf('kvm-first-write');
    const fault = kvmVcpus(store, store.length)?.[0]?.fault;
    expect(fault?.code).toBe('0x7: P|W|U');
    expect(fault?.bits.map(({ value }) => value).join('')).toBe('11100');
  });

  test('other designs keep none of this', () => {
    const xen = runOf('unsync');
    expect(chosenKvm(xen, 0, 'guest 0x030')).toBeUndefined();
    expect([memoryAt(xen, 0), pageListAt(xen, 0), kvmVcpus(xen, 0), traceAt(xen, 0, 9)]).toEqual(
      Array(4).fill(undefined),
    );
  });
});

describe('the kernel’s trace words', () => {
  // Line by line as the sheet has them (7.4, and S1 and S4 of section 8).
  test('of a cold read', () => {
    const run = runOf('kvm-cold-read');
    const lines = (traceAt(run, run.length, 40) ?? []).map(({ event, text }) => `${event}: ${text}`);
    expect(lines.slice(1)).toEqual([
      'kvm_mmu_pagetable_walk: addr 400000 pferr 4 U',
      'kvm_mmu_paging_element: pte 101007 level 4',
      'kvm_mmu_paging_element: pte 102007 level 3',
      'kvm_mmu_paging_element: pte 103007 level 2',
      'kvm_mmu_paging_element: pte 200007 level 1',
      'kvm_mmu_set_accessed_bit: gpa 100000',
      'kvm_mmu_set_accessed_bit: gpa 101000',
      'kvm_mmu_set_accessed_bit: gpa 102010',
      'kvm_mmu_set_accessed_bit: gpa 103000',
      'kvm_mmu_get_page: sp gen 0 gfn 101 l3 8-byte q0 wux nxe ad root 0 sync new',
      'kvm_mmu_get_page: sp gen 0 gfn 102 l2 8-byte q0 wux nxe ad root 0 sync new',
      'kvm_mmu_get_page: sp gen 0 gfn 103 l1 8-byte q0 wux nxe ad root 0 sync new',
      'kvm_mmu_spte_requested: gfn 200 pfn 200 level 1',
      expect.stringMatching(/^kvm_mmu_set_spte: gfn 200 spte 200a25 \(r-xu\) level 1 at 3[0-9a-f]{5}$/),
    ]);
  });

  test('of a table that goes unsync: the line still says `sync`', () => {
    const run = runOf('kvm-unsync');
    const line = traceAt(run, run.length, 40)?.find(({ event }) => event === 'kvm_mmu_unsync_page');
    expect(line?.text).toBe('sp gen 0 gfn 103 l1 8-byte q0 wux nxe ad root 0 sync');
  });
});
