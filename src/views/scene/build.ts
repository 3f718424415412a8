import { hex } from '../../base';
import type { Run } from '../../engine';
import { columnsOf } from './columns';
import type { SceneModel } from './model';
import { castOf } from './read/cast';
import { framesOf } from './read/frames';
import { guestTables, touchedFrames } from './read/guestTables';
import { linksOf } from './read/links';
import { readMoment } from './read/moment';
import { motionsOf, namer } from './read/motions';
import { reuseTables } from './read/reuse';
import { tablesOf } from './read/tables';
import { latestWalk, stripOf } from './read/walks';
import { wrongNow } from './read/wrong';
import { sourceOf } from './sources/registry';

const built = new WeakMap<Run, { from: number; to: number; length: number; model: SceneModel }>();

/**
 * The scene of a run after the beat of cursors [from, to]: the state at `to`, with what happened on the way marked in it.
 * The same beat gives the same object, so that what depends on it is not made anew.
 */
export function buildScene(run: Run, from: number, to: number): SceneModel {
  const before = built.get(run);
  if (before?.from === from && before.to === to && before.length === run.length) return before.model;
  const model = run.peek(to, () => make(run, from, to));
  built.set(run, { from, to, length: run.length, model });
  return model;
}

function make(run: Run, from: number, to: number): SceneModel {
  const moment = readMoment(run, from, to);
  const { machine, mode } = moment;
  const source = sourceOf(run.built.design.name);
  const facts = source.facts(moment);
  const cast = castOf(run);
  const guests = guestTables(moment);
  const walk = latestWalk(moment);
  const wrong = wrongNow(moment);
  const tables = reuseTables(run, tablesOf({ moment, guests, facts, cast, walk, wrong }));
  const names = namer(tables);
  const touched = touchedFrames(moment);
  const frames = framesOf({ moment, guests, tables, facts, cast, walk, touched, wrong });
  return {
    frameDigits: Math.max(3, hex(machine.config.machineFrames - 1).length),
    flat: machine.words.length > 0 && machine.hwMode(0).name === 'off',
    buffered: machine.config.storeBufferDepth > 0,
    columns: columnsOf(mode),
    strip: stripOf(moment, walk),
    tables,
    frames,
    penumbra: facts.penumbra.map((item) => ({ ...item, state: wrong.has(item.id) ? 'wrong' : item.state })),
    penumbraWords: facts.words,
    fixups: facts.fixups,
    fixupNote: facts.fixupNote,
    links: linksOf(moment, tables, new Set(frames.map((f) => f.frame)), walk),
    ...(facts.chains === undefined ? {} : { chains: facts.chains }),
    derivations: facts.derivations,
    below: facts.below,
    alone: facts.alone,
    shadowNote: facts.note,
    announce:
      machine.config.indexBits === 9
        ? (facts.announce ?? [])
        : [`teaching geometry: ${2 ** machine.config.indexBits} entries per table`],
    motions: motionsOf(moment, names, walk, source),
    wrong,
    reverse: facts.reverse?.([...frames, ...tables]),
  };
}
