export * from './design';
export * from './registry';
