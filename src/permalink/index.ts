export * from './errors';
export * from './file';
export * from './limits';
export * from './link';
export * from './state';
export * from './version';
