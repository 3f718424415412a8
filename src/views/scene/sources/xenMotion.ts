import type { Xen } from '../../../hypervisor/xen/state';
import type { LoggedEvent } from '../../../kernel';
import { meansOf, readsBefore, removalsAt } from '../../xen/removals';
import { guestEntry, shadowEntry, shadowTable, snapshotEntry, snapshotPage } from '../entity';
import type { Motion } from '../model';
import { field, type Moment } from '../read/moment';

/** What Xen's events look like in motion. Reads of a search and comparisons of a resync are gathered by the caller. */
export function xenMotion(event: LoggedEvent, x: Xen, moment: Moment): Motion | undefined {
  const at = (name: string): number => field(event, name);
  switch (event.kind) {
    case 'ShadowCreated':
      return { kind: 'appear', at: shadowTable(at('smfn')) };
    case 'ShadowEntrySet':
      return { kind: 'change', at: shadowEntry(at('smfn'), at('index')) };
    case 'WriteAccessRemoved':
      return { kind: 'change', at: shadowEntry(at('smfn'), at('index')) };
    case 'WriteAccessSearched': {
      const id = shadowEntry(at('smfn'), at('index'));
      const removal = removalsAt(moment.run, event.step + 1).at(-1);
      return {
        kind: 'search',
        reads: [id],
        hits: at('hit') === 1 ? [id] : [],
        word: 'read',
        before: removal === undefined ? 0 : readsBefore(removal, moment.from),
        means: MEANS_WORDS[meansOf(at('how'))],
      };
    }
    case 'ResyncCompared': {
      const shadow = shadowOf(x, at('gmfn'));
      if (shadow < 0) return undefined;
      const id = shadowEntry(shadow, at('index'));
      return {
        kind: 'compare',
        table: shadowTable(shadow),
        all: [id],
        differ: at('equal') === 1 ? [] : [id],
      };
    }
    case 'SnapshotTaken':
      return { kind: 'appear', at: snapshotPage(at('smfn')) };
    case 'SnapshotUpdated':
      return { kind: 'change', at: snapshotEntry(at('smfn'), at('index')) };
    case 'SnapshotsExchanged': {
      const { oos } = x.vcpu(at('vcpu'));
      return {
        kind: 'swap',
        items: [snapshotPage(oos.snapshot(at('a'))), snapshotPage(oos.snapshot(at('b')))],
      };
    }
    case 'EntryEmulated':
      return { kind: 'change', at: guestEntry(at('gmfn'), at('index')) };
    default:
      return undefined;
  }
}

const MEANS_WORDS = {
  fixup: 'by fixup',
  guess: 'by guess',
  hint: 'by the hint',
  search: 'of all L1 shadows',
} as const;

function shadowOf(x: Xen, gmfn: number): number {
  for (const smfn of x.l1Shadows()) if (x.pages.backpointer(smfn) === gmfn) return smfn;
  return -1;
}
