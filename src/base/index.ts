export * from './assert';
export * from './figure';
export * from './fnv';
export * from './hex';
export * from './random';
export * from './result';
export * from './uri';
export * from './word';
