export * from './compare';
export { type KvmCase, parseKvmCase } from './format';
