import type { Rights } from '../../engine/spec';
import { nearest } from '../suggest';
import type { Leaf } from './part';

/** Each right in the order in which it is printed, with all the ways to write it. */
const WAYS: readonly {
  readonly right: keyof Rights;
  readonly printed: string;
  readonly ways: readonly string[];
}[] = [
  { right: 'user', printed: 'user', ways: ['user'] },
  { right: 'accessed', printed: 'a', ways: ['a', 'accessed'] },
  { right: 'dirty', printed: 'd', ways: ['d', 'dirty'] },
  { right: 'global', printed: 'g', ways: ['g', 'global'] },
  { right: 'large', printed: 'ps', ways: ['ps', 'large'] },
];

const ACCESS = /^[rwx]+$/;
const OTHERS = WAYS.flatMap((w) => w.ways);
const WORDS = ['r', 'rw', 'rx', 'rwx', 'w', 'x', ...OTHERS];
const WHAT = 'rights (some of r w x user a d g ps)';

export const NO_RIGHTS: Rights = {
  r: false,
  w: false,
  x: false,
  user: false,
  accessed: false,
  dirty: false,
  global: false,
  large: false,
};

/** Words that a person may have meant as a right. */
const looksLike = (text: string): boolean => ACCESS.test(text) || OTHERS.includes(text);

function rightsLeaf(symbol: string, impliesR: boolean): Leaf<Rights> {
  return {
    what: WHAT,
    symbol,
    words: WORDS,
    starts(c) {
      const token = c.peek();
      if (token?.kind === 'word' && looksLike(token.text)) return true;
      c.want({ what: WHAT, words: WORDS });
      return false;
    },
    read(c) {
      const found: { -readonly [K in keyof Rights]: boolean } = { ...NO_RIGHTS, r: impliesR };
      for (let token = c.peek(); token?.kind === 'word' && looksLike(token.text); token = c.peek()) {
        const { text } = c.next();
        const way = WAYS.find((w) => w.ways.includes(text));
        if (way !== undefined) {
          found[way.right] = true;
          continue;
        }
        const letters = new Set(text) as Set<'r' | 'w' | 'x'>;
        if (letters.size !== text.length) {
          const meant = nearest(text, ['r', 'rw', 'rx', 'rwx']);
          c.stop(token, `\`${text}\` is not a set of rights. Expected some of r w x user.`, meant);
        }
        for (const letter of letters) found[letter] = true;
      }
      c.want({ what: WHAT, words: WORDS });
      return found;
    },
    print: (r) => {
      const access = `${r.r ? 'r' : ''}${r.w ? 'w' : ''}${r.x ? 'x' : ''}`;
      return [access, ...WAYS.filter((w) => r[w.right]).map((w) => w.printed)]
        .filter((w) => w !== '')
        .join(' ');
    },
  };
}

/**
 * Rights, written the same way everywhere: `r w x` together or apart, then `user`, `a` (accessed), `d` (dirty), `g` (global),
 * `ps` (large page). An entry with rights is present: `r` goes without saying when another right is there.
 */
export const rights = rightsLeaf('RIGHTS', true);

/** Single bits to set or clear: nothing goes without saying. */
export const bitRights = rightsLeaf('BITS', false);
