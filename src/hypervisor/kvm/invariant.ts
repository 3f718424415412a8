import type { Invariant, Remembers, Violation } from '../../kernel';
import type { Kvm } from './state';

export type Found = (says: string, where: string) => void;

/** An invariant of KVM's as data: `check` calls `found` for everything that breaks it. */
export function invariant(
  name: string,
  when: Invariant['when'],
  says: string,
  check: (k: Kvm, found: Found) => void,
  remembers?: Remembers<Kvm>,
): Invariant<Kvm> {
  return {
    name,
    part: 'kvm',
    when,
    says,
    ...(remembers && { remembers }),
    check: (k) => {
      const out: Violation[] = [];
      check(k, (why, where) => out.push({ invariant: name, says: `Broken: ${why}`, where }));
      return out;
    },
  };
}
