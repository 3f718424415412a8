import { ensure } from '../../base';
import type { World } from '../../kernel';
import { interruptible, type Machine } from '../../machine';
import type { DomainState } from './domain';
import type { ShadowPages } from './shadowPages';
import { SH_NONE } from './types';
import type { VcpuState } from './vcpuState';

/**
 * The shadow page allocator. Pages are handed out lowest first; freed ones queue up behind, oldest first. Snapshot pages,
 * which live as long as their vCPU, come from the top, so that the first shadow of a guest of 128 frames is s080.
 */
export class Pool {
  constructor(
    private readonly world: World,
    private readonly machine: Machine,
    private readonly pages: ShadowPages,
    private readonly domain: DomainState,
    private readonly vcpus: readonly VcpuState[],
  ) {}

  /** Pages that can still be handed out. */
  get free(): number {
    const { pages, domain } = this;
    return pages.frames - domain.get('fresh') - domain.get('freshTop') + domain.get('freeCount');
  }

  /** The page `alloc` would hand out next. */
  private get nextPage(): number {
    const { pages, domain } = this;
    const unused = domain.get('fresh') + domain.get('freshTop') < pages.frames;
    return unused ? pages.first + domain.get('fresh') : domain.get('freeHead');
  }

  /**
   * Whether `alloc` can go ahead: a page that was freed is used again only when no processor can be in the middle of a walk
   * through it. Processors that must flush first have to be able to.
   */
  ready(): boolean {
    if (this.free === 0) return true; // alloc will say what is wrong
    const stale = this.pages.stale(this.nextPage);
    return this.vcpus.every((v) => (stale & (1 << v.index)) === 0 || interruptible(this.machine, v.index));
  }

  /** A zeroed page of a type. Whoever asks has made room first (shadow_prealloc). */
  alloc(type: number, backpointer: number): number {
    ensure(this.free > 0, 'shadow_prealloc has made room before a page is allocated');
    const { domain } = this;
    const smfn = this.nextPage;
    if (smfn !== domain.get('freeHead')) domain.set('fresh', domain.get('fresh') + 1);
    else this.dequeue(smfn);
    return this.prepare(smfn, type, backpointer);
  }

  /** The highest page never used: for pages that are not shadows. */
  allocTop(type: number, backpointer: number): number {
    const { pages, domain } = this;
    const used = domain.get('freshTop');
    if (domain.get('fresh') + used >= pages.frames) return this.alloc(type, backpointer);
    domain.set('freshTop', used + 1);
    return this.prepare(pages.first + pages.frames - 1 - used, type, backpointer);
  }

  private dequeue(smfn: number): void {
    const { pages, domain } = this;
    const next = pages.next(smfn);
    domain.set('freeHead', next);
    if (next === 0) domain.set('freeTail', 0);
    domain.set('freeCount', domain.get('freeCount') - 1);
    pages.setNext(smfn, 0);
    this.flushStale(pages.stale(smfn));
    pages.setStale(smfn, 0);
  }

  /**
   * A freed page keeps its contents until it is used again; whoever has not flushed since might still walk it. One step for
   * all vCPUs, as no translation through the page is wanted by anybody.
   */
  private flushStale(stale: number): void {
    for (const v of this.vcpus) if ((stale & (1 << v.index)) !== 0) this.flushTlb(v.index);
    if (stale !== 0) this.world.count('shadow_alloc_tlbflush');
  }

  private prepare(smfn: number, type: number, backpointer: number): number {
    const { world, machine, pages } = this;
    machine.memory.clear(smfn);
    pages.setType(smfn, type);
    pages.setBackpointer(smfn, backpointer);
    pages.setCount(smfn, 0);
    world.count('shadow_alloc');
    world.count('shadow_alloc_count');
    return smfn;
  }

  /** shadow_free: the contents stay; fast emulation must not trust what it remembers about any page (sheet 2.1). */
  release(smfn: number): void {
    const { world, pages, domain } = this;
    for (const v of this.vcpus) {
      v.set('lastWriteEmulOk', 0);
      if (v.get('lastWriteablePteSmfn') === smfn + 1) v.set('lastWriteablePteSmfn', 0);
    }
    pages.setType(smfn, SH_NONE);
    pages.setBackpointer(smfn, 0);
    pages.setCount(smfn, 0);
    pages.clearUp(smfn);
    pages.setStale(smfn, (1 << this.vcpus.length) - 1);
    const tail = domain.get('freeTail');
    if (tail === 0) domain.set('freeHead', smfn);
    else pages.setNext(tail, smfn);
    pages.setNext(smfn, 0);
    domain.set('freeTail', smfn);
    domain.set('freeCount', domain.get('freeCount') + 1);
    world.count('shadow_free');
    world.count('shadow_alloc_count', -1);
  }

  /** Flushes everything in one vCPU's TLB. What was freed before is no longer known to that processor. */
  flushTlb(v: number): void {
    const { pages, domain } = this;
    for (let s = domain.get('freeHead'); s !== 0; s = pages.next(s))
      pages.setStale(s, pages.stale(s) & ~(1 << v));
    this.machine.tlb.flushAll(v, false);
  }
}
