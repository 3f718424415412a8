export { checkXenCase } from './compare';
export { parseXenCase } from './format';
