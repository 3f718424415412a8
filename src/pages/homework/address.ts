import { assertNever, fail, ok, type Result } from '../../base';
import { classFields, exerciseOf, NO_CHECKS, type SheetName, sheetAddress, sheetNamed } from '../../homework';

/** A class question: one field of one exercise (n from 0). */
export interface ClassQuestion {
  readonly sheet: SheetName;
  readonly n: number;
  readonly field: string;
}

/** What the page shows, by its address. */
export type Place =
  | { readonly kind: 'choose' }
  /** `checks`: whoever gave the link lets students hold their answers against the engine's. */
  | { readonly kind: 'sheet'; readonly sheet: SheetName; readonly checks: boolean }
  /** `staff`: its sheets for a class, and marks. */
  | { readonly kind: 'key' | 'staff'; readonly sheet: SheetName }
  /** For the projector, and for each student. */
  | { readonly kind: 'class' | 'answer'; readonly question: ClassQuestion };

/** `walk/7/1/4/2`, `key/walk/7/1`, `class/walk/7/1/1/index4`: read, or what is wrong with it. Only what it names is looked at. */
export function placeOf(rest: string): Result<Place, string> {
  const parts = rest.split('/').filter((part) => part !== '');
  const [first] = parts;
  if (first === undefined) return ok({ kind: 'choose' });
  switch (first) {
    case 'key':
    case 'staff': {
      const sheet = sheetOf(parts.slice(1));
      return sheet.kind === 'ok' ? ok({ kind: first, sheet: sheet.value }) : sheet;
    }
    case 'class':
    case 'answer': {
      const question = questionOf(parts.slice(1));
      return question.kind === 'ok' ? ok({ kind: first, question: question.value }) : question;
    }
    default: {
      const checks = parts.at(-1) !== NO_CHECKS;
      const sheet = sheetOf(checks ? parts : parts.slice(0, -1));
      return sheet.kind === 'ok' ? ok({ kind: 'sheet', sheet: sheet.value, checks }) : sheet;
    }
  }
}

export function restOf(place: Place): string {
  switch (place.kind) {
    case 'choose':
      return '';
    case 'sheet':
      return `${sheetAddress(place.sheet)}${place.checks ? '' : `/${NO_CHECKS}`}`;
    case 'key':
    case 'staff':
      return `${place.kind}/${sheetAddress(place.sheet)}`;
    case 'class':
    case 'answer': {
      const { sheet, n, field } = place.question;
      return `${place.kind}/${sheet.generator}/${sheet.seed}/${sheet.version}/${sheet.level}/${n + 1}/${field}`;
    }
    default:
      return assertNever(place);
  }
}

function sheetOf(parts: readonly string[]): Result<SheetName, string> {
  const [generator = '', seed, version, count, level, more] = parts;
  if (seed === undefined)
    return fail(`Found \`${parts.join('/')}\`. Expected a generator and a seed, such as \`walk/7/1\`.`);
  if (more !== undefined)
    return fail(`Found \`${more}\` behind the level. Expected nothing, or \`${NO_CHECKS}\`.`);
  return sheetNamed({ generator, seed, version, count, level });
}

function questionOf(parts: readonly string[]): Result<ClassQuestion, string> {
  const [generator = '', seed = '', version, level, number = '1', field] = parts;
  const sheet = sheetNamed({ generator, seed, version, level, count: number });
  if (sheet.kind === 'error') return sheet;
  const n = sheet.value.count - 1;
  const known = classFields(exerciseOf(sheet.value, n).exercise.fields).map(({ id }) => id);
  const [otherwise] = known;
  if (otherwise === undefined)
    return fail(
      `Exercise ${n + 1} of this seed has no question that fits a short code. Take another number.`,
    );
  if (field !== undefined && !known.includes(field))
    return fail(`Found \`${field}\` for the question. Expected one of: ${known.join(', ')}.`);
  return ok({ sheet: sheet.value, n, field: field ?? otherwise });
}
