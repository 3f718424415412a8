import { createStore } from 'zustand/vanilla';

/** Whether a lecturer wants the details (code, tables, questions) beside the stage where there is room for one of the two only. */
export const beside = createStore<{ readonly wanted: boolean }>()(() => ({ wanted: false }));
