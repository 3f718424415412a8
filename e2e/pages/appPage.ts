import type { Page } from '@playwright/test';
import { idle } from '../support/idle';
import { Details } from './details';
import { EditorPane } from './editorPane';
import { LibraryDialog } from './libraryDialog';
import { Messages } from './messages';
import { Moment } from './moment';
import { PaletteDialog } from './paletteDialog';
import { PastDialog } from './pastDialog';
import { QuestionCard } from './questionCard';
import { RaceFinder } from './raceFinder';
import { Setup } from './setup';
import { ShareDialog } from './shareDialog';
import { Stage } from './stage';
import { StoryCard } from './story';
import { Timeline } from './timeline';
import { TracePage } from './tracePage';
import { Transport } from './transport';

/** The page as a whole: opening it, waiting for it, and its screens. */
export class AppPage {
  readonly transport: Transport;
  readonly moment: Moment;
  readonly timeline: Timeline;
  readonly stage: Stage;
  readonly story: StoryCard;
  readonly setup: Setup;
  readonly library: LibraryDialog;
  readonly palette: PaletteDialog;
  readonly past: PastDialog;
  readonly share: ShareDialog;
  readonly editor: EditorPane;
  readonly messages: Messages;
  readonly details: Details;
  readonly race: RaceFinder;
  readonly trace: TracePage;
  readonly questions: QuestionCard;

  constructor(readonly page: Page) {
    this.transport = new Transport(this);
    this.moment = new Moment(this);
    this.timeline = new Timeline(this);
    this.stage = new Stage(this);
    this.story = new StoryCard(this);
    this.setup = new Setup(this);
    this.library = new LibraryDialog(this);
    this.palette = new PaletteDialog(this);
    this.past = new PastDialog(this);
    this.share = new ShareDialog(this);
    this.editor = new EditorPane(this);
    this.messages = new Messages(this);
    this.details = new Details(this);
    this.race = new RaceFinder(this);
    this.trace = new TracePage(this);
    this.questions = new QuestionCard(this);
  }

  /** Opens the page at a link's fragment (`#/1/…`; else the stage with what a first visit finds on it) and waits until it is at rest. */
  async open(fragment = '#/stage'): Promise<void> {
    // A change of fragment alone would not load the page again, and a test must start from a cold page.
    await this.page.goto('about:blank');
    await this.page.goto(`./${fragment}`);
    await this.idle();
  }

  /** Follows a link in the page that is open: the fragment changes, the page stays. */
  async follow(fragment: string): Promise<void> {
    await this.page.goto(`./${fragment}`);
    await this.idle();
  }

  async idle(): Promise<void> {
    await idle(this.page);
  }

  /** Presses a key the way a person does, and waits for what it causes. */
  async press(key: string): Promise<void> {
    await this.page.keyboard.press(key);
    await this.idle();
  }

  /** Drops a file on the page, as a person does from the desktop. */
  async drop(name: string, text: string): Promise<void> {
    const dataTransfer = await this.page.evaluateHandle(
      ([file, content]) => {
        const data = new DataTransfer();
        data.items.add(new File([content], file, { type: 'text/plain' }));
        return data;
      },
      [name, text] as const,
    );
    await this.page.dispatchEvent('body', 'drop', { dataTransfer });
    await this.idle();
  }

  /** The scenario's title as the header shows it. */
  get title() {
    return this.page.getByRole('banner').getByRole('heading', { level: 1 });
  }

  /** What is on stage, told by the page itself: the hash of the store at the cursor. */
  async hash(): Promise<string> {
    return this.page.evaluate(() => window.shadowscope?.hash() ?? '');
  }

  /** No motion: every move is at its end at once. For tests of what is shown, not of how it gets there. */
  async withoutMotion(): Promise<void> {
    await this.page.emulateMedia({ reducedMotion: 'reduce' });
  }
}
