import { describe, expect, it } from 'vitest';
import { SCHEMES } from '../../hypervisor/paravirt/schemes';
import { checkConfig, type LabConfig, usualConfig } from '../config';
import { LabRun } from '../run';

const WORKLOADS = ['fork', 'exec', 'mprotect', 'compile'] as const;

function small(workload: string, profile: string): LabConfig {
  const c = { ...usualConfig(workload, 'paravirt'), profile, frames: 512, accesses: 3500 };
  const sizes = Object.entries({ data: 24, text: 6, mapped: 40, range: 10, slice: 300, life: 900, words: 2 });
  const values = Object.fromEntries(sizes.filter(([name]) => name in c.values));
  return { ...c, values: { ...c.values, ...values } };
}

/** Runs it, and tells where its programs faulted, in order, what was refused, and what was counted. */
function ran(c: LabConfig) {
  const run = new LabRun(c);
  const { events } = run.world.built.world;
  const { told } = events;
  const faults: string[] = [];
  const refused: string[] = [];
  events.told = (type, args) => {
    told?.(type, args);
    if (type.kind === 'GuestPageFault') faults.push(args.slice(1, 4).join(' '));
    if (type.kind === 'UpdateRefused' || type.kind === 'EntryUnreachable') refused.push(args.join(' '));
  };
  while (!run.advance(c.accesses));
  const values = run.values();
  const count = (name: string): number => values[run.measures.findIndex((one) => one.name === name)] ?? -1;
  return { faults, refused, count };
}

describe('a kernel that knows it is a guest', () => {
  it.each(WORKLOADS)(
    '%s: its programs fault where they do on bare hardware, whatever the scheme, and nothing is refused',
    (workload) => {
      const bare = ran(small(workload, 'native'));
      expect(bare.faults.length).toBeGreaterThan(40);
      for (const { name, tables } of SCHEMES) {
        const c = small(workload, name);
        // Those that differ in more than their one store; an mprotect is what all of them are about.
        const told = workload === 'mprotect' || name === 'trap' || name === 'preserve-ad';
        if (!told || checkConfig(c).kind === 'error') continue;
        const { faults, refused, count } = ran(c);
        expect(refused, name).toEqual([]);
        const both = Math.min(faults.length, bare.faults.length);
        expect(both, name).toBeGreaterThan(40);
        expect(faults.slice(0, both), name).toEqual(bare.faults.slice(0, both));
        // What a scheme is about does happen.
        expect(count('traps') + count('hypercalls') > 0, name).toBe(tables !== 'bare');
      }
    },
  );

  it('says which workloads it cannot have over a shadow, and with more than one processor', () => {
    const said = (c: LabConfig): string => {
      const checked = checkConfig(c);
      return checked.kind === 'ok' ? 'ok' : checked.error.join(' ');
    };
    expect(said(small('exec', 'vmi'))).toContain('Expected one of: switch, mprotect, compute');
    expect(said(small('mprotect', 'vmi'))).toBe('ok');
    expect(said({ ...small('mprotect', 'vmi'), paging: 'pae' })).toContain('Expected x86-64');
    expect(said({ ...small('fork', 'trap'), vcpus: 2 })).toContain('Expected 1');
    expect(said({ ...usualConfig('migrate', 'paravirt') })).toContain('keeps no log');
  });
});
