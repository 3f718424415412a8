import { fail, ok, type Result } from '../../base';
import type { SchemeChoice } from '../state';

/**
 * What a course page and the page embedded in it say to each other, by `postMessage`. Every message is an object with
 * `shadowscope: 1`; the README lists them. What a parent asks for is read here as any other input: nothing is taken on trust.
 */
export const EMBED_PROTOCOL = 1;

/** A moment further on, back, the two ends, playing: what a page may ask for by its name alone. */
export const MOVES = ['forward', 'back', 'start', 'end', 'play', 'pause', 'state'] as const;
export type Move = (typeof MOVES)[number];

/** Everything that a message may ask for. */
export const ASKED: readonly Asked['do'][] = [...MOVES, 'open', 'go', 'switch', 'scheme'];

const SCHEMES: readonly SchemeChoice[] = ['system', 'light', 'dark'];

export type Asked =
  | { readonly do: Move }
  /** A link of the share dialog, or its fragment alone. */
  | { readonly do: 'open'; readonly link: string }
  | { readonly do: 'go'; readonly step: number }
  | { readonly do: 'switch'; readonly name: string; readonly on: boolean }
  | { readonly do: 'scheme'; readonly scheme: SchemeChoice };

/** A message as it was understood. `id`: whatever the parent wants to find again in the answer. */
export interface Request {
  readonly asked: Asked;
  readonly id: string | number | undefined;
}

/** What is on stage, as the parent is told whenever it changes. */
export interface EmbedState {
  readonly title: string;
  readonly step: number;
  readonly steps: number;
  readonly playing: boolean;
  /** Who acted last, and in one sentence what happened. */
  readonly actor: string;
  readonly caption: string;
  /** Sentences about what is broken at this moment; usually none. */
  readonly broken: readonly string[];
}

export type Told =
  | ({ readonly shadowscope: typeof EMBED_PROTOCOL; readonly say: 'ready' | 'state' } & EmbedState)
  | { readonly shadowscope: typeof EMBED_PROTOCOL; readonly say: 'done'; readonly id?: string | number }
  | {
      readonly shadowscope: typeof EMBED_PROTOCOL;
      readonly say: 'refused';
      readonly why: string;
      readonly id?: string | number;
    };

const shown = (value: unknown): string => {
  try {
    return (JSON.stringify(value) ?? String(value)).slice(0, 80);
  } catch {
    return 'something that cannot be printed';
  }
};

/** A message of the parent. The error says what was found and what was expected. */
export function readRequest(data: unknown): Result<Request, string> {
  if (typeof data !== 'object' || data === null || Array.isArray(data))
    return fail(`found ${shown(data)}, expected an object with shadowscope: ${EMBED_PROTOCOL}`);
  const given = data as Readonly<Record<string, unknown>>;
  if (given.shadowscope !== EMBED_PROTOCOL)
    return fail(`found shadowscope: ${shown(given.shadowscope)}, expected ${EMBED_PROTOCOL}`);
  const { id } = given;
  if (id !== undefined && typeof id !== 'string' && typeof id !== 'number')
    return fail(`found id: ${shown(id)}, expected a string or a number`);
  const asked = readAsked(given);
  return asked.kind === 'ok' ? ok({ asked: asked.value, id }) : asked;
}

function readAsked(given: Readonly<Record<string, unknown>>): Result<Asked, string> {
  const { do: what } = given;
  const move = MOVES.find((one) => one === what);
  if (move !== undefined) return ok({ do: move });
  switch (what) {
    case 'open':
      return typeof given.link === 'string' && given.link.includes('#')
        ? ok({ do: what, link: given.link.slice(given.link.indexOf('#')) })
        : fail(`found link: ${shown(given.link)}, expected a link of the share dialog`);
    case 'go':
      return typeof given.step === 'number' && Number.isFinite(given.step)
        ? ok({ do: what, step: given.step })
        : fail(`found step: ${shown(given.step)}, expected a number`);
    case 'switch':
      return typeof given.name === 'string' && typeof given.on === 'boolean'
        ? ok({ do: what, name: given.name, on: given.on })
        : fail(
            `found ${shown({ name: given.name, on: given.on })}, expected name: a switch, on: true or false`,
          );
    case 'scheme': {
      const scheme = SCHEMES.find((one) => one === given.scheme);
      return scheme === undefined
        ? fail(`found scheme: ${shown(given.scheme)}, expected one of ${SCHEMES.join(', ')}`)
        : ok({ do: what, scheme });
    }
    default:
      return fail(`found do: ${shown(what)}, expected one of ${ASKED.join(', ')}`);
  }
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');

/** The address of a link with nothing but the stage around it. */
export function embedAddress(url: string): string {
  const at = url.indexOf('#');
  const page = at < 0 ? url : url.slice(0, at);
  return `${page.replace(/\?.*$/s, '')}?embed${at < 0 ? '' : url.slice(at)}`;
}

/** How high a frame is unless somebody says otherwise: guest, shadow and caption have room. */
export const EMBED_HEIGHT = 560;

/** What a course page copies into itself. A frame without a title means nothing to a screen reader. */
export const embedSnippet = (url: string, title: string, height = EMBED_HEIGHT): string =>
  `<iframe title="${escaped(`Shadowscope: ${title}`)}" src="${escaped(embedAddress(url))}" width="100%" height="${height}" style="border: 0" loading="lazy" allow="fullscreen"></iframe>`;
