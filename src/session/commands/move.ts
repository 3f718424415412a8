import { FAULT, GUEST_FAULT, VIOLATION } from '../../engine';
import { beatBack, beatForward, endOfOperation, goTo, goToFlag, nextOperation, stepBy } from '../stepping';
import type { Command, CommandContext } from './types';

/** Along the run: by beats, by steps, and to what is worth looking at. */
export function moveCommands({ session }: CommandContext): Command[] {
  const { state } = session;
  const after = state.cursor < state.length;
  const before = state.cursor > 0;
  return [
    {
      id: 'beat-forward',
      title: 'Forward',
      group: 'Move',
      keys: ['ArrowRight', 'PageDown'],
      also: 'next beat',
      enabled: after,
      run: () => beatForward(session),
    },
    {
      id: 'beat-back',
      title: 'Back',
      group: 'Move',
      keys: ['ArrowLeft', 'PageUp'],
      also: 'previous beat',
      enabled: before,
      run: () => beatBack(session),
    },
    {
      id: 'step-forward',
      title: 'Single step forward',
      group: 'Move',
      keys: ['Shift+ArrowRight'],
      enabled: after,
      run: () => stepBy(session, 1),
    },
    {
      id: 'step-back',
      title: 'Single step back',
      group: 'Move',
      keys: ['Shift+ArrowLeft'],
      enabled: before,
      run: () => stepBy(session, -1),
    },
    {
      id: 'to-start',
      title: 'To the start',
      group: 'Move',
      keys: ['Home'],
      enabled: before,
      run: () => goTo(session, 0),
    },
    {
      id: 'to-end',
      title: 'To the end',
      group: 'Move',
      keys: ['End'],
      enabled: after,
      run: () => goTo(session, state.length),
    },
    {
      id: 'next-fault',
      title: 'Next page fault',
      group: 'Move',
      keys: ['f'],
      run: () => goToFlag(session, FAULT | GUEST_FAULT, 1, 'page fault'),
    },
    {
      id: 'previous-fault',
      title: 'Previous page fault',
      group: 'Move',
      keys: ['Shift+F'],
      run: () => goToFlag(session, FAULT | GUEST_FAULT, -1, 'page fault'),
    },
    {
      id: 'next-violation',
      title: 'Next broken invariant',
      group: 'Move',
      keys: ['v'],
      also: 'violation wrong',
      run: () => goToFlag(session, VIOLATION, 1, 'broken invariant'),
    },
    {
      id: 'previous-violation',
      title: 'Previous broken invariant',
      group: 'Move',
      keys: ['Shift+V'],
      run: () => goToFlag(session, VIOLATION, -1, 'broken invariant'),
    },
    {
      id: 'next-operation',
      title: 'Next operation of this vCPU',
      group: 'Move',
      keys: ['o'],
      run: () => nextOperation(session),
    },
    {
      id: 'end-operation',
      title: 'End of this operation',
      group: 'Move',
      keys: ['e'],
      run: () => endOfOperation(session),
    },
  ];
}
