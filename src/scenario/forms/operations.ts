import { GENERAL_REGISTERS } from '../../machine/operation';
import { formsOf } from '../syntax/form';
import { address, count, either, frame, name, oneOf, value } from '../syntax/leaf';
import { entryValue, place, placeAhead } from '../syntax/operand';
import { type AnyPart, field, list, lit, many, optional, options } from '../syntax/part';
import { bitRights } from '../syntax/rights';

const block = formsOf('block');
const form = formsOf('operation');

const width = optional(field('width', oneOf('byte', 'half', 'dword', 'qword')));
const mode = optional(field('mode', oneOf('user', 'kernel')));
const bit = name('a bit such as wp', 'BIT');

const variable = name('a variable', 'VARIABLE');

/** A value as written, or what a register holds. */
const given = either('a value, or a register such as eax', 'VALUE|REGISTER', {
  register: [field('register', oneOf(...GENERAL_REGISTERS))],
  number: [field('value', value)],
});

/** An operand in memory: an entry that the kernel reaches through its direct map, or an address. What follows depends on which. */
const operand = <const E extends readonly AnyPart[], const A extends readonly AnyPart[]>(
  entry: E,
  atAddress: A,
) =>
  either('an address, an entry such as 0x030[7], or a variable', 'ADDRESS|FRAME[INDEX]|NAME', {
    entry: [field('place', placeAhead), ...entry] as const,
    address: [field('va', address), ...atAddress, options(width, mode)] as const,
    variable: [field('name', variable), ...atAddress] as const,
  });

const assigned = operand([lit('='), field('value', entryValue)], [lit('='), field('value', given)]);

const lock = <const O extends string>(op: O) =>
  form(
    `lock-${op}`,
    `lock-${op}`,
    {
      says: `LOCK ${op.toUpperCase()}: reads, changes and writes memory in one locked step.`,
      examples: [`lock-${op} 0x7f80_8800_3000 = 2`, `lock-${op} 0x030[7] = word 2`],
    },
    field('operand', assigned),
  );

const change = either('`set` or `clear`, and bits', 'set|clear BIT, ...', {
  set: [lit('set'), list('bits', bit)],
  clear: [lit('clear'), list('bits', bit)],
});

/** Begin a block of operations. */
export const BLOCK_FORMS = [
  block(
    'vcpu',
    'vcpu',
    {
      says: "The operations below are this vCPU's. A vCPU may have several blocks: its program is all of them, in order.",
      examples: ['vcpu 0'],
    },
    field('number', count),
  ),
  block('host', 'host', { says: 'The operations below come from outside the guest.', examples: ['host'] }),
  block(
    'prologue',
    'prologue',
    {
      says: 'The operations below run to their ends before step 0, to warm things up; counters and events start after them.',
      examples: ['prologue vcpu 0', 'prologue host'],
    },
    field(
      'actor',
      either('`vcpu` and its number, or `host`', 'vcpu N|host', {
        vcpu: [lit('vcpu'), field('number', count)],
        host: [lit('host')],
      }),
    ),
  ),
] as const;

