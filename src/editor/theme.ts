import { EditorView } from '@codemirror/view';

/** The editor in the page's tokens: CSS variables, so that both schemes and the presenter's size come for free. */
export const theme = EditorView.theme({
  '&': { height: '100%' },
  '&.cm-focused': { outline: '2px solid var(--focus)', outlineOffset: '-2px' },
  '.cm-scroller': { font: 'var(--type-cell)', lineHeight: '1.6' },
  '.cm-content': { color: 'var(--body)', caretColor: 'var(--strong)' },
  '.cm-cursor': { borderLeftColor: 'var(--strong)' },
  '.cm-gutters': {
    backgroundColor: 'transparent',
    color: 'var(--quiet)',
    borderRight: '1px solid var(--hairline)',
  },
  '.cm-gutter': { overflow: 'visible' },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'var(--hover)' },
  '& > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground':
    { backgroundColor: 'var(--penumbra-wash)' },
  '.cm-tooltip': {
    border: '1px solid var(--hairline)',
    borderRadius: 'var(--radius-card)',
    backgroundColor: 'var(--panel)',
    color: 'var(--body)',
    boxShadow: '0 8px 28px var(--elevation)',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]': {
    backgroundColor: 'var(--penumbra-wash)',
    color: 'var(--strong)',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': {
    maxWidth: 'min(560px, 94vw)',
    maxHeight: '18em',
    font: 'var(--type-cell)',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li, .cm-tooltip.cm-tooltip-autocomplete > ul > completion-section':
    {
      padding: '4px 10px',
      lineHeight: '1.35',
    },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > completion-section': {
    color: 'var(--quiet)',
    borderBottom: 'none',
    font: 'var(--type-small)',
  },
  '.cm-tooltip.cm-completionInfo': { maxWidth: '340px', padding: '8px 12px', font: 'var(--type-small)' },
  '.cm-completionDetail': { marginLeft: '1em', color: 'var(--quiet)', fontStyle: 'normal' },
  '.cm-completionMatchedText': { textDecoration: 'none', fontWeight: '700' },
});
