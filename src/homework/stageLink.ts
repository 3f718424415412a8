import { stepTablesFingerprint } from '../kernel';
import { encodeLink, type LinkSegment } from '../permalink';
import type { Exercise, Moment, Stretch, Told } from './exercise';

/** The exercise as a run on the stage: from its first step, at a moment of it, or at the end of a schedule of its own. */
export function stageLink({ scenario }: Exercise, to?: Moment | Told): string | undefined {
  const at = to === undefined ? undefined : 'anchor' in to ? to : to.at;
  const schedule = to !== undefined && 'schedule' in to ? to.schedule : undefined;
  const link = encodeLink({
    kind: 'scenario',
    text: scenario,
    switches: {},
    branches:
      schedule === undefined
        ? []
        : [{ parent: 0, label: schedule.label, segments: schedule.stretches.map(segmentOf) }],
    run: schedule === undefined ? 0 : 1,
    ...(at !== undefined && { at }),
    view: {},
    tables: stepTablesFingerprint(),
  });
  // A text that is too long for any link has none.
  return link.kind === 'ok' ? link.value : undefined;
}

const segmentOf = ({ actor, until }: Stretch): LinkSegment =>
  until === 'one-step' ? { actor, steps: 1 } : { actor, until: `${actor}:${until}:done`, steps: 0 };
