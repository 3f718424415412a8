import fc from 'fast-check';
import type { LinkBranch, LinkState } from '../permalink';

const actor = fc.nat({ max: 9 });
const steps = fc.nat({ max: 2_000_000 });
const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,20}$/).filter((n) => !(n in Object.prototype));
const maybe = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(of, { nil: undefined });

/** `1:2:sh_page_fault.lock#3`, as the kernel prints moments. */
export const anchorText: fc.Arbitrary<string> = fc
  .tuple(
    actor,
    fc.nat({ max: 300 }),
    fc.constantFrom('start', 'done', 'walk.read', 'sh_page_fault.lock'),
    fc.nat({ max: 5 }),
  )
  .map(([who, op, label, nth]) => `${who}:${op}:${label}${nth === 0 ? '' : `#${nth}`}`);

const printed = fc.string({ minLength: 1, maxLength: 30 });

const moment = fc.record({ anchor: anchorText, step: steps });

const segment = fc
  .record({ actor, until: anchorText, steps }, { requiredKeys: ['actor', 'steps'] })
  .map((one) => ({ ...one }));

const branches = fc
  .array(
    fc.tuple(fc.nat(), maybe(moment), fc.string({ maxLength: 20 }), fc.array(segment, { maxLength: 6 })),
    {
      maxLength: 4,
    },
  )
  .map((list) =>
    list.map(
      ([parent, from, label, segments], i): LinkBranch => ({
        parent: parent % (i + 1),
        ...(from !== undefined && { from }),
        label,
        segments,
      }),
    ),
  );

/** Any state a session could be in, with text in any script and control characters and all. */
export const linkState: fc.Arbitrary<LinkState> = fc
  .record({
    text: fc.string({ unit: 'binary', maxLength: 400 }),
    library: maybe(name),
    switches: fc.dictionary(name, fc.boolean(), { maxKeys: 4 }),
    branches,
    run: fc.nat(),
    at: maybe(moment),
    focus: maybe(
      fc
        .record({ entity: printed, field: printed }, { requiredKeys: ['entity'] })
        .map((focus) => ({ ...focus })),
    ),
    view: fc.dictionary(name, name, { maxKeys: 3 }),
    tables: fc.stringMatching(/^[0-9a-f]{8}$/),
  })
  .map(({ library, run, at, focus, switches, view, ...rest }) => ({
    kind: 'scenario' as const,
    ...rest,
    switches: { ...switches },
    view: { ...view },
    run: run % (rest.branches.length + 1),
    ...(library !== undefined && { library }),
    ...(at !== undefined && { at }),
    ...(focus !== undefined && { focus }),
  }));
