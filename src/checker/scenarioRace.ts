import { type BuiltWorld, buildWorld, type ScenarioSpec } from '../engine';
import type { Design } from '../hypervisor';
import type { Protection, Without } from './protection';
import { type Subject, subjectOf } from './subject';
import { MOST_USERS } from './touched/contention';
import { NotingStore } from './touched/notingStore';

/** Whether a switch of the design is on when the scenario begins: as the text says, else as its profile does. */
export function switchedOn(spec: ScenarioSpec, design: Design, name: string): boolean {
  const profile = design.profiles.find((p) => p.name === spec.options.profile);
  const spoken = spec.options.switches[name] ?? profile?.switches[name];
  return spoken ?? design.switches.find((s) => s.name === name)?.default ?? false;
}

/** The protections that a scenario has and that can be taken away: switches that are on and say what breaks without them. */
export function protectionsOf(spec: ScenarioSpec, design: Design): Protection[] {
  const { explored } = spec;
  return design.switches
    .filter(({ name, protects }) => protects !== undefined && switchedOn(spec, design, name))
    .filter(({ protects = '' }) => explored === undefined || explored.includes(protects))
    .map(({ name, label }) => ({ name, label }));
}

/** A scenario with some of its switches turned off from the start. */
export function specWithout(spec: ScenarioSpec, removed: Iterable<string>): ScenarioSpec {
  const off = Object.fromEntries([...removed].map((name) => [name, false]));
  return { ...spec, options: { ...spec.options, switches: { ...spec.options.switches, ...off } } };
}

/** A world whose store notes uses, as something to explore. */
function notedSubject(built: BuiltWorld): Subject {
  const { world, machine } = built;
  const { store, counters } = world;
  const subject = subjectOf(built);
  const { storeBuffers } = machine;
  const users = world.actors.map(({ index, kind }) => (kind === 'drain' ? machine.drains(index) : index));
  if (!(store instanceof NotingStore) || Math.max(...users) >= MOST_USERS)
    return { ...subject, singly: true };
  const buffers = storeBuffers.depth > 0 ? storeBuffers.regions : [];
  const releasing = (v: number, lock: number): boolean => storeBuffers.waitsFor(v, lock);
  const progress = (user: number): number => (machine.regs[user] ?? machine.host).get('op');
  store.noteFrom({ users, buffers, releasing, progress }, counters.region);
  return { ...subject, contention: store.contention };
}

/** Builds a scenario's world anew for every set of protections removed. */
export const scenarioWithout =
  (spec: ScenarioSpec, design: Design): Without =>
  (removed) =>
    notedSubject(buildWorld(specWithout(spec, removed), design, new NotingStore()));
