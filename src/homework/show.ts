import { assertNever } from '../base';
import { type Answer, type FieldType, NONE } from './field';
import { showItem } from './read';

/** An answer as a sheet prints it: `0x2e`, `P W U`, `0x31, 0x45`, `none`. */
export function showAnswer(type: FieldType, answer: Answer): string {
  if (answer === NONE) return 'none';
  switch (type.kind) {
    case 'hex':
      return `0x${grouped(answer)}`;
    case 'count':
    case 'bits':
      return answer;
    case 'choice':
      return type.options.find(({ value }) => value === answer)?.says ?? answer;
    case 'set':
      return answer
        .split(' ')
        .map((item) => showItem(type.of, item))
        .join(', ');
    case 'list':
      return answer
        .split(' ')
        .map((item) => showItem(type.of, item))
        .join(' → ');
    default:
      return assertNever(type);
  }
}

/** Groups of four digits from the right, where there are more than four. */
function grouped(digits: string): string {
  if (digits.length <= 4) return digits;
  return digits.replace(/(?<=[0-9a-f])(?=(?:[0-9a-f]{4})+$)/g, '_');
}
