/**
 * The parts of a key press that matter here: what it means (`key`), not where it lies, so that every layout works. Only where a
 * layout has no Latin letters does the place (`code`) stand for the letter that is printed there too.
 */
export interface KeyPress {
  readonly key: string;
  readonly code?: string;
  readonly shiftKey: boolean;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
}

/**
 * Whether a press is the chord. `Mod` is Command on a Mac and Control elsewhere; both are taken on every system. Shift is
 * not looked at for characters that need it to be typed (`?` and `+` lie on different keys in different countries), unless
 * the chord names it.
 */
export function matches(chord: string, press: KeyPress): boolean {
  const parts = chord === '+' ? ['+'] : chord.split('+');
  const key = parts.at(-1) ?? '';
  const wants = (modifier: string): boolean => parts.slice(0, -1).includes(modifier);
  const symbol = key.length === 1 && key !== ' ' && key.toLowerCase() === key.toUpperCase();
  // Where brackets lie behind AltGr, a browser on Windows calls that Control and Alt together, and one on a Mac Option.
  const third = symbol && !wants('Mod') && !wants('Alt') && press.altKey && !press.metaKey;
  if (!third && wants('Mod') !== (press.ctrlKey || press.metaKey)) return false;
  if (!third && wants('Alt') !== press.altKey) return false;
  if (!symbol && wants('Shift') !== press.shiftKey) return false;
  return key.length === 1 ? letterOf(press) === key.toLowerCase() : press.key === key;
}

/** What French and Czech keyboards type where the digits are printed, unless Shift is held; signs that are keys of their own are not among them. */
const ABOVE_DIGITS = /^[&é"'(è_çàěščřžýáí]$/;

function letterOf({ key, code, shiftKey }: KeyPress): string {
  if (!shiftKey && ABOVE_DIGITS.test(key)) return /^Digit([0-9])$/.exec(code ?? '')?.[1] ?? key;
  const foreign = key.length === 1 && key > '\u00ff';
  return (foreign ? (/^Key([A-Z])$/.exec(code ?? '')?.[1] ?? key) : key).toLowerCase();
}

/** A chord that a person may press without meaning it: a letter or sign on its own. Space and the arrows are no such. */
export const isBareLetter = (chord: string): boolean => chord.length === 1 && chord !== ' ';

const NAMES: Readonly<Record<string, string>> = {
  ' ': 'Space',
  ArrowLeft: '←',
  ArrowRight: '→',
  ArrowUp: '↑',
  ArrowDown: '↓',
  PageUp: 'PgUp',
  PageDown: 'PgDn',
  Escape: 'Esc',
};

/** A chord as it is printed on the caps: `Ctrl K`, `⇧ →`. */
export function chordName(chord: string, mac: boolean): string {
  const parts = chord === '+' ? ['+'] : chord.split('+');
  return parts
    .map((part, i) => {
      if (part === 'Mod') return mac ? '⌘' : 'Ctrl';
      if (part === 'Shift') return '⇧';
      if (part === 'Alt') return mac ? '⌥' : 'Alt';
      const name = NAMES[part] ?? part;
      return i === parts.length - 1 && name.length === 1 ? name.toUpperCase() : name;
    })
    .join(' ');
}

/** Whether a press belongs to what is focused: typing in a field, an arrow in a list of tabs, Space on a button. */
export function belongsToTarget(target: EventTarget | null, press: KeyPress): boolean {
  const element = target as Element | null;
  if (element === null || typeof element.closest !== 'function') return false;
  // Control and Alt together is how some systems call AltGr: that types.
  if ((press.ctrlKey || press.metaKey) && !press.altKey)
    return element.closest('.cm-editor') !== null && press.key.toLowerCase() === 'f';
  if (element.closest('input, textarea, select, [contenteditable="true"], [contenteditable=""]') !== null)
    return true;
  if (press.key === ' ' || press.key === 'Enter') {
    return (
      element.closest(
        'button, a, summary, [role="option"], [role="menuitem"], [role="tab"], [role="switch"], [role="button"]',
      ) !== null
    );
  }
  const moves = /^(Arrow|Home|End|Page)/.test(press.key) || press.key === '+' || press.key === '-';
  return (
    moves &&
    element.closest(
      '[role="slider"], [role="separator"], [role="tablist"], [role="menu"], [role="listbox"], [data-own-keys]',
    ) !== null
  );
}
