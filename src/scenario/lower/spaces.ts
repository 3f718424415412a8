import { assertNever } from '../../base';
import type { ScenarioText } from '../ast';
import type { Name, Num } from '../syntax/leaf';
import type { Findings } from './findings';
import { once } from './once';

/** An address space: a root table, and a name if it has one. */
export interface Space {
  readonly root: number;
  readonly name?: string;
}

const DEFAULT_ROOT = 0x010;

/** The address spaces of a text: the first is the one of `root`. */
export function spacesOf(ast: ScenarioText, guestFrames: number, f: Findings): readonly Space[] {
  const said = once(ast, 'root', f);
  const root =
    said === undefined
      ? Math.min(DEFAULT_ROOT, guestFrames - 1)
      : f.number('The root frame', said.frame, 0, guestFrames - 1);
  const spaces: Space[] = [{ root }];
  for (const item of ast.items) {
    if (item.kind !== 'space') continue;
    const frame = f.number('The root frame of an address space', item.frame, 0, guestFrames - 1);
    if (spaces.some((s) => s.name === item.name.text))
      f.error(item.name, `Two address spaces are named \`${item.name.text}\`. Give one another name.`);
    if (spaces.some((s) => s.root === frame))
      f.error(
        item.frame,
        'This frame is the root of another address space already. Expected a frame of its own.',
      );
    spaces.push({ root: frame, name: item.name.text });
  }
  return spaces;
}

type Named =
  | { readonly kind: 'frame'; readonly frame: Num }
  | { readonly kind: 'name'; readonly name: Name }
  | { readonly kind: 'space'; readonly name: Name };

/** The root that a frame or the name of an address space stands for. */
export function rootOf(said: Named, spaces: readonly Space[], guestFrames: number, f: Findings): number {
  switch (said.kind) {
    case 'frame':
      return f.number('A root frame', said.frame, 0, guestFrames - 1);
    case 'name':
    case 'space': {
      const names = spaces.flatMap((s) => s.name ?? []);
      f.known('an address space', said.name, names);
      return spaces.find((s) => s.name === said.name.text)?.root ?? spaces[0]?.root ?? 0;
    }
    default:
      return assertNever(said);
  }
}
