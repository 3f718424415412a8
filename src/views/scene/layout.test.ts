import { describe, expect, it } from 'vitest';
import { layoutScene, placeOf } from './layout';
import { drift } from './samples/drift';

const wide = layoutScene(drift, { w: 800, h: 658 });
const rowsOf = (id: string) =>
  wide.cards
    .find((c) => c.table.id === id)
    ?.rows.map((r) => (r.kind === 'entry' ? r.index.toString(16).padStart(3, '0') : r.text));

describe('the picture of the drifting table', () => {
  it('shows the rows of the design picture', () => {
    expect(rowsOf('guest 0x02b')).toEqual(['003', '004', '· 75 empty ·', '050']);
    expect(rowsOf('guest 0x02e')).toEqual(['001', '007']);
    expect(rowsOf('shadow s084')).toEqual(['001', '007']);
  });

  it('puts the out-of-sync table and its shadow next to the horizon, with the snapshot between', () => {
    const guest = wide.places.get('guest 0x02e');
    const shadow = wide.places.get('shadow s084');
    const snapshot = wide.places.get('snapshot s0fb');
    if (guest === undefined || shadow === undefined || snapshot === undefined)
      throw new Error('all three are on stage');
    expect(guest.y + guest.h).toBeLessThan(snapshot.y);
    expect(snapshot.y + snapshot.h).toBeLessThan(shadow.y);
    expect(snapshot.x + snapshot.w).toBe(guest.x + guest.w);
  });

  it('shows an entry in every column of a phone, even where that costs other tables their heads', () => {
    const { cards } = layoutScene({ ...drift, penumbra: [] }, { w: 390, h: 446, column: 'L1' });
    for (const side of ['guest', 'shadow'] as const) {
      const rows = cards.filter((c) => c.table.side === side).flatMap((c) => c.rows);
      expect(rows.some((row) => row.kind === 'entry')).toBe(true);
    }
  });

  it('has the frame that is read in sight, where there is a place for one only', () => {
    const frames = drift.frames.map((f, i) => ({
      ...f,
      state: i === 2 ? ('reading' as const) : ('idle' as const),
    }));
    const small = layoutScene(
      { ...drift, frames: frames.map((f, i) => ({ ...f, weight: i === 2 ? 3 : 0 })) },
      { w: 390, h: 250 },
    );
    expect(small.frames.map(({ frame }) => frame.id)).toEqual([frames[2]?.id]);
  });

  it('shows two neighbouring levels at a time on a phone, with tabs for the others', () => {
    const shown = (column: 'L4' | 'L2' | 'L1' | 'mem') =>
      layoutScene(drift, { w: 390, h: 446, column }).columns.map((c) => c.column.key);
    expect(shown('L1')).toEqual(['L1', 'mem']);
    expect(shown('L4')).toEqual(['L4', 'L3']);
    expect(shown('mem')).toEqual(['L1', 'mem']);
    expect(layoutScene(drift, { w: 390, h: 446 }).tabs).toBe(true);
    expect(wide.tabs).toBe(false);
  });

  it('finds a place for an entry that has no row: its mark on the minimap', () => {
    const card = wide.places.get('guest 0x02b');
    const mark = placeOf(wide, 'guest 0x02b[100]');
    if (card === undefined || mark === undefined) throw new Error('the card is on stage');
    expect(mark.x).toBeGreaterThan(card.x + card.w * 0.4);
    expect(mark.x).toBeLessThan(card.x + card.w * 0.6);
  });
});
