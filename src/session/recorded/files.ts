import { Gunzip } from 'fflate';
import { figure } from '../../base';

/** A file that is longer than this, unpacked, is more than a page should hold. Bytes. */
const LARGEST = 64_000_000;

const tooLarge = (name: string): Error =>
  new Error(
    `${name} holds more than ${figure(LARGEST)} bytes of recordings, which is more than the page takes. Split it, one case per line.`,
  );

/** The text of a file of recordings, unpacked if it is packed by gzip. Throws in words what is wrong with it. */
export async function readPacked(file: File): Promise<{ name: string; text: string }> {
  const { name } = file;
  if (file.size > LARGEST) throw tooLarge(name);
  const bytes = new Uint8Array(await file.arrayBuffer());
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return { name, text: new TextDecoder().decode(bytes) };
  return { name, text: unpack(name, bytes) };
}

/** Unpacks in pieces: a small file may unpack to something that no memory holds. */
function unpack(name: string, bytes: Uint8Array): string {
  const decoder = new TextDecoder();
  let [text, length, whole] = ['', 0, false];
  const gunzip = new Gunzip((piece, final) => {
    length += piece.length;
    if (length > LARGEST) throw tooLarge(name);
    text += decoder.decode(piece, { stream: !final });
    whole ||= final;
  });
  try {
    const STEP = 65_536;
    for (let at = 0; at < bytes.length; at += STEP)
      gunzip.push(bytes.subarray(at, at + STEP), at + STEP >= bytes.length);
  } catch (error) {
    if (length > LARGEST) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`${name} cannot be unpacked (${why}). It seems to be cut off: get it again.`);
  }
  if (!whole) throw new Error(`${name} ends before its packed text does. It is cut off: get it again.`);
  return text;
}
