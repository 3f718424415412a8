import { frameName } from '../../base';
import type { Describe } from '../design';
import { describeMachine } from '../native/describe';
import type { Kvm } from './state';
import { tablePages } from './zap';

/** What KVM tells about its structures. */
export function describeKvm(k: Kvm): Describe {
  const machine = describeMachine(k.machine);
  const pageOf = (gfn: number, level: number): number =>
    tablePages(k, gfn).find((sfn) => k.pages.level(sfn) === level) ?? -1;
  return {
    ...machine,
    shadowOf: pageOf,
    state: (what, args) => {
      const [a = 0, b = 0] = args;
      switch (what) {
        case 'unsync': {
          const sfn = pageOf(a, 1);
          return sfn < 0 ? undefined : [k.pages.get(sfn, 'unsync')];
        }
        case 'rmap':
          return [k.lists.all(k.slots.rmap(a, b === 0 ? 1 : b)).length];
        case 'root':
          return a < k.vcpus.length ? [k.vcpu(a).get('root')] : undefined;
        default:
          return machine.state(what, args);
      }
    },
    states: {
      ...machine.states,
      unsync: 'of a frame that is a level-1 table: 1 if its shadow page is unsync',
      rmap: 'of a frame, and a page size as a level: how many sptes map it',
      root: 'of a vCPU: the frame of its root, 0 if it has none',
    },
    summary: () => [
      ...[...k.pages.activePages()].map((sfn) => {
        const unsync = k.pages.get(sfn, 'unsync') === 0 ? '' : ', unsync';
        return `${k.name(sfn)} ${k.key(sfn)}: root count ${k.pages.get(sfn, 'rootCount')}${unsync}`;
      }),
      ...k.vcpus.map(
        (vcpu, v) => `vCPU ${v}: root ${vcpu.get('root') === 0 ? 'none' : frameName(vcpu.get('root'))}`,
      ),
    ],
  };
}
