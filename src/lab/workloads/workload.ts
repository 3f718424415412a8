import { figure } from '../../base';
import type { Guest } from '../guest/guest';

/** What parameters count, and what one of them is called. */
const ONE = {
  accesses: 'access',
  compilers: 'compiler',
  pages: 'page',
  programs: 'program',
  rounds: 'round',
  words: 'word',
  '%': '%',
} as const;

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
  readonly unit: keyof typeof ONE;
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
    unit: 'accesses',
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
    unit: 'words',
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
  unit: 'pages',
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
  unit: 'accesses',
});

/** A parameter's value, or what is usual. */
export const chosen = (values: Values, name: string): number => {
  const value = values[name];
  if (value === undefined) throw new Error(`the workload has a parameter ${name}`);
  return value;
};

/** A parameter's value with what it counts: `30 %`, `64 words`, `1 page`. */
export const withUnit = ({ unit }: Parameter, value: number): string =>
  `${figure(value)} ${value === 1 ? ONE[unit] : unit}`;
