// @vitest-environment happy-dom
import { fireEvent, render, screen, waitFor } from '@testing-library/react';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { drift } from '../../views/scene/samples/drift';
import { StageView } from './StageView';

const subscribe = (): (() => void) => () => undefined;

function show(more: Partial<Parameters<typeof StageView>[0]> = {}) {
  const onFocus = vi.fn();
  const view = render(
    <StageView
      model={drift}
      size={{ w: 800, h: 658 }}
      scale={1}
      focus={undefined}
      onFocus={onFocus}
      fraction={() => 1}
      subscribe={subscribe}
      scheme="light"
      {...more}
    />,
  );
  return { onFocus, ...view };
}

// What moves over the picture is fetched after it: on a busy machine that takes longer than a test waits.
beforeAll(() => import('./Motion.lazy'));

describe('the stage', () => {
  beforeEach(() => {
    // No canvas here: what moves is looked at in a browser.
    vi.spyOn(HTMLCanvasElement.prototype, 'getContext').mockReturnValue(null);
  });
  afterEach(() => {
    document.body.replaceChildren();
  });

  it('has a button with a full name for every entry, frame and snapshot', () => {
    show();
    const names = screen.getAllByRole('button').map((b) => b.getAttribute('aria-label') ?? '');
    expect(names).toContain(
      'guest entry 007 of page table 0x02e: frame 0x045, present, writable, user, just changed, differs from the other side',
    );
    expect(names).toContain('frame 0x02e, page table, writable for the guest');
    expect(names).toContain('snapshot of 0x02e, vCPU 1, v1 slot 1: 3 present, 1 differ');
    expect(names).toContain('fixup: writable map in shadow s083[0a1]');
    expect(names.every((name) => name !== '')).toBe(true);
  });

  it('chooses what is clicked, and nothing when the ground is clicked', () => {
    const { onFocus } = show();
    fireEvent.click(screen.getByRole('button', { name: /^guest entry 007 of page table 0x02e/ }));
    expect(onFocus).toHaveBeenLastCalledWith('guest 0x02e[007]');
    fireEvent.click(screen.getByRole('group', { name: /^The stage/ }));
    expect(onFocus).toHaveBeenLastCalledWith(undefined);
  });

  it('says which one is chosen, and has one stop in the tab order', () => {
    show({ focus: 'shadow s084[007]' });
    const pressed = screen.getAllByRole('button', { pressed: true });
    expect(pressed.map((b) => b.getAttribute('data-entity'))).toEqual(['shadow s084[007]']);
    expect(screen.getAllByRole('button').filter((b) => b.getAttribute('tabindex') === '0')).toEqual(pressed);
  });

  it('is driven by Enter on an entry, and by Escape to let go', () => {
    const { onFocus } = show();
    const entry = screen.getByRole('button', { name: /^guest entry 001 of page table 0x02e/ });
    fireEvent.keyDown(entry, { key: 'Enter' });
    expect(onFocus).toHaveBeenLastCalledWith('guest 0x02e[001]');
    fireEvent.keyDown(entry, { key: 'Escape' });
    expect(onFocus).toHaveBeenLastCalledWith(undefined);
  });

  it('shows what an entry held until its change, then what it holds', async () => {
    const { unmount } = show({ fraction: () => 0 });
    const text = () =>
      screen
        .getByRole('button', { name: /^guest entry 007 of page table 0x02e/ })
        .parentElement?.querySelector('.scene-target')?.textContent;
    await waitFor(() => expect(text()).toBe('—'));
    unmount();
    show();
    expect(text()).toBe('045');
  });

  it('offers the levels as tabs where they do not fit, and shows the chosen one', () => {
    show({ size: { w: 390, h: 446 } });
    expect(screen.queryByRole('button', { name: /PML4/ })).toBeNull();
    fireEvent.click(screen.getByRole('tab', { name: 'L4' }));
    expect(screen.getByRole('button', { name: /guest page table PML4 0x010/ })).toBeDefined();
  });

  it('names the invariant that is broken, on the row that breaks it', () => {
    const tables = drift.tables.map((t) =>
      t.id === 'shadow s084' ? { ...t, notes: new Map([[7, { wrong: 'I1' }]]) } : t,
    );
    show({
      model: {
        ...drift,
        tables,
        wrong: new Map([['shadow s084[007]', { invariant: 'I1', says: 'entry 007 maps 0x045 writable' }]]),
      },
    });
    expect(
      screen.getByRole('button', { name: /^shadow entry 007 of shadow s084.*breaks: I1/ }),
    ).toBeDefined();
    const card = screen.getByRole('group', { name: /^shadow page table l1_64 s084/ });
    expect(card.querySelector('text.scene-broken')?.textContent).toBe('breaks I1');
  });
});
