/** FNV-1a over UTF-16 code units, 32 bits, signed. For names: the same in every build, unlike an index. */
export function fnv1a(text: string, start = 0x811c9dc5): number {
  let h = start | 0;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return h | 0;
}
