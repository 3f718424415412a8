export * from './walks';
export * from './walksFormat';
export * from './walksReplay';
