import { figure } from '../../base';
import type { Guest } from '../guest/guest';

/** A number of a workload that a person may choose. */
export interface Parameter {
  readonly name: string;
  readonly label: string;
  /** One sentence: what it is, and in what. */
  readonly says: string;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly usual: number;
  /** Behind the number, where the label does not say what is counted. */
  readonly unit?: '%';
}

export type Values = Readonly<Record<string, number>>;

export interface Workload {
  readonly name: string;
  readonly title: string;
  /** One or two sentences: what the guest does, and what it is good for. */
  readonly says: string;
  readonly parameters: readonly Parameter[];
  /**
   * What one processor's guest does, for ever. Each turn appends a little to the guest's stream: a fork, a slice of work. The
   * generator ends never; whoever performs the stream stops asking.
   */
  readonly run: (guest: Guest, values: Values) => Generator<void, never>;
}

/** Parameters that every workload has: how a program goes about its memory. */
export const COMMON: readonly Parameter[] = [
  {
    name: 'stay',
    label: 'Accesses in a row to a page',
    says: 'How many accesses a program makes to a page before it goes on to another, on the average: the fewer, the more the TLB misses.',
    min: 1,
    max: 400,
    step: 1,
    usual: 60,
  },
  {
    name: 'writes',
    label: 'Stores among accesses',
    says: 'Of a hundred accesses of a program to its data, how many are stores.',
    min: 0,
    max: 100,
    step: 1,
    usual: 30,
    unit: '%',
  },
  {
    name: 'words',
    label: 'Words to fill a page',
    says: 'Stores by which the kernel fills a fresh page, and loads and stores by which it copies one. A real page has 512 words; 64 is one for each cache line.',
    min: 1,
    max: 512,
    step: 1,
    usual: 64,
  },
];

/** A parameter of a number of pages. */
export const pages = (name: string, label: string, says: string, usual: number, max = 1024): Parameter => ({
  name,
  label,
  says,
  min: 1,
  max,
  step: 1,
  usual,
});

/** A parameter of a number of accesses. */
export const accesses = (name: string, label: string, says: string, usual: number): Parameter => ({
  name,
  label,
  says,
  min: 100,
  max: 100_000,
  step: 100,
  usual,
});

/** A parameter's value, or what is usual. */
export const chosen = (values: Values, name: string): number => {
  const value = values[name];
  if (value === undefined) throw new Error(`the workload has a parameter ${name}`);
  return value;
};

/** A parameter's value as a person reads it: `30 %`, `40,000`. */
export const withUnit = ({ unit }: Parameter, value: number): string =>
  unit === undefined ? figure(value) : `${figure(value)} ${unit}`;
