import { eventKinds, eventTypeNamed, procedures } from '../kernel';
import { fieldNames, kebab } from '../scenario/lower/events';
import type { Sources } from './opening';
import type { Session } from './session';

/** A name that a scenario can say at a place, with what it means. */
export interface NameOffer {
  readonly label: string;
  readonly says: string;
  readonly detail?: string;
}

/** What is known of the text around the place that a name is wanted for. */
export interface Around {
  readonly text: string;
  /** Words of the statement before the place, its keyword first. */
  readonly before: readonly string[];
  /** What the design that is on stage calls its structures, each with a line about it; only a world that is built knows. */
  readonly structures?: { readonly design: string; readonly names: Readonly<Record<string, string>> };
}

const FRAME = /\b0x[0-9a-f]{3,5}\b(?!_)/gi;
const ADDRESS = /\b0x[0-9a-f]+(?:_[0-9a-f]+)+\b/gi;
const CR0_BITS = ['pe', 'wp', 'pg'];
const CR4_BITS = ['pse', 'pae', 'pge', 'smep', 'smap'];
const EFER_BITS = ['nxe', 'lme'];
const BITS: Readonly<Record<string, readonly string[]>> = { cr0: CR0_BITS, cr4: CR4_BITS, efer: EFER_BITS };

/** The design that a text names. */
export const designOf = ({ designs }: Sources, text: string): Sources['designs'][number] | undefined => {
  const named = /^\s*design\s+([\w-]+)/m.exec(text)?.[1];
  return designs.find(({ name }) => name === named);
};

/** Asked when a name is wanted: another scenario may be on stage by then. */
export type Structures = () => Around['structures'];

export function aroundOf(text: string, before: readonly string[], structures: Structures): Around {
  const known = structures();
  return known === undefined ? { text, before } : { text, before, structures: known };
}

/** The structures of the design that a session has on stage. */
export function structuresOnStage({ run }: Pick<Session, 'run'>): Around['structures'] {
  const built = run?.built;
  return built && { design: built.design.name, names: built.hypervisor.describe.states };
}

/**
 * The names that can stand where the language looks for a thing of that kind: `symbol` is what its reference calls it (`SWITCH`,
 * `FRAME`). Names of a design come from the design that the text names; numbers, from the text itself.
 */
export function namesFor(symbol: string, sources: Sources, around: Around): readonly NameOffer[] {
  const { text, before } = around;
  const design = designOf(sources, text);
  const labelled = (
    all: readonly { readonly name: string; readonly says: string }[] | undefined,
  ): NameOffer[] => (all ?? []).map(({ name, says }) => ({ label: name, says }));
  switch (symbol) {
    case 'DESIGN':
      return sources.designs.map(({ name, about, title }) => ({ label: name, says: about, detail: title }));
    case 'SWITCH':
      return labelled(design?.switches);
    case 'PROFILE':
      return labelled(design?.profiles);
    case 'KNOB':
      return labelled(design?.knobs);
    case 'INVARIANT':
      return labelled(design?.invariants);
    case 'COUNTER':
      return labelled(design?.counters);
    case 'OPERATION':
      return (design?.operations ?? []).map(({ name, says, args }) => ({
        ...{ label: name, says },
        detail: args.map(({ what }) => what).join(', '),
      }));
    case 'STRUCTURE':
      return around.structures === undefined || around.structures.design !== design?.name
        ? []
        : Object.entries(around.structures.names).map(([label, says]) => ({ label, says }));
    case 'EVENT':
      return eventKinds().map((kind) => ({
        ...{ label: kebab(kind), says: '' },
        detail: fieldsOf(kind).join(' '),
      }));
    case 'FIELD':
      return fieldsBehind(before);
    case 'LABEL':
      return labelsOf(design?.name);
    case 'SPACE':
      return namesAfter(text, /^\s*space\s+([a-z]\w*)/gim, 'An address space of this text.');
    case 'BIT':
      return (BITS[before[0] ?? ''] ?? []).map((label) => ({
        label,
        says: `A bit of ${before[0]?.toUpperCase()}.`,
      }));
    case 'VARIABLE':
      return namesAfter(text, /^\s*variable\s+([a-z]\w*)/gim, 'A word of memory that this text names.');
    case 'FRAME':
      return numbersIn(text, FRAME, 'frame');
    case 'ADDRESS':
      return numbersIn(text, ADDRESS, 'address');
    default:
      return [];
  }
}

function fieldsOf(kind: string): string[] {
  const type = eventTypeNamed(kind);
  return type === undefined ? [] : fieldNames(type);
}

function fieldsBehind(before: readonly string[]): NameOffer[] {
  // The event whose fields these are: the last word that is the name of one.
  const kinds = new Map(eventKinds().map((kind) => [kebab(kind), kind]));
  const kind = [...before].reverse().find((word) => kinds.has(word));
  return kind === undefined
    ? []
    : ['actor', ...fieldsOf(kinds.get(kind) ?? '')].map((label) => ({ label, says: `A field of ${kind}.` }));
}

/** Steps of the guest and of the design, by procedure and label: moments are named by them. */
function labelsOf(design: string | undefined): NameOffer[] {
  return procedures()
    .filter(({ part }) => part === 'machine' || part === design)
    .flatMap(({ name, steps }) =>
      steps.map(({ label, line }) => ({ label: `${name}.${label}`, says: line.trim() })),
    );
}

function namesAfter(text: string, pattern: RegExp, says: string): NameOffer[] {
  return [...new Set([...text.matchAll(pattern)].map(([, name = '']) => name))].map((label) => ({
    label,
    says,
  }));
}

/** Numbers that the text has used for the same kind of thing, the most used first. */
function numbersIn(text: string, pattern: RegExp, what: string): NameOffer[] {
  const lines = text.split('\n');
  const uses = new Map<string, number>();
  const first = new Map<string, string>();
  for (const line of lines)
    for (const [number] of line.replace(/#.*/, '').matchAll(pattern)) {
      uses.set(number, (uses.get(number) ?? 0) + 1);
      if (!first.has(number)) first.set(number, line.trim());
    }
  return [...uses]
    .sort(([, a], [, b]) => b - a)
    .map(([label]) => ({ label, says: `Used before: ${first.get(label) ?? ''}`, detail: what }));
}
