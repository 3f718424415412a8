import type { PublishedTable } from '../../lab';

/** The document's own tables, as they stand there, with the changes that follow from them. */
export function Tables({ tables }: { readonly tables: readonly PublishedTable[] }) {
  return tables.map(({ caption, columns, rows, says }) => (
    <div key={caption} className="published-scroll">
      <table className="published-table">
        <caption>{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(([first, ...rest]) => (
            <tr key={[first, ...rest].join()}>
              <th scope="row">{first}</th>
              {rest.map((cell, nth) => (
                <td key={columns[nth + 1]}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <p className="published-cannot">{says}</p>
    </div>
  ));
}
