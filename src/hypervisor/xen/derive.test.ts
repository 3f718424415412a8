import { describe, expect, it } from 'vitest';
import { word } from '../../base';
import { A, D, G, NX_HI, P, PCD, PS, PWT, U, W } from '../../machine';
import { asText, e, XenLab } from '../../testing/xenLab';
import * as because from './derive';
import { newDerivation, propagate, propagateL1 } from './derive';
import { GNP_LO, MAGIC_HI } from './magic';
import {
  FT_DEMAND_READ,
  FT_DEMAND_WRITE,
  FT_PREFETCH,
  P2M_INVALID,
  P2M_MMIO_DIRECT,
  P2M_MMIO_DM,
  P2M_RAM_RO,
  P2M_RAM_RW,
  PGC_PAGE_TABLE,
  SH_FL1_64,
  SH_L1_64,
  SHF_OOS_MAY_WRITE,
  SHF_OUT_OF_SYNC,
} from './types';

const FRAME = 0x123;
const word64 = (hi: number, lo: number): string => asText(word(hi, lo));
const PWUAD = P | W | U | A | D;

function derive(
  lab: XenLab,
  guest: { hi: number; lo: number },
  { level = 1, mfn = FRAME, ft = FT_DEMAND_READ, p2mt = P2M_RAM_RW } = {},
): { entry: string; because: number } {
  const out = propagate(lab.x, level, guest.hi, guest.lo, mfn, ft, p2mt, newDerivation());
  return { entry: word64(out.hi, out.lo), because: out.because };
}

describe('_sh_propagate, rule by rule (sheet 2.6.1)', () => {
  const lab = new XenLab({ vcpus: 1 });
  const at = (flags: number, nx = 0): { hi: number; lo: number } => word(nx, (FRAME << 12) | flags);
  const text = (flags: number, nx = 0): string => word64(nx, (FRAME << 12) | flags);

  it('1: a frame the p2m calls invalid gives an empty entry', () => {
    expect(derive(lab, at(PWUAD), { p2mt: P2M_INVALID })).toEqual({
      entry: '0',
      because: because.BECAUSE_NO_FRAME,
    });
  });

  it('2: not present is magic at level 1 and empty above', () => {
    expect(derive(lab, at(W | U)).entry).toBe(word64(MAGIC_HI, GNP_LO));
    expect(derive(lab, at(W | U), { level: 2 }).entry).toBe('0');
    expect(derive(lab, at(W | U)).because).toBe(because.BECAUSE_NOT_PRESENT);
  });

  it('3: a device is magic with its gfn and the rights of the guest', () => {
    const user = derive(lab, e(0xabc, P | U | A), { p2mt: P2M_MMIO_DM, mfn: -1 });
    expect(user).toEqual({ entry: word64(-1, (0xabc << 4) | P | U), because: because.BECAUSE_DEVICE });
    expect(derive(lab, e(0xabc, P | W), { p2mt: P2M_MMIO_DM, mfn: -1 }).entry).toBe(
      word64(-1, (0xabc << 4) | P | W),
    );
    expect(lab.x.domain.get('hasMmioEntries')).toBe(1);
  });

  it('4: no frame gives an empty entry, except for a device that was passed through', () => {
    expect(derive(lab, at(PWUAD), { mfn: -1 }).entry).toBe('0');
    expect(derive(lab, at(PWUAD), { mfn: -1, level: 2 }).entry).toBe('0');
    expect(derive(lab, at(PWUAD), { p2mt: P2M_MMIO_DIRECT, mfn: FRAME }).entry).toBe(text(P | W | U | A));
  });

  it('5: A, USER, RW, P and NX pass; caching, G, AVL and D do not', () => {
    expect(derive(lab, at(PWUAD | PWT | PCD | G | 0xe00 | PS)).entry).toBe(text(P | W | U | A));
    expect(derive(lab, at(PWUAD, NX_HI)).entry).toBe(text(P | W | U | A, NX_HI));
  });

  it('7: above level 1 A and D are always set', () => {
    expect(derive(lab, at(P | W | U | A), { level: 3 }).entry).toBe(text(PWUAD));
  });

  it('8: without A the entry keeps its frame but is not present', () => {
    expect(derive(lab, at(P | W | U | D))).toEqual({
      entry: text(W | U),
      because: because.BECAUSE_NOT_ACCESSED,
    });
    expect(derive(lab, at(P | U), { level: 4 }).entry).toBe(text(U | A | D));
  });

  it('9: without D an L1 entry, or one of a large page, is read-only; an entry that names a table is not', () => {
    expect(derive(lab, at(P | W | U | A))).toEqual({
      entry: text(P | U | A),
      because: because.BECAUSE_NOT_DIRTY,
    });
    const large = lab.x.pool.alloc(SH_FL1_64, 0);
    const readOnly = word64(0, (large << 12) | P | U | A | D);
    expect(derive(lab, at(P | W | U | A | PS), { level: 2, mfn: large }).entry).toBe(readOnly);
    expect(derive(lab, at(P | W | U | A), { level: 2 }).entry).toBe(text(PWUAD));
    // The bit has another meaning above level 2: 1 GiB pages are not known to this code.
    expect(derive(lab, at(P | W | U | A | PS), { level: 3 }).entry).toBe(text(PWUAD));
  });

  it('11: read-only memory is read-only', () => {
    expect(derive(lab, at(PWUAD), { p2mt: P2M_RAM_RO })).toEqual({
      entry: text(P | U | A),
      because: because.BECAUSE_READ_ONLY_MEMORY,
    });
  });

  it('magic entries are not made without the fast fault path', () => {
    const plain = new XenLab({ vcpus: 1, switches: { 'fast-fault-path': false } });
    expect(derive(plain, at(0)).entry).toBe('0');
    expect(derive(plain, e(0xabc, P | U | A), { p2mt: P2M_MMIO_DM, mfn: -1 }).entry).toBe('0');
  });

  it('what names no frame is not looked up in the p2m', () => {
    const out = propagateL1(lab.x, 0xf, 0xabc000, FT_PREFETCH, newDerivation());
    expect([out.hi, out.lo, out.because]).toEqual([MAGIC_HI, GNP_LO, because.BECAUSE_NOT_PRESENT]);
  });
});

