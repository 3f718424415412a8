import { fail, ok, type Result } from '../base';
import type { Ask, Note, Question, ScenarioSpec } from '../engine/spec';
import type { Design } from '../hypervisor/design';
import { designs as allDesigns } from '../hypervisor/registry';
import { ASK_KIND_NAMES, isAskKind } from './askKinds';
import type { ScenarioText } from './ast';
import { type Diagnostic, placed } from './diagnostic';
import { lowerExpectations } from './lower/expectations';
import { Findings } from './lower/findings';
import { layMemory, type MemoryLayout } from './lower/memory';
import { momentOf } from './lower/moments';
import { once } from './lower/once';
import { lowerPrograms, type Programs, vcpusUsed } from './lower/program';
import { questionOf } from './lower/question';
import { bootRegisters } from './lower/registers';
import { lowerSchedule } from './lower/schedule';
import { type Setup, settle } from './lower/setup';
import { rootOf } from './lower/spaces';
import { read } from './parse';
import { nearest, orList } from './suggest';

/** A text that can run. */
export interface Resolved {
  readonly spec: ScenarioSpec;
  readonly design: Design;
  readonly ast: ScenarioText;
  /** What is allowed but probably not meant. */
  readonly warnings: readonly Diagnostic[];
}

/**
 * Turns a scenario's text into plain data that the engine runs, or says everything that is wrong with it: errors of form and,
 * where the form is right, of meaning. Runs nothing.
 */
export function resolve(
  text: string,
  designs: ReadonlyMap<string, Design> = allDesigns,
): Result<Resolved, readonly Diagnostic[]> {
  const { ast, findings } = read(text);
  const f = new Findings();
  const title = once(ast, 'scenario', f);
  if (title === undefined)
    f.error(
      { from: 0, to: 0 },
      'The scenario has no title. Expected a line such as `scenario "A page table may drift"`.',
    );
  const lowered = lower(ast, text, designs, f);
  const diagnostics = placed(text, [...findings, ...f.all]);
  if (lowered === undefined || title === undefined || findings.length > 0 || f.failed)
    return fail(diagnostics);
  return ok({
    spec: { ...lowered.spec, title: title.title },
    design: lowered.design,
    ast,
    warnings: diagnostics,
  });
}

function lower(
  ast: ScenarioText,
  text: string,
  designs: ReadonlyMap<string, Design>,
  f: Findings,
): { spec: ScenarioSpec; design: Design } | undefined {
  const setup = settle(ast, designs, vcpusUsed(ast, f), f);
  if (setup === undefined) return undefined;
  const layout = layMemory(ast, setup, f);
  const roots = rootsOf(ast, setup, layout, f);
  const programs = lowerPrograms(ast, text, setup, layout, roots, f);
  const words = (kind: 'about' | 'source'): string[] =>
    ast.items.flatMap((item) => (item.kind === kind ? [item.words] : []));
  const { design, options, paging, machine } = setup;
  const question = questionOf(ast, setup, layout, f);
  const spec: ScenarioSpec = {
    title: '',
    about: words('about'),
    topic: once(ast, 'topic', f)?.words ?? '',
    level: once(ast, 'level', f)?.level ?? '',
    origins: words('source'),
    design: design.name,
    options,
    paging,
    machine,
    vcpus: roots.map((root) => bootRegisters(setup, root)),
    memory: layout.words,
    ...(layout.variables.length > 0 && { words: layout.variables }),
    ...(question !== undefined && { question }),
    ...(layout.direct === undefined ? {} : { directMap: layout.direct.base }),
    tables: layout.tables,
    programs: programs.ops.slice(0, -1),
    host: programs.ops.at(-1) ?? [],
    prologue: programs.prologue,
    schedule: lowerSchedule(ast, setup, programs, f),
    notes: notesOf(ast, programs, f),
    asks: asksOf(ast, text, programs, f),
    expect: lowerExpectations(ast, { text, setup, layout, programs, f }),
    violates: violatesOf(ast, setup, question, f),
    ...exploredOf(ast, setup, question, f),
    sources: programs.sources,
  };
  return { spec, design };
}

/** The root each vCPU starts with. */
function rootsOf(ast: ScenarioText, setup: Setup, layout: MemoryLayout, f: Findings): number[] {
  const roots = Array.from({ length: setup.machine.vcpus }, () => layout.spaces[0]?.root ?? 0);
  for (const item of ast.items) {
    if (item.kind !== 'start') continue;
    const vcpu = f.number('The number of a vCPU', item.vcpu, 0, setup.machine.vcpus - 1);
    roots[vcpu] = rootOf(item.space, layout.spaces, setup.machine.guestFrames, f);
  }
  return roots;
}

function notesOf(ast: ScenarioText, programs: Programs, f: Findings): Note[] {
  return ast.items.flatMap((item) => {
    if (item.kind !== 'note') return [];
    const { from, to, words } = item;
    return [{ at: momentOf(item.at, item, programs, f), text: words, from, to }];
  });
}

function asksOf(ast: ScenarioText, text: string, programs: Programs, f: Findings): Ask[] {
  return ast.items.flatMap((item) => {
    if (item.kind !== 'ask') return [];
    const { from, to, question } = item;
    if (!isAskKind(question.text)) {
      f.warn(
        question,
        `\`${question.text}\` is no kind of question: nobody will be asked. Expected ${orList(ASK_KIND_NAMES)}.`,
        nearest(question.text, ASK_KIND_NAMES),
      );
    }
    const about = text.slice(question.to, to).replace(/#.*$/, '').trim();
    return [{ at: momentOf(item.at, item, programs, f), question: question.text, about, from, to }];
  });
}

/** Names of invariants, and of what is asked about the end, that can be broken. */
const breakable = ({ design }: Setup, question: Question | undefined): string[] => [
  ...design.invariants.map((one) => one.name),
  ...(question === undefined ? [] : [question.quantifier]),
];

function exploredOf(
  ast: ScenarioText,
  setup: Setup,
  question: Question | undefined,
  f: Findings,
): Pick<ScenarioSpec, 'explored'> {
  const said = once(ast, 'explore', f);
  if (said === undefined) return {};
  const names = breakable(setup, question);
  const known = said.names.filter((name) => f.known(`an invariant of ${setup.design.name}`, name, names));
  return { explored: known.map((name) => name.text) };
}

/** What is asked about the end can be broken like an invariant, by the name of its keyword. */
function violatesOf(ast: ScenarioText, setup: Setup, question: Question | undefined, f: Findings): string[] {
  const said = once(ast, 'violates', f);
  if (said === undefined || said.what.kind === 'none') return [];
  const names = breakable(setup, question);
  return said.what.names
    .filter((name) => f.known(`an invariant of ${setup.design.name}`, name, names))
    .map((name) => name.text);
}
