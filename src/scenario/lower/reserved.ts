import type { ScenarioText } from '../ast';
import type { Num } from '../syntax/leaf';

/** Ranges this long are data; only their ends matter, for tables are taken from low frames one by one. */
const LONGEST = 1 << 20;

/**
 * Every guest frame that a text names anywhere, so that tables nobody named are put elsewhere: adding a line about a frame must
 * not find a table there already.
 */
export function namedFrames(ast: ScenarioText): ReadonlySet<number> {
  const named = new Set<number>();
  const add = (first: number, count: number): void => {
    for (let i = 0; i < Math.min(count, LONGEST); i++) named.add(first + i);
  };
  for (const item of ast.items) {
    switch (item.kind) {
      case 'blank':
      case 'comment':
      case 'tables':
        break;
      case 'map': {
        const pages = { '4k': 1, '2m': 512, '4m': 1024, '1g': 512 * 512 }[item.size ?? '4k'];
        add(
          Number(item.frame.value),
          Number(item.count?.value ?? 1n) * Number(item.step?.value ?? 1n) * pages || pages,
        );
        break;
      }
      case 'alias':
        add(Number(item.frame.value), Number(item.count?.value ?? 1n));
        break;
      case 'stamp':
        add(Number(item.frame.value), Number(item.count.value));
        break;
      default:
        collect(item, add);
    }
  }
  return named;
}

const isNum = (value: unknown): value is Num =>
  typeof value === 'object' && value !== null && 'value' in value && 'digits' in value;

/** Frames stand in fields called `frame`, `gfn` and `tables`, however deep; with `up`, one per entry of the range beside it. */
function collect(node: object, add: (first: number, count: number) => void, range = 1): void {
  const length = 'place' in node ? lengthOf(node.place) : range;
  for (const [key, value] of Object.entries(node)) {
    if ((key === 'frame' || key === 'gfn') && isNum(value))
      add(Number(value.value), 'up' in node ? length : 1);
    else if (key === 'tables' && Array.isArray(value)) for (const one of value) add(Number(one.value), 1);
    else if (typeof value === 'object' && value !== null && !isNum(value)) collect(value, add, length);
  }
}

function lengthOf(place: unknown): number {
  const index = (place as { index?: { first: Num; last?: Num } }).index;
  if (index?.last === undefined) return 1;
  return Math.max(1, Number(index.last.value - index.first.value) + 1);
}
