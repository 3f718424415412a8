/** Protections and shortcuts stand below the story: the first picture does not wait for them. */
export { Switches as default } from '../panels/setup/Switches';
