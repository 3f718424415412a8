import { figure } from '../../base';
import { Plot } from '../../ui/Plot';
import {
  BACKLINK_BYTES,
  bytesText,
  KIT_PARTS,
  laterXenBytes,
  MEMORY_MIB,
  otherKits,
  reservation,
  SNAPSHOT_BYTES,
  SPTE_BYTES,
} from '../../views/xi/space';
import { type Measures, memoryText } from './measures';
import '../../ui/countTable.css';

/** Share of the tables that have a snapshot where snapshots are given on demand: the sheet's example. */
const ATTACHED = 0.1;

/** What the reservation buys, and what the same pages would be without backlinks. */
export function Space({ measures }: { readonly measures: Measures }) {
  const share = measures.share / 100;
  const { pages, kits, bytes, coverage } = reservation(measures.mib, share);
  const mib = 2 ** 20;
  return (
    <section aria-label="What it takes">
      <h2>What it takes</h2>
      <p>
        {measures.share} % of {memoryText(measures.mib)} is {figure(pages)} pages: {figure(kits)} kits,{' '}
        {bytesText(bytes)}. As leaf tables they map all memory {coverage.toFixed(1)} times.
      </p>
      <div className="figures-kit" role="img" aria-label={KIT_WORDS}>
        {KIT_PARTS.map(({ name, pages: n, letter }) => (
          <span key={name} className={`is-${letter}`} style={{ flex: n }}>
            {name}
            <small>{n === 1 ? '1 page' : `${n} pages`}</small>
          </span>
        ))}
      </div>
      <p className="figures-note">
        For each entry {SPTE_BYTES} + {SNAPSHOT_BYTES} + {BACKLINK_BYTES} ={' '}
        {SPTE_BYTES + SNAPSHOT_BYTES + BACKLINK_BYTES} bytes. Only a quarter of what is set aside are the
        shadow tables themselves.
      </p>
      <table className="count-table">
        <thead>
          <tr>
            <th scope="col">the same pages as</th>
            <th scope="col">pages each</th>
            <th scope="col">tables</th>
          </tr>
        </thead>
        <tbody>
          {otherKits(pages, ATTACHED).map(({ name, says, pages: each, tables }) => (
            <tr key={name} data-tip={says}>
              <th scope="row">{name}</th>
              <td>{figure(each)}</td>
              <td>{figure(tables)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <Plot
        says={`Set aside for ${memoryText(measures.mib)}: XI ${bytesText(bytes)}, later Xen ${bytesText(laterXenBytes(measures.mib, 1))} for one vCPU.`}
        x={{
          from: MEMORY_MIB[0] ?? 1,
          to: MEMORY_MIB.at(-1) ?? 1,
          scale: 'log',
          ticks: [64, 1024, 16_384],
          text: memoryText,
          label: 'memory of the domain',
        }}
        y={{
          from: mib / 2,
          to: 4096 * mib,
          scale: 'log',
          ticks: [mib, 32 * mib, 1024 * mib],
          text: bytesText,
          label: 'set aside',
        }}
        lines={[
          {
            name: 'XI',
            letter: 'X',
            tone: 'penumbra',
            points: MEMORY_MIB.map((m): [number, number] => [m, reservation(m, share).bytes]),
          },
          {
            name: 'later Xen',
            letter: 'D',
            tone: 'quiet',
            dashes: 'long',
            points: MEMORY_MIB.map((m): [number, number] => [m, laterXenBytes(m, 1)]),
          },
        ]}
        here={measures.mib}
      />
      <p className="figures-note">
        X: XI’s pool. D: the default of later Xen for one vCPU (256 pages, and 2 pages for each MiB), which
        counts its p2m too: {bytesText(laterXenBytes(measures.mib, 1))} here.
      </p>
    </section>
  );
}

const KIT_WORDS = `A kit: ${KIT_PARTS.map(({ name, pages }) => `${name} ${pages} of 4 pages`).join(', ')}`;
