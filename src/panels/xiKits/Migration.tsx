import { figure } from '../../base';
import type { Controls } from '../../session/controls';
import { focus } from '../../session/focusing';
import { goTo } from '../../session/stepping';
import { classNames } from '../../ui/classNames';
import { Plot } from '../../ui/Plot';
import type { MigrationView } from '../../views/xi/migration';

/** The dirty log of a live migration: one bit for each page, rounds, and whether they become smaller. */
export function Migration({ controls, view }: { readonly controls: Controls; readonly view: MigrationView }) {
  const { session } = controls;
  const { rounds, bitmap, dirty } = view;
  const most = Math.max(1, ...rounds.map(({ pages }) => pages));
  const last = Math.max(2, rounds.length);
  return (
    <section aria-label="Live migration">
      <h2>
        {view.on ? `Dirty log: ${figure(dirty)} ${dirty === 1 ? 'page' : 'pages'}` : 'The dirty log is off'}
      </h2>
      <ul className="kits-bitmap">
        {bitmap.map((page) => (
          <li key={page.frame}>
            <button
              type="button"
              className={classNames(page.dirty && 'is-dirty', page.news && 'is-news')}
              aria-label={`${page.frame} ${page.dirty ? 'dirty' : 'clean'}`}
              data-tip={`${page.frame}: ${page.dirty ? 'written since the last round' : 'clean'}`}
              onClick={() => focus(session, page.entity)}
            >
              {page.frame.replace('0x', '')}
            </button>
          </li>
        ))}
      </ul>
      <p>{view.verdict}</p>
      {rounds.length > 0 && (
        <>
          <Plot
            says={`Pages sent per round: ${rounds.map(({ nth, pages }) => `round ${nth} ${pages}`).join(', ')}.`}
            x={{
              from: 1,
              to: last,
              scale: 'linear',
              ticks: Array.from({ length: Math.min(last, 12) }, (_, i) => i + 1),
              text: (n) => `${n}`,
              label: 'round',
            }}
            y={{
              from: 0.5,
              to: most,
              scale: 'log',
              ticks: [...new Set([1, Math.round(Math.sqrt(most)), most])],
              text: figure,
              label: 'pages sent',
            }}
            lines={[
              {
                name: 'pages',
                letter: '',
                tone: 'dirty',
                points: rounds.map(({ nth, pages }): [number, number] => [nth, Math.max(0.5, pages)]),
              },
            ]}
            marks={rounds.map(({ nth, pages }) => ({ at: [nth, Math.max(0.5, pages)], letter: '●' }))}
          />
          <ol className="kits-rounds">
            {rounds.map(({ nth, pages, cursor }) => (
              <li key={nth}>
                <button type="button" onClick={() => goTo(session, cursor)}>
                  <span>round {nth}</span>
                  <span>{nth === 1 ? 'all pages' : 'pages that were dirty'}</span>
                  <span>{figure(pages)}</span>
                </button>
              </li>
            ))}
          </ol>
        </>
      )}
    </section>
  );
}
