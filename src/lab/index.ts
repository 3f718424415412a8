export * from './config';
export { type LabOptions, LabRun, WINDOWS, type Window } from './run';
export type { MeasureName } from './tally';
export { workloads } from './workloads/registry';
export type { Parameter, Values, Workload } from './workloads/workload';
export { openingText } from './world';
