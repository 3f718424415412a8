import { hex } from '../../base';
import * as c from './constants';

/** The role word of a shadow page, field by field (sheet 1.3). Together with the gfn it is the page's identity. */
export const roleLevel = (role: number): number => role & c.ROLE_LEVEL;
export const roleAccess = (role: number): number => (role & c.ROLE_ACCESS) >>> c.ROLE_ACCESS_SHIFT;
export const roleQuadrant = (role: number): number => (role & c.ROLE_QUADRANT) >>> c.ROLE_QUADRANT_SHIFT;
export const roleDirect = (role: number): boolean => (role & c.ROLE_DIRECT) !== 0;
export const roleInvalid = (role: number): boolean => (role & c.ROLE_INVALID) !== 0;
export const roleFourByte = (role: number): boolean => (role & c.ROLE_4_BYTE) !== 0;

export const withLevel = (role: number, level: number): number => (role & ~c.ROLE_LEVEL) | level;
export const withAccess = (role: number, access: number): number =>
  (role & ~c.ROLE_ACCESS) | (access << c.ROLE_ACCESS_SHIFT);
export const withQuadrant = (role: number, quadrant: number): number =>
  (role & ~c.ROLE_QUADRANT) | (quadrant << c.ROLE_QUADRANT_SHIFT);

/** The role of the page below an entry: kvm_mmu_child_role. `index` is the entry's place in its shadow page. */
export function childRole(parent: number, index: number, direct: boolean, access: number): number {
  let role = withAccess(withLevel(parent, roleLevel(parent) - 1), access);
  role = direct ? role | c.ROLE_DIRECT : role & ~c.ROLE_DIRECT;
  // A 4-byte table is shadowed by two pages of 8-byte entries: neighbours in the page above.
  return roleFourByte(parent) ? withQuadrant(role, index & 1) : role;
}

/** Access rights in the order the kernel prints them: w u x. */
export const accessText = (access: number): string =>
  `${(access & c.ACC_WRITE) === 0 ? '-' : 'w'}${(access & c.ACC_USER) === 0 ? '-' : 'u'}${(access & c.ACC_EXEC) === 0 ? '-' : 'x'}`;

/** A shadow page by gfn, role and generation: `15/l1/wux`. With `printed` only what tracepoints print of it. */
export function pageKey(gfn: number, role: number, gen: number, printed = false): string {
  const on = (bit: number, text: string): string => ((role & bit) === 0 ? '' : text);
  const off = (bit: number, text: string): string => ((role & bit) === 0 ? text : '');
  return [
    `${hex(gfn)}/l${roleLevel(role)}/${accessText(roleAccess(role))}`,
    roleFourByte(role) ? `/q${roleQuadrant(role)}` : '',
    on(c.ROLE_DIRECT, '/direct'),
    off(c.ROLE_EFER_NX, '/!nx'),
    ...(printed
      ? []
      : [
          off(c.ROLE_CR0_WP, '/!wp'),
          on(c.ROLE_SMEP_ANDNOT_WP, '/smep_andnot_wp'),
          on(c.ROLE_SMAP_ANDNOT_WP, '/smap_andnot_wp'),
        ]),
    on(c.ROLE_INVALID, '/invalid'),
    gen === 0 ? '' : `/gen${gen}`,
  ].join('');
}
