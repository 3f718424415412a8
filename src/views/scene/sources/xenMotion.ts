import type { Xen } from '../../../hypervisor/xen/state';
import { SH_NONE } from '../../../hypervisor/xen/types';
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
    case 'ShadowDestroyed':
      // A page that is in use again already is drawn as what it is now.
      return x.pages.type(at('smfn')) === SH_NONE
        ? { kind: 'vanish', at: shadowTable(at('smfn')) }
        : undefined;
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
        ...MEANS_WORDS[meansOf(at('how'))],
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

/** Said beside the count; a full search goes without saying. */
const MEANS_WORDS = {
  fixup: { means: 'by fixup' },
  guess: { means: 'by guess' },
  hint: { means: 'by the hint' },
  search: {},
} as const;

function shadowOf(x: Xen, gmfn: number): number {
  for (const smfn of x.l1Shadows()) if (x.pages.backpointer(smfn) === gmfn) return smfn;
  return -1;
}
