import type { Asked, Told } from '../../session/embed/protocol';

/** What a course page may ask for, as a person who writes one wants to read it. */
export interface AskedRow {
  readonly asked: readonly Asked['do'][];
  readonly beside: string;
  readonly does: string;
  /** A whole message, to be tried. */
  readonly example: Asked;
}

export const ASKED_ROWS: readonly AskedRow[] = [
  {
    asked: ['forward', 'back', 'start', 'end'],
    beside: '',
    does: 'One beat on or back, or to an end of the run. At an end nothing happens.',
    example: { do: 'forward' },
  },
  { asked: ['play', 'pause'], beside: '', does: 'Lets it run, and stops it.', example: { do: 'play' } },
  {
    asked: ['go'],
    beside: 'step: a number',
    does: 'Shows the moment after that step. Beyond the ends it is the end.',
    example: { do: 'go', step: 12 },
  },
  {
    asked: ['open'],
    beside: 'link: what the share dialog gave, or its part from # on',
    does: 'Shows what the link describes: another scenario, another moment, a branch.',
    example: { do: 'open', link: '#/1/…' },
  },
  {
    asked: ['switch'],
    beside: 'name: a switch of the design; on: true or false',
    does: 'Sets the switch. The run begins anew, at the nearest moment.',
    example: { do: 'switch', name: 'snapshots', on: false },
  },
  {
    asked: ['scheme'],
    beside: 'scheme: system, light or dark',
    does: 'The colours, so that the frame goes with your page.',
    example: { do: 'scheme', scheme: 'dark' },
  },
  {
    asked: ['state'],
    beside: '',
    does: 'Asks to be told once more what is on stage.',
    example: { do: 'state' },
  },
];

/** What the frame says, in the order in which it comes up. */
export const TOLD_ROWS: readonly {
  readonly say: Told['say'];
  readonly beside: string;
  readonly when: string;
}[] = [
  {
    say: 'ready',
    beside: 'title, step, steps, playing, actor, caption, broken',
    when: 'Once, as soon as it can be moved. What is asked before is refused.',
  },
  {
    say: 'state',
    beside: 'the same as ready',
    when: 'After every change, whoever made it: your page, or the reader in the frame.',
  },
  { say: 'done', beside: 'id, if there was one', when: 'What was asked is done.' },
  {
    say: 'refused',
    beside: 'why: what was found and what was expected; id, if there was one',
    when: 'What was asked cannot be done, or was not understood. Nothing has changed.',
  },
];

/** What a person who puts the frame into a page wants to know beside the messages. */
export const RULES: readonly { readonly what: string; readonly says: string }[] = [
  {
    what: 'Origin',
    says: 'Your page may come from any address. Only the page directly around the frame is heard, and only that page is told. It learns nothing that the link it gave does not say. In your listener, look whether event.source is the frame’s window before you believe a message.',
  },
  {
    what: 'History and storage',
    says: 'The frame writes no entry into the history, so Back leaves your page and not a step; it keeps nothing in the browser, and asks nobody but its own host for files.',
  },
  {
    what: 'Rubbish',
    says: 'What is not addressed to it (shadowscope: 1) is not answered. What is addressed and not understood changes nothing and is answered with refused. Each reason is told once on the console of the browser.',
  },
  {
    what: 'Title',
    says: 'Keep the frame’s title: a screen reader says it before anybody goes in.',
  },
  {
    what: 'Size',
    says: 'It fits any size. From 640 by 360 all tables of a walk stand side by side; a narrower frame shows one or two levels at a time, with tabs.',
  },
  {
    what: 'Sandbox',
    says: 'It needs no sandbox attribute. If your host adds one, it must say allow-scripts and allow-same-origin, and allow-popups for “Open full”.',
  },
];

/** A whole course page in one file: the frame, two buttons, and the caption beside it. `frame`: the `<iframe>`. */
export const coursePage = (frame: string): string => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Week 3: shadow page tables</title>
<h1>Week 3: shadow page tables</h1>
${frame}
<p><button id="back">Back</button> <button id="on">On</button></p>
<p id="caption"></p>
<script>
  const frame = document.querySelector('iframe');
  const ask = (message) => frame.contentWindow.postMessage({ shadowscope: 1, ...message }, '*');
  document.querySelector('#back').onclick = () => ask({ do: 'back' });
  document.querySelector('#on').onclick = () => ask({ do: 'forward' });
  addEventListener('message', (event) => {
    if (event.source !== frame.contentWindow || event.data?.shadowscope !== 1) return;
    const { say, step, steps, caption } = event.data;
    if (say === 'ready' || say === 'state')
      document.querySelector('#caption').textContent = \`\${step} of \${steps}: \${caption}\`;
  });
</script>
</html>
`;
