import { useEffect, useRef, useState } from 'react';
import { figure, sentence } from '../../base';
import { type SchemePrice, UNIT_COSTS, weighed } from '../../lab';
import { askMprotect } from '../../session/labbing/start';
import { Slider } from '../../ui/Slider';
import { useSeen } from './useSeen';

const PAGES = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512];

const UNITS: Readonly<Record<keyof typeof UNIT_COSTS, { readonly label: string; readonly max: number }>> = {
  trap: { label: 'A trap with emulation', max: 50 },
  call: { label: 'Entering a hypercall', max: 20 },
  update: { label: 'One validated update', max: 10 },
  queued: { label: 'One note in a queue', max: 2 },
  compare: { label: 'One compared entry', max: 1 },
};

const NAMES = Object.keys(UNITS) as (keyof typeof UNIT_COSTS)[];

/** The thread about mprotect: one call in each scheme, counted, and what it comes to at prices that nobody measured. */
export function Mprotect({ begin }: { readonly begin: () => () => void }) {
  const [size, setSize] = useState(3);
  const [units, setUnits] = useState<Readonly<Record<keyof typeof UNIT_COSTS, number>>>(UNIT_COSTS);
  const [bare, setBare] = useState(1);
  const [asked, setAsked] = useState<number>();
  const [prices, setPrices] = useState<{ readonly pages: number; readonly list: readonly SchemePrice[] }>();
  const [failed, setFailed] = useState<string>();
  const pages = PAGES[size] ?? 8;
  const end = useRef<() => void>(undefined);
  useEffect(() => () => end.current?.(), []);
  const here = useRef<HTMLElement>(null);
  const seen = useSeen(here);
  const count = (): void => {
    end.current?.();
    const over = begin();
    const settled = (): void => {
      end.current = undefined;
      over();
      setAsked(undefined);
    };
    setAsked(pages);
    setFailed(undefined);
    const stop = askMprotect(
      pages,
      (list) => {
        settled();
        setPrices({ pages, list });
      },
      (why) => {
        settled();
        setFailed(why);
      },
    );
    end.current = () => {
      stop();
      over();
    };
  };
  // One call in each scheme takes a moment: it is counted when it is on the screen, and when its size changes.
  // biome-ignore lint/correctness/useExhaustiveDependencies: when these two change
  useEffect(() => {
    if (seen) count();
  }, [seen, pages]);
  return (
    <section className="published-source" ref={here} aria-labelledby="published-mprotect">
      <h2 id="published-mprotect">mm + paravirt + xen: pte read-modify-write</h2>
      <p className="published-origin">
        linux-kernel, 23 May 2008 (Zachary Amsden, Jeremy Fitzhardinge). Figures: “Is this why it is still
        7x?” in the letter; 5.5x in the thread around it.
      </p>
      <p>
        7 stands for two different things in the thread: mprotect on Xen still costs about seven times as much
        (as on bare hardware, presumably); and batching gained about seven times. If both hold, it began at
        about fifty times. How many pages were changed, the thread does not say. A version with a shortcut
        reached 5.5.
      </p>
      <p>
        What can be counted is how often one mprotect leaves the guest in each scheme. What a trap costs
        beside an entry changed on bare hardware decides everything, and nobody measured it here: the prices
        are knobs. Turn them, and any of the figures can be had.
      </p>
      <div className="published-knobs">
        <Slider
          label="Pages in one mprotect"
          min={0}
          max={PAGES.length - 1}
          value={size}
          text={String(pages)}
          onChange={setSize}
        />
        <Slider
          label="An entry on bare hardware"
          min={1}
          max={20}
          value={bare}
          text={String(bare)}
          tip="What changing one entry costs with nobody below: the unit of all others."
          onChange={setBare}
        />
        {NAMES.map((name) => (
          <Slider
            key={name}
            label={UNITS[name].label}
            min={0}
            max={UNITS[name].max}
            step={UNITS[name].max / 100}
            value={units[name]}
            text={String(Number(units[name].toPrecision(3)))}
            onChange={(value) => setUnits({ ...units, [name]: value })}
          />
        ))}
      </div>
      <div className="published-do">
        <p role="status">
          {asked !== undefined && 'It is being counted.'}
          {failed !== undefined && `It could not be counted. ${sentence(failed)}`}
        </p>
      </div>
      {prices !== undefined && (
        <div className="published-scroll">
          <table>
            <caption>
              One mprotect of {prices.pages} {prices.pages === 1 ? 'page' : 'pages'}, counted; and at your
              prices
            </caption>
            <thead>
              <tr>
                <th scope="col">Scheme</th>
                <th scope="col">Traps</th>
                <th scope="col">Calls</th>
                <th scope="col">Queued</th>
                <th scope="col">Compared</th>
                <th scope="col">Times bare hardware, at your prices</th>
              </tr>
            </thead>
            <tbody>
              {prices.list.map(({ scheme, says, price }) => (
                <tr key={scheme}>
                  <th scope="row" data-tip={says}>
                    {scheme}
                  </th>
                  <td>{figure(price.traps)}</td>
                  <td>{figure(price.calls)}</td>
                  <td>{figure(price.queued)}</td>
                  <td>{figure(price.compares)}</td>
                  <td>{(1 + weighed(price, units) / (bare * prices.pages)).toFixed(2)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
