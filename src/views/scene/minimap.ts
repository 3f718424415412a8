import type { Rect } from './layoutTypes';
import type { TableModel } from './model';

/** Path of the used positions of a table, as upright marks: neighbours become one mark. Rounded to a tenth of a pixel. */
export function minimapPath(table: TableModel, rect: Rect): string {
  const { used, capacity } = table;
  const unit = rect.w / capacity;
  const round = (n: number): number => Math.round(n * 10) / 10;
  let path = '';
  for (let i = 0; i < used.length; ) {
    const first = used[i] as number;
    let last = first;
    while (used[i + 1] !== undefined && ((used[i + 1] as number) - last) * unit < 1)
      last = used[++i] as number;
    i++;
    const w = Math.max(1.6, (last - first + 1) * unit);
    const x = Math.min(rect.x + rect.w - w, rect.x + first * unit);
    path += `M${round(x)},${round(rect.y)}h${round(w)}v${rect.h}h${round(-w)}z`;
  }
  return path;
}
