import { fail, ok, type Result } from '../../base';
import type { Run } from '../../engine';
import { ruleOf } from '../rule';
import { eventAhead, goingOn, num } from './ahead';
import type { Option, Question } from './question';

/**
 * Which slot of the out-of-sync table does the page take? Its home is its frame number, modulo the number of slots; the new page always
 * gets its home, and whoever is there must go.
 */
export function slot(run: Run, cursor: number): Result<Question, string> {
  const span = goingOn(run, cursor);
  const { describe } = run.built.hypervisor;
  const slots = run.peek(cursor, () => describe.state('oos', [0])?.length ?? 0);
  if (slots < 2) return fail('This design has no table with slots for pages that are out of sync.');
  const event = span && eventAhead(run, cursor, ({ kind }) => kind === 'Unsynced', span);
  if (event === undefined) return fail('No table goes out of sync in this operation.');
  const frame = num(event, 'gmfn');
  const v = num(event, 'vcpu');
  const home = num(event, 'slot');
  const name = run.built.machine.nameFrame(frame);
  const held = run.peek(cursor, () => describe.state('oos', [v]) ?? []);
  const options = held.map(
    (page, i): Option => ({
      id: `slot ${i}`,
      says: `Slot ${i}${page >= 0 ? `, where ${run.built.machine.nameFrame(page)} is now` : ''}`,
      why:
        i === home
          ? `it is the page’s home: ${name} modulo ${slots} is ${home}.`
          : `the page’s home is another one: ${name} modulo ${slots} is ${home}.`,
    }),
  );
  return ok({
    kind: 'slot',
    cursor,
    prompt: `Frame ${name} goes out of sync. Which slot of vCPU ${v}’s out-of-sync table will hold it?`,
    parts: [{ says: 'It takes', many: false, how: 'list', options }],
    truth: [`slot ${home}`],
    shown: event.step + 1,
    hides: ['code', 'events'],
    rule: ruleOf(run, event.step),
  });
}
