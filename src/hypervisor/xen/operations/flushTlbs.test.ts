import { describe, expect, it } from 'vitest';
import { call, direct, e, load, PUAD, PWUAD, setEntry, vaOf, XenLab } from '../../../testing/xenLab';

const lab = (era = 'U'): XenLab => {
  const l = new XenLab({
    era,
    entries: [
      { page: 0x30, index: 0, value: e(0x100, PUAD) },
      { page: 0x31, index: 0, value: e(0x110, PUAD) },
    ],
  });
  for (const v of [0, 1]) l.run(v, load(direct(0x30), 0), load(vaOf(0x30, 0)), load(vaOf(0x31, 0)));
  l.run(0, setEntry(0x30, 1, e(0x101, PWUAD)));
  l.run(1, setEntry(0x31, 1, e(0x111, PWUAD)));
  l.fresh();
  return l;
};

describe('HVMOP_flush_tlbs (sheet 5.12)', () => {
  it.each(['U', 'A'])('brings in sync what any vCPU let go, and flushes every TLB, in era %s', (era) => {
    const l = lab(era);
    expect([l.slots(0), l.slots(1)]).toEqual([
      [0x30, -1, -1],
      [-1, 0x31, -1],
    ]);
    l.run(0, call('flush-tlbs'));
    expect(l.events('Resynced').map((line) => line.split(' ')[1])).toEqual(['30', '31']);
    expect([l.slots(0), l.slots(1)]).toEqual([
      [-1, -1, -1],
      [-1, -1, -1],
    ]);
    expect(l.events('TlbFlushed').slice(-2)).toEqual(['TlbFlushed 0 2 0 0', 'TlbFlushed 1 2 0 0']);
    expect(l.counters('shadow_resync')).toEqual({ shadow_resync: 2 });
    expect(l.events('VersionBumped')).toEqual([]);
    expect(l.broken).toEqual([]);
  });

  it('first refreshes the other’s page in the name of the first vCPU, then resyncs it in the name of the second', () => {
    const l = lab();
    l.run(0, call('flush-tlbs'));
    expect(l.events('Refreshed', 'Resynced').map((line) => line.split(' ').slice(0, 2).join(' '))).toEqual([
      'Resynced 30',
      'Refreshed 31',
      'Resynced 31',
    ]);
  });

  it('stops the other vCPUs, and lets them go on', () => {
    const l = lab();
    l.begin(0, call('flush-tlbs'));
    l.begin(1, load(vaOf(0x30, 0)));
    l.until(0, 'hvmop_flush_tlb_all.vcpu');
    expect(l.world.enabled(1)).toBe(false);
    l.finish(0);
    expect(l.world.enabled(1)).toBe(true);
    l.finish(1);
  });

  it('of two vCPUs at the same time: the second is told to try again', () => {
    const l = lab();
    l.begin(0, call('flush-tlbs'));
    l.until(0, 'domain_pause.wait');
    l.begin(1, call('flush-tlbs'));
    l.until(1, 'hvmop_flush_tlb_all.try');
    expect(l.world.enabled(0)).toBe(false);
    l.finish(1);
    expect(l.events('OperationEnded')).toEqual(['OperationEnded 1 0 4 0 0']);
    l.finish(0);
    expect(l.events('OperationEnded')).toEqual(['OperationEnded 1 0 4 0 0', 'OperationEnded 0 0 0 0 0']);
    l.run(1, call('flush-tlbs'));
    expect(l.broken).toEqual([]);
  });
});
