export { answerOf } from './places';
export { posable, pose, poseAsk } from './pose';
export * from './question';
export { nextTurn } from './steering';
