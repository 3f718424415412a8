import { useState } from 'react';
import { useStore } from 'zustand';
import { figure, frameName } from '../../base';
import type { Run } from '../../engine';
import type { Controls } from '../../session/controls';
import { setSwitch, switchIsOn } from '../../session/switching';
import { Button } from '../../ui/Button';
import { Slider } from '../../ui/Slider';
import { cutShort, twinOf } from '../../views/beside/twin';
import { type Pair, pairs, readsAt } from '../../views/xi/beside';
import { bytesText } from '../../views/xi/space';
import { tallyOf } from '../../views/xi/tally';
import { Lookup } from './Lookup';
import '../../ui/countTable.css';
import '../../ui/momentList.css';
import './panel.css';

const CHAIN = 'chain-walk';

/** The same run twice, with backlinks and without: the same question beside itself, read by read, and what each run costs. */
export function XiBesidePanel({ controls }: { readonly controls: Controls }) {
  const { session } = controls;
  const cursor = useStore(session.store, (s) => s.cursor);
  useStore(session.store, (s) => s.version);
  const { run } = session;
  const [chosen, setChosen] = useState<{ readonly nth: number; readonly done: number }>();
  if (run === undefined || run.ending.kind === 'open') return <p>The run is being recorded.</p>;
  const onStage = switchIsOn(session, CHAIN) ? 'chain' : 'linear';
  const other = twinOf(run, { switches: { [CHAIN]: onStage === 'linear' } });
  const [chain, linear] = onStage === 'chain' ? [run, other] : [other, run];
  const short = cutShort([chain, linear]);
  const all = pairs(chain, linear);
  const followed = followedAt(all, onStage, cursor);
  const pair = all[chosen?.nth ?? followed?.nth ?? 0];
  return (
    <section className="beside stack" aria-label="Chain and linear search side by side">
      <p>
        The same guest, the same schedule, run twice: once along the chains of backlinks, once by reading
        every leaf shadow.
      </p>
      {short !== undefined && <p role="alert">{short}</p>}
      {pair === undefined ? (
        <p>Nobody asks who maps a page in this run.</p>
      ) : (
        <Question
          pair={pair}
          onStage={onStage}
          done={chosen?.done ?? followed?.done ?? most(pair)}
          onDone={(done) => setChosen({ nth: pair.nth, done })}
          following={chosen === undefined}
          onFollow={() => setChosen(undefined)}
        />
      )}
      {all.length > 1 && (
        <section aria-label="Questions">
          <h2>All questions of this run</h2>
          <ol className="moment-list">
            {all.map((one) => (
              <li key={one.nth}>
                <button
                  type="button"
                  aria-current={one.nth === pair?.nth ? 'true' : undefined}
                  onClick={() => setChosen({ nth: one.nth, done: most(one) })}
                >
                  <code>{frameName(one.gfn)}</code>
                  <span>{figure(one.chain.reads.length)}</span>
                  <span>{figure(one.linear.reads.length)}</span>
                </button>
              </li>
            ))}
          </ol>
        </section>
      )}
      <Totals chain={chain} linear={linear} />
      <Button look="outline" onClick={() => setSwitch(session, CHAIN, onStage === 'linear')}>
        {onStage === 'chain' ? 'Put the linear search on stage' : 'Put the chain on stage'}
      </Button>
    </section>
  );
}

const most = ({ chain, linear }: Pair): number => Math.max(chain.reads.length, linear.reads.length);

/** The question that the cursor stands in, or the last one before it, and how many reads of it have been made. */
function followedAt(
  all: readonly Pair[],
  onStage: 'chain' | 'linear',
  cursor: number,
): { readonly nth: number; readonly done: number } | undefined {
  const pair = all.findLast((one) => one[onStage].from < cursor);
  if (pair === undefined) return undefined;
  const here = pair[onStage];
  return { nth: pair.nth, done: here.to < cursor ? most(pair) : readsAt(here, cursor) };
}

interface QuestionProps {
  readonly pair: Pair;
  readonly onStage: 'chain' | 'linear';
  readonly done: number;
  readonly onDone: (done: number) => void;
  readonly following: boolean;
  readonly onFollow: () => void;
}

function Question({ pair, onStage, done, onDone, following, onFollow }: QuestionProps) {
  const last = most(pair);
  return (
    <section aria-label="Read by read">
      <h2>
        Who maps <code>{frameName(pair.gfn)}</code>?
      </h2>
      <div className="beside-two">
        <Lookup lookup={pair.chain} name="Chain" done={done} onStage={onStage === 'chain'} />
        <Lookup lookup={pair.linear} name="Linear search" done={done} onStage={onStage === 'linear'} />
      </div>
      <Slider
        label="Reads of each"
        min={0}
        max={last}
        value={Math.min(done, last)}
        text={`${figure(Math.min(done, last))} of ${figure(last)}`}
        onChange={onDone}
      />
      <div className="beside-steps">
        <Button look="outline" disabled={done === 0} onClick={() => onDone(Math.max(0, done - 1))}>
          One read back
        </Button>
        <Button look="outline" disabled={done >= last} onClick={() => onDone(Math.min(last, done + 1))}>
          One read on
        </Button>
        <Button look="outline" disabled={following} onClick={onFollow}>
          Follow the stage
        </Button>
      </div>
    </section>
  );
}

function Totals({ chain, linear }: { readonly chain: Run; readonly linear: Run }) {
  const right = tallyOf(linear);
  const rows = tallyOf(chain)
    .map((left, i) => ({ left, other: right[i]?.value ?? 0 }))
    .filter(({ left, other }) => left.value !== 0 || other !== 0);
  const text = (value: number, unit: 'bytes' | undefined): string =>
    unit === 'bytes' ? bytesText(value) : figure(value);
  return (
    <section aria-label="The whole run">
      <h2>The whole run, counted</h2>
      <table className="count-table">
        <thead>
          <tr>
            <th scope="col">counted</th>
            <th scope="col">chain</th>
            <th scope="col">linear</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ left, other }) => (
            <tr key={left.name} data-tip={left.says}>
              <th scope="row">{left.name}</th>
              <td>{text(left.value, left.unit)}</td>
              <td>{text(other, left.unit)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
