import { stepTablesFingerprint } from '../kernel';
import { encodeLink } from '../permalink';
import type { Exercise } from './exercise';

/** The exercise as a run on the stage, from its first step; undefined if its text is too long for any link. */
export function stageLink({ scenario }: Exercise): string | undefined {
  const link = encodeLink({
    kind: 'scenario',
    text: scenario,
    switches: {},
    branches: [],
    run: 0,
    view: {},
    tables: stepTablesFingerprint(),
  });
  return link.kind === 'ok' ? link.value : undefined;
}
