import { fail, ok, type Result } from '../../base';
import type { OpSource } from '../../engine';
import { type Place as KvmPlace, kvmScenario } from '../../oracle/kvm/scenario';
import { operationText, type Recorded, readRecorded, recordedText } from '../../oracle/recordedText';
import { recordedWords } from '../../oracle/recordedWords';
import { type Place as XenPlace, xenScenario } from '../../oracle/xen/scenario';
import type { Diagnostic } from '../../scenario/diagnostic';
import type { Compiled } from '../opening';

/** Operations of the stage's programs that belong to one entry of a recording. */
export interface EntryPlace {
  readonly actor: number;
  /** The first of them; none if the entry does nothing. */
  readonly op: number;
  readonly count: number;
}

const ofKvm = ({ actor, op, count }: KvmPlace): EntryPlace => ({ actor, op, count });
const ofXen = ({ before, own }: XenPlace): EntryPlace => ({
  actor: 0,
  op: before?.op ?? own.op,
  count: (before?.count ?? 0) + own.count,
});

/** Where the entries of a case are on stage. Throws where the case holds what its format does not know. */
export function placesOf(recorded: Recorded, sourceOf?: (entry: number) => OpSource) {
  switch (recorded.system) {
    case 'kvm': {
      const { spec, design, places } = kvmScenario(recorded.c, sourceOf);
      return { spec, design, places: places.map(ofKvm) };
    }
    case 'xen': {
      const { spec, design, places } = xenScenario(recorded.c, sourceOf);
      return { spec, design, places: places.map(ofXen) };
    }
  }
}

/** A diagnostic at the place that a message speaks of, or at the text's first line. */
function diagnostic(text: string, says: string): Diagnostic {
  const position = Number(/position (\d+)/.exec(says)?.[1] ?? Number.NaN);
  const entry = /^(op|host) (\d+):/.exec(says);
  const named = entry === null ? -1 : text.search(new RegExp(`"${entry[1]}"\\s*:\\s*${entry[2]}\\b`));
  const from = Math.min(text.length, Math.max(0, Number.isNaN(position) ? named : position));
  const line = text.slice(0, from).split('\n').length;
  const column = from - text.lastIndexOf('\n', from - 1);
  const end = text.indexOf('\n', from);
  return { severity: 'error', from, to: Math.max(from, end < 0 ? text.length : end), line, column, says };
}

/** What the case is called by who recorded it, and all that it shows. */
function named(recorded: Recorded): string {
  const { guest, shows } = recordedWords(recorded);
  return `${guest}: ${shows.join('; ')}. The recorder calls it “${recorded.c.name}”.`;
}

/** A recorded case as something that runs. Its text is the case itself, an operation a line. */
export function compileRecorded(text: string): Result<Compiled, readonly Diagnostic[]> {
  const read = readRecorded(text);
  if (read.kind === 'error') return fail([diagnostic(text, `A recorded case: ${read.error}.`)]);
  const written = recordedText(read.value);
  const { c } = read.value;
  const sourceOf = (i: number): OpSource => {
    const { from, to } = written.spans[i] ?? { from: 0, to: 0 };
    const entry = c.ops[i];
    return { from, to, text: entry === undefined ? '' : operationText(entry) };
  };
  try {
    const { spec, design } = placesOf(read.value, sourceOf);
    return ok({
      spec: { ...spec, title: recordedWords(read.value).title, about: [...spec.about, named(read.value)] },
      design: { ...design, panels: ['recording', ...design.panels] },
      warnings: [],
      text: written.text,
    });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return fail([diagnostic(text, `${why}. Correct it, or choose another case.`)]);
  }
}
