import { hex } from '../../base';
import { classNames } from '../../ui/classNames';
import { marksOf, marksWords, targetFrame } from '../../views/scene/decode';
import type { PenumbraLayout } from '../../views/scene/layoutTypes';
import type { Metrics } from '../../views/scene/metrics';
import { wordsWidth } from '../../views/scene/text';
import { RowContent } from './EntryRow';
import { entityProps, groupProps, silent, useScene } from './sceneProps';

/** What stands between a guest table and its shadow: in Xen's design the snapshot, in the slot of the vCPU that keeps it. */
export function PenumbraItems({ items, m }: { items: readonly PenumbraLayout[]; m: Metrics }) {
  const scene = useScene();
  return items.map(({ item, rect, rows, brief }) => {
    const table = item.guest.replace('guest ', '');
    const said = `${item.name} of ${table}, ${item.owner}, ${item.place}: ${item.present} present, ${item.differs} differ`;
    const baseline = brief ? rect.y + rect.h / 2 : rect.y + 12;
    const inset = Math.min(8, m.inset);
    const full = wordsWidth(item.name, 11.5) + wordsWidth(item.place, m.small) + 2 <= rect.w - 2 * inset;
    return (
      <g
        key={item.id}
        className={classNames('scene-item', `is-${item.state}`)}
        {...groupProps(item.id, said)}
      >
        <rect className="scene-item-back" x={rect.x} y={rect.y} width={rect.w} height={rect.h} rx="6" />
        <g className="scene-head">
          <rect
            {...entityProps(item.id, said, scene)}
            className="scene-head-hit"
            x={rect.x + 1}
            y={rect.y + 1}
            width={rect.w - 2}
            height={brief ? rect.h - 2 : 20}
            rx="5"
          />
          <text
            {...silent}
            className={full ? 'scene-item-title' : 'scene-mono'}
            x={rect.x + inset}
            y={baseline}
            dy=".35em"
          >
            {full ? item.name : table}
          </text>
          <text
            {...silent}
            className="scene-small"
            x={rect.x + rect.w - inset}
            y={baseline}
            dy=".35em"
            textAnchor="end"
          >
            {full ? item.place : shortPlace(item.place)}
          </text>
        </g>
        {rows.map(({ row, rect: at }) => (
          <g
            key={row.id}
            className={classNames(
              'scene-row',
              row.note.changed && 'is-changed',
              row.note.wrong !== undefined && 'is-wrong',
            )}
          >
            <rect
              {...entityProps(
                row.id,
                `${item.name} entry ${hex(row.index, 3)}: ${valueWords(row.hi, row.lo, item.format)}`,
                scene,
              )}
              className="scene-item-row"
              x={at.x}
              y={at.y}
              width={at.w}
              height={at.h - 1}
              rx="4"
            />
            <RowContent
              index={row.index}
              marks={marksOf(row.hi, row.lo, item.format)}
              text={row.note.says ?? valueText(row.hi, row.lo)}
              rect={at}
              m={m}
            />
          </g>
        ))}
        {!brief && rows.length === 0 && (
          <text
            className="scene-small"
            x={rect.x + rect.w / 2}
            y={rect.y + 22 + m.rowH / 2}
            dy=".35em"
            textAnchor="middle"
          >
            {item.says}
          </text>
        )}
      </g>
    );
  });
}

const shortPlace = (place: string): string => place.replace(' slot ', '.');
const valueText = (hi: number, lo: number): string =>
  hi === 0 && lo === 0 ? '—' : hex(targetFrame(hi, lo), 3);
const valueWords = (hi: number, lo: number, format: string | undefined): string =>
  hi === 0 && lo === 0
    ? 'empty'
    : `frame 0x${hex(targetFrame(hi, lo), 3)}, ${marksWords(marksOf(hi, lo, format))}`;
