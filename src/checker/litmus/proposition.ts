import type { Source } from './source';
import type { Proposition } from './test';
import { bracketed, readLocation, readNumber, readRegister, registerNamed } from './value';

/** Signs, atoms (`0:EAX=1`, `[x]=1`) as one, words; anything else is one character, to be named in an error. */
const TOKEN = /\/\\|\\\/|=>|[~()]|(\d+\s*:\s*%?)?\[?\w+\]?\s*=(?!>)\s*[^\s()~/\\=]+|\w+|\S/g;
const EXAMPLE = '`0:EAX=1` or `x=1`, with ~, /\\, \\/ and parentheses';

/** Reads a proposition over final states: ~ binds closest, then /\, then \/, then =>. */
export function readProposition(source: Source, threads: number): Proposition {
  const tokens = [...source.text.matchAll(TOKEN)].map((m) => source.slice(m.index, m.index + m[0].length));
  let next = 0;
  const peek = (): string | undefined => tokens[next]?.text;
  const here = (): Source => tokens[next] ?? source.slice(source.text.length);
  const found = (): string => (peek() === undefined ? 'the end' : `\`${peek()}\``);

  function implication(): Proposition {
    const left = disjunction();
    if (peek() !== '=>') return left;
    next++;
    return { kind: 'or', left: { kind: 'not', of: left }, right: implication() };
  }
  function disjunction(): Proposition {
    let left = conjunction();
    while (peek() === '\\/') {
      next++;
      left = { kind: 'or', left, right: conjunction() };
    }
    return left;
  }
  function conjunction(): Proposition {
    let left = negation();
    while (peek() === '/\\') {
      next++;
      left = { kind: 'and', left, right: negation() };
    }
    return left;
  }
  function negation(): Proposition {
    const token = here();
    switch (token.text) {
      case '~':
      case 'not':
        next++;
        return { kind: 'not', of: negation() };
      case '(': {
        next++;
        const inner = implication();
        if (peek() !== ')') here().fail(`found ${found()}, expected \`)\``);
        next++;
        return inner;
      }
      case 'true':
      case 'false':
        next++;
        return { kind: 'constant', holds: token.text === 'true' };
      default:
        if (!token.text.includes('=') || token.text === '=>')
          token.fail(`found ${found()}, expected ${EXAMPLE}`);
        next++;
        return atom(token, threads);
    }
  }

  const whole = implication();
  if (next < tokens.length) here().fail(`found ${found()} after the proposition, expected its end`);
  return whole;
}

/** `0:EAX=1`, `x=1` or `[x]=1`. */
function atom(source: Source, threads: number): Proposition {
  const [left, right] = source.split('=') as [Source, Source];
  const value = readNumber(right);
  const colon = left.text.indexOf(':');
  if (colon >= 0) {
    const thread = readThread(left.slice(0, colon).trim(), threads);
    return { kind: 'register', thread, register: readRegister(left.slice(colon + 1).trim()), value };
  }
  if (registerNamed(left.text) !== undefined)
    left.fail(`found ${left.text} without its thread, expected for example 0:${left.text}`);
  return { kind: 'memory', location: readLocation(bracketed(left) ?? left), value };
}

/** The number of a thread that the test has. */
export function readThread(source: Source, threads: number): number {
  const { text } = source;
  if (!/^\d+$/.test(text) || Number(text) >= threads)
    source.fail(`found thread \`${text}\`, expected 0 to ${threads - 1}: the threads that the program has`);
  return Number(text);
}
