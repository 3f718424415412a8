import { flushSync } from 'react-dom';
import { createRoot } from 'react-dom/client';
import { linkOrFile } from '../../permalink';
import type { Controls } from '../../session/controls';
import { captureLink } from '../../session/link';
import { buildScene } from '../../views/scene/build';
import type { SceneModel, TableModel } from '../../views/scene/model';
import { type CardWords, cardWords } from './card';
import { type Picture, pictureOf } from './picture';
import './print.css';
import { MARKS_KEY, tableRows } from './tableRows';

/** A sheet of paper: this moment's picture, its caption, its verdict, and every table with the entries that are not zero. */
export function printMoment(controls: Controls): void {
  const { session } = controls;
  const { run, state } = session;
  if (run === undefined) throw new Error('Nothing is on stage yet. Open a scenario first.');
  const link = captureLink(session);
  const shared = link === undefined ? undefined : linkOrFile(link, controls.host.address());
  const words = cardWords(run, state.cursor, shared?.kind === 'link' ? shared.url : undefined);
  const { from, to } = state.beat;
  const model = buildScene(run, from, to);
  const focus = state.focus.now?.entity;
  const picture = pictureOf({ run, from, to, width: 900, height: 600, focus, paper: true });
  const place = document.createElement('div');
  place.id = 'sheet';
  document.body.append(place);
  const root = createRoot(place);
  flushSync(() => root.render(<Sheet words={words} model={model} picture={picture} />));
  document.documentElement.dataset.printing = 'on';
  const end = (): void => {
    window.removeEventListener('afterprint', end);
    delete document.documentElement.dataset.printing;
    root.unmount();
    place.remove();
  };
  window.addEventListener('afterprint', end);
  window.print();
}

interface SheetProps {
  readonly words: CardWords;
  readonly model: SceneModel;
  readonly picture: Picture;
}

function Sheet({ words, model, picture }: SheetProps) {
  const tables = model.tables.filter(({ used, gone }) => used.length > 0 && gone !== true);
  return (
    <article>
      <header>
        <h1>{words.title}</h1>
        <p>{words.design}</p>
      </header>
      <p className="sheet-step">
        {words.step}
        {words.who !== '' && ` · ${words.who}`}
      </p>
      <p className="sheet-caption">{words.caption}</p>
      <p className={words.broken ? 'sheet-broken' : undefined}>{words.verdict}</p>
      {/* biome-ignore lint/security/noDangerouslySetInnerHtml: the page's own drawing, as it stands on the stage */}
      <div className="sheet-picture" dangerouslySetInnerHTML={{ __html: picture.svg }} />
      <div className="sheet-tables">
        {tables.map((table) => (
          <Table key={`${table.id} ${table.level}`} table={table} />
        ))}
      </div>
      {tables.length > 0 && <p className="sheet-key">{MARKS_KEY} Entries and frames are hexadecimal.</p>}
      <footer>
        <p>{words.versions}</p>
        {words.link !== undefined && (
          <p className="sheet-link">
            <a href={words.link}>
              {words.link.slice(0, LINK_SHOWN)}
              {words.link.length > LINK_SHOWN && '…'}
            </a>
          </p>
        )}
      </footer>
    </article>
  );
}

/** Nobody types a long link from paper; in a PDF all of it can be followed. */
const LINK_SHOWN = 240;

/** Rows that stand in one table of the sheet; what is left out of a longer one is said. */
const MOST = 24;

function Table({ table }: { readonly table: TableModel }) {
  const rows = tableRows(table);
  const shown = rows.slice(0, MOST);
  const left = rows.length - shown.length;
  return (
    <table>
      <caption>
        {table.side === 'guest' ? 'Guest' : 'Shadow'} {table.name} {table.frameName}, level {table.level}
        {table.outOfSync && ', out of sync'}
      </caption>
      <thead>
        <tr>
          <th scope="col">entry</th>
          <th scope="col">value</th>
          <th scope="col">leads to</th>
          <th scope="col">bits</th>
        </tr>
      </thead>
      <tbody>
        {shown.map(({ entry, value, leads, marks, said }) => (
          <tr key={entry}>
            <td>{entry}</td>
            <td>{value}</td>
            <td>{leads}</td>
            <td>
              {marks}
              {said !== '' && <em> {said}</em>}
            </td>
          </tr>
        ))}
        {left > 0 && (
          <tr>
            <td colSpan={4}>and {left} more lines: the link shows them</td>
          </tr>
        )}
      </tbody>
    </table>
  );
}
