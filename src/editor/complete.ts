import type {
  Completion,
  CompletionContext,
  CompletionResult,
  CompletionSource,
} from '@codemirror/autocomplete';
import { GROUP_TITLES, REFERENCE, referenceOf } from '../scenario/reference';
import type { Sources } from '../session/opening';

/** Rights as the language writes them everywhere. */
const RIGHTS = ['r', 'rw', 'rx', 'rwx', 'user', 'accessed', 'dirty', 'global', 'large'];

const KEYWORDS: readonly Completion[] = REFERENCE.map((entry) => ({
  label: entry.keyword,
  type: 'keyword',
  detail: entry.syntax.slice(entry.keyword.length).trim(),
  info: entry.says,
  section: GROUP_TITLES[entry.group],
}));

/** What may stand here: at the start of a line its keyword; after it, the words its form knows, and names of the design. */
export function completions(sources: Sources): CompletionSource {
  return (context: CompletionContext): CompletionResult | null => {
    const word = context.matchBefore(/[\w.-]*/);
    if (word === null || (word.from === word.to && !context.explicit)) return null;
    const line = context.state.doc.lineAt(context.pos);
    const before = line.text.slice(0, word.from - line.from).trim();
    if (before === '') return { from: word.from, options: KEYWORDS, validFor: /^[\w-]*$/ };
    const options = [...wordsOf(before), ...namesFor(before, context.state.doc.toString(), sources)];
    return options.length === 0 ? null : { from: word.from, options, validFor: /^[\w.-]*$/ };
  };
}

function wordsOf(before: string): Completion[] {
  const entry = referenceOf(before.split(/\s/)[0] ?? '');
  if (entry === undefined) return [];
  const syntax = entry.syntax.slice(entry.keyword.length);
  const words = [...new Set(syntax.match(/\b[a-z][a-z-]+\b/g) ?? [])];
  const rights = /RIGHTS/.test(syntax) ? RIGHTS : [];
  return [...words, ...rights].map((label) => ({ label, type: 'text' }));
}

function namesFor(before: string, text: string, sources: Sources): Completion[] {
  const keyword = before.split(/\s/)[0] ?? '';
  if (keyword === 'design' && before === 'design') {
    return sources.designs.map((design) => ({ label: design.name, type: 'class', info: design.about }));
  }
  const named = /^\s*design\s+([\w-]+)/m.exec(text)?.[1];
  const design = sources.designs.find((one) => one.name === named);
  if (design === undefined) return [];
  switch (keyword) {
    case 'design':
    case 'switch':
      return design.switches.map((one) => ({ label: one.name, type: 'property', info: one.says }));
    case 'profile':
    case 'era':
      return design.profiles.map((one) => ({ label: one.name, type: 'property', info: one.says }));
    case 'knob':
      return (design.knobs ?? []).map((one) => ({ label: one.name, type: 'property', info: one.says }));
    case 'call':
    case 'hypercall':
      return (design.operations ?? []).map((one) => ({
        label: one.name,
        type: 'function',
        detail: one.args.map(({ what }) => what).join(', '),
        info: one.says,
      }));
    case 'violates':
    case 'explore':
      return design.invariants.map((one) => ({ label: one.name, type: 'property', info: one.says }));
    case 'expect':
      return /\bcounter$/.test(before)
        ? design.counters.map((one) => ({ label: one.name, type: 'property', info: one.says }))
        : [];
    default:
      return [];
  }
}
