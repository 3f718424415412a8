/** What a marker in a trace says that the guest is about to do: the line before its exits. Numbers are hex strings, as recordings have them. */
export interface MarkedOp {
  readonly nth: number;
  readonly vcpu: number;
  readonly cpl: number;
  readonly kind: string;
  readonly va: string | undefined;
  readonly value: string | undefined;
}

/** Instructions whose operands a marker gives in full. */
const KINDS: ReadonlySet<string> = new Set([
  'nop',
  'read',
  'write',
  'fetch',
  'mov_cr3',
  'mov_cr0',
  'mov_cr4',
  'invlpg',
]);
const LOADS: ReadonlySet<string> = new Set(['mov_cr3', 'mov_cr0', 'mov_cr4']);

/** `OP 3 vcpu0 cpl0 write va=0x15010 val=0x830067`; undefined for any other text. */
export function markedOp(text: string): MarkedOp | undefined {
  const found = /^OP (\d+) vcpu(\d+) cpl(\d) (\w+)(?: (.*))?$/.exec(text.trim());
  if (found === null) return undefined;
  const [, nth, vcpu, cpl, kind = '', operands = ''] = found;
  const named = (name: string): string | undefined =>
    new RegExp(`\\b${name}=(0x[0-9a-f]{1,16})\\b`).exec(operands)?.[1];
  const bare = /^(0x[0-9a-f]{1,16})$/.exec(operands.trim())?.[1];
  return {
    nth: Number(nth),
    vcpu: Number(vcpu),
    cpl: Number(cpl),
    kind,
    va: named('va') ?? (LOADS.has(kind) ? undefined : bare),
    value: named('val') ?? (LOADS.has(kind) ? bare : undefined),
  };
}

/** Whether an operation can be done again from its marker; else what is missing, in words. */
export function missingOperand(op: MarkedOp): string | undefined {
  if (!KINDS.has(op.kind)) return `its marker says \`${op.kind}\`, of which not all operands are printed`;
  if (op.kind !== 'nop' && !LOADS.has(op.kind) && op.va === undefined) return 'its marker gives no address';
  if ((op.kind === 'write' || LOADS.has(op.kind)) && op.value === undefined)
    return 'its marker gives no value';
  return undefined;
}

/** A marker that says that an operation is over. */
export const isResult = (text: string): boolean => /^RES \d+\b/.test(text.trim());
