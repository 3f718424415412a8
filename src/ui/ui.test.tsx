// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { afterEach, expect, test, vi } from 'vitest';
import { Dialog } from './Dialog';
import { Menu } from './Menu';
import { Sparkbar } from './Sparkbar';
import { SplitPane } from './SplitPane';
import { Switch } from './Switch';
import { Tabs } from './Tabs';
import TooltipLayer from './TooltipLayer.lazy';

afterEach(cleanup);

function ThreeTabs() {
  const [selected, setSelected] = useState('a');
  const tabs = ['a', 'b', 'c'].map((id) => ({ id, label: `Tab ${id}` }));
  return (
    <Tabs label="Three" tabs={tabs} selected={selected} onSelect={setSelected}>
      panel {selected}
    </Tabs>
  );
}

test('tabs: arrows go around, Home and End to the ends, one stop in the tab order', async () => {
  render(<ThreeTabs />);
  const user = userEvent.setup();
  await user.tab();
  expect(document.activeElement?.textContent).toBe('Tab a');
  await user.keyboard('{ArrowLeft}');
  expect(screen.getByRole('tabpanel').textContent).toBe('panel c');
  expect(document.activeElement?.textContent).toBe('Tab c');
  await user.keyboard('{Home}{ArrowRight}');
  expect(screen.getByRole('tabpanel', { name: 'Tab b' })).toBeTruthy();
  expect(screen.getAllByRole('tab').filter((tab) => tab.tabIndex === 0)).toHaveLength(1);
});

test('switch: its sentence describes it, and it reports what it would become', async () => {
  const changed = vi.fn();
  render(<Switch label="Fixups" on says="Remembers who maps a page." onChange={changed} />);
  const control = screen.getByRole('switch', { name: 'Fixups' });
  expect(control.getAttribute('aria-checked')).toBe('true');
  expect(document.getElementById(control.getAttribute('aria-describedby') ?? '')?.textContent).toBe(
    'Remembers who maps a page.',
  );
  await userEvent.click(control);
  expect(changed).toHaveBeenCalledExactlyOnceWith(false);
});

test('menu: opens on its first item, arrows move, Escape returns to the button, a choice closes it', async () => {
  const ran = vi.fn();
  render(
    <Menu
      label="More"
      icon="more"
      items={[
        { id: 'a', label: 'First', run: ran },
        { id: 'b', label: 'Second', run: ran, disabled: true },
        { id: 'c', label: 'Third', run: ran },
      ]}
    />,
  );
  const user = userEvent.setup();
  const button = screen.getByRole('button', { name: 'More' });
  await user.click(button);
  expect(document.activeElement?.textContent).toBe('First');
  await user.keyboard('{ArrowDown}');
  expect(document.activeElement?.textContent).toBe('Third');
  await user.keyboard('{Escape}');
  expect(screen.queryByRole('menu')).toBeNull();
  expect(document.activeElement).toBe(button);
  await user.click(button);
  await user.click(screen.getByRole('menuitem', { name: 'Third' }));
  expect(ran).toHaveBeenCalledTimes(1);
  expect(screen.queryByRole('menu')).toBeNull();
});

test('dialog: has its title for a name, begins at what it is for, and closes by its button', async () => {
  const closed = vi.fn();
  render(
    <Dialog title="Library" open onClose={closed}>
      <input data-first aria-label="Search" />
    </Dialog>,
  );
  expect(screen.getByRole('dialog', { name: 'Library' })).toBeTruthy();
  expect(document.activeElement).toBe(screen.getByLabelText('Search'));
  await userEvent.click(screen.getByRole('button', { name: 'Close' }));
  expect(closed).toHaveBeenCalled();
});

test('split pane: a handle moves its own column by keys, not below what it needs', () => {
  render(
    <SplitPane
      panes={[
        { id: 'left', content: 'left', size: 300, min: 280 },
        { id: 'middle', content: 'middle', min: 100 },
        { id: 'right', content: 'right', size: 200, min: 100 },
      ]}
    />,
  );
  const value = (name: string) => screen.getByRole('separator', { name }).getAttribute('aria-valuenow');
  for (const key of ['ArrowLeft', 'ArrowLeft', 'ArrowLeft']) {
    fireEvent.keyDown(screen.getByRole('separator', { name: 'Resize left' }), { key });
  }
  expect(value('Resize left')).toBe('280');
  expect(value('Resize right')).toBe('200');
});

test('sparkbar: any count at all can be seen, and none is more than full', () => {
  const { container } = render(
    <dl>
      <Sparkbar label="one" value={1} max={100_000} />
      <Sparkbar label="all" value={12_345} max={100} />
      <Sparkbar label="none" value={0} max={0} />
    </dl>,
  );
  const widths = [...container.querySelectorAll<HTMLElement>('.ui-sparkbar-track span')].map(
    (bar) => bar.style.width,
  );
  expect(widths).toEqual(['3%', '100%', '0%']);
  expect(screen.getByText('12,345')).toBeTruthy();
});

test('tooltip: shown on hover, tied to what it describes, gone on Escape', () => {
  render(
    <>
      <button type="button" data-tip="What it is for">
        b
      </button>
      <TooltipLayer />
    </>,
  );
  const button = screen.getByRole('button');
  fireEvent.pointerOver(button);
  const tip = screen.getByRole('tooltip', { hidden: true });
  expect(tip.textContent).toBe('What it is for');
  expect(button.getAttribute('aria-describedby')).toBe(tip.id);
  fireEvent.keyDown(document, { key: 'Escape' });
  expect(screen.queryByRole('tooltip', { hidden: true })).toBeNull();
  expect(button.hasAttribute('aria-describedby')).toBe(false);
});
