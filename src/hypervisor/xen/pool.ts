import { ensure } from '../../base';
import type { World } from '../../kernel';
import { interruptible, type Machine } from '../../machine';
import type { DomainState } from './domain';
import { pagesOfType } from './geometry';
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

  /** Pages the pool has in all: fewer than there are if the host has taken some back. */
  get total(): number {
    return this.pages.frames - this.domain.get('withdrawn');
  }

  /** Whether so many tables of so many pages each can be handed out. */
  roomFor(tables: number, pages: number): boolean {
    return pages === 1 ? this.free >= tables : this.runs(pages).length >= tables;
  }

  private get unused(): number {
    const { pages, domain } = this;
    return pages.frames - domain.get('fresh') - domain.get('freshTop');
  }

  /** First pages of runs of free pages that lie in a row: never used ones first, then the lowest. */
  private runs(length: number): number[] {
    const { pages, domain } = this;
    const out: number[] = [];
    for (let at = 0; at + length <= this.unused; at += length)
      out.push(pages.first + domain.get('fresh') + at);
    const free: number[] = [];
    for (let s = domain.get('freeHead'); s !== 0; s = pages.next(s)) free.push(s);
    free.sort((a, b) => a - b);
    let row = 0;
    free.forEach((page, i) => {
      row = row > 0 && page === (free[i - 1] as number) + 1 ? row + 1 : 1;
      if (row < length) return;
      out.push(page - length + 1);
      row = 0;
    });
    return out;
  }

  /** The first page that `alloc` would hand out next for a shadow of so many pages; undefined if there is no room. */
  private nextRun(length: number): number | undefined {
    if (this.unused >= length) return this.pages.first + this.domain.get('fresh');
    if (length > 1) return this.runs(length)[0];
    const head = this.domain.get('freeHead');
    return head === 0 ? undefined : head;
  }

  /**
   * Whether `alloc` can go ahead: a page that was freed is used again only when no processor can be in the middle of a walk
   * through it. Processors that must flush first have to be able to.
   */
  ready(type: number): boolean {
    const length = pagesOfType(type);
    const first = this.nextRun(length);
    if (first === undefined) return true; // alloc will say what is wrong
    let stale = 0;
    for (let i = 0; i < length; i++) stale |= this.pages.stale(first + i);
    return this.vcpus.every((v) => (stale & (1 << v.index)) === 0 || interruptible(this.machine, v.index));
  }

  /** Zeroed pages for a table of a type, in a row if it takes several: the first. Whoever asks has made room (shadow_prealloc). */
  alloc(type: number, backpointer: number): number {
    const length = pagesOfType(type);
    const first = this.nextRun(length);
    ensure(first !== undefined, 'shadow_prealloc has made room before a page is allocated');
    const { domain } = this;
    if (first === this.pages.first + domain.get('fresh') && this.unused >= length)
      domain.set('fresh', domain.get('fresh') + length);
    else for (let i = 0; i < length; i++) this.dequeue(first + i);
    for (let i = length - 1; i >= 0; i--) this.prepare(first + i, type, backpointer, i);
    return this.counted(first);
  }

  /** The highest page never used: for pages that are not shadows. */
  allocTop(type: number, backpointer: number): number {
    const { pages, domain } = this;
    const used = domain.get('freshTop');
    if (domain.get('fresh') + used >= pages.frames) return this.alloc(type, backpointer);
    domain.set('freshTop', used + 1);
    const smfn = pages.first + pages.frames - 1 - used;
    this.prepare(smfn, type, backpointer, 0);
    return this.counted(smfn);
  }

  /** A free page goes back to the host. There is one: whoever asks has made room. */
  withdraw(): void {
    const { pages, domain } = this;
    const smfn = this.nextRun(1);
    ensure(smfn !== undefined, 'shadow_prealloc has made room before a page is given back');
    if (this.unused > 0) domain.set('fresh', domain.get('fresh') + 1);
    else this.dequeue(smfn);
    pages.setNext(smfn, domain.get('withdrawnHead'));
    domain.set('withdrawnHead', smfn);
    domain.set('withdrawn', domain.get('withdrawn') + 1);
  }

  /** The host gives the pool the page back that it took last. No processor can know anything by it. */
  giveBack(): void {
    const { pages, domain } = this;
    const smfn = domain.get('withdrawnHead');
    ensure(smfn !== 0, 'the host has a page of the pool to give back');
    domain.set('withdrawnHead', pages.next(smfn));
    domain.set('withdrawn', domain.get('withdrawn') - 1);
    this.enqueue(smfn);
    pages.setStale(smfn, 0);
  }

  private dequeue(smfn: number): void {
    const { pages, domain } = this;
    let before = 0;
    for (let s = domain.get('freeHead'); s !== smfn; s = pages.next(s)) before = s;
    const next = pages.next(smfn);
    if (before === 0) domain.set('freeHead', next);
    else pages.setNext(before, next);
    if (next === 0) domain.set('freeTail', before);
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

  private prepare(smfn: number, type: number, backpointer: number, part: number): void {
    const { machine, pages } = this;
    machine.memory.clear(smfn);
    pages.setType(smfn, type);
    pages.setBackpointer(smfn, backpointer);
    pages.setCount(smfn, 0);
    pages.setPart(smfn, part);
  }

  private counted(smfn: number): number {
    this.world.count('shadow_alloc');
    this.world.count('shadow_alloc_count');
    return smfn;
  }

  /** shadow_free: the contents stay; fast emulation must not trust what it remembers about any page (sheet 2.1). */
  release(smfn: number): void {
    const length = pagesOfType(this.pages.type(smfn));
    for (const v of this.vcpus) {
      v.set('lastWriteEmulOk', 0);
      if (v.get('lastWriteablePteSmfn') === smfn + 1) v.set('lastWriteablePteSmfn', 0);
    }
    for (let i = 0; i < length; i++) this.enqueue(smfn + i);
    this.world.count('shadow_free');
    this.world.count('shadow_alloc_count', -1);
  }

  private enqueue(smfn: number): void {
    const { pages, domain } = this;
    pages.setType(smfn, SH_NONE);
    pages.setBackpointer(smfn, 0);
    pages.setCount(smfn, 0);
    pages.setPart(smfn, 0);
    pages.clearUp(smfn);
    pages.setStale(smfn, (1 << this.vcpus.length) - 1);
    const tail = domain.get('freeTail');
    if (tail === 0) domain.set('freeHead', smfn);
    else pages.setNext(tail, smfn);
    pages.setNext(smfn, 0);
    domain.set('freeTail', smfn);
    domain.set('freeCount', domain.get('freeCount') + 1);
  }

  /** Flushes everything in one vCPU's TLB. What was freed before is no longer known to that processor. */
  flushTlb(v: number): void {
    const { pages, domain } = this;
    for (let s = domain.get('freeHead'); s !== 0; s = pages.next(s))
      pages.setStale(s, pages.stale(s) & ~(1 << v));
    this.machine.tlb.flushAll(v, false);
  }
}
