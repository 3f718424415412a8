import type { ScenarioText, Statement, StatementOf } from '../ast';
import type { Findings } from './findings';

/** The statement of a kind that may stand once; a second one is an error. */
export function once<K extends Statement['kind']>(
  ast: ScenarioText,
  kind: K,
  findings: Findings,
): StatementOf<K> | undefined {
  const all = ast.items.filter((item): item is StatementOf<K> & typeof item => item.kind === kind);
  for (const again of all.slice(1))
    findings.error(again, `\`${kind}\` is said twice. Leave one of the two out.`);
  return all[0];
}
