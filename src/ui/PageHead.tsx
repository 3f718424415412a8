import type { ReactNode } from 'react';
import './pageHead.css';

interface PageHeadProps {
  readonly title: string;
  /** What the page is for, in a sentence or two. */
  readonly children?: ReactNode;
}

/** What every page in place of the stage begins with. */
export const PageHead = ({ title, children }: PageHeadProps) => (
  <header className="page-head">
    <h2 className="page-title">{title}</h2>
    {children !== undefined && <p className="page-lead">{children}</p>}
  </header>
);
