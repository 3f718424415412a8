export * from './design';
export * from './entity';
export * from './registry';
