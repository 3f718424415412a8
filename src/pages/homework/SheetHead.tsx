import type { ReactNode } from 'react';
import { CHOICES, type SheetName, sheetAddress } from '../../homework';
import { pageAddress } from '../../session/pages';

interface SheetHeadProps {
  readonly sheet: SheetName;
  /** Behind the title: `key`. */
  readonly what?: string;
  readonly children?: ReactNode;
}

/** Which sheet it is, on the screen and on paper: with this line it can be made again. */
export function SheetHead({ sheet, what, children }: SheetHeadProps) {
  const title = CHOICES.find(({ name }) => name === sheet.generator)?.title ?? sheet.generator;
  return (
    <header className="homework-head">
      <div>
        <h2 className="homework-title">
          {title}
          {what !== undefined && `: ${what}`}
        </h2>
        <p className="homework-which">
          {sheetAddress(sheet)} · seed {sheet.seed} · level {sheet.level} · version {sheet.version}{' '}
          <a className="homework-screen" href={pageAddress('homework')}>
            Other sheets
          </a>
        </p>
      </div>
      <div className="homework-tools">{children}</div>
    </header>
  );
}
