import { useEffect, useRef, useState } from 'react';
import { figure, sentence } from '../../base';
import {
  checkConfig,
  commandOf,
  type LabConfig,
  labCsv,
  labJson,
  pieceOf,
  printConfig,
  readConfig,
  usualConfig,
} from '../../lab';
import type { Controls } from '../../session/controls';
import { openText } from '../../session/opening';
import { goToPage, pageAddress, STAGE } from '../../session/pages';
import { Button } from '../../ui/Button';
import { PageHead } from '../../ui/PageHead';
import { Charts } from './Charts';
import { Counts } from './Counts';
import { Prices } from './Prices';
import { isOf, type Running, useRunning } from './running';
import { Setup } from './Setup';
import './lab.css';

interface PageProps {
  readonly controls: Controls;
  readonly rest: string;
}

/** Operations of a piece for the stage. */
const PIECES = [100, 500, 2000] as const;

interface Asked {
  readonly a: LabConfig;
  readonly b: LabConfig | undefined;
  readonly wrong: readonly string[];
}

/** One configuration, or two with a slash between; what cannot be used is said, and the usual stands in its place. */
function asked(rest: string): Asked {
  if (rest === '') return { a: usualConfig(), b: undefined, wrong: [] };
  const [first = '', second, ...more] = rest.split('/');
  const a = readConfig(first);
  const b = second === undefined ? undefined : readConfig(second);
  return {
    a: a.kind === 'ok' ? a.value : usualConfig(),
    b: b?.kind === 'ok' ? b.value : undefined,
    wrong: [
      ...(a.kind === 'error' ? a.error : []),
      ...(b?.kind === 'error' ? b.error : []),
      ...(more.length > 0 ? ['The address has more than two runs. Only the first two are used.'] : []),
    ],
  };
}

/** Workloads of millions of accesses on any design: what happens, how often, and when. */
export default function LabPage({ controls, rest }: PageProps) {
  // Another address is another page, but for the one that a run has given the page itself.
  const here = useRef({ rest, nth: 0 });
  if (here.current.rest !== rest) here.current = { rest, nth: here.current.nth + 1 };
  const moved = (to: string): void => {
    if (to === here.current.rest) return;
    here.current = { ...here.current, rest: to };
    goToPage(controls.session, controls.host, 'lab', to);
  };
  return <Lab key={here.current.nth} controls={controls} rest={rest} moved={moved} />;
}

interface LabProps extends PageProps {
  /** The page's address is what is run now. */
  readonly moved: (rest: string) => void;
}

