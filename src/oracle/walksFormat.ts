import * as v from 'valibot';
import { fail, ok, parseWord, type Result, type Word } from '../base';

/**
 * One recorded access: registers, the entries on its path before and after, and what the processor did.
 * `before` and `after` of an entry of 32-bit mode have a zero high half.
 */
const hexWord = v.pipe(
  v.string('expected a hexadecimal string such as "0x1a000"'),
  v.rawTransform(({ dataset, addIssue, NEVER }): Word => {
    const parsed = parseWord(dataset.value);
    if (parsed.kind === 'ok' && /^0x/i.test(dataset.value)) return parsed.value;
    addIssue({ message: `\`${dataset.value}\` is not hexadecimal. Expected 0x and at most 16 hex digits` });
    return NEVER;
  }),
);

const flag = v.picklist([0, 1], 'expected 0 or 1');

const fault = v.picklist(['#PF', '#GP'], 'expected "#PF" or "#GP"');

const result = v.variant(
  'fault',
  [
    v.object({ fault: v.null(), pa: hexWord }),
    v.object({ fault: v.literal('#PF'), error: hexWord, cr2: hexWord }),
    v.object({ fault: v.literal('#GP'), error: hexWord }),
  ],
  'expected fault null with pa, "#PF" with error and cr2, or "#GP" with error',
);

const entry = v.object({
  level: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(4)),
  addr: hexWord,
  before: hexWord,
  after: hexWord,
});

const walkCase = v.object({
  id: v.number('expected a number'),
  mode: v.picklist(['64', 'pae', '32'], 'expected "64", "pae" or "32"'),
  pdpe1gb: flag,
  // Frames are kept below 2^31 (machine/README.md).
  maxpa: v.pipe(
    v.number(),
    v.integer(),
    v.minValue(32, 'expected 32 to 43 bits'),
    v.maxValue(43, 'expected 32 to 43 bits'),
  ),
  cr0: hexWord,
  cr3: hexWord,
  cr4: hexWord,
  efer: hexWord,
  ac: flag,
  va: hexWord,
  noncanonical: v.optional(flag),
  access: v.picklist(['read', 'write', 'fetch'], 'expected "read", "write" or "fetch"'),
  cpl: v.picklist([0, 3], 'expected 0 or 3'),
  entries: v.array(entry),
  result,
  hw: v.optional(
    v.object({
      notes: v.optional(v.array(v.string())),
      fault: v.optional(fault),
      error: v.optional(hexWord),
      afterMin: v.optional(v.array(hexWord)),
    }),
  ),
});

export type WalkCase = v.InferOutput<typeof walkCase>;
export type WalkEntry = WalkCase['entries'][number];

/** Reads one line of a recording. The error says which field was wrong and what was expected there. */
export function parseWalkCase(line: string): Result<WalkCase, string> {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch (error) {
    return fail(
      `not JSON: ${error instanceof Error ? error.message : String(error)}. Expected one JSON object per line`,
    );
  }
  const parsed = v.safeParse(walkCase, json);
  if (!parsed.success) {
    const issue = parsed.issues[0];
    const path = issue.path?.map((p) => String(p.key)).join('.') ?? '';
    return fail(`${path === '' ? 'the line' : `field \`${path}\``}: ${issue.message}`);
  }
  const { entries, hw } = parsed.output;
  if (hw?.afterMin !== undefined && hw.afterMin.length !== entries.length) {
    return fail(
      `field \`hw.afterMin\`: ${hw.afterMin.length} entries. Expected one for each of the ${entries.length} in \`entries\``,
    );
  }
  return ok(parsed.output);
}
