import { encodeLink, type LinkState } from '../../src/permalink';

/** A link as the page makes it, from the state it stands for. */
export function linkTo(state: LinkState): string {
  const link = encodeLink(state);
  if (link.kind === 'error')
    throw new Error(`A test asks for a link that cannot be made: ${link.error.found}.`);
  return link.value;
}
