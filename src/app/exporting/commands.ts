import type { Command } from '../../session/commands';
import type { Controls } from '../../session/controls';

type Makers = typeof import('./exports.lazy')['makers'];

/** Pictures, cards, animations, traces and paper of what is on stage. What makes them is fetched when it is asked for. */
export function exportCommands(controls: Controls): () => Command[] {
  const { session } = controls;
  /** Where an animation begins: the start of the run until somebody says otherwise. */
  let begin: { readonly spec: unknown; readonly branch: number; readonly at: number } | undefined;
  /** Fetches a part of the page, and lets it work. That it cannot be fetched is one thing, that its work fails another. */
  const using =
    <P>(load: () => Promise<P>, what: string, work: (part: P) => unknown) =>
    () => {
      const done = session.frames.begin(what);
      void load()
        .then(work, (error: unknown) => {
          throw new Error(
            `The part of the page that ${what} could not be fetched (${said(error)}). What is on stage stays. Look at your connection and try again; if the page is older than its host’s, share the moment and reload.`,
          );
        })
        .catch((error: unknown) => session.say(said(error), 'wrong'))
        .finally(done);
    };
  const making = (make: (makers: Makers) => ReturnType<Makers['animationOf']>) =>
    using(
      () => import('./exports.lazy'),
      'saves pictures and traces',
      ({ give, makers }) => give(controls, make(makers)),
    );
  return () => {
    const { state } = session;
    const shown = state.version > 0 && state.page === undefined;
    // In another run the moment means nothing.
    const here = begin !== undefined && begin.spec === state.spec && begin.branch === state.branch;
    const from = here ? Math.min(begin?.at ?? 0, state.length) : 0;
    const group = 'Scenario';
    return [
      {
        id: 'export-svg',
        title: 'Save the picture as SVG',
        group,
        also: 'export image vector',
        enabled: shown,
        run: making((it) => it.svgOf(controls)),
      },
      {
        id: 'export-png',
        title: 'Save the picture as PNG',
        group,
        also: 'export image bitmap',
        enabled: shown,
        run: making((it) => it.pngOf(controls)),
      },
      {
        id: 'export-card',
        title: 'Save a card of this moment, to be cited',
        group,
        also: 'export cite slide review svg verdict',
        enabled: shown,
        run: making((it) => it.cardOf(controls)),
      },
      {
        id: 'animation-from',
        title: 'Begin an animation here',
        group,
        also: 'export film gif apng span',
        enabled: shown && state.cursor < state.length,
        run: () => {
          const { spec, branch, cursor: at } = session.state;
          begin = { spec, branch, at };
          session.say(
            `An animation begins at step ${at}. Go to where it shall end, and save it from the menu or the palette.`,
          );
          // The list of commands says from where.
          session.set({});
        },
      },
      {
        id: 'animation-to',
        title: `Save the animation from step ${from} to here`,
        group,
        also: 'export film gif apng span',
        enabled: shown && state.cursor > from,
        run: making((it) => it.animationOf(controls, from, session.state.cursor)),
      },
      {
        id: 'print',
        title: 'Print this moment with its tables',
        group,
        keys: ['Mod+p'],
        also: 'paper pdf',
        enabled: shown,
        run: using(
          () => import('./print.lazy'),
          'prints',
          ({ printMoment }) => printMoment(controls),
        ),
      },
      {
        id: 'export-trace',
        title: 'Save the run as a trace for Perfetto',
        group,
        also: 'export chrome tracing json',
        enabled: state.version > 0,
        run: making((it) => it.traceOf(controls)),
      },
    ];
  };
}

const said = (error: unknown): string => (error instanceof Error ? error.message : String(error));
