import type { Source } from './source';
import { REGISTERS, type Register } from './test';

const NAME = /^[A-Za-z_]\w*$/;
const NUMBER = /^-?(0x[0-9a-f]+|\d+)$/i;

/** The register of this name in any case, or undefined. herd's X86_64 calls EAX `%eax` or `rax`: values have 32 bits all the same. */
export function registerNamed(text: string): Register | undefined {
  const plain = text.toUpperCase().replace(/^%/, '').replace(/^R/, 'E');
  return REGISTERS.find((name) => name === plain);
}

/** A register where one must stand; else the source fails with what was found and which there are. */
export function readRegister(source: Source): Register {
  return (
    registerNamed(source.text) ??
    source.fail(`found \`${source.text}\`, expected a register: ${REGISTERS.join(', ')}`)
  );
}

/** A number of 32 bits: decimal or hex, with or without a sign. */
export function readNumber(source: Source): number {
  const { text } = source;
  if (!NUMBER.test(text))
    source.fail(`found \`${text}\`, expected a number. Addresses as values are not supported`);
  const value = text.startsWith('-') ? -Number(text.slice(1)) : Number(text);
  if (value < -(2 ** 31) || value >= 2 ** 32) source.fail(`found ${text}, expected a value of 32 bits`);
  return value | 0;
}

/** The name of a memory location. */
export function readLocation(source: Source): string {
  const { text } = source;
  if (registerNamed(text) !== undefined)
    source.fail(
      `found the register ${text}, expected the name of a location. Addresses in registers are not supported`,
    );
  if (!NAME.test(text)) source.fail(`found \`${text}\`, expected the name of a location, for example x`);
  return text;
}

/** What memory an operand names, `[x]` in X86, `(x)` or `x(%rip)` in X86_64; undefined if it is none in memory. */
export function bracketed(source: Source): Source | undefined {
  const { text } = source;
  const relative = /\s*\(%rip\)$/i.exec(text);
  if (relative !== null) return source.slice(0, relative.index).trim();
  const within = /^(\[.*\]|\(.*\))$/.test(text);
  return within ? source.slice(1, text.length - 1).trim() : undefined;
}
