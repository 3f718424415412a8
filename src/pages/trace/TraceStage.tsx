import { useMemo, useRef, useState, useSyncExternalStore } from 'react';
import { useStore } from 'zustand';
import { StageView } from '../../panels/stage/StageView';
import { useSize } from '../../panels/stage/useSize';
import type { Controls } from '../../session/controls';
import { typeScale } from '../../ui/typeScale';
import type { EntityId } from '../../views/scene/entity';
import { traceScene } from '../../views/trace/scene';
import type { TraceDesk } from './desk';

const DARK = '(prefers-color-scheme: dark)';
const still = (): number => 1;
const never = () => () => undefined;

/** The stage at the event that is looked at: nothing moves, for what a line shows has happened already. */
export function TraceStage({ controls, desk }: { readonly controls: Controls; readonly desk: TraceDesk }) {
  const { session } = controls;
  const box = useRef<HTMLDivElement>(null);
  const size = useSize(box);
  const moment = useStore(desk.store, (s) => s.moment);
  const presenter = useStore(session.store, (s) => s.presenter);
  const scheme = useStore(session.store, (s) => s.scheme);
  const dark = useSyncExternalStore(watchDark, () => matchMedia(DARK).matches);
  const [focus, setFocus] = useState<EntityId>();
  const model = useMemo(() => (moment === undefined ? undefined : traceScene(moment)), [moment]);
  return (
    <div className="trace-stage-box" ref={box}>
      {model !== undefined && size !== undefined && size.w > 0 && size.h > 0 && (
        <StageView
          model={model}
          size={size}
          scale={presenter ? typeScale() : 1}
          focus={focus}
          onFocus={setFocus}
          fraction={still}
          subscribe={never}
          waiting={session.frames}
          scheme={`${scheme} ${dark ? 'dark' : 'light'}`}
        />
      )}
    </div>
  );
}

function watchDark(changed: () => void): () => void {
  const list = matchMedia(DARK);
  list.addEventListener('change', changed);
  return () => list.removeEventListener('change', changed);
}
