import { address, figure } from '../../base';
import '../../ui/countTable.css';
import type { StaleMeter, StaleWindow } from '../../views/compare/stale';
import type { Compared } from './useComparison';

interface StaleProps {
  readonly compared: Compared;
  readonly onGo: (a: number, b: number) => void;
}

/** For how long each vCPU of each run could use what its guest's tables no longer say. */
export function Stale({ compared: { left, right, stale }, onGo }: StaleProps) {
  const vcpus = Math.max(stale.a.vcpus.length, stale.b.vcpus.length);
  const longest = longestOf(stale.a.vcpus.flatMap(({ windows }) => windows));
  const longestB = longestOf(stale.b.vcpus.flatMap(({ windows }) => windows));
  return (
    <section aria-label="Outdated translations">
      <h2>Outdated translations</h2>
      <p className="compare-note">
        Steps, and operations of its own, in which a vCPU’s TLB or shadow led elsewhere or allowed more than
        its guest’s tables did at that moment. Until the guest flushes, that is legal.
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
      <Longest letter="A" window={longest} onGo={(one) => onGo(one.from, 0)} />
      <Longest letter="B" window={longestB} onGo={(one) => onGo(0, one.from)} />
      <Cut meter={stale.a} length={left.session.run?.length ?? 0} letter="A" />
      <Cut meter={stale.b} length={right.session.run?.length ?? 0} letter="B" />
    </section>
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
