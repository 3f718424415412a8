import * as v from 'valibot';
import type { Session } from './session';

/** What a person chose about the page itself. A value from another version that does not fit is left out, not trusted. */
const Settings = v.object({
  speed: v.optional(v.fallback(v.picklist([0.25, 0.5, 1, 2, 4, 8]), 1), 1),
  instant: v.optional(v.fallback(v.boolean(), false), false),
  scheme: v.optional(v.fallback(v.picklist(['system', 'light', 'dark']), 'system'), 'system'),
  presenter: v.optional(v.fallback(v.boolean(), false), false),
});

/** Losing these hurts nobody: a browser that keeps nothing is not worth a message here. */
export function keepSettings(session: Session): void {
  const { speed, instant, scheme, presenter } = session.state;
  session.keeper.write('settings', JSON.stringify({ speed, instant, scheme, presenter }));
}

export function restoreSettings(session: Session): void {
  const text = session.keeper.read('settings');
  if (text === undefined) return;
  try {
    const read = v.safeParse(Settings, JSON.parse(text));
    if (read.success) session.set(read.output);
  } catch {
    session.keeper.remove('settings'); // not ours, or cut off: the defaults serve
  }
}
