import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useStore } from 'zustand';
import { figure } from '../../base';
import { LaneKey } from '../../panels/lanes/Legend';
import { useSize } from '../../panels/stage/useSize';
import type { EventRow } from '../../trace';
import { typeScale } from '../../ui/typeScale';
import type { TraceDesk } from './desk';
import './eventList.css';

/** CSS pixels, where the page's type has its usual size. */
const ROW_HEIGHT = 34;
/** Browsers cannot scroll over more than some thirty million pixels: beyond this a pixel stands for more than a part of a row. */
const HIGHEST = 12_000_000;

/** Every event in the kernel's words. Only the rows in sight exist; they are asked for when they come into it. */
export function EventList({ desk }: { readonly desk: TraceDesk }) {
  const box = useRef<HTMLDivElement>(null);
  const size = useSize(box);
  const total = useStore(desk.store, (s) => s.opened?.events ?? 0);
  const lanes = useStore(desk.store, (s) => s.opened?.lanes);
  const event = useStore(desk.store, (s) => s.event);
  const [first, setFirst] = useState(0);
  const [rows, setRows] = useState<readonly EventRow[]>([]);
  const height = size?.h ?? 0;
  const rowHeight = ROW_HEIGHT * typeScale();
  const fit = Math.max(1, Math.ceil(height / rowHeight));
  const scroll = Math.min(total * rowHeight, HIGHEST);
  /** First row in sight, of a place of the scroll bar, and back. */
  const most = Math.max(0, total - Math.floor(height / rowHeight));
  const room = Math.max(1, scroll - height);

  useEffect(() => {
    let wanted = true;
    desk
      .ask({ what: 'rows', from: Math.max(0, first - 4), to: first + fit + 4 })
      .then((got) => {
        if (wanted) setRows(got);
      })
      .catch(() => undefined); // the trace was closed: there is nothing to list
    return () => {
      wanted = false;
    };
  }, [desk, first, fit]);

  // The event that is looked at stays in sight, wherever it was chosen.
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null || height === 0) return;
    const top = Math.round((element.scrollTop / room) * most);
    if (event >= top && event < top + Math.floor(height / rowHeight) - 1) return;
    const to = Math.max(0, event - Math.floor(fit / 3));
    element.scrollTop = most === 0 ? 0 : (Math.min(to, most) / most) * room;
  }, [event, height, fit, most, room, rowHeight]);

  return (
    <section
      className="trace-list"
      aria-label="Events"
      ref={box}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
      tabIndex={0}
      onScroll={(e) => {
        const { scrollTop } = e.currentTarget;
        setFirst(Math.min(most, Math.round((scrollTop / room) * most)));
      }}
    >
      <div style={{ height: scroll }}>
        <ol style={{ height }}>
          {rows
            .filter((row) => row.event >= first && row.event < first + fit)
            .map((row) => (
              <li key={row.event} style={{ top: (row.event - first) * rowHeight, height: rowHeight }}>
                <button
                  type="button"
                  tabIndex={-1}
                  aria-current={row.event === event ? 'step' : undefined}
                  onClick={() => desk.go(row.event)}
                >
                  <LaneKey kind={row.runs} />
                  <span className="trace-name">
                    {row.name.replace(/^kvm_(mmu_)?/, '')}
                    <small>
                      {row.lane === undefined ? '' : `${lanes?.[row.lane] ?? ''} · `}
                      {figure(row.line)}
                    </small>
                  </span>
                  <span className="trace-payload">{row.payload}</span>
                </button>
              </li>
            ))}
        </ol>
      </div>
    </section>
  );
}
