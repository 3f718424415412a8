import { fail, ok, type Result } from '../base';

/** What the page keeps between visits. */
export type StoredName =
  | 'draft'
  | 'drafts'
  | 'opening'
  | 'settings'
  | 'layout'
  | 'stories'
  | 'homework'
  /** What was found in the homework's place and could not be read. */
  | 'homework-aside';

/**
 * The browser's storage, which may be blocked, full, or hold what another version wrote. Every access says how it went;
 * nobody else touches `localStorage`.
 */
export class Keeper {
  constructor(private readonly open: () => Storage | undefined) {}

  read(name: StoredName): string | undefined {
    try {
      return this.open()?.getItem(`shadowscope.${name}`) ?? undefined;
    } catch {
      return undefined; // blocked: as if nothing had been kept
    }
  }

  write(name: StoredName, text: string): Result<undefined, string> {
    try {
      const storage = this.open();
      if (storage === undefined) return fail(blocked);
      storage.setItem(`shadowscope.${name}`, text);
      return ok(undefined);
    } catch (error) {
      return fail(error instanceof DOMException && error.name === 'QuotaExceededError' ? full : blocked);
    }
  }

  remove(name: StoredName): void {
    try {
      this.open()?.removeItem(`shadowscope.${name}`);
    } catch {
      // blocked: then there is nothing to remove
    }
  }
}

const blocked =
  'This browser does not let the page keep anything, so a reload would lose what you typed. Share or download the scenario to keep it.';
const full =
  'The browser’s storage for this page is full, so a reload would lose what you typed. Download the scenario to keep it.';
