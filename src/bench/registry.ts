import type { Bench } from './bench';
import { backlinks } from './benches/backlinks';
import { cancel } from './benches/cancel';
import { checker } from './benches/checker';
import { firstLoad } from './benches/firstLoad';
import { jump } from './benches/jump';
import { lab } from './benches/lab';
import { races } from './benches/races';
import { replay } from './benches/replay';
import { scrub } from './benches/scrub';
import { stageFrame } from './benches/stageFrame';
import { stepBack } from './benches/stepBack';
import { trace } from './benches/trace';

/** Every bench, in the order in which they run. A new one is a file in `benches/` and a row here. */
export const BENCHES: readonly Bench[] = [
  firstLoad,
  stepBack,
  jump,
  stageFrame,
  scrub,
  checker,
  races,
  cancel,
  backlinks,
  replay,
  lab,
  trace,
];
