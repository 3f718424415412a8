import { useEffect, useMemo, useRef } from 'react';
import { useStore } from 'zustand';
import type { Controls } from '../../session/controls';
import type { Frames } from '../../session/frame';
import { actingAt } from '../../session/stepping';
import { Fetched } from '../../ui/Fetched';
import { Tabs } from '../../ui/Tabs';
import { Terms } from '../../ui/Terms';
import { type CodeView, codeActors, codeAt } from '../../views/code';
import { explainedLines, explainedParts } from '../../views/terms';
import './panel.css';

/** Where each procedure comes from is fetched after the first picture. */
const loadSource = () => import('./Source.lazy');

/** The pseudo-code that runs: of whoever acts, or of one vCPU that the person keeps an eye on. */
export function CodePanel({ controls }: { readonly controls: Controls }) {
  const { session } = controls;
  const cursor = useStore(session.store, (s) => s.cursor);
  const tabs = useStore(session.store, (s) => s.tabs);
  useStore(session.store, (s) => s.version);
  const { run } = session;
  if (run === undefined) return null;
  const actors = codeActors(run);
  const chosen = actors.find((actor) => String(actor.index) === tabs.code);
  const view = codeAt(run, cursor, chosen?.index ?? actingAt(session));
  return (
    <section aria-label="Pseudo-code" className="code">
      <Tabs
        label="Whose code"
        tabs={[
          { id: 'acting', label: 'Acting' },
          ...actors.map((actor) => ({ id: String(actor.index), label: actor.name })),
        ]}
        selected={chosen === undefined ? 'acting' : tabs.code}
        onSelect={(code) => session.set({ tabs: { ...tabs, code } })}
      >
        <Listing view={view} frames={session.frames} />
      </Tabs>
    </section>
  );
}

function Listing({ view, frames }: { readonly view: CodeView; readonly frames: Frames }) {
  const current = useRef<HTMLLIElement>(null);
  const box = useRef<HTMLElement>(null);

  // The line that runs stays in sight without the page itself being scrolled.
  // biome-ignore lint/correctness/useExhaustiveDependencies: where the line lies depends on which line and which listing
  useEffect(() => {
    // In the frame, not at once: asking where things lie while panels are still changing costs a layout each time.
    const reveal = (): void => {
      const line = current.current;
      const frame = box.current;
      if (line === null || frame === null) return;
      const top = line.offsetTop; // within the list, which begins where the box does
      if (top < frame.scrollTop || top + line.offsetHeight > frame.scrollTop + frame.clientHeight) {
        frame.scrollTop = top - frame.clientHeight / 3;
      }
    };
    frames.draw(reveal);
    return () => frames.cancel(reveal);
  }, [view.current, view.procedure, frames]);

  const lines = useMemo(
    () =>
      explainedLines(
        view.lines.map(({ text }) => text),
        view.current,
      ),
    [view.lines, view.current],
  );
  if (view.state === 'idle') return <p className="code-idle">{view.name} has nothing left to run.</p>;
  return (
    <>
      <p className="code-about">
        <Terms parts={explainedParts(view.about)} />
      </p>
      <Fetched load={loadSource} props={{ procedure: view.procedure }} frames={frames} />
      <ol className="code-stack" aria-label="Call stack">
        {view.stack.map((name, depth) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a procedure may call itself; its depth is what tells the calls apart
          <li key={depth}>{name}</li>
        ))}
      </ol>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it */}
      <section className="code-box" ref={box} tabIndex={0} aria-label="Listing">
        <ol className="code-lines">
          {view.lines.map((line, i) => (
            <li
              key={line.label}
              ref={i === view.current ? current : undefined}
              className={i === view.current ? `is-${view.state}` : undefined}
              aria-current={i === view.current ? 'step' : undefined}
              // What a line has too much of hangs below it, further in than the line itself.
              style={{ paddingLeft: `calc(var(--s3) + ${line.indent * 2 + 2}ch)`, textIndent: '-2ch' }}
            >
              <code>
                {/* The keyboard stops only in the line that runs: a listing has hundreds of words. */}
                <Terms parts={lines[i] ?? []} stops={i === view.current} />
              </code>
            </li>
          ))}
        </ol>
      </section>
    </>
  );
}
