import { PHASE_WORDS } from '../../teach/stories/phases';

/** Why playing stopped, in words. */
export const STOP_WORDS = PHASE_WORDS;
