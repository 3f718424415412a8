/** A piece of a source's words: plain, or a commit with its address. */
export interface OriginPart {
  readonly text: string;
  readonly href?: string;
}

const XEN = 'https://xenbits.xen.org/gitweb/?p=xen.git;a=commit;h=';

/** A commit is named by ten or more hexadecimal digits: `Xen d067e4b077 (20 June 2008): multi.c sh_page_fault`. */
const COMMIT = /\b[0-9a-f]{10,40}\b/g;

/** Words that say where facts come from, with every commit of Xen that they name as a link to it. */
export function originParts(words: string): OriginPart[] {
  if (!words.startsWith('Xen')) return [{ text: words }];
  const parts: OriginPart[] = [];
  let at = 0;
  for (const { 0: commit, index } of words.matchAll(COMMIT)) {
    if (index > at) parts.push({ text: words.slice(at, index) });
    parts.push({ text: commit, href: XEN + commit });
    at = index + commit.length;
  }
  if (at < words.length) parts.push({ text: words.slice(at) });
  return parts;
}
