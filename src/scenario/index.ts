export * from './ast';
export * from './diagnostic';
export { parser } from './grammar/scenario.gen';
export { type Parsed, parse } from './parse';
export { print, printStatement } from './print';
export * from './reference';
export { type Resolved, resolve } from './resolve';
export { nearest, orList } from './suggest';
export type { Form, Group } from './syntax/form';
