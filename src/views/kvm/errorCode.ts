import { PFEC_I, PFEC_P, PFEC_RSVD, PFEC_U, PFEC_W } from '../../machine';
import type { FieldLine } from '../scene/fieldLines';

/** A page-fault error code bit by bit: what the processor says about the shadow it walked. Source: sheet 2.1. */
export function errorBits(error: number): FieldLine[] {
  const flag = (bit: number, mask: number, name: string, yes: string, no: string): FieldLine => ({
    bits: String(bit),
    name,
    value: (error & mask) === 0 ? '0' : '1',
    says: (error & mask) === 0 ? no : yes,
  });
  return [
    flag(
      0,
      PFEC_P,
      'P',
      'every level was present: a right or a reserved bit was hit',
      'some level was not present',
    ),
    flag(1, PFEC_W, 'W', 'a store', 'no store'),
    flag(2, PFEC_U, 'U', 'from user mode', 'from the kernel'),
    flag(3, PFEC_RSVD, 'RSVD', 'a reserved bit was set in an entry', 'no reserved bit'),
    flag(4, PFEC_I, 'F', 'an instruction fetch', 'no fetch'),
  ];
}

const NAMES: readonly (readonly [number, string])[] = [
  [PFEC_P, 'P'],
  [PFEC_W, 'W'],
  [PFEC_U, 'U'],
  [PFEC_RSVD, 'RSVD'],
  [PFEC_I, 'F'],
];

/** `P|W|U`, as the kernel prints it; empty for 0. */
export const errorFlags = (error: number): string =>
  NAMES.filter(([bit]) => (error & bit) !== 0)
    .map(([, name]) => name)
    .join('|');
