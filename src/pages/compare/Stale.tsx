import { address, figure } from '../../base';
import '../../ui/countTable.css';
import type { StaleMeter, StaleTotal, StaleWindow } from '../../views/compare/stale';
import type { Pair } from '../../views/compare/together';
import type { Compared } from './useComparison';

interface StaleProps {
  readonly compared: Compared;
  readonly pair: Pair;
  readonly onGo: (a: number, b: number) => void;
}

/** For how long each vCPU of each run could use what its guest's tables no longer say. */
export function Stale({ compared: { left, right, stale }, pair, onGo }: StaleProps) {
  const vcpus = Math.max(stale.a.vcpus.length, stale.b.vcpus.length);
  const longest = longestOf(stale.a.vcpus.flatMap(({ windows }) => windows));
  const longestB = longestOf(stale.b.vcpus.flatMap(({ windows }) => windows));
  return (
    <section aria-label="Outdated translations">
      <h2>Outdated translations</h2>
      <p className="compare-note">
        For how long a vCPU lived with an outdated translation: its TLB, or the shadow that its processor
        walks, still led to another frame or allowed more than the guest’s own tables said by then. Until the
        guest flushes (INVLPG, a CR3 load) that is legal, and what makes shadows fast; after it, it is wrong.
        Counted in steps of the run, and in operations of the vCPU’s own.
      </p>
      <table className="count-table">
        <thead>
          <tr>
            <th scope="col">vCPU</th>
            <th scope="col">steps, A</th>
            <th scope="col">steps, B</th>
            <th scope="col">operations, A</th>
            <th scope="col">operations, B</th>
          </tr>
        </thead>
        <tbody>
          {Array.from({ length: vcpus }, (_, v) => {
            const [a, b] = [stale.a.vcpus[v], stale.b.vcpus[v]];
            return (
              // biome-ignore lint/suspicious/noArrayIndexKey: the number of a vCPU is its name
              <tr key={v}>
                <th scope="row">vCPU {v}</th>
                <td>{a === undefined ? '—' : figure(a.steps)}</td>
                <td>{b === undefined ? '—' : figure(b.steps)}</td>
                <td>{a === undefined ? '—' : figure(a.operations)}</td>
                <td>{b === undefined ? '—' : figure(b.operations)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
      <Bars
        rows={[
          ...stale.a.vcpus.map((total) => ({ letter: 'A', total, looked: stale.a.looked, at: pair.a })),
          ...stale.b.vcpus.map((total) => ({ letter: 'B', total, looked: stale.b.looked, at: pair.b })),
        ]}
      />
      {longest === undefined && longestB === undefined && (
        <p className="compare-note">
          None in either run: nothing was taken away or moved that a vCPU could still have used.
        </p>
      )}
      <Longest letter="A" window={longest} onGo={(one) => onGo(one.from, 0)} />
      <Longest letter="B" window={longestB} onGo={(one) => onGo(0, one.from)} />
      <Cut meter={stale.a} length={left.session.run?.length ?? 0} letter="A" />
      <Cut meter={stale.b} length={right.session.run?.length ?? 0} letter="B" />
    </section>
  );
}

interface Row {
  readonly letter: string;
  readonly total: StaleTotal;
  readonly looked: number;
  readonly at: number;
}

const ROW = 16;
const LEFT = 52;
const WIDE = 300;

/** When it was so: a line per vCPU from the beginning of its run to the end. The table above says the same in figures. */
function Bars({ rows }: { readonly rows: readonly Row[] }) {
  if (rows.every(({ total }) => total.windows.length === 0)) return null;
  return (
    <svg
      className="compare-bars"
      viewBox={`0 0 ${WIDE} ${rows.length * ROW + 14}`}
      role="img"
      aria-label="When each vCPU held an outdated translation: in its TLB, or in its shadow"
    >
      {rows.map(({ letter, total, looked, at }, i) => {
        const x = (cursor: number): number => LEFT + (cursor / Math.max(1, looked)) * (WIDE - LEFT);
        const y = i * ROW;
        return (
          <g key={`${letter} ${total.vcpu}`}>
            <text x={0} y={y + ROW / 2} dy=".35em">
              {letter} vCPU {total.vcpu}
            </text>
            <line x1={LEFT} x2={WIDE} y1={y + ROW / 2} y2={y + ROW / 2} />
            {total.windows.map(({ holder, from, to, vaHi, vaLo, says }) => (
              <rect
                key={`${holder} ${from} ${vaHi} ${vaLo} ${says}`}
                className={holder === 'shadow' ? 'of-shadow' : undefined}
                x={x(from)}
                width={Math.max(1, x(to) - x(from))}
                y={y + (holder === 'shadow' ? ROW / 2 : 3)}
                height={ROW / 2 - 3}
              />
            ))}
            <line className="is-here" x1={x(at)} x2={x(at)} y1={y} y2={y + ROW} />
          </g>
        );
      })}
      <text x={LEFT} y={rows.length * ROW + 8}>
        above the line: the TLB · below it: the shadow
      </text>
    </svg>
  );
}

const longestOf = (windows: readonly StaleWindow[]): StaleWindow | undefined =>
  windows.reduce<StaleWindow | undefined>(
    (most, one) => (most === undefined || one.to - one.from > most.to - most.from ? one : most),
    undefined,
  );

function Longest({
  letter,
  window: one,
  onGo,
}: {
  readonly letter: string;
  readonly window: StaleWindow | undefined;
  readonly onGo: (window: StaleWindow) => void;
}) {
  if (one === undefined) return null;
  return (
    <p className="compare-note">
      Longest in {letter}: {figure(one.to - one.from)} steps, the {one.holder} of vCPU {one.vcpu} for{' '}
      {address(one.vaHi, one.vaLo)}: {one.says}.{' '}
      <button type="button" className="compare-link" onClick={() => onGo(one)}>
        Show where it begins
      </button>
    </p>
  );
}

function Cut({
  meter,
  length,
  letter,
}: {
  readonly meter: StaleMeter;
  readonly length: number;
  readonly letter: string;
}) {
  if (meter.looked >= length) return null;
  return (
    <p className="compare-note">
      Of {letter} the first {figure(meter.looked)} of {figure(length)} steps were looked at: choose a shorter
      scenario to see all.
    </p>
  );
}
