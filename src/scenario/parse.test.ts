import { describe, expect, it } from 'vitest';
import { printDiagnostic } from './diagnostic';
import { parse } from './parse';
import { print } from './print';

const complaints = (text: string): string[] => parse(text).diagnostics.map(printDiagnostic);

describe('a wrong line', () => {
  it.each([
    [
      'map 0x1000 -> 0x040 rww user',
      'Line 1, column 21: `rww` is not a set of rights. Expected some of r w x user. Did you mean `rw`?',
    ],
    [
      'desgin xen',
      'Line 1, column 1: `desgin` does not begin a statement. Expected a keyword. Did you mean `design`?',
    ],
    [
      'map 0x1000 -> 0x040 rw usr',
      'Line 1, column 24: `usr` cannot stand here. Expected rights (some of r w x user a d g ps), `4k`, `2m`, `4m`, `1g`, `count`, `step` or the end of the line. Did you mean `user`?',
    ],
    [
      'map 0x1000 -> 0xZZ rw',
      'Line 1, column 15: `0xZZ` is not a frame number. Expected a frame number such as 0x030.',
    ],
    [
      '  load',
      'Line 1, column 6: The line ends too early. Expected a virtual address such as 0x7f80_8820_7000 or a variable.',
    ],
    ['store 0x030[7 = 0x101 rw', 'Line 1, column 15: `=` cannot stand here. Expected `..` or `]`.'],
    [
      'about "abc',
      'Line 1, column 7: This text has no closing quote. Expected `"` before the end of the line; a long text goes on as another quoted text in the next line.',
    ],
    [
      'level begginer',
      'Line 1, column 7: `begginer` cannot stand here. Expected `beginner`, `intermediate`, `advanced` or `expert`. Did you mean `beginner`?',
    ],
    ['load 0x1_0000_0000_0000_0000', 'Line 1, column 6: `0x1_0000_0000_0000_0000` does not fit in 64 bits.'],
    [
      'expect events page-fault,',
      'Line 1, column 25: The line ends too early. Expected the kind of an event.',
    ],
    [
      '$%',
      'Line 1, column 1: `$%` does not begin a statement. Expected a keyword such as `map`, `vcpu`, `load` or `expect`.',
    ],
  ])('%s', (line, says) => {
    expect(complaints(line)).toEqual([says]);
  });

  it('hides no other: each is named, and the good lines are read', () => {
    const text = 'scenario "A"\nmapp 1\nload 0x1000\n\ndesign\n# fine\nvcpu x\n';
    const { ast, diagnostics } = parse(text);
    expect(diagnostics.map((d) => [d.line, d.column])).toEqual([
      [2, 1],
      [5, 6],
      [7, 6],
    ]);
    expect(ast.items.map((item) => item.kind)).toEqual(['scenario', 'load', 'blank', 'comment']);
  });

  it('offers what to put in its place', () => {
    const [first] = parse('nx om').diagnostics;
    expect(first?.suggestion).toBe('on');
    expect([first?.from, first?.to]).toEqual([3, 5]);
  });
});

describe('a text', () => {
  it('keeps its comments and its paragraphs when it is formatted', () => {
    const text = [
      '# About nothing.',
      'scenario   "A"   # the title',
      '',
      '',
      'design xen with snapshots,fixups',
      'vcpu 0',
      '    # first',
      'load 0x7f8088003000',
      '       note "It',
      '      has been read."',
      'expect end shadow 0x2e [ 7 ] -> 0x45 r w user',
    ].join('\n');
    expect(complaints(text)).toEqual([
      'Line 9, column 13: This text has no closing quote. Expected `"` before the end of the line; a long text goes on as another quoted text in the next line.',
      'Line 10, column 7: `has` does not begin a statement. Expected a keyword such as `map`, `vcpu`, `load` or `expect`.',
    ]);
    const good = text.replace('"It\n      has', '"It"\n      "has');
    expect(print(parse(good).ast)).toBe(
      [
        '# About nothing.',
        'scenario "A" # the title',
        '',
        'design xen with snapshots, fixups',
        'vcpu 0',
        '  # first',
        '  load 0x7f80_8800_3000',
        '  note "It has been read."',
        'expect end shadow 0x02e[7] -> 0x045 rw user',
        '',
      ].join('\n'),
    );
  });

  it('may go on in the next line after a comma', () => {
    const text = 'expect events page-fault vcpu=0,\n  guest-page-fault error=-,\n\n  tlb-filled\n';
    expect(complaints(text)).toEqual([]);
    expect(print(parse(text).ast)).toBe(
      'expect events page-fault vcpu=0, guest-page-fault error=-, tlb-filled\n',
    );
  });

  it('may be written with other line ends', () => {
    expect(print(parse('scenario "A"\r\nvcpu 0\r\n  mfence\r\n').ast)).toBe(
      'scenario "A"\nvcpu 0\n  mfence\n',
    );
  });
});
