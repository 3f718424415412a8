import type { Controls } from '../../session/controls';

/** What runs on a side besides its title: design, profile, and switches set otherwise than the profile has them. */
export function settingsOf({ session }: Controls): string {
  const { runs, state } = session;
  if (runs === undefined || state.spec === undefined) return '';
  const { options } = state.spec;
  const { design } = runs;
  const profile = design.profiles.find(({ name }) => name === options.profile) ?? design.profiles[0];
  const other = { ...options.switches, ...state.switches };
  const turned = design.switches.flatMap(({ name, label, default: unsaid }) => {
    const on = other[name];
    return on === undefined || on === (profile?.switches[name] ?? unsaid)
      ? []
      : [`${label} ${on ? 'on' : 'off'}`];
  });
  return [
    `${design.title}${profile === undefined ? '' : `, profile ${profile.name}`}`,
    ...turned.slice(0, 3),
    ...(turned.length > 3 ? [`${turned.length - 3} more switches`] : []),
  ].join(' · ');
}

export const nameOf = (side: Controls): string =>
  `“${side.session.state.spec?.title ?? ''}” · ${settingsOf(side)}`;
