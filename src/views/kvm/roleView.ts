import * as c from '../../hypervisor/kvm/constants';
import {
  accessText,
  roleAccess,
  roleDirect,
  roleFourByte,
  roleInvalid,
  roleLevel,
  roleQuadrant,
} from '../../hypervisor/kvm/role';
import type { Fact } from '../facts';

/** The role word of a shadow page, field by field. Source: sheet 1.3. */
export function roleFacts(role: number): Fact[] {
  const level = roleLevel(role);
  const yes = (bit: number): string => ((role & bit) === 0 ? 'no' : 'yes');
  return [
    { name: 'level', value: String(level), tip: 'Bits 0 to 3: 1 is the lowest table.' },
    {
      name: 'access',
      value: accessText(roleAccess(role)),
      tip: 'Bits 8 to 10: what all guest entries above this table allow together: write, user, execute. A table that two ways lead to has a page for each.',
    },
    ...(roleFourByte(role)
      ? [
          {
            name: 'quadrant',
            value: `${roleQuadrant(role)} of ${level === 1 ? 2 : 4}`,
            tip: 'Bits 5 and 6: entries of 4 bytes become entries of 8, so a guest table needs several shadow pages; which part this one covers.',
          },
        ]
      : []),
    {
      name: 'direct',
      value: yes(c.ROLE_DIRECT),
      ...(roleDirect(role) ? { odd: false } : {}),
      tip: 'Bit 7: it maps frames in a row, and no guest table stands behind it: part of a large guest page, or a guest without paging.',
    },
    ...(roleInvalid(role)
      ? [
          {
            name: 'invalid',
            value: 'yes',
            odd: true,
            tip: 'Bit 11: zapped, but a vCPU still has it for a root.',
          },
        ]
      : []),
    {
      name: 'cr0.wp',
      value: yes(c.ROLE_CR0_WP),
      tip: 'Bit 13: made while the kernel respects read-only pages. Another mode uses other pages.',
    },
    ...((role & c.ROLE_SMEP_ANDNOT_WP) === 0
      ? []
      : [
          {
            name: 'smep and not wp',
            value: 'yes',
            tip: 'Bit 14: what the kernel may write, it may not execute.',
          },
        ]),
    ...((role & c.ROLE_SMAP_ANDNOT_WP) === 0
      ? []
      : [{ name: 'smap and not wp', value: 'yes', tip: 'Bit 15: made under SMAP with CR0.WP clear.' }]),
    {
      name: 'efer.nx',
      value: yes(c.ROLE_EFER_NX),
      tip: 'Bit 12: NX exists. Without nested paging KVM always sets it.',
    },
    {
      name: 'word',
      value: `0x${(role >>> 0).toString(16)}`,
      tip: 'The whole role: with the frame it is the key by which pages are found.',
    },
  ];
}
