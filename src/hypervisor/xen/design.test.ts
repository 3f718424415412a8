import { describe, expect, it } from 'vitest';
import { word } from '../../base';
import { eventKinds, World } from '../../kernel';
import { CR0_WP, CR4_PAE, CR4_PGE, EFER_NXE, Machine, REAL_GEOMETRY } from '../../machine';
import { direct, e, GNP, K, load, PUAD, PWUAD, setEntry, store, T, vaOf, XenLab } from '../../testing/xenLab';
import { describeXen } from './describe';
import { xen } from './design';
import { ERAS } from './eras';
import { SWITCHES } from './switches';
import { SWITCHES_EXPLAINED } from './switchTexts';

describe('the design', () => {
  it('is era U unless a scenario says otherwise', () => {
    expect(xen.profiles.map((p) => p.name)).toEqual(['U', 'F', 'B', 'T', 'S', 'A', 'xen-4.17']);
    expect(ERAS.map((era) => era.name)).toEqual(['F', 'B', 'T', 'S', 'U', 'A', 'xen-4.17']);
  });

  it('has the repairs of later years on by default, and off in every profile of 2008', () => {
    const later = ['late-recheck', 'oos-before-magic', 'late-resync', 'prealloc-first'];
    expect(SWITCHES.filter((s) => later.includes(s.name)).map((s) => s.default)).toEqual([
      true,
      true,
      true,
      true,
    ]);
    for (const profile of xen.profiles)
      for (const name of later)
        expect(profile.switches[name]).toBe(profile.name === 'xen-4.17' ? undefined : false);
  });

  it('names an invariant of its own for every switch that protects one', () => {
    const names = xen.invariants.map((i) => i.name);
    const protects = SWITCHES.flatMap((s) =>
      'protects' in s && s.protects !== undefined ? [s.protects] : [],
    );
    expect(protects.filter((name) => !names.includes(name))).toEqual([]);
    expect(SWITCHES_EXPLAINED.map(({ name }) => name)).toEqual(SWITCHES.map(({ name }) => name));
    for (const { label, says } of SWITCHES_EXPLAINED) {
      expect(label).toMatch(/^[A-Z]/);
      expect(says).toMatch(/\. (Without it|.*)/);
    }
  });

  it('wants the pool Xen wants: 128 pages for each vCPU and one for each MiB', () => {
    expect([xen.poolFrames(1, 128, {}), xen.poolFrames(2, 0x4_0000, {})]).toEqual([129, 1280]);
  });

  it('has counters with names of their own, and events that exist', () => {
    expect(new Set(xen.counters.map((c) => c.name)).size).toBe(xen.counters.length);
    for (const kind of ['Unsynced', 'Punted', 'SnapshotsExchanged', 'Resynced'])
      expect(eventKinds()).toContain(kind);
  });
});

describe('building', () => {
  const build = (options: object, machineFrames = 256) => {
    const world = new World(xen.counters);
    const machine = new Machine(world, { ...REAL_GEOMETRY, vcpus: 1, guestFrames: 128, machineFrames });
    machine.addActors();
    return xen.build(world, machine, {
      profile: 'U',
      switches: {},
      p2m: [],
      poolFrames: 0,
      knobs: {},
      ...options,
    });
  };

  it('refuses what it does not know, and says what it expected', () => {
    expect(() => build({ profile: 'Z' })).toThrow('xen has a profile named Z');
    expect(() => build({ p2m: [{ gfn: 1, mfn: 1, type: 'rom' }] })).toThrow('ram_rw, ram_ro, mmio_dm');
    expect(() => build({}, 130)).toThrow('at least 16 frames above the guest');
  });

  it('gives the first shadow the first frame of the pool', () => {
    const lab = new XenLab();
    expect(lab.shadowOf(T, 13)).toBe(lab.x.pages.first);
  });
});

