import type { Invariant, Remembers, Violation } from '../../../kernel';
import { sayIndex } from '../../../machine';
import type { Xen } from '../state';

/** Entities as violations name them: `shadow s084[007]`, `shadow s084`, `guest 0x02e`, `oos 1[0]`. */
export const shadowEntry = (x: Xen, smfn: number, index: number): string =>
  `shadow ${x.name(smfn)}[${sayIndex(index)}]`;
export const shadowPage = (x: Xen, smfn: number): string => `shadow ${x.name(smfn)}`;
export const guestPage = (x: Xen, gmfn: number): string => `guest ${x.name(gmfn)}`;
export const oosSlot = (v: number, slot: number): string => `oos ${v}[${slot}]`;

/** "entry 007 of s084": how sentences name an entry. */
export const entryOf = (x: Xen, frame: number, index: number): string =>
  `entry ${sayIndex(index)} of ${x.name(frame)}`;

export type Found = (says: string, where: string) => void;

/**
 * An invariant of the shadow code. They speak of a living domain: once it is crashed nothing is promised. `says` of a violation
 * is completed with "Broken: ".
 */
export function invariant(
  name: string,
  says: string,
  look: (x: Xen, found: Found) => void,
  remembers?: Remembers<Xen>,
): Invariant<Xen> {
  return {
    name,
    part: 'xen',
    when: 'release',
    says,
    ...(remembers && { remembers }),
    check: (x) => {
      const out: Violation[] = [];
      if (x.domain.get('crashed') === 0)
        look(x, (sentence, where) => out.push({ invariant: name, says: `Broken: ${sentence}`, where }));
      return out;
    },
  };
}
