import { typeScale } from '../../ui/typeScale';
import type { Size } from './useSize';

/** The room in which a whole scene at its usual size neither crowds nor gets lost, in CSS pixels. */
const AT_EASE = { w: 1340, h: 900 };
const LARGEST = 3;

/** How much larger than usual the picture is drawn: with the page's own type, and on a large screen so that it fills its room. */
export const stageScale = ({ w, h }: Size): number =>
  Math.max(typeScale(), Math.min(w / AT_EASE.w, h / AT_EASE.h, LARGEST));
