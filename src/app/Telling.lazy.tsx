/** The stories are as long as a small book: they are fetched when the first one is told. */
export { TellingPanel as default } from '../panels/telling/Panel';
