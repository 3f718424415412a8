/** How an operation ended: OperationEnded's outcome, and the register of that name. */
export const OUTCOME_DONE = 0;
/** The guest was given a #PF; the instruction was skipped. */
export const OUTCOME_PAGE_FAULT = 1;
export const OUTCOME_GENERAL_PROTECTION = 2;
/** The guest program asked for something that its own tables do not allow (see EntryUnreachable). */
export const OUTCOME_IMPOSSIBLE = 3;
/** The design's own operation was refused, and changed nothing: its captions say why. */
export const OUTCOME_REFUSED = 4;
