// @vitest-environment happy-dom
import { cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, describe, expect, it } from 'vitest';
import { figure, Random } from '../../base';
import { captureLink, openFile, openFragment } from '../../session/link';
import { TWO_WALKS, testSession } from '../../testing/testSession';
import { SharePanel } from './Panel';

afterEach(cleanup);

const field = (): HTMLInputElement => screen.getByRole('textbox', { name: 'Link to this moment' });

describe('the share dialog', () => {
  it('gives the address of a page that is shown in place of the stage', () => {
    const { controls, session } = testSession();
    session.set({ page: { name: 'homework', title: 'Homework', rest: 'walk/42/1' } });
    render(<SharePanel controls={controls} />);
    const link = screen.getByRole<HTMLInputElement>('textbox', { name: 'Link to this page' });
    expect(link.value).toMatch(/#\/homework\/walk\/42\/1$/);
    expect(screen.queryByRole('textbox', { name: 'Link to this moment' })).toBeNull();
  });

  it('shows the link of this moment and its length', () => {
    const { controls, session } = testSession();
    session.jump(9);
    render(<SharePanel controls={controls} />);
    const url = field().value;
    const there = testSession();
    openFragment(there.session, there.sources, url.slice(url.indexOf('#')));
    expect(captureLink(there.session)).toEqual(captureLink(session));
    expect(there.session.state.cursor).toBe(9);
    expect(screen.getByText(`${figure(url.length)} characters`)).toBeTruthy();
    expect(screen.getByText(/the moment after step 9/)).toBeTruthy();
  });

  it('copies what it shows and says so', async () => {
    const { controls, copied } = testSession();
    render(<SharePanel controls={controls} />);
    await userEvent.click(screen.getByRole('button', { name: 'Copy link' }));
    expect(copied).toEqual([field().value]);
    expect((await screen.findByText('Copied.')).getAttribute('role')).toBe('status');
  });

  it('selects the link where the browser refuses to copy, and leaves the address alone', async () => {
    const { controls, pushed } = testSession({ noClipboard: true });
    render(<SharePanel controls={controls} />);
    await userEvent.click(screen.getByRole('button', { name: 'Copy link' }));
    await screen.findByText(/does not let the page copy/);
    expect(document.activeElement).toBe(field());
    expect(field().selectionEnd).toBe(field().value.length);
    expect(pushed).toEqual([]);
  });

  it('saves a file that opens as the same moment', async () => {
    const { controls, session, files } = testSession();
    session.jump(9);
    render(<SharePanel controls={controls} />);
    await userEvent.click(screen.getByRole('button', { name: 'Download as a file' }));
    expect(files.map(({ name }) => name)).toEqual(['two-walks.shadowscope']);
    const there = testSession();
    openFile(there.session, there.sources, files[0]?.text ?? '');
    expect(captureLink(there.session)).toEqual(captureLink(session));
    expect(there.session.state.cursor).toBe(9);
  });

  it('offers only the file when a link would be too long, and says why', () => {
    const random = new Random(1);
    const words = Array.from({ length: 12_000 }, () => random.below(36).toString(36)).join('');
    const { controls } = testSession({ text: `${TWO_WALKS}# ${words}\n` });
    render(<SharePanel controls={controls} />);
    expect(screen.queryByRole('textbox')).toBe(null);
    expect(screen.getByText(/^The link would have [\d,]+ characters/)).toBeTruthy();
    expect(screen.getByRole('button', { name: 'Download as a file' })).toBeTruthy();
  });
});
