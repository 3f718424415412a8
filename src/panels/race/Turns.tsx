import { type RefObject, useLayoutEffect, useState } from 'react';
import type { RaceRow } from '../../views/race/race';

interface TurnsProps {
  readonly table: RefObject<HTMLTableElement | null>;
  readonly rows: readonly RaceRow[];
}

/** Curves from one lane to the next wherever the turn passes. Where the cards lie is asked of the page, for words set their heights. */
export function Turns({ table, rows }: TurnsProps) {
  const [paths, setPaths] = useState<readonly string[]>([]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: other rows, other places
  useLayoutEffect(() => {
    const element = table.current;
    if (element === null) return;
    const draw = (): void => setPaths(curves(element));
    draw();
    if (typeof ResizeObserver === 'undefined') return;
    const watch = new ResizeObserver(draw);
    watch.observe(element);
    return () => watch.disconnect();
  }, [table, rows]);
  return (
    <svg className="race-turns" aria-hidden="true">
      {paths.map((path, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: two curves may look alike, and none has more of a name than its place
        <path key={i} d={path} />
      ))}
    </svg>
  );
}

function curves(table: HTMLTableElement): string[] {
  const home = table.getBoundingClientRect();
  const steps = [...table.querySelectorAll<HTMLElement>('[data-turn]')];
  const out: string[] = [];
  steps.forEach((step, i) => {
    const next = steps[i + 1];
    if (next === undefined || next.dataset.turn === step.dataset.turn) return;
    const a = step.getBoundingClientRect();
    const b = next.getBoundingClientRect();
    const x = a.left - home.left + a.width / 2;
    const y = a.bottom - home.top;
    const toX = b.left - home.left + b.width / 2;
    const toY = b.top - home.top;
    const middle = (y + toY) / 2;
    out.push(
      `M${x.toFixed(1)} ${y.toFixed(1)} C${x.toFixed(1)} ${(middle + 4).toFixed(1)} ${toX.toFixed(1)} ${(middle - 4).toFixed(1)} ${toX.toFixed(1)} ${toY.toFixed(1)}`,
    );
  });
  return out;
}
