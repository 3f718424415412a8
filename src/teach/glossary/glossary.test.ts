import { describe, expect, it } from 'vitest';
import { STORIES } from '../stories';
import { GLOSSARY } from './glossary';
import { termParts } from './terms';

const termsIn = (text: string): string[] =>
  termParts(text).flatMap(({ text: words, term }) => (term === undefined ? [] : [`${words}=${term.id}`]));

describe('the glossary', () => {
  it('has each term and each form once, explained in a sentence or two', () => {
    const forms = GLOSSARY.flatMap(({ name, forms: others }) => [name, ...others]);
    expect(forms.filter((form, i) => forms.indexOf(form) !== i)).toEqual([]);
    expect(new Set(GLOSSARY.map(({ id }) => id)).size).toBe(GLOSSARY.length);
    for (const { id, name, says } of GLOSSARY) {
      expect(id).toMatch(/^[a-z][a-z0-9-]*$/);
      expect(says, name).toMatch(/^[A-Z].*\.$|^[A-Z].*: [a-z0-9].*\.?$/);
      expect(says.length, name).toBeGreaterThan(40);
      expect(says.length, name).toBeLessThan(240);
    }
  });

  it('is used: most terms stand in some story', () => {
    const used = new Set(
      STORIES.flatMap(({ passages }) =>
        passages.flatMap(({ text }) => termParts(text).flatMap(({ term }) => term?.id ?? [])),
      ),
    );
    expect(used.size).toBeGreaterThan(GLOSSARY.length * 0.8);
  });
});

describe('terms in a text', () => {
  it('are marked where they stand first, the longest form winning', () => {
    expect(termsIn('The shadow page table: a page table of the hypervisor’s. The shadow is stale.')).toEqual([
      'shadow page table=shadow',
      'page table=page-table',
      'hypervisor’s=hypervisor',
      'stale=stale',
    ]);
  });

  it('are whole words, and no part of a label or a quoted name', () => {
    expect(termsIn('sh_page_fault.walk, walkover, `page walk`, entry-like, tlb_flush')).toEqual([]);
    expect(termsIn('a sets a flag, an ept')).toEqual([]);
    expect(termsIn('It flushes. “Faults” are counted; walks, too.')).toEqual([
      'flushes=flush',
      'Faults=page-fault',
      'walks=page-walk',
    ]);
  });

  it('leave the text as it is, and what was explained before unmarked', () => {
    for (const { passages } of STORIES)
      for (const { text } of passages)
        expect(
          termParts(text)
            .map((part) => part.text)
            .join(''),
        ).toBe(text);
    expect(termParts('A frame.', new Set(['frame']))).toEqual([{ text: 'A frame.' }]);
  });
});
