import type { Session } from './session';
import { type SchemeChoice, SPEEDS } from './state';

const SCHEMES: readonly SchemeChoice[] = ['system', 'light', 'dark'];

/** Losing these hurts nobody: a browser that keeps nothing is not worth a message here. */
export function keepSettings(session: Session): void {
  const { speed, instant, scheme, presenter, bareKeys } = session.state;
  session.keeper.write('settings', JSON.stringify({ speed, instant, scheme, presenter, bareKeys }));
}

/** What a person chose about the page itself. A value from another version that does not fit is left out, not trusted. */
export function restoreSettings(session: Session): void {
  const kept = readObject(session.keeper.read('settings'));
  const speed = SPEEDS.find((one) => one === kept.speed);
  const scheme = SCHEMES.find((one) => one === kept.scheme);
  session.set({
    ...(speed !== undefined && { speed }),
    ...(scheme !== undefined && { scheme }),
    instant: kept.instant === true,
    presenter: kept.presenter === true,
    bareKeys: kept.bareKeys !== false,
  });
}

function readObject(text: string | undefined): Readonly<Record<string, unknown>> {
  if (text === undefined) return {};
  try {
    const read: unknown = JSON.parse(text);
    return typeof read === 'object' && read !== null ? { ...read } : {};
  } catch {
    return {}; // not ours, or cut off: the defaults serve
  }
}
