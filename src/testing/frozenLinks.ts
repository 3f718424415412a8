import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fnv1a, hex } from '../base';
import type { Run } from '../engine';
import type { LinkState } from '../permalink';
import { SRC } from './readImports';

const FOLDER = join(SRC, '..', 'e2e', 'urls');

/** A link as it was published, and what it must show for ever. One file each in e2e/urls/v<version>/, never edited. */
export interface FrozenLink {
  /** What is special about it. */
  readonly about: string;
  readonly fragment: string;
  /** What it decoded to when it was made: in the form of the version it was made with. */
  readonly state: LinkState;
  readonly shows: {
    readonly title: string;
    /** What the guest has in its memory at the link's moment and at the end (see `guestMemory`): true whatever steps are added. */
    readonly guestAtMoment: string;
    readonly guestAtEnd: string;
    /** Invariants that break in the run, in the order of the alphabet. */
    readonly broken: readonly string[];
  };
}

export interface FrozenFile {
  readonly version: number;
  /** `v1/drift.json`. */
  readonly file: string;
  readonly sha256: string;
  readonly link: FrozenLink;
}

export function frozenLinks(): FrozenFile[] {
  return readdirSync(FOLDER)
    .filter((folder) => /^v\d+$/.test(folder))
    .sort((a, b) => Number(a.slice(1)) - Number(b.slice(1)))
    .flatMap((folder) =>
      readdirSync(`${FOLDER}/${folder}`)
        .sort()
        .map((name) => {
          const text = readFileSync(`${FOLDER}/${folder}/${name}`, 'utf8');
          return {
            version: Number(folder.slice(1)),
            file: `${folder}/${name}`,
            sha256: createHash('sha256').update(text).digest('hex'),
            link: JSON.parse(text) as FrozenLink,
          };
        }),
    );
}

/** The list that says that no frozen link was edited: checksum by file. */
export function frozenChecksums(): Readonly<Record<string, string>> {
  return JSON.parse(readFileSync(`${FOLDER}/checksums.json`, 'utf8')) as Record<string, string>;
}

/** A fingerprint of all guest memory at a cursor: 8 hex digits. The hypervisor's own pages are not part of it. */
export function guestMemory(run: Run, cursor: number): string {
  const { machine } = run.built;
  return run.peek(cursor, () => {
    const words: string[] = [];
    for (let gfn = 0; gfn < machine.config.guestFrames; gfn++) {
      const mfn = machine.gfnToMfn(gfn);
      if (mfn < 0 || machine.memory.find(mfn) === 0) continue;
      for (let cell = 0; cell < 1024; cell++) {
        const value = machine.memory.read32(mfn, cell);
        if (value !== 0) words.push(`${gfn}.${cell}=${hex(value)}`);
      }
    }
    return hex(fnv1a(words.join(' ')), 8);
  });
}
