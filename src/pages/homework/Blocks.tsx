import { assertNever } from '../../base';
import type { Block } from '../../homework';

/** What stands above the questions. */
export function Blocks({ blocks }: { readonly blocks: readonly Block[] }) {
  return (
    <div className="homework-blocks">
      {blocks.map((block, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a prompt never changes
        <OneBlock key={i} block={block} />
      ))}
    </div>
  );
}

function OneBlock({ block }: { readonly block: Block }) {
  switch (block.kind) {
    case 'text':
      return <p>{block.text}</p>;
    case 'table':
      return (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a wide table is scrolled by keys as well
        <div className="homework-table" tabIndex={0}>
          <table>
            <caption>{block.caption}</caption>
            <thead>
              <tr>
                {block.head.map((cell, i) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: a prompt never changes
                  <th key={i} scope="col">
                    {cell}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {block.rows.map((row, r) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: a prompt never changes
                <tr key={r}>
                  {row.map((cell, c) => (
                    // biome-ignore lint/suspicious/noArrayIndexKey: a prompt never changes
                    <td key={c}>{cell}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      );
    case 'program':
      return (
        <figure className="homework-program">
          <figcaption>{block.caption}</figcaption>
          <ol>
            {block.lines.map((line, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a prompt never changes
              <li key={i}>{line}</li>
            ))}
          </ol>
        </figure>
      );
    default:
      return assertNever(block);
  }
}
