import { describe, expect, it } from 'vitest';
import { entryName, marksOf, targetText, valueText } from './decode';
import { ownerOf, parseEntity } from './entity';
import { eptFieldLines, fieldLines } from './fieldLines';
import { layoutScene } from './layout';
import { neighbour } from './neighbour';
import { drift } from './samples/drift';
import { RWU, sampleTable } from './samples/tables';

const guest = sampleTable('guest', 1, 0x2e, [[7, 0x45, RWU]]);
const upper = sampleTable('shadow', 2, 0x82, [[0x41, 0x84, RWU]]);

describe('an entry on the scene', () => {
  it('has a name that says all a picture of it shows', () => {
    expect(entryName(guest, 7)).toBe(
      'guest entry 007 of page table 0x02e: frame 0x045, present, writable, user, accessed',
    );
    expect(entryName(upper, 0x41)).toBe(
      'shadow entry 041 of shadow s082: frame s084, present, writable, user, accessed',
    );
    expect(entryName(guest, 8)).toBe('guest entry 008 of page table 0x02e: empty');
    const stale = { ...guest, notes: new Map([[7, { changed: true, stale: true }]]) };
    expect(entryName(stale, 7)).toMatch(/just changed, differs from the other side$/);
  });

  it('is written the way its side writes frames', () => {
    expect(targetText(guest, 0, 0x45027, undefined)).toBe('045');
    expect(targetText(upper, 0, 0x84027, undefined)).toBe('s084');
    expect(targetText(upper, 0, 0x84027, { says: 'gnp' })).toBe('gnp');
    expect(targetText(guest, 0, 0, undefined)).toBe('—');
    expect(valueText(-2147483648, 0x45027)).toBe('0x8000_0000_0004_5027');
  });

  it('of EPT has rights, memory type and marks in places of its own', () => {
    const ept = { ...sampleTable('shadow', 1, 0x63, []), format: 'ept' as const };
    // R and X, write-back, A set, D clear: a page of the dirty log.
    const lo = 0x40000 | 0x100 | (6 << 3) | 5;
    expect(marksOf(0, lo, ept.format)).toBe(0b001001);
    expect(marksOf(0, 0x40000 | 0x307, ept.format)).toBe(0b011011);
    expect(marksOf(0, 0x40001, ept.format)).toBe(0b100001);
    const lines = eptFieldLines(ept, 0, lo);
    expect(lines.map(({ name, value }) => `${name} ${value}`)).toEqual([
      'R 1',
      'W 0',
      'X 1',
      'type 6',
      'A 1',
      'D 0',
      'frame 0x040',
    ]);
    expect(lines.find(({ name }) => name === 'type')?.says).toBe('write-back');
  });

  it('is decoded field by field', () => {
    expect(marksOf(-2147483648, 0x63)).toBe(0b111011);
    const lines = fieldLines(guest, -2147483648, 0x45067);
    expect(lines.map((l) => `${l.name}=${l.value}`).join(' ')).toBe(
      'P=1 W=1 U=1 PWT=0 PCD=0 A=1 D=1 PAT=0 G=0 frame=0x045 NX=1',
    );
    expect(fieldLines(upper, 0, 0x84027).find((l) => l.bits === '51–12')).toMatchObject({
      name: 'table',
      value: 's084',
    });
  });
});

describe('a printed name', () => {
  it('says what it points at', () => {
    expect(parseEntity('shadow s084[007]')).toEqual({ kind: 'shadow', frame: 0x84, index: 7 });
    expect(parseEntity('guest 0x02e')).toEqual({ kind: 'guest', frame: 0x2e, index: -1 });
    expect(parseEntity('fixup 0x02e.1')).toEqual({ kind: 'fixup', frame: 0x2e, index: 1 });
    expect(parseEntity('the shadow lock')).toBeUndefined();
    expect(ownerOf('guest 0x02e[007]')).toBe('guest 0x02e');
    expect(ownerOf('frame 0x045')).toBe('frame 0x045');
  });
});

describe('an arrow key on the scene', () => {
  const { places } = layoutScene(drift, { w: 800, h: 658 });
  it('goes to the next row of a card, then to the next card of the column', () => {
    expect(neighbour(places, 'guest 0x02b[003]', 'down')).toBe('guest 0x02b[004]');
    expect(neighbour(places, 'guest 0x02b[050]', 'down')).toBe('guest 0x02e');
    expect(neighbour(places, 'guest 0x02e[001]', 'up')).toBe('guest 0x02e');
  });
  it('crosses to the neighbouring column, and stays where there is none', () => {
    expect(neighbour(places, 'guest 0x010[0ff]', 'right')).toBe('guest 0x011[002]');
    expect(neighbour(places, 'guest 0x010[0ff]', 'left')).toBeUndefined();
  });
});
