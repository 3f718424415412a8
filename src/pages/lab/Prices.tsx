import { useState } from 'react';
import { figure } from '../../base';
import {
  countsOf,
  type LabResult,
  type Prices as PriceList,
  pricePerAccess,
  usualPrices,
  WEIGHTS,
} from '../../lab';
import { Slider } from '../../ui/Slider';

interface PricesProps {
  readonly a: LabResult;
  readonly b: LabResult | undefined;
}

/** What the counts come to at prices that a person sets: nobody measured them, and the section says so. */
export function Prices({ a, b }: PricesProps) {
  const [prices, setPrices] = useState<PriceList>(usualPrices);
  const results = [a, ...(b === undefined ? [] : [b])];
  const totals = results.map((result) => pricePerAccess(result, prices));
  const [first = 1, second] = totals;
  return (
    <section className="lab-prices" aria-label="Unit costs">
      <h2>At your prices</h2>
      <p className="lab-says">
        The simulation counts; it measures no time. These unit costs are knobs, in units of one access that
        the TLB serves, and nobody measured them: turn them and see how far a conclusion depends on them.
      </p>
      {WEIGHTS.map(({ name, label, says, max }) => (
        <Slider
          key={name}
          label={label}
          min={0}
          max={max}
          step={max >= 1000 ? 10 : 1}
          value={prices[name] ?? 0}
          text={figure(prices[name] ?? 0)}
          tip={says}
          onChange={(value) => setPrices({ ...prices, [name]: value })}
        />
      ))}
      <table className="count-table">
        <caption>What a run comes to, per access</caption>
        <thead>
          <tr>
            <th scope="col">What</th>
            {results.map((_, i) => (
              <th key={i === 0 ? 'A' : 'B'} scope="col">
                {i === 0 ? 'A' : 'B'}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {WEIGHTS.map(({ name, label }) => (
            <tr key={name}>
              <th scope="row">{label}</th>
              {results.map((result, i) => (
                <td key={i === 0 ? 'A' : 'B'}>{share(result, name, prices)}</td>
              ))}
            </tr>
          ))}
          <tr className="lab-sum">
            <th scope="row">In all, with the access itself</th>
            {totals.map((total, i) => (
              <td key={i === 0 ? 'A' : 'B'}>{total.toFixed(2)}</td>
            ))}
          </tr>
        </tbody>
      </table>
      {second !== undefined && (
        <p>At these prices run B comes to {(second / first).toFixed(2)} times run A.</p>
      )}
    </section>
  );
}

function share(result: LabResult, name: string, prices: PriceList): string {
  const accesses = result.totals[1] ?? 1;
  return (((countsOf(result)[name] ?? 0) * (prices[name] ?? 0)) / Math.max(1, accesses)).toFixed(2);
}