describe('control registers', () => {
  const lab = (): XenLab => {
    const l = new XenLab({ entries: [{ page: 0x30, index: 0, value: e(0x100, PUAD) }] });
    l.run(0, load(direct(0x30), 0), load(vaOf(0x30, 0)), setEntry(0x30, 1, e(0x101, PWUAD)));
    l.fresh();
    return l;
  };

  it('the processor runs with WP and NX whatever the guest says, and walks the shadow', () => {
    const r = lab().machine.vcpu(1);
    expect(r.get('hwCr0') & CR0_WP).toBe(CR0_WP);
    expect(r.get('hwEfer') & EFER_NXE).toBe(EFER_NXE);
    expect([r.get('cr3Lo'), r.get('hwCr3Lo')]).toEqual([T << 12, 0x6000 << 12]);
  });

  it('CR0.WP changes what the guest believes, and nothing else', () => {
    const l = lab();
    const r = l.machine.vcpu(0);
    l.run(0, { kind: 'cr0', value: r.get('cr0') & ~CR0_WP });
    expect([r.get('cr0') & CR0_WP, r.get('hwCr0') & CR0_WP]).toEqual([0, CR0_WP]);
    expect(l.x.outOfSync(0x30)).toBe(true);
    expect(l.events('TlbFlushed', 'LockTaken')).toEqual([]);
  });

  it.each([
    ['PAE off', { kind: 'cr4', value: 0 }],
    ['long mode off', { kind: 'efer', value: 0 }],
  ] as const)('%s is a general protection fault', (_what, op) => {
    const l = lab();
    l.run(0, op);
    expect(l.events('GeneralProtection')).toHaveLength(1);
    expect(l.machine.guestMode(0).name).toBe('64');
  });

  it('a change of CR4.PGE brings everything in sync, whoever let it go (sheet 5.12)', () => {
    const l = lab();
    l.run(1, { kind: 'cr4', value: CR4_PAE | CR4_PGE });
    expect(l.x.outOfSync(0x30)).toBe(false);
    expect(l.slots(0)).toEqual([-1, -1, -1]);
    expect(l.counter('shadow_resync')).toBe(1);
    expect(l.broken).toEqual([]);
    l.fresh();
    l.run(1, { kind: 'cr4', value: CR4_PAE | CR4_PGE });
    expect(l.events('LockTaken')).toEqual([]);
  });
});

describe('what it tells about itself', () => {
  const lab = (era = 'U') => {
    const l = new XenLab({ era, entries: [{ page: 0x30, index: 0, value: e(0x100, PUAD) }] });
    l.run(0, load(direct(0x30), 0), load(vaOf(0x30, 0)), setEntry(0x30, 1, e(0x101, PWUAD)));
    return l;
  };

  it.each(['U', 'A'])('in era %s', (era) => {
    const l = lab(era);
    const d = describeXen(l.x);
    const s30 = l.shadowOf(0x30);
    expect(d.shadowOf(0x30, 1)).toBe(s30);
    expect(d.shadowOf(0x31, 1)).toBe(-1);
    expect([d.snapshotOf(0x30), d.snapshotOf(0x31)]).toEqual([l.snapshots(0)[0], -1]);
    expect(d.state('oos', [0])).toEqual([0x30, -1, -1]);
    expect(d.state('oos', [9])).toBeUndefined();
    expect(d.state('page', [0x30])).toEqual([1, 1, 1, 1]);
    expect(d.state('fixups', [0x30])).toEqual([l.shadowOf(K), 0x30]);
    expect(d.state('shadow-page', [s30])).toEqual([8, 0x30, 1, 0, l.shadowOf(0x12, 10), 0x41]);
    expect(d.state('version', [])).toEqual([l.x.domain.get('version')]);
    expect(d.state('lock', [])).toEqual([-1]);
    expect(d.state('weather', [])).toBeUndefined();
    expect(d.wordNamed('gnp')).toEqual(word(-1, -1));
    expect(GNP).toBe('ffffffffffffffff');
    for (const name of ['oos', 'page', 'fixups', 'version']) expect(Object.keys(d.states)).toContain(name);
  });

  it('in lines a person can read', () => {
    const l = lab();
    expect(describeXen(l.x).summary()).toEqual([
      'vCPU 0: guest CR3 0x010, shadow s6000, out of sync [0x030 - -]',
      'vCPU 1: guest CR3 0x010, shadow s6000, out of sync [- - -]',
      's6000: l4_64 of 0x010, 2 entries, 3 references',
      's6001: l3_64 of 0x062, 1 entry, 2 references',
      's6002: l2_64 of 0x063, 1 entry, 1 reference, up s6001[000]',
      's6003: l1_64 of 0x061, 32 entries, 1 reference, up s6002[000]',
      's6004: l3_64 of 0x011, 1 entry, 2 references',
      's6005: l2_64 of 0x012, 1 entry, 1 reference, up s6004[002]',
      's6006: l1_64 of 0x030, 32 entries, 1 reference, up s6005[041], out of sync',
    ]);
  });

  it('names tables for the processor’s walk', () => {
    const l = lab();
    const { machine } = l;
    expect(machine.nameTable(0x6000, 4)).toBe('the shadow L4 table s6000');
    expect(machine.nameTable(0x10, 4)).toBe("the guest's L4 table 0x010");
    expect([machine.nameFrame(0x6003), machine.nameFrame(0x2e)]).toEqual(['s6003', '0x02e']);
    expect(l.x.describe(l.snapshots(0)[0] as number)).toMatch(/^the snapshot s/);
    expect(store(vaOf(0x30, 0), word(0, 0)).kind).toBe('store');
  });
});
