import { first as built } from 'virtual:first';
import { expect, test } from 'vitest';
import { xen } from '../hypervisor/xen/design';
import { FIRST, libraryEntry } from '../library';
import { first } from './first';

test('what the build puts into the page is the library’s first scenario, for the design the page starts with', () => {
  expect(built).toEqual(first());
  expect(built.text).toBe(libraryEntry(FIRST)?.text);
  expect(built.spec.design).toBe(xen.name);
});

test('it is plain data: nothing is lost on the way through JSON', () => {
  const { spec } = first();
  expect(JSON.parse(JSON.stringify(spec))).toEqual(spec);
});
