import { defined } from '../base';
import { formOfKind, type Item, type ScenarioText, type Statement } from './ast';
import { layOut, writeParts } from './syntax/write';

/**
 * The text of a scenario, in the one way it is formatted: operations and what is said about them indented under their block,
 * long lists and texts broken at 100 columns, one empty line where there were some. `parse` reads back the same tree.
 */
export function print(ast: ScenarioText): string {
  const lines: string[] = [];
  let depth = 0;
  ast.items.forEach((item, i) => {
    if (opensBlock(item)) depth = 1;
    else if (item.kind === 'end') depth = Math.max(1, depth - 1);
    else if (leavesBlock(item)) depth = 0;
    const indent = '  '.repeat(
      opensBlock(item) ? 0 : item.kind === 'comment' ? depthOfComment(ast.items, i, depth) : depth,
    );
    lines.push(printItem(item, indent));
    if (item.kind === 'repeat') depth = Math.max(1, depth) + 1;
  });
  return `${lines.join('\n')}\n`;
}

function opensBlock(item: Item): boolean {
  return item.kind === 'vcpu' || item.kind === 'host' || item.kind === 'prologue';
}

/** Notes and questions stand under the operations they speak of; everything else that is no operation ends a block. */
function leavesBlock(item: Item): boolean {
  if (item.kind === 'comment' || item.kind === 'blank') return false;
  if (item.kind === 'note' || item.kind === 'ask') return item.at?.op !== undefined;
  return formOfKind(item.kind)?.group !== 'operation';
}

/** A comment belongs to the statement below it. */
function depthOfComment(items: readonly Item[], at: number, depth: number): number {
  const next = items.slice(at + 1).find((item) => item.kind !== 'comment' && item.kind !== 'blank');
  return next === undefined || opensBlock(next) || leavesBlock(next) ? 0 : depth;
}

function printItem(item: Item, indent: string): string {
  if (item.kind === 'blank') return '';
  if (item.kind === 'comment') return `${indent}#${item.text === '' ? '' : ` ${item.text}`}`;
  return printStatement(item, indent);
}

/** One statement, which may take several lines, without a line end. */
export function printStatement(statement: Statement, indent = ''): string {
  const form = defined(formOfKind(statement.kind), `a form for ${statement.kind}`);
  const parts = writeParts(form.parts, statement as unknown as Readonly<Record<string, unknown>>);
  const body = layOut(parts === '' ? form.keyword : `${form.keyword} ${parts}`, indent);
  return statement.comment === undefined ? body : `${body} # ${statement.comment}`.trimEnd();
}
