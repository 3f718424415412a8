import { address } from '../../base';
import { procedure, slots, type Thread } from '../../kernel';
import { sayIndex } from '../../machine';
import { DomainCrashed, HOW_BRUTE_FORCE, HOW_LAST_WRITABLE, WriteAccessSearched } from './events';
import { clearWrite, mapsWritable } from './refs';
import { rmWriteAccessFromL1 } from './searchL1';
import type { Xen } from './state';
import { mapsPages, SH_MAX_SHADOW } from './types';
import { Who } from './who';
import { type Guess, guesses } from './wrmapGuess';

const L = slots(
  ...(['v', 'gmfn', 'level', 'vaHi', 'vaLo'] as const),
  ...(['guess', 'hit', 'table', 'index', 'before', 'smfn'] as const),
  // Results of a search, and their sums over the brute force.
  ...(['read', 'hits', 'shadows', 'reads', 'total'] as const),
);

/** Shadow types that a search for writable mappings looks into, as bits. */
const SEARCHED = Array.from({ length: SH_MAX_SHADOW + 1 }, (_, type) =>
  mapsPages(type) ? 1 << type : 0,
).reduce((all, bit) => all | bit);

const page = (t: Thread, x: Xen): string => x.name(t.get(L.gmfn));
const writers = (t: Thread, x: Xen): number => x.guest.writers(t.get(L.gmfn));

/** Guesses are read through the running vCPU's tables, so they are made for the running vCPU only; in F not for a resync. */
function guessList(t: Thread, x: Xen): readonly Guess[] {
  const running = t.get(L.v) === t.actor || (x.on('guess-any-vcpu') && t.actor < x.vcpus.length);
  if (!running || (t.get(L.level) === 0 && !x.era.guessAtLevel0)) return [];
  return guesses(x, t.actor, t.get(L.gmfn), t.get(L.level), t.get(L.vaHi), t.get(L.vaLo));
}

/**
 * sh_remove_write_access(v, gmfn, level, fault_va): finds and removes every writable mapping of a page that is, or is about to
 * be, shadowed. Returns 0 nothing to do, 1 something was removed (the caller must flush), -1 a writer remains (level 0 only).
 * Source: sheet section 4.
 */
