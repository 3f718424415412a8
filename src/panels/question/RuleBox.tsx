import { figure } from '../../base';
import type { Controls } from '../../session/controls';
import { goTo } from '../../session/stepping';
import type { Rule } from '../../teach/rule';
import { Button } from '../../ui/Button';

/** What decided: the step, its line of pseudo-code, what it said, and where it comes from. */
export function RuleBox({ controls, rule }: { readonly controls: Controls; readonly rule: Rule }) {
  return (
    <div className="rule">
      <p>{rule.says}</p>
      <p className="rule-line">
        <code>{rule.label}</code>
        <code className="rule-code">{rule.line}</code>
      </p>
      <p className="rule-about">{rule.about}</p>
      <Button look="outline" onClick={() => goTo(controls.session, rule.step + 1)}>
        Go to step {figure(rule.step + 1)}
      </Button>
    </div>
  );
}
