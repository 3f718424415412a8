export * from './litmus';
export * from './walks';
export * from './walksFormat';
export * from './walksReplay';
