import { describe, expect, test } from 'vitest';
import type { Run } from '../../../../engine';
import { recordText, XI_ALIASES, XI_BATCH, XI_PRESSURE } from '../../../../testing/xiTexts';
import { buildScene } from '../../build';
import { dataFrame, guestTable } from '../../entity';
import { layoutScene } from '../../layout';
import { layoutChains } from '../../layoutChains';
import type { SceneModel } from '../../model';
import { supplySource } from '../registry';
import { xiSource } from './source';

supplySource(xiSource);

/** The scene of the beat in which an event of a kind happens for the nth time from the end. */
function sceneOf(run: Run, kind: string): SceneModel {
  const event = run.eventsIn(0, run.length).findLast((e) => e.kind === kind);
  if (event === undefined) throw new Error(`no ${kind} in this run`);
  const { from, to } = run.beatAround(event.step + 1);
  return buildScene(run, from, to);
}

const shadowNamed = (model: SceneModel, name: string) =>
  model.tables.find((t) => t.side === 'shadow' && t.name === name);

describe('XI on stage', () => {
  const aliases = recordText(XI_ALIASES);

  test('the chain of a page that turned out to be a page table, in the order walked', () => {
    const model = sceneOf(aliases, 'ChainWalk');
    const spt = (name: string): string => shadowNamed(model, name)?.id ?? '';
    const chain = model.chains?.find(({ walked }) => walked);
    expect(chain?.of).toBe(dataFrame(0x14));
    expect(chain?.also).toBe(guestTable(0x14));
    expect(chain?.links).toEqual([`${spt('S3')}[002]`, `${spt('S2')}[001]`, `${spt('S1')}[000]`]);
    const search = model.motions.find((m) => m.kind === 'search');
    expect(search).toMatchObject({ word: 'visited', reads: chain?.links, hits: chain?.links });
  });

  test('a linear search lights every entry it reads', () => {
    const model = sceneOf(
      recordText(XI_ALIASES.replace('design xi', 'design xi without chain-walk')),
      'LinearScan',
    );
    const search = model.motions.find((m) => m.kind === 'search');
    if (search?.kind !== 'search') throw new Error('a search is a motion');
    expect(search.word).toBe('read');
    expect(search.reads.length % 8).toBe(0);
    expect(search.reads.length).toBeGreaterThanOrEqual(24);
    expect(search.hits).toHaveLength(3);
    expect(model.chains?.some(({ walked }) => walked)).toBe(false);
  });

  test('every shadow has its parents as a chain, and stands under its table', () => {
    const model = buildScene(aliases, aliases.length - 1, aliases.length);
    const root = shadowNamed(model, 'S0');
    const leaf = shadowNamed(model, 'S2');
    expect(leaf?.backs).toBe(guestTable(3));
    expect(model.chains?.find(({ of }) => of === leaf?.id)?.links).toEqual([`${root?.id}[001]`]);
    expect(root?.tags).toEqual(['v0']);
  });

  test('a table that was written stands open; its snapshot shows what it said, and what differs is marked', () => {
    const run = recordText(XI_BATCH);
    const opened = sceneOf(run, 'OosOpen');
    expect(
      opened.penumbra.filter(({ quiet }) => !quiet).map(({ guest, differs }) => [guest, differs]),
    ).toEqual([[guestTable(2), 0]]);
    const end = run.eventsIn(0, run.length).findLast((e) => e.kind === 'ResyncBegin')?.step ?? 0;
    const before = buildScene(run, end - 1, end);
    const item = before.penumbra.find(({ guest }) => guest === guestTable(2));
    expect([item?.differs, item?.present, item?.rows.map(({ index }) => index)]).toEqual([2, 8, [4, 5]]);
    expect(before.penumbraWords?.detail[0]).toBe('resync compares 8, touches 2');
    const guest = before.tables.find((t) => t.id === guestTable(2));
    expect(guest?.outOfSync).toBe(true);
    expect(guest?.notes.get(4)?.stale).toBe(true);
    const compared = sceneOf(run, 'ResyncEnd').motions.find((m) => m.kind === 'compare');
    if (compared?.kind !== 'compare') throw new Error('a resync is a motion');
    expect([compared.all.length, compared.differ.length]).toEqual([8, 2]);
  });

  test('a snapshot that agrees with a closed table is quiet', () => {
    const model = buildScene(aliases, aliases.length - 1, aliases.length);
    expect(model.penumbra.length).toBe(5);
    expect(model.penumbra.every(({ quiet }) => quiet)).toBe(true);
  });

  test('what is recycled is seen to go, and its kit comes back as another shadow', () => {
    const run = recordText(XI_PRESSURE);
    const chosen = run.eventsIn(0, run.length).find((e) => e.kind === 'SptiRecycle');
    const kit = `S${Number(chosen?.kit)}`;
    const gone: number[] = [];
    for (let from = 0; from < run.length; from = run.beatAfter(from)) {
      const model = buildScene(run, from, run.beatAfter(from));
      if (shadowNamed(model, kit)?.gone) gone.push(from);
    }
    // Once for each time the kit changes hands.
    const times = run
      .eventsIn(0, run.length)
      .filter((e) => e.kind === 'SptiRecycle' && e.kit === chosen?.kit);
    expect(gone).toHaveLength(times.length);
    const end = buildScene(run, run.length - 1, run.length);
    expect(end.tables.filter((t) => t.side === 'shadow' && !t.gone)).toHaveLength(3);
  });

  test('keeps every card and every chain inside the stage, at every beat and size', () => {
    for (let from = 0; from < aliases.length; ) {
      const to = aliases.beatAfter(from);
      const model = buildScene(aliases, from, to);
      for (const size of [
        { w: 800, h: 658 },
        { w: 390, h: 446 },
      ]) {
        const layout = layoutScene(model, size);
        for (const { rect } of layout.cards) {
          expect(rect.x + rect.w).toBeLessThanOrEqual(size.w);
          expect(rect.y + rect.h).toBeLessThanOrEqual(size.h);
        }
        for (const { stops } of layoutChains(model, layout, undefined))
          for (const { at } of stops) expect(at.x).toBeLessThanOrEqual(size.w);
      }
      from = to;
    }
  });
});
