import { describe, expect, it } from 'vitest';
import { printDiagnostic } from './diagnostic';
import { resolve } from './resolve';

const HEAD = 'scenario "a test"\ndesign skeleton\npaging x86-64, 128 frames\n';
const KERNEL = `${HEAD}table l1 0x030 at 0x40_0000\ndirect 0xffff_8100_0000_0000 tables 0x061\n`;

function complaints(text: string): string[] {
  const result = resolve(text);
  return (result.kind === 'error' ? result.error : result.value.warnings).map(printDiagnostic);
}

describe('a text that makes no sense', () => {
  it.each([
    [
      'design skeleton',
      [
        'Line 1, column 1: The scenario has no title. Expected a line such as `scenario "A page table may drift"`.',
      ],
    ],
    ['scenario "a"\ndesign skelton', ['Line 2, column 8: `skelton` is not a design. Expected `native`']],
    [`${HEAD}design native`, ['Line 4, column 1: `design` is said twice. Leave one of the two out.']],
    [
      'scenario "a"\ndesign skeleton without fault-lok',
      [
        'Line 2, column 25: `fault-lok` is not a switch of skeleton. Expected `fault-lock`. Did you mean `fault-lock`?',
      ],
    ],
    [
      `${HEAD}map 0x40_0000 -> 0x40 rw\nmap 0x40_0000 -> 0x41 rw`,
      [
        'Line 5, column 1: This overlaps what an earlier line maps (a page of level 1). Expected addresses that nothing maps yet; to change an entry, use `entry`.',
      ],
    ],
    [
      `${HEAD}map 0x8000_0000_0000 -> 0x40 rw`,
      [
        'Line 4, column 5: 0x800000000000 is not canonical. Expected bits 48 to 63 to repeat bit 47, as the processor demands.',
      ],
    ],
    [
      `${HEAD.replace('128', '4096')}map 0x1000 -> 0x200 rw 2m`,
      [
        'Line 4, column 5: A page of 2m cannot begin here. Expected an address that is a multiple of 0x200000.',
      ],
    ],
    [
      `${HEAD.replace('128', '4096')}map 0 -> 0x201 rw 2m`,
      ['Line 4, column 10: A page of 2m cannot lie in this frame. Expected a multiple of 0x200.'],
    ],
    [`${HEAD}map 0 -> 0 rw 4m`, ['Line 4, column 1: There are no pages of 4m here. Expected 4k, 2m or 1g.']],
    [
      `${HEAD}map 0x1000 -> 0x80 rw`,
      [
        'Line 4, column 15: warning: Frame 0x80 is no memory: the guest has 128 frames. Raise `paging ..., N frames`, or give it a `p2m` line.',
      ],
    ],
    [`${KERNEL}entry 0x030[512] = 0`, ['Line 6, column 13: An index cannot be 512. Expected 0 to 511.']],
    [
      `${KERNEL}entry 0x030[5..2] = 0`,
      ['Line 6, column 16: The range ends at 2, before its beginning 5. Expected the lower index first.'],
    ],
    [
      `${KERNEL}entry 0x030[5] = 0x40.. rw`,
      [
        'Line 6, column 7: `..` counts the frame up along a range, but there is one entry only. Expected a range such as `[0..511]`, or no dots.',
      ],
    ],
    [
      `${HEAD}vcpu 0\n  store 0x030[1] = 0`,
      [
        'Line 5, column 9: The guest kernel has no direct map, so it cannot reach its own tables. Expected a line such as `direct 0xffff_8100_0000_0000` above.',
      ],
    ],
    [
      `${HEAD}vcpus 1\nvcpu 1\n  mfence`,
      [
        'Line 4, column 1: The text gives vCPU 1 a program, but there are only 1 vCPUs. Expected `vcpus 2` or more.',
      ],
    ],
    [
      `${HEAD}load 0x1000`,
      ['Line 4, column 1: Nobody performs this operation. Expected a line such as `vcpu 0` above it.'],
    ],
    [
      `${HEAD}host\n  load 0x1000`,
      [
        'Line 5, column 3: The host cannot `load`: that is what a vCPU does. Expected `poke`, `switch` or `call` under `host`.',
      ],
    ],
    [
      `${HEAD}vcpu 0\n  call lazy-enter`,
      ['Line 5, column 8: `lazy-enter` is not an operation of skeleton. There is none.'],
    ],
    [
      'scenario "x"\ndesign xen\npaging x86-64, 64 frames\nroot 0x010\nhost\n  call grant',
      ['Line 6, column 3: `grant` is given 0 arguments. Expected the guest frame: `call grant GUEST-FRAME`.'],
    ],
    [
      'scenario "x"\ndesign xen\npaging x86-64, 64 frames\nroot 0x010\nhost\n  call grnt 0x30',
      ['Line 6, column 8: `grnt` is not an operation of xen. Expected `grant`'],
    ],
    [
      'scenario "x"\ndesign xen\nknob vp 1\npaging x86-64, 64 frames\nroot 0x010\nhost\n  call blow-tables',
      ['Line 3, column 6: `vp` is not a knob of xen. Expected `pv`'],
    ],
    [`${HEAD}vcpu 0\n  cr3 T9`, ['Line 5, column 7: `T9` is not an address space. There is none.']],
    [
      `${HEAD}vcpu 0\n  cr0 set wpp`,
      ['Line 5, column 11: `wpp` is not a bit of CR0. Expected `pe`, `wp` or `pg`. Did you mean `wp`?'],
    ],
    [
      `${HEAD}vcpu 0\n  repeat 3\n  mfence`,
      [
        'Line 5, column 3: This `repeat` has no `end` in its block. Expected a line `end` after the operations to repeat.',
      ],
    ],
    [
      `${HEAD}vcpu 0\n  repeat 3 step 0\n  mfence\n  end`,
      ['Line 5, column 17: The step of a `repeat` cannot be 0. Expected 1 to 1099511627776.'],
    ],
    [
      `${HEAD}vcpu 0\n  store 0x1000 = 256 byte`,
      ['Line 5, column 18: A value of 1 bytes cannot be 256. Expected -128 to 255.'],
    ],
    [
      `${HEAD}vcpu 0\n  mfence\nschedule 0 until op 1 start`,
      [
        'Line 6, column 21: vCPU 0 has 1 operations, from 0; the one meant here cannot be 1. Expected 0 to 0.',
      ],
    ],
    [
      `${HEAD}vcpu 0\n  mfence\nnote at op 0 guest.strat "x"`,
      ['Line 6, column 14: `guest.strat` is not a step of guest.'],
    ],
    [
      `${HEAD}note "x"`,
      [
        'Line 4, column 1: No operation stands above this line, so the moment is not known. Expected `at vcpu N op N LABEL`.',
      ],
    ],
    [`${HEAD}expect events page-falt`, ['Line 4, column 15: `page-falt` is not a kind of event.']],
    [
      `${HEAD}expect events page-fault eror=3`,
      [
        'Line 4, column 26: `eror` is not a field of page-fault. Expected `actor`, `vcpu`, `va` or `error`. Did you mean `error`?',
      ],
    ],
    [
      `${HEAD}expect counters fault 3`,
      ['Line 4, column 17: `fault` is not a counter of skeleton. Expected `faults`. Did you mean `faults`?'],
    ],
    [
      `${HEAD}violates I1`,
      ['Line 4, column 10: `I1` is not an invariant of skeleton. Expected `S1`. Did you mean `S1`?'],
    ],
    [
      `${HEAD}explore I1`,
      ['Line 4, column 9: `I1` is not an invariant of skeleton. Expected `S1`. Did you mean `S1`?'],
    ],
    [
      `${HEAD}tlb 6`,
      [
        'Line 4, column 1: A TLB cannot have 6 entries. Expected `off` or 4, 8, 16, 32, 64 ...: sets of four ways.',
      ],
    ],
    [
      `${HEAD}tables from 0x7e\nmap 0 -> 0x7f rw`,
      [
        'Line 3, column 1: The guest has no frame left for its page tables. Expected more than 128 frames, or `tables from` a lower one.',
      ],
    ],
    [
      `${KERNEL}entry 0x031[1] = 0x40 rw`,
      [
        'Line 6, column 7: warning: Nothing makes this frame a page table yet. If it is meant to be one from the start, add a line such as `table l1 FRAME at ADDRESS`.',
      ],
    ],
    [
      `${KERNEL}vcpu 0\n  mfence\n  ask next-evnt`,
      [
        'Line 8, column 7: warning: `next-evnt` is no kind of question: nobody will be asked. Expected next-event,',
      ],
    ],
  ])('%s', (text, says) => {
    const found = complaints(text);
    // Long lists of what there is may grow; the beginning of the message is what matters.
    expect(found.map((message, i) => message.slice(0, says[i]?.length ?? message.length))).toEqual(says);
  });

  it('offers the nearest label and event', () => {
    const [label] = complaints(`${HEAD}vcpu 0\n  mfence\n  note at strt "x"`);
    expect(label).toMatch(/Did you mean `start`\?$/);
    const [event] = complaints(`${HEAD}expect no page-falt`);
    expect(event).toMatch(/Did you mean `page-fault`\?$/);
  });

  it('is told everything at once, in the order of the text', () => {
    const found = complaints(
      `${HEAD}map 0x40 -> 0x40 rww\nvcpu 0\n  load 0x8000_0000_0000\n  nonsense\nviolates I9\n`,
    );
    expect(found.map((m) => m.slice(0, 7))).toEqual(['Line 4,', 'Line 6,', 'Line 7,', 'Line 8,']);
  });
});
