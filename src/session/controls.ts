import { type Command, type CommandContext, type CommandGroup, type Host, momentCommands } from './commands';
import { belongsToTarget, isBareLetter, type KeyPress, matches } from './keys';
import type { Sources } from './opening';
import type { Session } from './session';

const ONLY_ON_STAGE: ReadonlySet<CommandGroup> = new Set(['Move', 'Play', 'Run', 'Ask']);

/** What panels are given: the session to read, and the one list of commands to change it by. */
export class Controls {
  private made: { readonly of: unknown; readonly list: readonly Command[] } | undefined;
  private readonly makers = [momentCommands];

  constructor(
    readonly session: Session,
    public sources: Sources,
    readonly host: Host,
  ) {}

  /** What comes with a part of the page that is loaded later: its sources and its commands. */
  furnish(sources: Sources, maker: (context: CommandContext) => Command[]): void {
    this.sources = sources;
    this.makers.push(maker);
    this.session.runs?.explain(sources.designs);
    this.session.set({ furnished: true });
  }

  /** Everything that can be done in the present state. The same state gives the same list. */
  list(): readonly Command[] {
    const of = this.session.state;
    if (this.made?.of !== of) this.made = { of, list: this.makers.flatMap((make) => make(this)) };
    return this.made.list;
  }

  find(id: string): Command | undefined {
    return this.list().find((command) => command.id === id);
  }

  /** Does it, if it can be done now. */
  execute(id: string): boolean {
    const command = this.find(id);
    if (command === undefined || command.enabled === false) return false;
    command.run();
    return true;
  }

  /**
   * Does what the key stands for, unless it belongs to what is focused or a dialog is open. In front of a page of its own the
   * keys of the stage do nothing: nobody would see it move. True when it was used.
   */
  press(press: KeyPress, target: EventTarget | null): boolean {
    if (belongsToTarget(target, press)) return false;
    if (this.session.state.dialog !== undefined) return false;
    const { bareKeys } = this.session.state;
    const meant = (chord: string): boolean => (bareKeys || !isBareLetter(chord)) && matches(chord, press);
    const command = this.list().find((one) => one.keys?.some(meant) ?? false);
    if (command === undefined || command.enabled === false) return false;
    if (this.session.state.page !== undefined && ONLY_ON_STAGE.has(command.group)) return false;
    command.run();
    return true;
  }
}