describe('12: an entry that maps a page table', () => {
  const table = (era: string, flags: number): XenLab => {
    const lab = new XenLab({ era, vcpus: 1 });
    lab.x.guest.setPageTable(FRAME, true);
    lab.x.guest.setFlags(FRAME, (1 << SH_L1_64) | flags);
    return lab;
  };
  const writable = (lab: XenLab, ft: number): boolean =>
    (propagate(lab.x, 1, 0, (FRAME << 12) | PWUAD, FRAME, ft, P2M_RAM_RW, newDerivation()).lo & W) !== 0;
  const all = [FT_PREFETCH, FT_DEMAND_READ, FT_DEMAND_WRITE];

  it('is read-only while the table is in sync, whatever the fetch', () => {
    expect(PGC_PAGE_TABLE).toBe(1 << 29);
    for (const era of ['U', 'A'])
      expect(all.map((ft) => writable(table(era, 0), ft))).toEqual([false, false, false]);
    const lab = table('U', 0);
    expect(derive(lab, e(FRAME, PWUAD)).because).toBe(because.BECAUSE_PAGE_TABLE);
  });

  it('may be writable if the guest may write the table: in U for any fetch, in A for a write fault only', () => {
    const flags = SHF_OUT_OF_SYNC | SHF_OOS_MAY_WRITE;
    expect(all.map((ft) => writable(table('U', flags), ft))).toEqual([true, true, true]);
    expect(all.map((ft) => writable(table('A', flags), ft))).toEqual([false, false, true]);
  });

  it('goes by the right flag: out of sync alone, as in the middle of a resync, does not allow it', () => {
    expect(all.map((ft) => writable(table('U', SHF_OUT_OF_SYNC), ft))).toEqual([false, false, false]);
  });

  it('flags of a page that is no table any more mean nothing', () => {
    const lab = table('U', 0);
    lab.x.guest.setPageTable(FRAME, false);
    expect(writable(lab, FT_DEMAND_READ)).toBe(true);
  });
});
