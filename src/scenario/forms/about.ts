import { formsOf } from '../syntax/form';
import { oneOf, text } from '../syntax/leaf';
import { field } from '../syntax/part';

const form = formsOf('about');

/** What the scenario is, for people. */
export const ABOUT_FORMS = [
  form(
    'scenario',
    'scenario',
    {
      says: 'The title; every scenario has one, in its first statement.',
      examples: ['scenario "A page table may drift"'],
    },
    field('title', text),
  ),
  form(
    'about',
    'about',
    {
      says: 'A paragraph of plain words for the story beside the stage. A long one goes on as another quoted text in the next line.',
      examples: [
        'about "The guest changes its own table, and nobody notices."',
        'about "First half"\n      "and second half."',
      ],
    },
    field('words', text),
  ),
  form(
    'topic',
    'topic',
    { says: 'The heading under which the library lists it.', examples: ['topic "Out of sync"'] },
    field('words', text),
  ),
  form(
    'level',
    'level',
    {
      says: 'Who it is for: a beginner has never heard of any of this, an expert reads the source.',
      examples: ['level beginner'],
    },
    field('level', oneOf('beginner', 'intermediate', 'advanced', 'expert')),
  ),
  form(
    'source',
    'source',
    {
      says: 'Where the facts come from: a document and section, or a commit.',
      examples: ['source "Xen, multi.c, sh_page_fault"'],
    },
    field('words', text),
  ),
] as const;
