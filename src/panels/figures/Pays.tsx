import { useState } from 'react';
import { figure } from '../../base';
import { Plot } from '../../ui/Plot';
import { Slider } from '../../ui/Slider';
import { balance, EXAMPLE_COSTS, OTHER_COSTS, type UnitCosts } from '../../views/xi/time';
import { type Measures, tablesOf } from './measures';

/** When backlinks pay: the search they save against the tax on every install. */
export function Pays({ measures }: { readonly measures: Measures }) {
  const [costs, setCosts] = useState<UnitCosts>(EXAMPLE_COSTS);
  const [power, setPower] = useState(12);
  const tables = tablesOf(measures);
  const installs = 2 ** power;
  const { linear, chain, breakEven } = balance(tables, measures.mappings, installs, costs);
  const wins = chain < linear;
  const points = (of: (i: number) => number): [number, number][] =>
    INSTALLS.map((i): [number, number] => [i, Math.max(1, of(i))]);
  const most = Math.max(linear, balance(tables, measures.mappings, LAST, costs).chain, 2);
  return (
    <section aria-label="When backlinks pay">
      <h2>When backlinks pay</h2>
      <p>
        {breakEven === Number.POSITIVE_INFINITY
          ? 'With no tax on installs, chains always win.'
          : `While fewer than ${figure(Math.floor(breakEven))} entries are set for each page found to be a page table.`}{' '}
        At {figure(installs)}, {wins ? 'chains win' : 'the search wins'}: {figure(Math.round(chain))} against{' '}
        {figure(Math.round(linear))}.
      </p>
      <Plot
        says={`Cost of one promotion. Searching: ${figure(Math.round(linear))}. Chains and their tax: ${figure(Math.round(chain))} with ${figure(installs)} installs.`}
        x={{
          from: 1,
          to: LAST,
          scale: 'log',
          ticks: [1, 64, 4096, 2 ** 18],
          text: (n) => (n >= 1024 ? `${figure(n / 1024)}k` : figure(n)),
          label: 'installs per promotion',
        }}
        y={{
          from: 1,
          to: most,
          scale: 'log',
          ticks: [1, 1024, 2 ** 20].filter((tick) => tick <= most),
          text: (n) => (n >= 2 ** 20 ? `${n / 2 ** 20}M` : n >= 1024 ? `${n / 1024}k` : `${n}`),
          label: 'cost, in units of the knobs',
        }}
        lines={[
          {
            name: 'chain and tax',
            letter: 'C',
            tone: 'dirty',
            points: points((i) => balance(tables, measures.mappings, i, costs).chain),
          },
          { name: 'search', letter: 'H', tone: 'writable', dashes: 'long', points: points(() => linear) },
        ]}
        here={installs}
      />
      <Slider
        label="Installs"
        min={0}
        max={POWERS}
        value={power}
        text={figure(installs)}
        tip="i: shadow entries set between two pages found to be page tables."
        onChange={setPower}
      />
      <h3>Knobs: unit costs, not measurements</h3>
      {KNOBS.map(({ of, label, says }) => (
        <Slider
          key={of}
          label={label}
          min={0}
          max={20}
          value={costs[of]}
          text={figure(costs[of])}
          tip={says}
          onChange={(value) => setCosts({ ...costs, [of]: value })}
        />
      ))}
      <details>
        <summary>What else is touched</summary>
        <dl className="figures-touches">
          {OTHER_COSTS.map(({ name, touches }) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{touches}</dd>
            </div>
          ))}
        </dl>
      </details>
    </section>
  );
}

const POWERS = 18;
const LAST = 2 ** POWERS;
const INSTALLS = Array.from({ length: POWERS + 1 }, (_, i) => 2 ** i);

const KNOBS = [
  { of: 'entry', label: 'c: entry read', says: 'One entry looked at by a linear search.' },
  {
    of: 'visit',
    label: 'd: chain visit',
    says: 'One mapping visited along a chain: likely a cache miss each.',
  },
  {
    of: 'tax',
    label: 't: install tax',
    says: 'What an installed entry costs more because it has a backlink.',
  },
] as const;
