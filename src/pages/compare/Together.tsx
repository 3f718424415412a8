import { useCallback, useEffect, useMemo, useRef } from 'react';
import { figure } from '../../base';
import { StagePanel } from '../../panels/stage/StagePanel';
import { captureSide, compareRest } from '../../session/comparing';
import type { Controls } from '../../session/controls';
import { belongsToTarget } from '../../session/keys';
import { pageAddress } from '../../session/pages';
import { Button, IconButton } from '../../ui/Button';
import { apartAt } from '../../views/compare/apart';
import { type MarkedEntry, marked } from '../../views/compare/marked';
import { momentWords } from '../../views/moment';
import type { SceneModel } from '../../views/scene/model';
import { Findings } from './Findings';
import { Operations } from './Operations';
import { settingsOf } from './sideName';
import { type Compared, useCompared, usePlace } from './useComparison';

interface TogetherProps {
  readonly controls: Controls;
  readonly left: Controls;
  readonly right: Controls;
  /** The place that the address names, or PARTING. */
  readonly from: number;
}

/** In place of a place: where the two runs part. */
export const PARTING = -1;

const UNMARKED: readonly MarkedEntry[] = [];

/** Both runs, once they are recorded. */
export function Together(props: TogetherProps) {
  const compared = useCompared(props.controls, props.left, props.right);
  if (compared === undefined)
    return (
      <p className="compare-note" role="status">
        The two runs are being recorded.
      </p>
    );
  return <Shown {...props} compared={compared} />;
}

function Shown({ controls, compared, from }: TogetherProps & { readonly compared: Compared }) {
  const { left, right, pairs, stops } = compared;
  const { place, go } = usePlace(compared, from === PARTING ? partingOf(compared) : from);
  const sides = useRef<HTMLDivElement>(null);
  const stop = pairs[place]?.stop ?? 0;
  const pair = pairs[place];
  const apart = useMemo(() => {
    const [a, b] = [left.session.run, right.session.run];
    return a === undefined || b === undefined || pair === undefined ? undefined : apartAt(a, b, pair);
  }, [left, right, pair]);
  const placeOf = (nth: number): number => pairs.findIndex((pair) => pair.stop >= nth);
  const back = (): void => {
    const here = placeOf(stop);
    go(here < place ? here : Math.max(0, placeOf(stop - 1)));
  };
  const on = (): void => {
    const next = placeOf(stop + 1);
    go(next < 0 ? pairs.length - 1 : next);
  };
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if (belongsToTarget(event.target, event) || controls.session.state.dialog !== undefined) return;
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const to = { ArrowRight: place + 1, ArrowLeft: place - 1, Home: 0, End: pairs.length - 1 }[event.key];
      if (to === undefined) return;
      event.preventDefault();
      go(to);
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }, [controls, go, place, pairs]);
  const copy = (): void => {
    const [one, other] = [captureSide(left.session), captureSide(right.session)];
    if (one === undefined || other === undefined) return;
    const rest = compareRest(one, other, place);
    if (rest.kind === 'error') {
      controls.session.say(rest.error, 'wrong');
      return;
    }
    const link = `${controls.host.address()}${pageAddress('compare', rest.value)}`;
    void controls.host.copy(link).then((done) => {
      controls.session.say(
        done
          ? 'The link of this comparison is copied.'
          : `The browser does not let the page copy. The link: ${link}`,
      );
    });
  };
  const beyond = from > pairs.length - 1;
  return (
    <>
      {beyond && (
        <p className="compare-note" role="status">
          The link names beat {figure(from)}; together these runs have {figure(pairs.length - 1)}. They are
          shown at their end.
        </p>
      )}
      <div className="compare-steer">
        <section className="compare-transport" aria-label="Step both">
          <IconButton
            icon="start"
            label="To the beginning"
            keys="Home"
            onClick={() => go(0)}
            disabled={place === 0}
          />
          <Button look="outline" onClick={back} disabled={place === 0}>
            Operation back
          </Button>
          <IconButton
            icon="back"
            label="A beat back"
            keys="←"
            onClick={() => go(place - 1)}
            disabled={place === 0}
          />
          <IconButton
            icon="forward"
            label="A beat on"
            keys="→"
            onClick={() => go(place + 1)}
            disabled={place === pairs.length - 1}
          />
          <Button look="outline" onClick={on} disabled={place === pairs.length - 1}>
            Operation on
          </Button>
          <IconButton
            icon="end"
            label="To the end"
            keys="End"
            onClick={() => go(pairs.length - 1)}
            disabled={place === pairs.length - 1}
          />
          <p className="compare-where" role="status">
            {figure(stop)} of {figure(stops.length)} operations done
          </p>
          <Button look="outline" onClick={copy}>
            Copy the link
          </Button>
        </section>
        <Operations compared={compared} stop={stop} onGo={(nth) => go(placeOf(nth))} />
      </div>
      <div className="compare-sides" ref={sides}>
        <SideView side={left} letter="A" cursor={pair?.a ?? 0} marks={apart?.marks.a ?? UNMARKED} />
        <SideView side={right} letter="B" cursor={pair?.b ?? 0} marks={apart?.marks.b ?? UNMARKED} />
      </div>
      <Findings
        compared={compared}
        pair={pair ?? { a: 0, b: 0, stop: 0 }}
        apart={apart}
        onGo={(a, b) => {
          go(placeWhere(compared, a, b));
          // Asked for from below, it is above.
          sides.current?.scrollIntoView({ block: 'start' });
        }}
      />
    </>
  );
}

/** The first place at which both have come to these cursors. */
function placeWhere({ pairs }: Compared, a: number, b: number): number {
  const at = pairs.findIndex((pair) => pair.a >= a && pair.b >= b);
  return at < 0 ? pairs.length - 1 : at;
}

function partingOf(compared: Compared): number {
  const { first } = compared.differences;
  return first === undefined ? 0 : placeWhere(compared, first.a.cursor, first.b.cursor);
}

interface SideViewProps {
  readonly side: Controls;
  readonly letter: string;
  readonly cursor: number;
  readonly marks: readonly MarkedEntry[];
}

/** One run: whose it is, what just happened, and its stage. */
function SideView({ side, letter, cursor, marks }: SideViewProps) {
  const { run } = side.session;
  const mark = useCallback((model: SceneModel) => marked(model, marks), [marks]);
  if (run === undefined) return null;
  const words = momentWords(run, cursor);
  return (
    <section className="compare-side" aria-label={`Side ${letter}`}>
      <header>
        <h2>
          <b className="compare-letter">{letter}</b> {side.session.state.spec?.title}
        </h2>
        <p className="compare-settings">{settingsOf(side)}</p>
        <p className="compare-step">
          Step {figure(words.step)} of {figure(words.of)}
          {words.actor !== '' && ` · ${words.actor} · ${words.doing}`}
        </p>
        <p className="compare-caption" aria-live="polite">
          {words.caption}
        </p>
        {words.broken.map((says) => (
          <p key={says} className="compare-wrong">
            {says}
          </p>
        ))}
      </header>
      <div className="compare-stage">
        <StagePanel controls={side} name={`Stage of ${letter}`} mark={mark} />
      </div>
    </section>
  );
}
