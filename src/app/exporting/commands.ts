import type { Command } from '../../session/commands';
import type { Controls } from '../../session/controls';

type Makers = typeof import('./exports.lazy')['makers'];

/** Pictures, cards, animations, traces and paper of what is on stage. What makes them is fetched when it is asked for. */
export function exportCommands(controls: Controls): () => Command[] {
  const { session } = controls;
  /** Where an animation begins: the start of the run until somebody says otherwise. */
  let begin = 0;
  const making = (make: (makers: Makers) => ReturnType<Makers['svgOf']>) => () => {
    const fetched = session.frames.begin('exports');
    void import('./exports.lazy')
      .then(({ give, makers }) => give(controls, make(makers)))
      .catch((error: unknown) => {
        const why = error instanceof Error ? error.message : String(error);
        session.say(`The part that saves pictures could not be fetched (${why}). Try again.`, 'wrong');
      })
      .finally(fetched);
  };
  return () => {
    const { state } = session;
    const shown = state.version > 0 && state.page === undefined;
    const from = Math.min(begin, state.length);
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
          begin = session.state.cursor;
          session.say(
            `An animation begins at step ${begin}. Go to where it shall end, and save it from the menu or the palette.`,
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
        run: () => {
          const fetched = session.frames.begin('print');
          void import('./print.lazy')
            .then(({ printMoment }) => printMoment(controls))
            .catch((error: unknown) => {
              session.say(error instanceof Error ? error.message : String(error), 'wrong');
            })
            .finally(fetched);
        },
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
