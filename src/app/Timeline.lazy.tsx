/** Time as a whole is drawn right after the first picture; its room below the scene is kept for it. */
export { LanesPanel as default } from '../panels/lanes/Panel';
