/** What a run has cost stands at the foot of what happens now: the first picture does not wait for it. */
export { CountersPanel as default } from '../panels/counters/Panel';
