import { figure } from '../../base';
import type { Controls } from '../../session/controls';
import { goTo } from '../../session/stepping';
import type { Rule } from '../../teach/rule';
import { Button } from '../../ui/Button';
import { Origin } from '../../ui/Origin';
import { withoutSheet } from '../../views/code';
import { procedureOrigin } from '../../views/xen/origins';

interface RuleBoxProps {
  readonly controls: Controls;
  readonly rule: Rule;
  /** Offers to go to the step. */
  readonly go?: boolean;
}

/** What decided: the step, its line of pseudo-code, what it said, and where it comes from. */
export function RuleBox({ controls, rule, go = false }: RuleBoxProps) {
  const origin = procedureOrigin(rule.label.split('.')[0] ?? '');
  return (
    <div className="rule">
      <p>{rule.says}</p>
      <p className="rule-line">
        <code>{rule.label}</code>
        <code className="rule-code">{rule.line}</code>
      </p>
      <p className="rule-about">
        {withoutSheet(rule.about)}
        {origin !== undefined && (
          <>
            {' '}
            Follows <Origin words={origin} />
          </>
        )}
      </p>
      {go && (
        <Button look="outline" onClick={() => goTo(controls.session, rule.step + 1)}>
          Go to step {figure(rule.step + 1)}
        </Button>
      )}
    </div>
  );
}
