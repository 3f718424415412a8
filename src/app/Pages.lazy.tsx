import type { ComponentType } from 'react';
import type { Controls } from '../session/controls';
import type { PageShown } from '../session/state';
import { Fetched } from '../ui/Fetched';
import { Guarded } from './Guarded';

/** What every page is given. */
export interface PageProps {
  readonly controls: Controls;
  /** What its address says beyond its name; unchecked. */
  readonly rest: string;
}

type Load = () => Promise<{ readonly default: ComponentType<PageProps> }>;

/** Every page of session/pages.ts, in a chunk of its own. */
export const LOADERS: Readonly<Record<string, Load>> = {
  home: () => import('../pages/home/Page.lazy'),
  stories: () => import('../pages/stories/Page.lazy'),
  glossary: () => import('../pages/glossary/Page.lazy'),
  trace: () => import('../pages/trace/Page.lazy'),
  lab: () => import('../pages/lab/Page.lazy'),
  published: () => import('../pages/published/Page.lazy'),
  race: () => import('../panels/race/RacePanel.lazy'),
  homework: () => import('../pages/homework/Page.lazy'),
  recorded: () => import('../pages/recorded/Page.lazy'),
  truth: () => import('../pages/truth/Page.lazy'),
  compare: () => import('../pages/compare/Page.lazy'),
  embedding: () => import('../pages/embedding/Page.lazy'),
};

interface PagesProps {
  readonly controls: Controls;
  readonly page: PageShown;
}

/** What is shown in place of the stage. */
export default function Pages({ controls, page }: PagesProps) {
  const load = LOADERS[page.name];
  if (load === undefined)
    throw new Error(`no page is drawn for the name ${page.name}; Pages.lazy.tsx lists them`);
  return (
    <Guarded key={page.name} name={page.title}>
      <Fetched load={load} props={{ controls, rest: page.rest }} frames={controls.session.frames}>
        <p className="app-loading">“{page.title}” is being loaded.</p>
      </Fetched>
    </Guarded>
  );
}
