/** A part of an address as text. Anybody may have typed it or cut it off in the middle of a character: then it is taken as it stands. */
export function decodedUri(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
