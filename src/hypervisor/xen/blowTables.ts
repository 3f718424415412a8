import { procedure, slots } from '../../kernel';
import { shUnpin } from './destroy';
import { flushTlbMask } from './flushTlb';
import { unhook } from './prealloc';
import type { Xen } from './state';

const L = slots('smfn', 'cpu');

/**
 * shadow_blow_tables: every shadow goes that can. First all top levels are unpinned, which destroys those that no vCPU has
 * loaded; then the loaded ones are blanked, so that nothing but they is left; then every TLB is flushed. The caller holds the
 * shadow lock. Source: sheet 1.7, 1.11.
 */
export const shadowBlowTables = procedure<Xen>({
  name: 'shadow_blow_tables',
  part: 'xen',
  lane: 'hypervisor',
  about: 'Throws all shadows of the domain away: what is used again is made anew.',
  slots: L,
  steps: [
    {
      label: 'unpin',
      line: 'shadow_blow_tables(): for each pinned shadow: sh_unpin()',
      touch: 'locked',
      run: (t, x) => {
        const smfn = x.pinned.tail;
        t.set(L.smfn, smfn);
        if (smfn === 0) return;
        shUnpin(x, smfn);
        t.goto('unpin');
      },
      say: (t, x) =>
        t.get(L.smfn) === 0
          ? 'No shadow is pinned any more.'
          : `Shadow ${x.name(t.get(L.smfn))} is unpinned: unless a vCPU has it loaded, it goes, and with it what only it led to.`,
    },
    {
      label: 'unhook',
      line: '  for each vCPU: blank every entry of its top-level shadow',
      touch: 'locked',
      run: (t, x) => {
        const cpu = t.get(L.cpu);
        const { tops } = x.vcpu(cpu);
        t.set(L.smfn, tops[0] ?? 0);
        for (const top of tops) unhook(x, top);
        t.set(L.cpu, cpu + 1);
        if (cpu + 1 < x.vcpus.length) t.goto('unhook');
      },
      say: (t, x) =>
        t.get(L.smfn) === 0
          ? `vCPU ${t.get(L.cpu) - 1} has no shadow loaded.`
          : `The top-level shadow ${x.name(t.get(L.smfn))} of vCPU ${t.get(L.cpu) - 1} stays, but leads nowhere now.`,
    },
    {
      label: 'flush',
      line: '  flush_tlb_mask(d->domain_dirty_cpumask)',
      touch: 'locked',
      run: (t) => t.call(flushTlbMask, []),
      say: 'TLBs may still know what the shadows said: they are flushed.',
    },
    {
      label: 'done',
      line: '  return',
      touch: 'locked',
      beat: true,
      run: (t) => t.ret(),
      say: (_, x) =>
        `All shadows are gone but the top levels that are loaded. The pool has ${x.pool.free} free pages.`,
    },
  ],
});
