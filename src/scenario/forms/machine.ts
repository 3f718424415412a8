import { formsOf } from '../syntax/form';
import { count, either, frame, name, oneOf, value } from '../syntax/leaf';
import { field, glued, list, lit, optional, options } from '../syntax/part';

const form = formsOf('machine');
const switchName = name('the name of a switch', 'SWITCH');

const numberOrOff = either('a number or `off`', 'NUMBER|off', {
  number: [field('number', count)],
  off: [lit('off')],
});

/** The design and the machine below it. */
export const MACHINE_FORMS = [
  form(
    'design',
    'design',
    {
      says: 'Which hypervisor design runs, and which of its switches differ from what its profile sets.',
      examples: ['design xen', 'design xen with snapshots, fixups without recheck'],
    },
    field('design', name('the name of a design', 'DESIGN')),
    optional(lit('with'), list('with', switchName)),
    optional(lit('without'), list('without', switchName)),
  ),
  form(
    'profile',
    'profile',
    {
      says: 'Which historical variant of the design; without this line, its first.',
      examples: ['profile A'],
      also: ['era'],
    },
    field('profile', name('the name of a profile', 'PROFILE')),
  ),
  form(
    'knob',
    'knob',
    {
      says: 'Sets a number that the design leaves open. The design settings list them, with what each means.',
      examples: ['knob pv 1', 'knob l3-top-level 0'],
    },
    field('name', name('the name of a knob', 'KNOB')),
    field('value', value),
  ),
  form(
    'paging',
    'paging',
    {
      says: 'How the guest pages, and how many frames of memory it has (64 if not said). NX exists in the two wider modes; there a right `x` that is not written means no execution. `off`: the guest has 32-bit tables, and starts before it has switched paging on (`cr0 set pg`).',
      examples: ['paging x86-64, 128 frames', 'paging pae', 'paging 32-bit, 256 frames', 'paging off'],
    },
    field('mode', oneOf('x86-64', 'pae', '32-bit', 'off')),
    optional(glued(',', 'left'), field('frames', count), lit('frames')),
  ),
  form(
    'geometry',
    'geometry',
    {
      says: 'A teaching geometry: fewer bits per table index (9 on real machines) and, if said, fewer levels of tables, announced on stage. Designs that can do so have one for `pae` and `32-bit` paging too.',
      examples: ['geometry 3 bits', 'geometry 3 bits, 2 levels'],
    },
    field('bits', count),
    lit('bits'),
    optional(glued(',', 'left'), field('levels', count), lit('levels')),
  ),
  form(
    'tlb',
    'tlb',
    {
      says: 'Entries of each TLB: 4 times a power of two, or off, when every access walks. 64 if not said.',
      examples: ['tlb 64', 'tlb off'],
    },
    field('entries', numberOrOff),
  ),
  form(
    'storeBuffers',
    'store-buffers',
    {
      says: 'How many stores each vCPU may hold back (x86-TSO). Off if not said: stores reach memory at once.',
      examples: ['store-buffers 4', 'store-buffers off'],
    },
    field('depth', numberOrOff),
  ),
  form(
    'pool',
    'pool',
    {
      says: "Frames kept for the hypervisor's own pages; without this line, what the design asks for.",
      examples: ['pool 256 frames'],
    },
    field('frames', count),
    lit('frames'),
  ),
  form(
    'maxphys',
    'maxphys',
    {
      says: 'Bits of a physical address (40 if not said); entry bits from there to 51 are reserved.',
      examples: ['maxphys 40'],
    },
    field('bits', count),
  ),
  form(
    'gigabytePages',
    'gigabyte-pages',
    { says: 'Pages of 1 GiB exist (on if not said).', examples: ['gigabyte-pages off'] },
    field('state', oneOf('on', 'off')),
  ),
  form(
    'nx',
    'nx',
    {
      says: 'EFER.NXE (on if not said, off in 32-bit paging). When off, bit 63 of an entry is reserved and is never set by rights.',
      examples: ['nx off'],
    },
    field('state', oneOf('on', 'off')),
  ),
  form(
    'vcpus',
    'vcpus',
    {
      says: 'How many vCPUs there are; without this line, as many as have a program.',
      examples: ['vcpus 3'],
    },
    field('count', count),
  ),
  form(
    'start',
    'start',
    {
      says: 'In which address space a vCPU starts, by name or by its root frame. Without this line, in the one of `root`.',
      examples: ['start vcpu 1 in T1', 'start vcpu 1 in 0x018'],
    },
    lit('vcpu'),
    field('vcpu', count),
    lit('in'),
    field(
      'space',
      either('an address space', 'SPACE|FRAME', {
        frame: [field('frame', frame)],
        name: [field('name', name('the name of an address space', 'SPACE'))],
      }),
    ),
  ),
  form(
    'p2m',
    'p2m',
    {
      says: 'Where a guest frame really lies (a machine frame of its own, below the number of guest frames), or what it is: ram, ro, mmio (an emulated device) or mmio_direct. Without this line guest frame and machine frame are equal, and ram.',
      examples: ['p2m 0x030 -> 0x055', 'p2m 0x050 mmio', 'p2m 0x031 -> 0x031 ro'],
    },
    field('gfn', frame),
    options(
      optional(lit('->'), field('mfn', frame)),
      field('type', name('a type such as mmio', 'TYPE', ['ram', 'ro', 'mmio', 'mmio_direct'])),
    ),
  ),
  form(
    'stamp',
    'stamp',
    {
      says: 'Data frames with computed contents: the first word of the first frame is VALUE, of the next VALUE + 1, and so on; `last` sets the last byte of each.',
      examples: ['stamp 0x040 count 16 from 1000', 'stamp 0x040 count 16 from 0x1000 last 0xc3'],
    },
    field('frame', frame),
    lit('count'),
    field('count', count),
    lit('from'),
    field('first', value),
    optional(lit('last'), field('lastByte', value)),
  ),
] as const;
