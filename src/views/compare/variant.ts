import type { Design } from '../../hypervisor';
import { type Item, parse, print, type Statement } from '../../scenario';

/** What the other side shall have instead. A design alone takes its first profile and its own defaults. */
export interface Change {
  readonly design?: Design;
  readonly profile?: string;
}

export interface Variant {
  readonly text: string;
  /** What of the text could not be taken along, in words; empty if nothing was lost but promises about the end. */
  readonly without: readonly string[];
}

/** A name as the tree has it: written by nobody, it stands nowhere. */
const named = (text: string) => ({ text, from: 0, to: 0 });

const designLine = (name: string) =>
  ({ kind: 'design', design: named(name), from: 0, to: 0 }) as const satisfies Statement;
const profileLine = (name: string) =>
  ({ kind: 'profile', profile: named(name), from: 0, to: 0 }) as const satisfies Statement;

/** Frames below which XI's own share of the guest's memory is too little for the shadows of one walk or two. */
const SMALL = 1024n;
/** As many shadows as a small guest needs, and no more than fit even the smallest. */
const XI_KITS = {
  ...{ kind: 'knob', name: named('kits'), from: 0, to: 0 },
  value: { value: 16n, digits: 0, from: 0, to: 0 },
} as const satisfies Statement;

/** What a text promises of its own run: no other run has promised it. */
const PROMISES: ReadonlySet<Item['kind']> = new Set(['expect', 'violates', 'explore', 'ask']);

/** Moments that every operation has. */
const EDGES: ReadonlySet<string> = new Set(['start', 'done', 'end']);

/** What only the design that it was written for can be given. */
const SETTINGS: ReadonlySet<Item['kind']> = new Set(['profile', 'knob', 'pool', 'switch']);

/**
 * The same guest program under another design or profile, as a text of its own. Moments inside a design's procedures mean nothing
 * to another design: where the schedule or a note names one, the end of that operation stands for it.
 */
export function variantText(text: string, change: Change): Variant {
  const { ast } = parse(text);
  const items = ast.items.filter((item) => !PROMISES.has(item.kind));
  if (change.design === undefined) return { text: print({ items: withProfile(items, change) }), without: [] };
  return underDesign(items, change.design, change.profile);
}

function withProfile(items: readonly Item[], { profile }: Change): Item[] {
  if (profile === undefined) return [...items];
  const others = items.filter((item) => item.kind !== 'profile');
  // What another profile was told to do without, this one may not even have.
  return others.flatMap((item): Item[] =>
    item.kind === 'design' ? [designLine(item.design.text), profileLine(profile)] : [item],
  );
}

/** Frames of the guest's memory, as many as the language gives it if the text does not say. */
function framesOf(items: readonly Item[]): bigint {
  const paging = items.find((item) => item.kind === 'paging');
  return paging?.kind === 'paging' ? (paging.frames?.value ?? 64n) : 64n;
}

function underDesign(items: readonly Item[], design: Design, profile: string | undefined): Variant {
  const without: string[] = [];
  const operations = new Set((design.operations ?? []).map(({ name }) => name));
  let moments = 0;
  let inHost = false;
  // The host has no instruction that does nothing: what it loses has no place any more, and moments of its operations none to name.
  let hostLost = false;
  let orphans = false;
  const out = items.flatMap((item): Item[] => {
    if (SETTINGS.has(item.kind)) return [];
    if (item.kind !== 'note' && item.kind !== 'comment' && item.kind !== 'blank') orphans = false;
    switch (item.kind) {
      case 'design':
        return [
          designLine(design.name),
          ...(profile === undefined ? [] : [profileLine(profile)]),
          ...(design.name === 'xi' && framesOf(items) < SMALL ? [XI_KITS] : []),
        ];
      case 'vcpu':
      case 'host':
        inHost = item.kind === 'host';
        return [item];
      case 'prologue':
        inHost = item.actor.kind === 'host';
        return [item];
      case 'p2m':
        if (design.name !== 'paravirt') return [item];
        without.push('its map from guest frames to machine frames: a paravirtual guest has none');
        return [];
      case 'call': {
        if (operations.has(item.name.text)) return [item];
        without.push(`\`call ${item.name.text}\`, which ${design.title} does not have`);
        if (inHost) {
          hostLost = true;
          orphans = true;
          return [];
        }
        // A fence does nothing here, and keeps the count of operations.
        return [{ kind: 'mfence', from: item.from, to: item.to } as const satisfies Statement];
      }
      case 'note':
        // What was said of an operation goes with it.
        if (item.at === undefined) return orphans ? [] : [item];
        return EDGES.has(item.at.label.text) && !(hostLost && item.at.actor?.kind === 'host') ? [item] : [];
      case 'schedule': {
        if (item.plan.kind !== 'segments') return [item];
        const segments = item.plan.segments.map((segment) => {
          const { until } = segment;
          if (until === undefined || until.kind === 'done') return segment;
          if (hostLost && segment.who.kind === 'host')
            return { who: segment.who, until: { kind: 'done' as const } };
          if (until.kind === 'op' && EDGES.has(until.label.text)) return segment;
          moments++;
          // Steps of one design are no measure of another's: whoever it was goes on to the end of an operation, or to its own.
          return until.kind === 'op'
            ? { ...segment, until: { kind: 'op' as const, op: until.op, label: named('end') } }
            : { who: segment.who, until: { kind: 'done' as const } };
        });
        return [{ ...item, plan: { ...item.plan, segments } }];
      }
      default:
        return [item];
    }
  });
  if (moments > 0)
    without.push(
      `${moments} ${moments === 1 ? 'moment' : 'moments'} of its schedule within operations: their ends stand for them`,
    );
  return { text: print({ items: out }), without: [...new Set(without)] };
}
