export { type Lacking, lackingOf } from './entry';
export { type Missing, missingAt } from './missing';
export { type WhyNot, whyNot } from './whyNot';
