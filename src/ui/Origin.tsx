import { originParts } from './commitLinks';

/** Where facts come from. A commit that is named is a link to its page. */
export function Origin({ words }: { readonly words: string }) {
  return (
    <>
      {originParts(words).map(({ text, href }) =>
        href === undefined ? (
          <span key={text}>{text}</span>
        ) : (
          <a key={href} href={href} target="_blank" rel="noreferrer">
            {text}
          </a>
        ),
      )}
    </>
  );
}
