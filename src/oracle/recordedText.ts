import { fail, ok, type Result } from '../base';
import { type KvmCase, parseKvmCase } from './kvm/format';
import { readObject } from './readCase';
import { parseXenCase, type XenCase } from './xen/format';

/** A recorded case, of either system. */
export type Recorded =
  | { readonly system: 'kvm'; readonly c: KvmCase }
  | { readonly system: 'xen'; readonly c: XenCase };

/** Whether a text is meant as recorded cases: JSON with what only these formats have. */
export const isRecorded = (text: string): boolean =>
  /^\s*\{/.test(text) && /"(memslots|mfnMod3)"\s*:/.test(text);

/** One case, of the system that its fields tell. The error says what was found and what was expected. */
export function readRecorded(text: string): Result<Recorded, string> {
  if (/"mfnMod3"\s*:/.test(text)) {
    const parsed = parseXenCase(text);
    return parsed.kind === 'error' ? parsed : ok({ system: 'xen', c: parsed.value });
  }
  if (!/"memslots"\s*:/.test(text)) {
    const object = readObject(text, 'name, mode, vcpus, tables, ops');
    if (object.kind === 'error') return object;
    return fail(
      'not a recorded case. Expected one of KVM, which has `memslots`, or one of Xen, which has `mfnMod3`',
    );
  }
  const parsed = parseKvmCase(text);
  return parsed.kind === 'error' ? parsed : ok({ system: 'kvm', c: parsed.value });
}

/** A case of a file, or why its line is none. */
export interface RecordedLine {
  readonly line: number;
  readonly text: string;
  readonly read: Result<Recorded, string>;
}

/** The cases of a file: one object per line, or one over several lines. */
export function readLines(text: string): readonly RecordedLine[] {
  const whole = readRecorded(text);
  if (whole.kind === 'ok') return [{ line: 1, text, read: whole }];
  const lines = text
    .split('\n')
    .flatMap((line, i) => (line.trim() === '' ? [] : [{ line: i + 1, text: line }]));
  // An object over several lines: its own error, not one for each of its lines.
  if (lines.length > 0 && !lines.slice(1).some((one) => /^\s*\{.*\}\s*$/.test(one.text)) && lines.length > 1)
    return [{ line: 1, text, read: fail(whole.error) }];
  return lines.map((one) => ({ ...one, read: readRecorded(one.text) }));
}

/** A case as a text to read: each field in a line of its own, and each operation. */
export interface RecordedText {
  readonly text: string;
  /** Where each operation stands in it. */
  readonly spans: readonly { readonly from: number; readonly to: number }[];
}

export function recordedText({ c }: Recorded): RecordedText {
  const spans: { from: number; to: number }[] = [];
  let text = '{\n';
  const fields = Object.entries(c);
  fields.forEach(([name, value], f) => {
    text += `  ${JSON.stringify(name)}: `;
    if (name === 'ops') {
      text += '[';
      c.ops.forEach((op, i) => {
        text += `${i === 0 ? '' : ','}\n    `;
        const from = text.length;
        text += JSON.stringify(op);
        spans.push({ from, to: text.length });
      });
      text += '\n  ]';
    } else text += JSON.stringify(value);
    text += f + 1 < fields.length ? ',\n' : '\n';
  });
  return { text: `${text}}\n`, spans };
}

interface Said {
  readonly kind: string;
  readonly cpl?: number;
  readonly vcpu?: number;
  readonly va?: string;
  /** Bytes of an access; of host operations it is text, and the size of a range. */
  readonly size?: number | string;
  readonly value?: string;
  readonly old?: string;
  readonly count?: number;
  readonly slot?: number;
  readonly gpa?: string;
  readonly flags?: readonly string[];
}

/** A recorded operation as one line of words. */
export function operationText(op: Said): string {
  const user = op.cpl === 3 ? ' (user)' : '';
  const at = op.va === undefined ? '' : ` ${op.va}`;
  const bytes = typeof op.size !== 'number' ? '' : `, ${op.size} bytes`;
  switch (op.kind) {
    case 'read':
    case 'fetch':
      return `${op.kind}${at}${bytes}${user}`;
    case 'write':
      return `write ${op.value} to${at}${bytes}${user}`;
    case 'cmpxchg':
      return `lock cmpxchg${at}: ${op.old} becomes ${op.value}${user}`;
    case 'rep_stos':
      return `rep stos${at}, ${op.count} times${bytes}${user}`;
    case 'mov_cr0':
    case 'mov_cr3':
    case 'mov_cr4':
      return `mov ${op.value} to ${op.kind.slice(4).toUpperCase()}`;
    case 'memslot':
      return `memory slot ${op.slot} at ${op.gpa}${(op.flags ?? []).map((flag) => `, ${flag}`).join('')}`;
    case 'get_dirty_log':
      return `get the dirty log of slot ${op.slot}`;
    case 'set_cpl':
      return `vCPU ${op.vcpu ?? 0} at CPL ${op.cpl ?? 0}`;
    case 'madvise_dontneed':
      return `the host gives ${op.gpa} back (madvise)`;
    case 'host_write':
      return 'the VMM writes to the guest’s memory';
    default:
      return `${op.kind.replaceAll('_', ' ')}${at}`;
  }
}
