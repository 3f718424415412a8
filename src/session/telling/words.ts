import { PHASE_WORDS } from '../../lesson/phases';

/** Why playing stopped, in words. */
export const STOP_WORDS = PHASE_WORDS;
