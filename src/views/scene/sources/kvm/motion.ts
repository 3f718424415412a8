import type { Kvm } from '../../../../hypervisor/kvm/state';
import type { LoggedEvent } from '../../../../kernel';
import { guestEntry, shadowEntry, shadowTable } from '../../entity';
import type { Motion } from '../../model';
import { field, type Moment } from '../../read/moment';

/** What KVM's events look like in motion. */
export function kvmMotion(event: LoggedEvent, moment: Moment): Motion | undefined {
  const k = moment.run.world.part('kvm') as Kvm;
  const at = (name: string): number => field(event, name);
  switch (event.kind) {
    case 'KvmGetPage':
      return at('created') === 1 ? { kind: 'appear', at: shadowTable(at('table')) } : undefined;
    case 'KvmPrepareZapPage':
      // A frame that is in use again already is drawn as what it is now.
      return k.pages.owns(at('table')) ? undefined : { kind: 'vanish', at: shadowTable(at('table')) };
    case 'KvmUnsyncPage':
      return { kind: 'appear', at: `unsync ${shadowTable(at('table'))}` };
    case 'KvmSetSpte':
    case 'KvmMarkMmioSpte':
    case 'KvmSpteCleared':
      return { kind: 'change', at: shadowEntry(at('table'), at('index')) };
    case 'KvmSetAccessedBit':
    case 'KvmSetDirtyBit': {
      const mode = k.mode(at('vcpu'));
      const mfn = k.slots.mfn(at('gfn'));
      return { kind: 'change', at: guestEntry(mfn, at('offset') / (4 * mode.entryCells)) };
    }
    case 'KvmEntryCompared': {
      const id = shadowEntry(at('table'), at('index'));
      return {
        kind: 'compare',
        table: shadowTable(at('table')),
        all: [id],
        differ: at('equal') === 1 ? [] : [id],
      };
    }
    default:
      return undefined;
  }
}
