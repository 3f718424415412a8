import type { Run } from '../../engine';
import { eventTypeNamed, type LoggedEvent } from '../../kernel';
import { frameOf, PS, present } from '../../machine';

/** Fields that name a machine frame. */
const PAGES: ReadonlySet<string> = new Set(['frame', 'table', 'smfn', 'mfn', 'root', 'oldMfn', 'newMfn']);
const OWN = 'own';

/**
 * An event as it is held against those of another run. A page that the hypervisor keeps for itself has no number here: two pools give
 * their pages in two orders, and nothing follows from that. Of an entry of such a page two runs of one design have all flags in
 * common; of two designs, that it is there and where a leaf leads, for each has bits of its own.
 */
export function alikeText(run: Run, event: LoggedEvent, oneDesign: boolean): string {
  const { guestFrames } = run.built.machine.config;
  const page = (frame: number): string => (frame >= guestFrames ? OWN : String(frame));
  const fields: readonly string[] = eventTypeNamed(event.kind)?.fields ?? [];
  const inOwn = fields.some((field) => PAGES.has(field) && Number(event[field]) >= guestFrames);
  const said = fields.flatMap((field) => {
    if (inOwn && field === 'hi') return entry(event, page, oneDesign);
    if (inOwn && field === 'lo') return [];
    return PAGES.has(field) ? page(Number(event[field])) : String(event[field]);
  });
  return [event.kind, ...said].join(' ');
}

function entry(event: LoggedEvent, page: (frame: number) => string, oneDesign: boolean): string {
  const [hi, lo] = [Number(event.hi), Number(event.lo)];
  const target = page(frameOf(hi, lo));
  if (oneDesign) return `${target} ${hi >>> 20} ${lo & 0xfff}`;
  const level = Number(event.level ?? 1);
  if (!present(lo)) return 'absent';
  return level === 1 || (lo & PS) !== 0 ? target : 'present';
}
