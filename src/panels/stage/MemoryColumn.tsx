import { classNames } from '../../ui/classNames';
import type { FixupLayout, FrameLayout, StackLayout } from '../../views/scene/layoutTypes';
import type { Metrics } from '../../views/scene/metrics';
import { wordsWidth } from '../../views/scene/text';
import { entityProps, silent, useScene } from './sceneProps';

/** The frames that walks end in: data, devices, and page tables with whether the guest may write them. */
export function Frames({ frames, m }: { frames: readonly FrameLayout[]; m: Metrics }) {
  const scene = useScene();
  return frames.map(({ frame, rect }) => {
    const right = frame.access === 'none' ? '' : frame.access;
    const nameW = frame.frameName.length * m.mono * 0.6;
    const rightW = right === '' ? 0 : wordsWidth(right, m.small) + 4;
    const role =
      wordsWidth(frame.role, m.small) <= rect.w - 2 * m.inset - nameW - 7 - rightW ? frame.role : '';
    const name = [
      `frame ${frame.frameName}`,
      frame.role,
      frame.access === 'none' ? '' : `${frame.access} for the guest`,
    ];
    return (
      <g
        key={frame.id}
        className={classNames(
          'scene-frame',
          frame.role === 'page table' && 'is-table',
          `is-${frame.state}`,
          `access-${frame.access}`,
        )}
      >
        <rect
          {...entityProps(frame.id, name.filter((word) => word !== '').join(', '), scene)}
          className="scene-frame-back"
          x={rect.x}
          y={rect.y}
          width={rect.w}
          height={rect.h}
          rx="5"
        />
        <text {...silent} className="scene-mono" x={rect.x + m.inset} y={rect.y + rect.h / 2} dy=".35em">
          {frame.frameName}
        </text>
        {role !== '' && (
          <text
            {...silent}
            className="scene-small"
            x={rect.x + m.inset + nameW + 7}
            y={rect.y + rect.h / 2}
            dy=".35em"
          >
            {role}
          </text>
        )}
        {right !== '' && (
          <text
            {...silent}
            className="scene-small scene-access"
            x={rect.x + rect.w - m.inset}
            y={rect.y + rect.h / 2}
            dy=".35em"
            textAnchor="end"
          >
            {right}
          </text>
        )}
      </g>
    );
  });
}

/** Writable mappings remembered beside an out-of-sync table, so that they can be taken away without a search. */
export function Fixups({ fixups, m }: { fixups: readonly FixupLayout[]; m: Metrics }) {
  const scene = useScene();
  return fixups.map(({ title, items }) => (
    <g key={items[0]?.fixup.id ?? title?.text}>
      {title !== undefined && (
        <text className="scene-label on-shadow" x={title.at.x} y={title.at.y}>
          {title.text.replace('Fixups for', 'FIXUPS FOR').replace(/^Fixups$/, 'FIXUPS')}
        </text>
      )}
      {items.map(({ fixup, rect }) => {
        const text = fixup.holds?.text ?? 'free';
        const textW = text.length * m.mono * 0.6;
        const aside = fixup.place ?? 'writable map';
        const wide = wordsWidth(aside, m.small) + textW + 2 * m.inset + 8 <= rect.w;
        return (
          <g key={fixup.id} className={classNames('scene-fixup', `is-${fixup.state}`)}>
            <rect
              {...entityProps(
                fixup.id,
                fixup.holds === undefined
                  ? 'free fixup'
                  : (fixup.said ??
                      `fixup: writable map in ${fixup.holds.entry}${fixup.place === undefined ? '' : `, ${fixup.place}`}`),
                scene,
              )}
              className="scene-fixup-back"
              x={rect.x}
              y={rect.y}
              width={rect.w}
              height={rect.h}
              rx="4"
            />
            <text {...silent} className="scene-mono" x={rect.x + m.inset} y={rect.y + rect.h / 2} dy=".35em">
              {text}
            </text>
            {fixup.holds !== undefined && wide && (
              <text
                {...silent}
                className={fixup.place === 'read-only' ? 'scene-small' : 'scene-small scene-writable'}
                x={rect.x + rect.w - m.inset}
                y={rect.y + rect.h / 2}
                dy=".35em"
                textAnchor="end"
              >
                {aside}
              </text>
            )}
          </g>
        );
      })}
    </g>
  ));
}

/** What a column has no room for, as a count; the names, as many as fit, are in its tooltip. */
export function Stacks({ stacks, horizon }: { stacks: readonly StackLayout[]; horizon: number }) {
  return stacks.map(({ rect, text, tables }) => (
    <g
      key={`${rect.x} ${rect.y}`}
      className={classNames('scene-stack', rect.y < horizon ? 'side-guest' : 'side-shadow')}
      data-tip={tables.slice(0, 24).join('\n')}
    >
      <rect x={rect.x} y={rect.y} width={rect.w} height={rect.h} rx="5" />
      <text
        className="scene-small"
        x={rect.x + rect.w / 2}
        y={rect.y + rect.h / 2}
        dy=".35em"
        textAnchor="middle"
      >
        {text}
      </text>
    </g>
  ));
}
