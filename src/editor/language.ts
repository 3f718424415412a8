import { HighlightStyle, LanguageSupport, LRLanguage, syntaxHighlighting } from '@codemirror/language';
import { styleTags, tags } from '@lezer/highlight';
import { parser } from '../scenario/grammar/scenario.gen';

/** The scenario language for the editor: the very grammar that the page's own parser reads with. */
const scenarioLanguage = LRLanguage.define({
  name: 'scenario',
  parser: parser.configure({
    props: [
      styleTags({
        Keyword: tags.keyword,
        Modifier: tags.modifier,
        Right: tags.atom,
        'Number Size': tags.number,
        String: tags.string,
        'OpenString Junk': tags.invalid,
        Comment: tags.lineComment,
        'Arrow Equals DotDot Dash': tags.operator,
        'Comma OpenBracket CloseBracket': tags.punctuation,
      }),
    ],
  }),
  languageData: { commentTokens: { line: '#' } },
});

/** Colours are the page's tokens; keywords are bold as well, so that they stand out without their colour. */
const colours = HighlightStyle.define([
  { tag: tags.keyword, color: 'var(--code-word)', fontWeight: '600' },
  { tag: tags.modifier, color: 'var(--code-word)' },
  { tag: tags.atom, color: 'var(--writable-text)' },
  { tag: tags.number, color: 'var(--strong)' },
  { tag: tags.string, color: 'var(--dirty-text)' },
  { tag: tags.lineComment, color: 'var(--code-comment)', fontStyle: 'italic' },
  { tag: tags.invalid, color: 'var(--wrong-text)' },
  { tag: [tags.operator, tags.punctuation], color: 'var(--quiet)' },
]);

export const scenarioSupport = (): LanguageSupport =>
  new LanguageSupport(scenarioLanguage, [syntaxHighlighting(colours)]);
