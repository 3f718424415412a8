import type { LinkState } from '../../permalink';
import { captureSide, linkOfText } from '../../session/comparing';
import type { Controls } from '../../session/controls';
import type { Preset, PresetSide } from '../../views/compare/presets';
import { variantText } from '../../views/compare/variant';

/** Something that the other side can be. */
export interface Choice {
  readonly id: string;
  readonly title: string;
  readonly group: string;
  readonly make: () => Made;
  /** Why it cannot be chosen, as a sentence. */
  readonly unable?: string;
}

export interface Made {
  readonly link: LinkState;
  /** What of the text could not be taken along. */
  readonly without: readonly string[];
}

/** The runs that are like a side but for one thing: another design, another profile, one switch. Then the library. */
export function choicesFor({ session, sources }: Controls): Choice[] {
  const { state, runs } = session;
  const { text, library, switches, spec } = state;
  if (runs === undefined || spec === undefined) return [];
  const { design } = runs;
  const now = spec.options.profile === '' ? design.profiles[0]?.name : spec.options.profile;
  return [
    ...sources.designs
      .filter((one) => one.name !== design.name && one.name !== 'skeleton')
      .map((one): Choice => {
        const variant = variantText(text, { design: one });
        const compiled = sources.compile(variant.text);
        const why = compiled.kind === 'error' ? compiled.error[0]?.says : undefined;
        return {
          id: `design ${one.name}`,
          title: one.title,
          group: 'The same guest under another design',
          make: () => made(variant),
          ...(why !== undefined && { unable: why }),
        };
      }),
    ...design.profiles
      .filter(({ name }) => name !== now)
      .map(
        (one): Choice => ({
          id: `profile ${one.name}`,
          title: `${one.name}: ${one.says}`,
          group: `${design.title}: another profile`,
          make: () => made(variantText(text, { profile: one.name })),
        }),
      ),
    ...design.switches
      .filter(({ profiles }) => profiles === undefined || now === undefined || profiles.includes(now))
      .map((one): Choice => {
        const on = runs.run(state.branch).built.hypervisor.switchOn(one.name);
        return {
          id: `switch ${one.name}`,
          title: `${one.label}: ${on ? 'off' : 'on'} instead of ${on ? 'on' : 'off'}`,
          group: `${design.title}: one switch the other way`,
          make: () => ({
            link: linkOfText(text, library, { ...switches, [one.name]: !on }),
            without: [],
          }),
        };
      }),
    ...libraryChoices({ sources }),
  ];
}

/** What is on stage, as it is now. */
export function stageChoice({ session }: Controls): Choice[] {
  const link = captureSide(session);
  return link === undefined
    ? []
    : [
        {
          id: 'stage',
          title: `“${session.state.spec?.title ?? ''}”, as it is on stage`,
          group: 'On stage',
          make: () => ({ link, without: [] }),
        },
      ];
}

export const libraryChoices = ({ sources }: Pick<Controls, 'sources'>): Choice[] =>
  sources.library.map((entry) => ({
    id: `library ${entry.id}`,
    title: entry.title,
    group: `Library: ${entry.topic}`,
    make: () => ({ link: linkOfText(entry.text, entry.id), without: [] }),
  }));

const made = ({ text, without }: ReturnType<typeof variantText>): Made => ({
  link: linkOfText(text),
  without,
});

/** A preset's side as a link; undefined if the library does not have its scenario. */
function presetSide(
  { sources }: Controls,
  { library, design, profile, switches }: PresetSide,
): Made | undefined {
  const entry = sources.library.find(({ id }) => id === library);
  if (entry === undefined) return undefined;
  const other = sources.designs.find(({ name }) => name === design);
  if (other === undefined && profile === undefined)
    return { link: linkOfText(entry.text, entry.id, switches), without: [] };
  return made(
    variantText(entry.text, {
      ...(other !== undefined && { design: other }),
      ...(profile !== undefined && { profile }),
    }),
  );
}

export function presetLinks(
  controls: Controls,
  preset: Preset,
): { readonly left: Made; readonly right: Made } | undefined {
  const left = presetSide(controls, preset.left);
  const right = presetSide(controls, preset.right);
  return left === undefined || right === undefined ? undefined : { left, right };
}
