export type { Lane, Task } from './events';
export type { Geometry } from './geometry';
export * from './import';
export type { EntryNow, LaneNow, PageNow, TableNow, TraceMoment, WalkNow } from './moment';
export { momentAt } from './moment';
export * from './overview';
export { HOW_TO_RECORD, type OddLine } from './problems';
export type { WalkStep } from './walks';
export { laneName } from './words';
