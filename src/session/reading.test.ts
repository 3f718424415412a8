import { describe, expect, it } from 'vitest';
import { LIBRARY } from '../library';
import { printDiagnostic } from '../scenario/diagnostic';
import { litmusSamples } from '../testing/litmusSamples';
import { testSession } from '../testing/testSession';
import { herdText } from './herdText';
import { openFile } from './link';
import { compileText, isLitmus } from './reading';

const compiled = (text: string) => {
  const result = compileText(text);
  if (result.kind === 'error') throw new Error(result.error.map(printDiagnostic).join('\n'));
  return result.value;
};

const said = (text: string): string[] => {
  const result = compileText(text);
  return result.kind === 'error' ? result.error.map(printDiagnostic) : [];
};

const made = LIBRARY.filter(({ topic }) => topic === 'Memory order');

describe('a litmus test as a text to open', () => {
  it('may be of X86_64, as diy7 writes it, and comes to the same program', () => {
    const att = `X86_64 SB
"PodWR Fre PodWR Fre"
Prefetch=0:x=F,0:y=T,1:y=F,1:x=T
{
}
 P0            | P1            ;
 movl $1,(x)   | movl $1,(y)   ;
 movl (y),%eax | movl (x),%eax ;
exists (0:rax=0 /\\ 1:rax=0)
`;
    const { spec, text } = compiled(att);
    const sb = litmusSamples().find(({ name }) => name === 'SB');
    expect(spec.programs).toEqual(compiled(sb?.text ?? '').spec.programs);
    expect(herdText(text ?? '')).toBe(att);
  });

  it.each(made.map(({ title, text }) => [title, text] as const))(
    'is what “%s” of the library was made of',
    (_, text) => {
      const herd = herdText(text);
      if (herd === undefined) throw new Error('its text is not there');
      const own = compiled(text).spec;
      const test = compiled(herd).spec;
      expect(own.programs).toEqual(test.programs);
      expect(own.prologue).toEqual(test.prologue);
      expect(own.memory).toEqual(test.memory);
      expect(own.words).toEqual(test.words);
      expect(own.question?.quantifier).toEqual(test.question?.quantifier);
      expect(own.question?.proposition).toEqual(test.question?.proposition);
      expect(own.machine).toEqual(test.machine);
    },
  );

  it('is each of the samples: every one is in the library, too', () => {
    const herds = made.map(({ text }) => herdText(text));
    for (const { text } of litmusSamples()) expect(herds).toContain(`${text.trimEnd()}\n`);
  });

  it.each(['X86 T\n{ }\nP0 ;\nRET ;\nexists (x=1)\n', '(* a remark *)\nX86 T\n{ }\n', 'PPC T\n{ }\nP0 ;\n'])(
    'is told from a scenario: %j',
    (text) => {
      expect(isLitmus(text)).toBe(true);
      expect(isLitmus(`scenario "X86 T"\n# ${text}`)).toBe(false);
    },
  );

  it.each([
    [
      'X86 T\n{ x=0; }\n P0 ;\n MOV [x],$1 ;\n CLFLUSH [x] ;\nexists (x=1)\n',
      /^Line 5, column 2: A litmus test: found `CLFLUSH \[x\]`\. Supported: MOV \[x\],\$1/,
    ],
    [
      'PPC T\n{ x=0; }\n P0 ;\n',
      /^Line 1, column 1: A litmus test: found a test for `PPC`, expected `X86 NAME`/,
    ],
    ['X86 T\n{ x=0;\n', /^Line 2, column 1: A litmus test: found no `}`/],
  ])('says what is wrong with it and where: %j', (text, message) => {
    expect(said(text)).toHaveLength(1);
    expect(said(text)[0]).toMatch(message);
  });
});

describe('a litmus test opened from a file', () => {
  const sb = litmusSamples().find(({ name }) => name === 'SB')?.text ?? '';

  it('is a scenario on stage, with its own text in the comments', () => {
    const { session, sources } = testSession({ library: 'unsync' });
    openFile(session, { ...sources, compile: compileText }, sb, 'SB.litmus');
    expect(session.state.spec?.title).toBe('SB');
    expect(herdText(session.state.text)).toBe(`${sb.trimEnd()}\n`);
    expect(session.run?.built.spec.question?.quantifier).toBe('sometimes');
  });

  it('loses nothing that was typed where it is wrong, and says which line of which file', () => {
    const { session, sources } = testSession({ library: 'unsync' });
    const wrong = sb.replace('MOV EAX,[y]', 'LODSD');
    session.set({ draft: 'scenario "half written' });
    openFile(session, { ...sources, compile: compileText }, wrong, 'mine.litmus');
    expect(session.state.draft).toBe('scenario "half written');
    expect(session.state.messages.at(-1)?.text).toMatch(
      /^mine\.litmus: Line 5, column 2: .*LODSD.*Supported: MOV/,
    );
    // With nothing typed, its text is put where it can be corrected.
    session.set({ draft: undefined });
    openFile(session, { ...sources, compile: compileText }, wrong, 'mine.litmus');
    expect(session.state).toMatchObject({ draft: wrong, editing: true });
    expect(session.state.diagnostics).toHaveLength(1);
    expect(session.state.spec?.title).not.toBe('SB');
  });
});