/** What a vCPU or the host does. */
export const OPERATION_FORMS = [
  form(
    'load',
    'load',
    {
      says: 'Reads memory: an address or a variable. After `->`, the register that keeps what was read (32 bits then). User mode below the kernel half of the address space, kernel mode in it, unless said; a qword unless said (a dword in 32-bit paging). With `count`, as many loads, each `step` bytes further up (a page if not said).',
      examples: [
        'load 0x7f80_8800_3000',
        'load 0x7f80_8800_3000 dword kernel',
        'load 0x40_0000 count 16 step 0x2_0000',
        'load x -> eax',
      ],
    },
    field(
      'target',
      either('a virtual address, or a variable', 'ADDRESS|NAME', {
        address: [field('va', address)],
        variable: [field('name', variable)],
      }),
    ),
    optional(lit('->'), field('into', oneOf(...GENERAL_REGISTERS))),
    options(
      width,
      mode,
      optional(lit('count'), field('count', count)),
      optional(lit('step'), field('step', value)),
    ),
  ),
  form(
    'store',
    'store',
    {
      says: 'Writes memory at an address; or, given an entry, the kernel writes that entry of its table through its direct map. A range of entries is as many stores.',
      examples: [
        'store 0x7f80_8800_3000 = 7',
        'store 0x030[7] = 0x101 rw user a d',
        'store 0x030[0..511] = 0',
        'store 0x7f80_8800_3000 = 0xff byte user',
        'store x = 1',
        'store x = eax',
      ],
    },
    field('operand', assigned),
  ),
  form(
    'clear',
    'clear',
    {
      says: 'The kernel takes rights or marks away from an entry, or a range of entries, with LOCK AND, as Linux does when it forks.',
      examples: ['clear 0x030[7] w', 'clear 0x030[0..511] w d'],
    },
    field('place', place),
    field('rights', bitRights),
  ),
  form(
    'set',
    'set',
    {
      says: 'The kernel gives rights or marks to an entry, or a range of entries, with LOCK OR.',
      examples: ['set 0x030[7] w'],
    },
    field('place', place),
    field('rights', bitRights),
  ),
  form(
    'fetch',
    'fetch',
    { says: 'Fetches an instruction.', examples: ['fetch 0x40_0000'] },
    field('va', address),
    options(mode),
  ),
  form(
    'pte',
    'pte',
    {
      says: 'The guest kernel finds the entry for an address in its own tables (the level-1 entry unless said) and stores it through its direct map. The tables above it must exist.',
      examples: [
        'pte 0x7f80_8820_7000 = 0x045 rw user',
        'pte 0x7f80_8820_7000 = 0',
        'pte 0x40_0000 = 0x200 rw user ps level 2',
      ],
    },
    field('va', address),
    lit('='),
    field('value', entryValue),
    options(optional(lit('level'), field('level', count))),
  ),
  form(
    'xchg',
    'xchg',
    {
      says: 'XCHG: stores a value and reads the old one, in one locked step. A register given for the value keeps the old one.',
      examples: ['xchg 0x030[7] = 0', 'xchg 0x7f80_8800_3000 = 7', 'xchg x = eax'],
    },
    field('operand', assigned),
  ),
  form(
    'cmpxchg',
    'cmpxchg',
    {
      says: 'LOCK CMPXCHG: stores the second value if memory holds the first. With `eax` for the first, EAX keeps what memory held.',
      examples: [
        'cmpxchg x = eax -> ebx',
        'cmpxchg 0x7f80_8800_3000 = 0 -> 1',
        'cmpxchg 0x030[7] = 0 -> 0x101 rw user',
      ],
    },
    field(
      'operand',
      operand(
        [lit('='), field('expected', entryValue), lit('->'), field('value', entryValue)],
        [lit('='), field('expected', given), lit('->'), field('value', given)],
      ),
    ),
  ),
  lock('xor'),
  lock('or'),
  lock('and'),
  lock('add'),
  form(
    'stos',
    'stos',
    {
      says: 'REP STOS: one instruction that stores a value `count` times, upwards.',
      examples: ['stos 0x7f80_8800_3000 = 0 count 512', 'stos 0x030[0] = 0 count 512'],
    },
    field(
      'operand',
      operand(
        [lit('='), field('value', entryValue), lit('count'), field('count', count)],
        [lit('='), field('value', given), lit('count'), field('count', count)],
      ),
    ),
  ),
  form(
    'cr3',
    'cr3',
    {
      says: 'MOV CR3: loads a root, given as a frame or as the name of an address space.',
      examples: ['cr3 0x010', 'cr3 T1'],
    },
    field(
      'root',
      either('a frame or the name of an address space', 'FRAME|SPACE', {
        frame: [field('frame', frame)],
        space: [field('name', name('the name of an address space', 'SPACE'))],
      }),
    ),
  ),
  form(
    'cr0',
    'cr0',
    { says: 'MOV CR0 with bits set or cleared: pg, wp, pe.', examples: ['cr0 clear wp', 'cr0 set pg'] },
    field('change', change),
  ),
  form(
    'cr4',
    'cr4',
    {
      says: 'MOV CR4 with bits set or cleared: pse, pae, pge, smep, smap.',
      examples: ['cr4 set smep, smap'],
    },
    field('change', change),
  ),
  form(
    'efer',
    'efer',
    { says: 'WRMSR of EFER with bits set or cleared: nxe.', examples: ['efer clear nxe'] },
    field('change', change),
  ),
  form(
    'invlpg',
    'invlpg',
    {
      says: 'INVLPG: drops the translation of one page from the TLB.',
      examples: ['invlpg 0x7f80_8820_7000'],
    },
    field('va', address),
  ),
  form(
    'mov',
    'mov',
    {
      says: 'MOV between registers, or of a value into one: eax, ebx, ecx, edx, esi, edi, ebp, esp, 32 bits each.',
      examples: ['mov eax = 1', 'mov ebx = eax'],
    },
    field('into', oneOf(...GENERAL_REGISTERS)),
    lit('='),
    field('value', given),
  ),
  form('mfence', 'mfence', { says: 'MFENCE: waits until the store buffer is empty.', examples: ['mfence'] }),
  form(
    'poke',
    'poke',
    {
      says: 'Changes a 64-bit word of memory from outside, as a device does: no fault sees it.',
      examples: ['poke 0x030[7] = 0', 'poke 0x040[0] = word 99'],
    },
    field('place', place),
    lit('='),
    field('value', entryValue),
  ),
  form(
    'switch',
    'switch',
    { says: 'Switches a protection of the design on or off in mid-run.', examples: ['switch recheck off'] },
    field('name', name('the name of a switch', 'SWITCH')),
    field('state', oneOf('on', 'off')),
  ),
  form(
    'call',
    'call',
    {
      says: "One of the design's own operations by name: a hypercall, a lazy section, a host operation. The design settings list them, with what each does.",
      examples: ['call grant 0x030', 'call log-dirty-on', 'hypercall mmu-update 0x030 7'],
      also: ['hypercall'],
    },
    field('name', name('the name of an operation', 'OPERATION')),
    many('args', value),
  ),
  form(
    'repeat',
    'repeat',
    {
      says: 'The operations down to `end` run this often, one round after the other. With `step`, addresses go up by so many bytes from round to round, and `0x300..` by a frame.',
      examples: [
        'repeat 3\n    load 0x40_0000\n  end',
        'repeat 20 step 0x1000\n    pte 0x40_0000 = 0x300.. rw user\n    invlpg 0x40_0000\n  end',
      ],
    },
    field('count', count),
    optional(lit('step'), field('step', value)),
  ),
  form('end', 'end', { says: 'Ends a `repeat`.', examples: ['repeat 2\n    mfence\n  end'] }),
] as const;
