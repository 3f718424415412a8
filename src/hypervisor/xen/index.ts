export { xen } from './design';
export * from './eras';
export * from './events';
export * from './magic';
export { oosFind } from './oos/slots';
export * from './sayDerived';
export * from './state';
export * from './types';
