import { hex } from '../../base';
import { type SpteView, spteBits } from '../../views/kvm/spteBits';
import { entryHi, entryLo, noteWords, valueText } from '../../views/scene/decode';
import type { EntityId } from '../../views/scene/entity';
import { ownerOf, parseEntity } from '../../views/scene/entity';
import { eptFieldLines, type FieldLine, fieldLines } from '../../views/scene/fieldLines';
import type { SceneLayout } from '../../views/scene/layoutTypes';
import type { SceneModel } from '../../views/scene/model';

const Fields = ({ lines }: { readonly lines: readonly FieldLine[] }) =>
  lines.map((line) => (
    <tr key={line.bits}>
      <td>{line.bits}</td>
      <th scope="row">{line.name}</th>
      <td>{line.value}</td>
      <td>{line.says}</td>
    </tr>
  ));

/** An spte, with the bits that KVM keeps for itself, and what they come to together. */
const KvmBits = ({ view }: { readonly view: SpteView }) => (
  <>
    <table>
      <tbody>
        <Fields lines={view.bits} />
      </tbody>
    </table>
    <p>{view.says}</p>
  </>
);

interface EntryTipProps {
  readonly model: SceneModel;
  readonly layout: SceneLayout;
  readonly scale: number;
  /** The entry under the pointer or with the keyboard's focus. */
  readonly entity: EntityId | undefined;
}

const WIDTH = 268;

/** An entry decoded bit by bit, beside it. What is decoded is the table on stage, not a second reading of it. */
export default function EntryTip({ model, layout, scale, entity }: EntryTipProps) {
  if (entity === undefined) return null;
  const parsed = parseEntity(entity);
  const place = layout.places.get(entity);
  const table = model.tables.find((t) => t.id === ownerOf(entity));
  if (parsed === undefined || place === undefined || table === undefined || parsed.index < 0) return null;
  const hi = entryHi(table, parsed.index);
  const lo = entryLo(table, parsed.index);
  const note = table.notes.get(parsed.index);
  // To the right if there is room, else to the left; never outside the stage.
  const right = (place.x + place.w) * scale + 8;
  const { w, h } = layout.size;
  const fits = right + WIDTH <= w * scale;
  const left = fits ? right : Math.max(4, place.x * scale - WIDTH - 8);
  // It hangs from rows of the upper half and stands on those of the lower, so that its height need not be known.
  const upper = place.y < h / 2;
  const at = upper
    ? { top: Math.max(4, place.y * scale - 40) }
    : { bottom: Math.max(4, (h - place.y - place.h) * scale - 40) };
  return (
    <div className="scene-tip" role="tooltip" data-layer="overlay" style={{ left, ...at, width: WIDTH }}>
      <p className="scene-tip-name">
        {table.side} entry {hex(parsed.index, 3)} of {table.frameName}
      </p>
      <p className="scene-tip-value">{valueText(hi, lo)}</p>
      {table.format === 'kvm' ? (
        <KvmBits view={spteBits(table.level, hi, lo)} />
      ) : note?.blank ? (
        <p>
          A mark of the hypervisor’s own, not an entry: its reserved bits make the processor fault at once.
        </p>
      ) : (
        <table>
          <tbody>
            <Fields lines={(table.format === 'ept' ? eptFieldLines : fieldLines)(table, hi, lo)} />
          </tbody>
        </table>
      )}
      {noteWords(note).map((word) => (
        <p key={word} className="scene-tip-note">
          {word}
        </p>
      ))}
    </div>
  );
}
