import { count, either, name, record } from './leaf';
import { field, lit, optional } from './part';

/** Who acts: a vCPU by number, or the host. */
export const actor = either('`vcpu` and its number, or `host`', 'vcpu N|host', {
  vcpu: [lit('vcpu'), field('number', count)],
  host: [lit('host')],
});

/** `start`, `done`, a step's label, or procedure.label. */
export const label = name('the label of a step, or start, or done', 'LABEL', ['start', 'done']);

/**
 * A moment: just after a step. Without an actor it is one of the operation above; without `op` likewise. The first occurrence
 * in the operation, unless it says `occurrence`.
 */
export const moment = record(
  'a moment such as vcpu 1 op 0 start',
  '[vcpu N] [op N] LABEL [occurrence N]',
  optional(field('actor', actor)),
  optional(lit('op'), field('op', count)),
  field('label', label),
  optional(lit('occurrence'), field('occurrence', count)),
);
