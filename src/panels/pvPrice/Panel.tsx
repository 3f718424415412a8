import { useState } from 'react';
import { useStore } from 'zustand';
import { figure } from '../../base';
import type { Controls } from '../../session/controls';
import {
  countedSoFar,
  LINES,
  onDoubling,
  PAGES,
  type PriceRow,
  priceRows,
  UNITS,
} from '../../views/paravirt/price';
import './panel.css';

const W = 300;
const H = 150;
const LEFT = 34;
const BOTTOM = 22;
const TOP = 6;
const RIGHT = 24;
const MOST_PAGES = PAGES.at(-1) ?? 1024;
const MOST = 2 * MOST_PAGES;

const x = (pages: number): number => LEFT + onDoubling(pages, MOST_PAGES) * (W - LEFT - RIGHT);
const y = (count: number): number => H - BOTTOM - onDoubling(count, MOST) * (H - BOTTOM - TOP);

/** What an mprotect costs under each scheme: formulas, a plot of them, and what the run on stage has counted. */
export function PvPricePanel({ controls }: { readonly controls: Controls }) {
  const [power, setPower] = useState(6);
  const pages = PAGES[power] ?? MOST_PAGES;
  const rows = priceRows(pages);
  return (
    <section className="pv-price stack" aria-label="Price">
      <h2>
        mprotect of {figure(pages)} {pages === 1 ? 'page' : 'pages'}
      </h2>
      <label className="pv-price-slider">
        Pages
        <input
          type="range"
          min={0}
          max={PAGES.length - 1}
          value={power}
          aria-valuetext={`${figure(pages)} pages`}
          onChange={(event) => setPower(Number(event.target.value))}
        />
      </label>
      <Plot pages={pages} rows={rows} />
      <table className="pv-price-table">
        <caption>By formula, 64-bit tables. Units are illustrative: nobody measured them.</caption>
        <thead>
          <tr>
            <th scope="col">scheme</th>
            <th scope="col">traps</th>
            <th scope="col">calls</th>
            <th scope="col">queued</th>
            <th scope="col">locked</th>
            <th scope="col" data-tip={UNITS}>
              units
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ scheme, says, price, units }) => (
            <tr key={scheme} data-tip={says}>
              <th scope="row">
                <b>{LINES.find((line) => line.scheme === scheme)?.letter}</b> {scheme}
              </th>
              <td>{figure(price.traps)}</td>
              <td>{figure(price.calls)}</td>
              <td>{figure(price.queued)}</td>
              <td>{figure(price.locked)}</td>
              <td>{figure(Math.round(units))}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <CountedHere controls={controls} />
      <Published />
    </section>
  );
}

function Plot({ pages, rows }: { readonly pages: number; readonly rows: readonly PriceRow[] }) {
  const said = LINES.map(
    ({ scheme }) => `${scheme} ${rows.find((row) => row.scheme === scheme)?.entries ?? 0}`,
  );
  const curves = PAGES.map((n) => new Map(priceRows(n).map((row) => [row.scheme, row.entries])));
  return (
    <svg
      viewBox={`0 0 ${W} ${H}`}
      role="img"
      aria-label={`Traps and calls for ${figure(pages)} pages: ${said.join(', ')}`}
    >
      {[1, 32, 1024].map((count) => (
        <g key={count}>
          <line className="pv-price-grid" x1={LEFT} x2={W - RIGHT} y1={y(count)} y2={y(count)} />
          <text className="pv-price-tick" x={LEFT - 5} y={y(count)} dy=".35em" textAnchor="end">
            {figure(count)}
          </text>
          <text className="pv-price-tick" x={x(count)} y={H - 4} textAnchor="middle">
            {figure(count)}
          </text>
        </g>
      ))}
      <line className="pv-price-here" x1={x(pages)} x2={x(pages)} y1={TOP} y2={H - BOTTOM} />
      {LINES.map(({ scheme, letter }, nth) => {
        const at = PAGES.map((n, i) => [x(n), y(curves[i]?.get(scheme) ?? 0)] as const);
        const [, last = 0] = at.at(-1) ?? [];
        const same = LINES.slice(0, nth).filter(
          (one) => Math.abs(y(curves.at(-1)?.get(one.scheme) ?? 0) - last) < 5,
        ).length;
        return (
          <g key={scheme} className={`pv-price-line of-${scheme}`}>
            <path d={at.map(([px, py], i) => `${i === 0 ? 'M' : 'L'}${px} ${py}`).join('')} />
            <circle cx={x(pages)} cy={y(rows.find((row) => row.scheme === scheme)?.entries ?? 0)} r="3" />
            <text x={W - RIGHT + 3 + 8 * same} y={last} dy=".35em">
              {letter}
            </text>
          </g>
        );
      })}
    </svg>
  );
}

function CountedHere({ controls }: { readonly controls: Controls }) {
  const { session } = controls;
  const cursor = useStore(session.store, (s) => s.cursor);
  useStore(session.store, (s) => s.version);
  const counted = session.run === undefined ? undefined : countedSoFar(session.run, cursor);
  if (counted === undefined) return null;
  const { price } = counted;
  return (
    <section aria-label="Counted in this run">
      <h2>Counted in this run, up to here</h2>
      <p className="pv-price-note">
        {counted.scheme}: {figure(price.traps)} traps, {figure(price.calls)} calls, {figure(price.queued)}{' '}
        queued, {figure(price.locked)} locked, {figure(price.compares)} compared, {figure(price.flushes)}{' '}
        flushes of the TLB; mprotect of {figure(counted.pages)} {counted.pages === 1 ? 'page' : 'pages'}.
      </p>
    </section>
  );
}

/** Figures of the thread, with what they are relative to, and what is not known of them. */
function Published() {
  return (
    <section aria-label="Published">
      <h2>What was published</h2>
      <ul className="pv-price-note">
        <li>
          “Still 7x” (Amsden), and “where the 7x comes from” (Fitzhardinge): mprotect on Xen against bare
          hardware, it seems. Neither what it is relative to nor how many pages is said.
        </li>
        <li>
          The gain from batching is called about 7 times as well. If both hold, the start was near 50 times
          bare hardware; a shortcut version reached 5.5.
        </li>
        <li>
          Unmapping in a paravirtual dom0: 3.269 s with trapped exchanges, 0.756 s without, 4.3 times (Torok).
        </li>
      </ul>
    </section>
  );
}