export const shRemoveWriteAccess = procedure<Xen>({
  name: 'sh_remove_write_access',
  part: 'xen',
  lane: 'hypervisor',
  about: 'Takes write access to a page away: guesses, a hint, then a search of all L1 shadows (sheet 4).',
  slots: L,
  steps: [
    {
      label: 'needed',
      line: 'if gmfn is a protected table, or nothing maps it writable: return 0',
      touch: 'locked',
      run: (t, x) => {
        const gmfn = t.get(L.gmfn);
        if (x.pv || (x.isPageTable(gmfn) && !x.oosMayWrite(gmfn)) || x.guest.writers(gmfn) === 0) t.ret(0);
      },
      say: (t, x) => {
        const gmfn = t.get(L.gmfn);
        if (x.pv)
          return `Nothing maps ${page(t, x)} writable: a PV guest is not allowed to, for it is a table.`;
        if (x.isPageTable(gmfn) && !x.oosMayWrite(gmfn))
          return `Frame ${page(t, x)} is write-protected already: it is a page table.`;
        const count = writers(t, x);
        if (count === 0) return `The type count of ${page(t, x)} is 0: nothing maps it writable.`;
        const many = count === 1 ? 'one mapping lets' : `${count} mappings let`;
        return `Frame ${page(t, x)} must not be writable. Its type count says that ${many} the guest write it, but not where.`;
      },
    },
    {
      label: 'count',
      line: 'perfc_incr(shadow_writeable)',
      touch: 'locked',
      run: (t, x) => {
        x.world.count('shadow_writeable');
        if (guessList(t, x).length === 0) t.goto('hint');
      },
      say: (t, x) =>
        guessList(t, x).length > 0
          ? 'There are places where known kernels map their tables. Those are tried first.'
          : t.get(L.v) === t.actor
            ? 'No guess is made.'
            : `The page belongs to vCPU ${t.get(L.v)}, which does not run here: no address can be guessed.`,
    },
    {
      label: 'guess',
      line: 'for each VA where a known kernel would map it: sl1e = linear_l1[VA]; if it maps gmfn writable, clear RW',
      touch: 'racy',
      beat: true,
      run: (t, x) => {
        const list = guessList(t, x);
        const nth = t.get(L.guess);
        const { vaHi, vaLo, how } = list[nth] as Guess;
        const gmfn = t.get(L.gmfn);
        const table = Math.max(x.shadowTableOf(t.actor, 1, vaHi, vaLo), 0);
        const index = x.index(t.actor, 1, vaHi, vaLo);
        const hit = table !== 0 && mapsWritable(x, table, index, gmfn);
        t.set(L.table, table);
        t.set(L.index, index);
        t.set(L.hit, hit ? 1 : 0);
        x.world.emit(WriteAccessSearched, gmfn, how, table, index, hit ? 1 : 0);
        if (hit) {
          clearWrite(x, table, index, how);
          x.world.count(`shadow_writeable_h_${how}`);
        }
        t.set(L.guess, nth + 1);
        if (x.guest.writers(gmfn) === 0) t.ret(1);
        else t.goto(nth + 1 < list.length ? 'guess' : 'hint');
      },
      say: (t, x) => {
        const { vaHi, vaLo, whose } = guessList(t, x)[t.get(L.guess) - 1] as Guess;
        const look = `vCPU ${t.actor} looks at ${address(vaHi, vaLo)}: ${whose}.`;
        const table = t.get(L.table);
        if (table === 0) return `${look} No L1 shadow covers that address.`;
        const entry = `Entry ${sayIndex(t.get(L.index))} of ${x.name(table)}`;
        if (t.get(L.hit) === 0) return `${look} ${entry} does not map ${page(t, x)} writable.`;
        return `${look} ${entry} maps ${page(t, x)} writable. It loses W. ${left(t, x)}`;
      },
    },
    {
      label: 'hint',
      line: 'if a search found a writer before: look through that sL1 first',
      touch: 'locked',
      run: (t, x) => {
        const last = x.vcpu(t.get(L.v)).get('lastWriteablePteSmfn') - 1;
        if (last < 0 || !x.on('writable-hint') || !mapsPages(x.pages.type(last))) {
          t.goto('brute');
          return;
        }
        t.set(L.smfn, last);
        t.set(L.before, writers(t, x));
        t.call(rmWriteAccessFromL1, [last, t.get(L.gmfn), HOW_LAST_WRITABLE, t.get(L.v)], L.read);
      },
      say: (t, x) =>
        t.get(L.smfn) === 0
          ? `vCPU ${t.get(L.v)} remembers no shadow in which a search has found a writable mapping.`
          : `The last search of vCPU ${t.get(L.v)} has found a writable mapping in ${x.name(t.get(L.smfn))}: that is read first.`,
    },
    {
      label: 'hint-done',
      line: '  if that was all of them: return 1',
      touch: 'locked',
      run: (t, x) => {
        if (writers(t, x) !== t.get(L.before)) x.world.count('shadow_writeable_h_5');
        if (writers(t, x) === 0) t.ret(1);
      },
      say: left,
    },
    {
      label: 'brute',
      line: 'brute force: for each of the 251 hash buckets',
      touch: 'locked',
      beat: true,
      run: (t, x) => {
        x.world.count(t.get(L.level) === 0 ? 'shadow_writeable_bf_1' : 'shadow_writeable_bf');
        x.domain.set('hashWalking', 1);
        t.set(L.smfn, 0);
      },
      say: (t, x) =>
        `No shortcut has found all writable mappings of ${page(t, x)}. ${Who(x, t.actor)} must read the entries of every L1 shadow in the hash.`,
    },
    {
      label: 'shadow',
      line: '  for each L1 shadow in its chain: search it',
      touch: 'locked',
      run: (t, x) => {
        const next = writers(t, x) === 0 ? 0 : x.hash.nextAfter(t.get(L.smfn), SEARCHED);
        t.set(L.smfn, next);
        if (next === 0) {
          t.goto('end');
          return;
        }
        t.set(L.shadows, t.get(L.shadows) + 1);
        t.call(rmWriteAccessFromL1, [next, t.get(L.gmfn), HOW_BRUTE_FORCE, t.get(L.v)], L.read);
      },
      say: (t, x) =>
        t.get(L.smfn) === 0
          ? 'The search is over.'
          : `The next L1 shadow in the hash is ${x.name(t.get(L.smfn))}.`,
    },
    {
      label: 'sum',
      line: '  stop when the type count is 0',
      touch: 'locked',
      run: (t) => {
        t.set(L.reads, t.get(L.reads) + t.get(L.read));
        t.set(L.total, t.get(L.total) + t.get(L.hits));
        t.goto('shadow');
      },
      say: (t) => `${t.get(L.reads)} entries read so far, ${t.get(L.total)} of them writable mappings.`,
    },
    {
      label: 'end',
      line: 'if the type count is not 0: level 0 returns -1, else crash the domain. return 1',
      touch: 'locked',
      beat: true,
      run: (t, x) => {
        x.domain.set('hashWalking', 0);
        if (writers(t, x) === 0) {
          t.ret(1);
          return;
        }
        if (t.get(L.level) !== 0) {
          x.domain.set('crashed', 1);
          x.world.emit(DomainCrashed, t.get(L.gmfn));
        }
        t.ret(-1);
      },
      say: (t, x) => {
        const shadows = t.get(L.shadows);
        const total = t.get(L.total);
        const read = `${t.get(L.reads)} entries of ${shadows === 1 ? 'one L1 shadow' : `${shadows} L1 shadows`} were read; ${total === 0 ? 'none' : total === 1 ? 'one' : total} mapped ${page(t, x)} writable.`;
        if (writers(t, x) === 0) return `${read} Nothing can write it now.`;
        return t.get(L.level) === 0
          ? `${read} Somebody else can still write it, and no shadow says who.`
          : `${read} Somebody else can still write it. A page that cannot be protected cannot be shadowed: the domain is crashed.`;
      },
    },
  ],
});

function left(t: Thread, x: Xen): string {
  const count = writers(t, x);
  if (count === 0) return 'The type count is 0: that was the last one.';
  return count === 1
    ? 'The type count says that one more is left.'
    : `The type count says that ${count} more are left.`;
}
