/**
 * herd's text of a litmus test, where a scenario was made of one: it stands in its comments, one after the other, beginning with
 * `# X86`. Undefined where there is none.
 */
export function herdText(text: string): string | undefined {
  const lines = text.split('\n');
  const first = lines.findIndex((line) => /^#\s*X86(_64)?\s/.test(line));
  if (first < 0) return undefined;
  const after = lines.findIndex((line, i) => i > first && !line.startsWith('#'));
  const block = lines.slice(first, after < 0 ? undefined : after);
  return `${block.map((line) => line.replace(/^# ?/, '')).join('\n')}\n`;
}
