export * from './config';
export * from './configText';
export { MOST_OF_A_PIECE, type Piece, pieceOf } from './piece';
export * from './report';
export { type LabOptions, LabRun, WINDOWS, type Window } from './run';
export type { MeasureName } from './tally';
export { workloads } from './workloads/registry';
export type { Parameter, Values, Workload } from './workloads/workload';
