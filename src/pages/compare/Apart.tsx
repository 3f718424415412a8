import { figure } from '../../base';
import '../../ui/countTable.css';
import type { ApartAt } from '../../views/compare/apart';

/** Lines of a list; there may be more. */
const LISTED = 6;

/** What is not alike at the moment that is shown: in the guest's memory, and in what the processors make of it. */
export function Apart({ apart }: { readonly apart: ApartAt }) {
  const { memory, translations, shadows } = apart;
  return (
    <>
      <List
        title="The guest’s memory, here"
        same="The same in both, word for word."
        one="One word differs"
        several="words differ"
        all={memory.all}
        rows={memory.found.map(({ kind, name, a, b }) => ({ name: `${kind} ${name}`, a, b }))}
      />
      <List
        title="Where the processors are led, here"
        says="By the tables that each processor walks, whatever its TLB still knows: the frame behind a page, and what may be done with it."
        same="To the same frames, with the same rights, page by page."
        one="One page differs"
        several="pages differ"
        all={translations.all}
        rows={translations.found}
        more={
          translations.unfilled === 0
            ? undefined
            : `Besides, ${figure(translations.unfilled)} of the kernel’s own pages have been filled in on one side alone so far.`
        }
      />
      {shadows !== undefined && (
        <List
          title="The shadows, here"
          says="Entry by entry: both runs are of one design. Shadows are known by the guest table they stand for, not by the frame they lie in."
          same="The same in both, entry for entry."
          one="One entry or shadow differs"
          several="entries or shadows differ"
          all={shadows.all}
          rows={shadows.found}
        />
      )}
    </>
  );
}

interface ListProps {
  readonly title: string;
  readonly says?: string;
  readonly same: string;
  readonly one: string;
  readonly several: string;
  readonly all: number;
  /** Said below. */
  readonly more?: string | undefined;
  readonly rows: readonly { readonly name: string; readonly a: string; readonly b: string }[];
}

function List({ title, says, same, one, several, all, more, rows }: ListProps) {
  const listed = rows.slice(0, LISTED);
  return (
    <section aria-label={title.replace(/, here$/, '')}>
      <h2>{title}</h2>
      {says !== undefined && <p className="compare-note">{says}</p>}
      {all === 0 ? (
        <p className="compare-note">{same}</p>
      ) : (
        <table className="count-table compare-apart">
          <caption>
            {all === 1 ? one : `${figure(all)} ${several}`}
            {all > listed.length && `; the first ${listed.length}`}
          </caption>
          <thead>
            <tr>
              <th scope="col">where</th>
              <th scope="col">A</th>
              <th scope="col">B</th>
            </tr>
          </thead>
          <tbody>
            {listed.map(({ name, a, b }) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td>{a}</td>
                <td>{b}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {more !== undefined && <p className="compare-note">{more}</p>}
    </section>
  );
}
