/** The parts of a key press that matter here: what it means (`key`), not where it lies, so that every layout works. */
export interface KeyPress {
  readonly key: string;
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
  if (wants('Mod') !== (press.ctrlKey || press.metaKey)) return false;
  if (wants('Alt') !== press.altKey) return false;
  const symbol = key.length === 1 && key !== ' ' && key.toLowerCase() === key.toUpperCase();
  if (!symbol && wants('Shift') !== press.shiftKey) return false;
  return key.length === 1 ? press.key.toLowerCase() === key.toLowerCase() : press.key === key;
}

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
  if (press.ctrlKey || press.metaKey)
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
