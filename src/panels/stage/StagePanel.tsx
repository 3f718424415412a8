import { useCallback, useEffect, useMemo, useRef } from 'react';
import { useStore } from 'zustand';
import type { Controls } from '../../session/controls';
import { focus as focusOn } from '../../session/focusing';
import { Fetched } from '../../ui/Fetched';
import { useScheme } from '../../ui/useScheme';
import { buildScene } from '../../views/scene/build';
import type { SceneModel } from '../../views/scene/model';
import { timeline } from '../../views/scene/timeline';
import { veiled } from '../../views/scene/veil';
import { StageView } from './StageView';
import { stageScale } from './stageScale';
import { type Size, useSize } from './useSize';

// Most machines have none.
const loadOrder = () => import('./MemoryOrder.lazy');
const loadBuffers = () => import('./Buffers.lazy');
const loadBeneath = () => import('./Beneath.lazy');

interface StagePanelProps {
  readonly controls: Controls;
  /** Two stages on one page have names of their own. */
  readonly name?: string;
  /** How large it is drawn in a place of that size. */
  readonly scaleFor?: (size: Size) => number;
  /** Adds marks to what the run itself shows. The same function gives the same marks. */
  readonly mark?: (model: SceneModel) => SceneModel;
}

const unmarked = (model: SceneModel): SceneModel => model;

/** The scene of the run on stage, at the beat the session shows. */
export function StagePanel({
  controls,
  name = 'Stage',
  mark = unmarked,
  scaleFor = stageScale,
}: StagePanelProps) {
  const { session } = controls;
  const box = useRef<HTMLDivElement>(null);
  const size = useSize(box);
  const beat = useStore(session.store, (s) => s.beat);
  const version = useStore(session.store, (s) => s.version);
  const entity = useStore(session.store, (s) => s.focus.now?.entity);
  useStore(session.store, (s) => s.presenter);
  const scheme = useScheme(useStore(controls.session.store, (s) => s.scheme));
  // While somebody is asked which entries differ, the stage does not tell.
  const withheld = useStore(session.store, (s) => s.asking?.withheld === s.cursor);
  const { run } = session;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a run that has grown is another run for the scene
  const model = useMemo(() => {
    const scene = run && mark(buildScene(run, beat.from, beat.to));
    return scene && withheld ? veiled(scene) : scene;
  }, [run, beat, version, withheld, mark]);
  // A search takes as long as a person needs to see that it is one: the session asks how long each beat wants to be.
  useEffect(() => {
    session.pace = ({ from, to }) =>
      session.run === undefined ? timeline([]).ms : timeline(buildScene(session.run, from, to).motions).ms;
  }, [session]);
  const { motion } = session;
  const fraction = useCallback(() => motion.fraction, [motion]);
  const subscribe = useCallback((changed: () => void) => motion.subscribe(changed), [motion]);
  const onFocus = useCallback((id: string | undefined) => focusOn(session, id), [session]);
  return (
    <section className="stage-panel" aria-label={name} ref={box}>
      {model?.flat === true && run !== undefined ? (
        <Fetched load={loadOrder} props={{ run, ...beat }} frames={session.frames} />
      ) : (
        model !== undefined &&
        size !== undefined &&
        size.w > 0 &&
        size.h > 0 && (
          <StageView
            model={model}
            size={size}
            scale={scaleFor(size)}
            focus={entity}
            onFocus={onFocus}
            fraction={fraction}
            subscribe={subscribe}
            waiting={session.frames}
            buffers={
              model.buffered === true &&
              run !== undefined && (
                <Fetched load={loadBuffers} props={{ run, ...beat }} frames={session.frames} />
              )
            }
            beneath={
              model.alone === true && (
                <Fetched load={loadBeneath} props={{ controls }} frames={session.frames} />
              )
            }
            scheme={scheme}
          />
        )
      )}
    </section>
  );
}
