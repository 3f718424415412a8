import { GLOSSARY } from './glossary';
import type { Term } from './term';

/** A piece of a text: plain words, or a term of the glossary in one of its forms. */
export interface TermPart {
  readonly text: string;
  readonly term?: Term;
}

const byForm = new Map<string, Term>(
  GLOSSARY.flatMap((term) => [term.name, ...term.forms].map((form) => [form.toLowerCase(), term])),
);

const quoted = (form: string): string => form.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** The longest form wins; a form is a whole word, and no part of a name with a dot or an underscore in it. */
const pattern = new RegExp(
  `(?<![\\w.\`-])(?:${[...byForm.keys()]
    .sort((a, b) => b.length - a.length)
    .map(quoted)
    .join('|')})(?![\\w\`]|[.-]\\w)`,
  'gi',
);

/** Forms that are names in capitals are only meant so: `CR3`, `A bit`. */
const CAPITALS =
  /^(?:A bits?|D bit|CR3|TLBs?|PTE|INVLPG|INVEPT|MFENCE|EPT|NPT|SPTI|L[1-4] table|sets [AD])$/i;

function meant(text: string, term: Term): boolean {
  if (!CAPITALS.test(text)) return true;
  return [term.name, ...term.forms].includes(text);
}

/** Cuts a text at the terms in it. Each term is marked where it stands first; after that it has been explained. */
export function termParts(text: string, known: ReadonlySet<string> = new Set()): TermPart[] {
  const parts: TermPart[] = [];
  const seen = new Set(known);
  let at = 0;
  for (const { 0: form, index } of text.matchAll(pattern)) {
    const term = byForm.get(form.toLowerCase());
    if (term === undefined || seen.has(term.id) || !meant(form, term)) continue;
    seen.add(term.id);
    if (index > at) parts.push({ text: text.slice(at, index) });
    parts.push({ text: form, term });
    at = index + form.length;
  }
  if (at < text.length) parts.push({ text: text.slice(at) });
  return parts;
}
