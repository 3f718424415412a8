export { checkXenCase, type XenDifference } from './compare';
export { parseXenCase } from './format';
