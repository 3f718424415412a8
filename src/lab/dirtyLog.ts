import type { Call } from './stream';

/** How each design is asked which frames were written: to begin with, and at each round of a migration. */
export interface DirtyLog {
  readonly begin: Call;
  readonly round: readonly Call[];
}

const call = (name: string, ...args: number[]): Call => ({ name, args });

/** Bare hardware keeps no log. `frames`: of the guest, all of which are one memory slot of KVM's. */
export function dirtyLogOf(design: string, frames: number): DirtyLog | undefined {
  switch (design) {
    case 'xen':
      return { begin: call('log-dirty-on'), round: [call('log-dirty-clean')] };
    case 'xi':
      return { begin: call('log-dirty-on'), round: [call('log-dirty-read')] };
    case 'kvm':
      return { begin: call('memslot', 0, 0, frames, 0, 1), round: [call('get-dirty-log', 0)] };
    case 'nested':
      return { begin: call('log-dirty-on'), round: [call('harvest-dirty'), call('clear-dirty')] };
    default:
      return undefined;
  }
}
