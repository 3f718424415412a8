export * from './breadthFirst';
export * from './depthFirst';
export * from './explore';
export * from './models/fpf';
export * from './outcome';
export * from './replay';
export * from './stateSet';
export * from './subject';
