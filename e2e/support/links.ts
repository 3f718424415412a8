import { encodeLink, LINK_VERSION } from '../../src/permalink';

/** A link to the start of a scenario, as the page would make it. */
export function linkTo(text: string): string {
  const link = encodeLink({
    kind: 'scenario',
    text,
    switches: {},
    branches: [],
    run: 0,
    view: {},
    tables: '00000000',
  });
  if (link.kind === 'error') {
    const { found, expected } = link.error;
    throw new Error(
      `No link of version ${LINK_VERSION} can carry this text: ${found}, expected ${expected}.`,
    );
  }
  return link.value;
}
