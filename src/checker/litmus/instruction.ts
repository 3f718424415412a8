import type { Source } from './source';
import type { Instruction, Source as Value } from './test';
import { bracketed, readLocation, readNumber, readRegister, registerNamed } from './value';

const SUPPORTED =
  'MOV [x],$1 or MOV [x],EAX; MOV EAX,[x], MOV EAX,$1 or MOV EAX,EBX; MFENCE; XCHG [x],EAX; LOCK CMPXCHG [x],EBX; LOCK ADD [x],$1; LOCK INC [x]';

/** Reads one instruction in herd's X86 form. */
export function readInstruction(source: Source): Instruction {
  const words = /^(LOCK\s+)?(\w+)\s*/i.exec(source.text);
  if (words === null) return unsupported(source);
  const [whole, prefix, mnemonic = ''] = words;
  const locked = prefix !== undefined;
  const rest = source.slice(whole.length);
  const operands = rest.text === '' ? [] : rest.split(',');
  const [first, second] = operands;
  switch (`${mnemonic.toUpperCase()} ${operands.length}`) {
    case 'MOV 2':
      if (locked) return source.fail('found LOCK before MOV, which no processor accepts. Use XCHG');
      return move(source, first as Source, second as Source);
    case 'MFENCE 0':
      return locked
        ? source.fail('found LOCK before MFENCE, which no processor accepts')
        : { kind: 'mfence' };
    case 'XCHG 2':
      return exchange(source, first as Source, second as Source);
    case 'CMPXCHG 2':
      return {
        kind: 'cmpxchg',
        location: target(source, first, locked),
        register: readRegister(second as Source),
      };
    case 'ADD 2':
      return { kind: 'add', location: target(source, first, locked), from: readValue(second as Source) };
    case 'INC 1':
      return { kind: 'add', location: target(source, first, locked), from: { kind: 'immediate', value: 1 } };
    default:
      return unsupported(source);
  }
}

function unsupported(source: Source): never {
  return source.fail(`found \`${source.text}\`. Supported: ${SUPPORTED}`);
}

function move(source: Source, to: Source, from: Source): Instruction {
  const into = bracketed(to);
  const outOf = bracketed(from);
  if (into !== undefined && outOf !== undefined) return unsupported(source);
  if (into !== undefined) return { kind: 'store', location: readLocation(into), from: readValue(from) };
  const register = readRegister(to);
  if (outOf !== undefined) return { kind: 'load', to: register, location: readLocation(outOf) };
  return { kind: 'move', to: register, from: readValue(from) };
}

/** An exchange with memory is locked with or without the prefix; the operands may stand either way round. */
function exchange(source: Source, first: Source, second: Source): Instruction {
  const here = bracketed(first);
  if (here !== undefined)
    return { kind: 'xchg', location: readLocation(here), register: readRegister(second) };
  const there = bracketed(second);
  if (there === undefined) return unsupported(source);
  return { kind: 'xchg', location: readLocation(there), register: readRegister(first) };
}

/** The memory operand of an instruction that is atomic only with LOCK. */
function target(source: Source, operand: Source | undefined, locked: boolean): string {
  const inside = operand && bracketed(operand);
  if (inside === undefined) return unsupported(source);
  if (!locked)
    return source.fail(
      `found \`${source.text}\` without LOCK: two accesses, not one. Put LOCK before it; without, it is not supported`,
    );
  return readLocation(inside);
}

function readValue(source: Source): Value {
  const register = registerNamed(source.text);
  if (register !== undefined) return { kind: 'register', register };
  const digits = source.text.startsWith('$') ? source.slice(1) : source;
  return { kind: 'immediate', value: readNumber(digits) };
}
