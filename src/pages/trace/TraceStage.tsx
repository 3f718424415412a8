import { useMemo, useRef, useState } from 'react';
import { useStore } from 'zustand';
import { StageView } from '../../panels/stage/StageView';
import { stageScale } from '../../panels/stage/stageScale';
import { useSize } from '../../panels/stage/useSize';
import type { Controls } from '../../session/controls';
import { useScheme } from '../../ui/useScheme';
import type { EntityId } from '../../views/scene/entity';
import { traceScene } from '../../views/trace/scene';
import type { TraceDesk } from './desk';

const still = (): number => 1;
const never = () => () => undefined;

/** The stage at the event that is looked at: nothing moves, for what a line shows has happened already. */
export function TraceStage({ controls, desk }: { readonly controls: Controls; readonly desk: TraceDesk }) {
  const { session } = controls;
  const box = useRef<HTMLDivElement>(null);
  const size = useSize(box);
  const moment = useStore(desk.store, (s) => s.moment);
  useStore(session.store, (s) => s.presenter);
  const scheme = useScheme(useStore(controls.session.store, (s) => s.scheme));
  const [focus, setFocus] = useState<EntityId>();
  const model = useMemo(() => (moment === undefined ? undefined : traceScene(moment)), [moment]);
  return (
    <div className="trace-stage-box" ref={box}>
      {model !== undefined && size !== undefined && size.w > 0 && size.h > 0 && (
        <StageView
          model={model}
          size={size}
          scale={stageScale(size)}
          focus={focus}
          onFocus={setFocus}
          fraction={still}
          subscribe={never}
          waiting={session.frames}
          scheme={scheme}
        />
      )}
    </div>
  );
}
