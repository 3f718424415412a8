import type { Span } from '../engine/spec';
import { ABOUT_FORMS } from './forms/about';
import { MACHINE_FORMS } from './forms/machine';
import { MEMORY_FORMS } from './forms/memory';
import { BLOCK_FORMS, OPERATION_FORMS } from './forms/operations';
import { RUN_FORMS } from './forms/run';
import type { Form, Node } from './syntax/form';

/** Every kind of statement, in the order of the reference. */
export const FORMS = [
  ...ABOUT_FORMS,
  ...MACHINE_FORMS,
  ...MEMORY_FORMS,
  ...BLOCK_FORMS,
  ...OPERATION_FORMS,
  ...RUN_FORMS,
] as const;

/** A statement: its `kind`, the fields of its form, its span and the comment at its end. */
export type Statement = Node<(typeof FORMS)[number]>;
export type StatementOf<K extends Statement['kind']> = Extract<Statement, { readonly kind: K }>;
export type Operation = Node<(typeof OPERATION_FORMS)[number]>;

/** What stands between statements is kept, so that formatting a text loses nothing. */
export type Item =
  | Statement
  | (Span & { readonly kind: 'comment'; readonly text: string })
  /** One or more empty lines. */
  | (Span & { readonly kind: 'blank' });

/** A scenario as written. */
export interface ScenarioText {
  readonly items: readonly Item[];
}

const byKeyword = new Map<string, Form>();
const byKind = new Map<string, Form>();
for (const form of FORMS as readonly Form[]) {
  byKind.set(form.kind, form);
  for (const keyword of [form.keyword, ...form.also]) byKeyword.set(keyword, form);
}

export const formOfKeyword = (keyword: string): Form | undefined => byKeyword.get(keyword);
export const formOfKind = (kind: string): Form | undefined => byKind.get(kind);
export const KEYWORDS: readonly string[] = [...byKeyword.keys()];