function Lab({ controls, rest, moved }: LabProps) {
  const [from] = useState(() => asked(rest));
  const [a, setA] = useState(from.a);
  const [b, setB] = useState(from.b);
  const [copied, setCopied] = useState<boolean>();
  const { session, sources, host } = controls;
  const begin = (): (() => void) => session.frames.begin('lab');
  const runA = useRunning(a, begin);
  const runB = useRunning(b ?? a, begin);
  const running = runA.running || (b !== undefined && runB.running);
  const settings = [a, ...(b === undefined ? [] : [b])].map(printConfig).join('/');

  const refused = [a, ...(b === undefined ? [] : [b])].map((config) => checkConfig(config));
  const cannot = refused.flatMap((checked) => (checked.kind === 'error' ? checked.error : []));

  // A short run shows at once what the settings are about.
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when the page opens
  useEffect(() => {
    if (cannot.length > 0) return;
    if (runA.result === undefined) runA.start(short(a));
    if (b !== undefined && runB.result === undefined) runB.start(short(b));
  }, []);

  const start = (): void => {
    moved(settings);
    runA.start(a);
    if (b !== undefined) runB.start(b);
  };
  const cancel = (): void => {
    if (runA.running) runA.cancel();
    if (runB.running) runB.cancel();
  };
  const share = async (): Promise<void> => {
    moved(settings);
    const over = session.frames.begin('copy');
    setCopied(await host.copy(`${host.address()}${pageAddress('lab', settings)}`));
    over();
  };
  const stage = (operations: number): void => {
    try {
      const { text } = pieceOf(a, operations);
      if (openText(session, sources, text)) {
        session.set({ page: undefined });
        host.push(STAGE);
      }
    } catch (error) {
      session.say(error instanceof Error ? error.message : String(error), 'wrong');
    }
  };

  const resultA = runA.result ?? runA.progress?.result;
  const resultB = b === undefined ? undefined : (runB.result ?? runB.progress?.result);
  const shown = [
    ...(resultA === undefined ? [] : [{ letter: 'A' as const, result: resultA }]),
    ...(resultB === undefined ? [] : [{ letter: 'B' as const, result: resultB }]),
  ];
  const stale =
    !running &&
    ((resultA !== undefined && !isOf(resultA, a)) ||
      (b !== undefined && resultB !== undefined && !isOf(resultB, b)));

  return (
    <main className="lab">
      <div className="lab-settings">
        <PageHead title="Lab">
          A made-up guest runs millions of accesses on a design, and everything that happens is counted. The
          guest is synthetic, whatever it is called after; what the design does about it is the very steps
          that the stage shows. Nothing here is a time.
        </PageHead>
        {from.wrong.length > 0 && (
          <div role="alert" className="lab-wrong">
            <p>The address asks for something that cannot be run; the usual stands in its place.</p>
            <ul>
              {from.wrong.map((sentence) => (
                <li key={sentence}>{sentence.slice(0, 400)}</li>
              ))}
            </ul>
          </div>
        )}
        <div className="lab-do">
          {running ? (
            <Button look="strong" onClick={cancel}>
              Cancel
            </Button>
          ) : (
            <Button look="strong" onClick={start} disabled={cannot.length > 0}>
              Run
            </Button>
          )}
          <Button look="outline" onClick={() => void share()}>
            Copy link
          </Button>
        </div>
        {cannot.length > 0 && (
          <div role="alert" className="lab-wrong">
            <p>These settings cannot be run.</p>
            <ul>
              {cannot.map((sentence) => (
                <li key={sentence}>{sentence}</li>
              ))}
            </ul>
          </div>
        )}
        <p className="lab-quiet" role="status">
          {copied === true &&
            'The link is on the clipboard: these settings, not the counts, which follow from them.'}
          {copied === false &&
            'The browser does not let the page copy. The address bar has the link: copy it there.'}
        </p>
        <div className={b === undefined ? 'lab-setups' : 'lab-setups is-two'}>
          <Setup letter="A" config={a} designs={sources.designs} onChange={setA}>
            {b === undefined && (
              <Button look="outline" onClick={() => setB(otherThan(a))}>
                Set another beside it
              </Button>
            )}
          </Setup>
          {b !== undefined && (
            <Setup letter="B" config={b} designs={sources.designs} onChange={setB}>
              <Button look="outline" onClick={() => setB(undefined)}>
                Remove
              </Button>
            </Setup>
          )}
        </div>
      </div>
      <div className="lab-results">
        <Progress letter="A" config={a} run={runA} />
        {b !== undefined && <Progress letter="B" config={b} run={runB} />}
        {stale && (
          <p className="lab-quiet">
            {isOf(resultA, short(a)) && (b === undefined || resultB === undefined || isOf(resultB, short(b)))
              ? `A short run to begin with. Choose “Run” for all ${figure(a.accesses)} accesses.`
              : 'The settings have changed since this was counted. Run again.'}
          </p>
        )}
        {shown.length === 0 && !running && (
          <p className="lab-nothing">
            Nothing has been run yet. Choose “Run”: a million accesses take some seconds, in a thread of their
            own.
          </p>
        )}
        {shown.length > 0 && <Charts shown={shown} />}
        {resultA !== undefined && (
          <div className="lab-below">
            <Counts a={resultA} b={resultB} />
            <Prices a={resultA} b={resultB} />
          </div>
        )}
        <section className="lab-take" aria-label="Take it along">
          <h2>Take it along</h2>
          <div className="lab-do">
            {PIECES.map((operations) => (
              <Button key={operations} look="outline" onClick={() => stage(operations)}>
                First {figure(operations)} operations of A on the stage
              </Button>
            ))}
            {runA.result !== undefined && (
              <>
                <Button look="outline" onClick={() => download(controls, a, 'csv', runA)}>
                  CSV of A
                </Button>
                <Button look="outline" onClick={() => download(controls, a, 'json', runA)}>
                  JSON of A
                </Button>
              </>
            )}
            {b !== undefined && runB.result !== undefined && (
              <>
                <Button look="outline" onClick={() => download(controls, b, 'csv', runB)}>
                  CSV of B
                </Button>
                <Button look="outline" onClick={() => download(controls, b, 'json', runB)}>
                  JSON of B
                </Button>
              </>
            )}
          </div>
          <p className="lab-quiet">The same counts in a terminal:</p>
          <pre className="lab-command">{[a, ...(b === undefined ? [] : [b])].map(commandOf).join('\n')}</pre>
        </section>
      </div>
    </main>
  );
}

/** Accesses of the run that the page begins with by itself. */
const SHORT = 200_000;
const short = (config: LabConfig): LabConfig => ({ ...config, accesses: Math.min(config.accesses, SHORT) });

/** The same guest under another design: what one most often wants to see beside. */
const otherThan = (a: LabConfig): LabConfig => ({
  ...a,
  design: a.design === 'nested' ? 'xen' : 'nested',
  profile: '',
  switches: {},
});

function download(controls: Controls, config: LabConfig, kind: 'csv' | 'json', { result }: Running): void {
  if (result === undefined) return;
  controls.host.download(
    `lab-${config.workload}-${config.design}-${config.seed}.${kind}`,
    kind === 'csv' ? labCsv(result) : labJson(result),
  );
}

interface ProgressProps {
  readonly letter: 'A' | 'B';
  readonly config: LabConfig;
  readonly run: Running;
}

/** How far a run has come, or how it ended. */
function Progress({ letter, config, run }: ProgressProps) {
  const { running, progress, result, failed, cancelled } = run;
  const done = progress?.accesses ?? 0;
  const says = (): string => {
    if (failed !== undefined) return `Run ${letter} could not be done. ${sentence(failed)}`;
    if (cancelled) return `Run ${letter} was cancelled. What is shown was counted until then.`;
    if (running)
      return progress === undefined
        ? `Run ${letter} begins.`
        : `Run ${letter}: ${figure(done)} of ${figure(config.accesses)} accesses, ${figure(Math.round(progress.perSecond))} in a second.`;
    if (result !== undefined)
      return `Run ${letter} is over: ${figure(result.totals[1] ?? 0)} accesses, ${figure(result.totals[0] ?? 0)} operations.`;
    return '';
  };
  const words = says();
  if (words === '') return null;
  return (
    <div className={failed === undefined ? 'lab-progress' : 'lab-progress is-wrong'}>
      <span className={`lab-letter is-${letter}`}>{letter}</span>
      <p role="status">{words}</p>
      {running && <progress aria-label={`Run ${letter}`} max={config.accesses} value={done} />}
    </div>
  );
}
