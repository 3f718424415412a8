let fonts: Promise<string> | undefined;

/** The page's own fonts as a style that travels with a picture: no viewer of it has them. */
export function fontStyle(): Promise<string> {
  // What could not be fetched once may be there the next time.
  fonts ??= readFonts().catch((error: unknown) => {
    fonts = undefined;
    throw error;
  });
  return fonts;
}

async function readFonts(): Promise<string> {
  const faces = [...document.styleSheets].flatMap((sheet) =>
    [...sheet.cssRules].filter((rule): rule is CSSFontFaceRule => rule instanceof CSSFontFaceRule),
  );
  const rules = await Promise.all(
    faces.map(async ({ style, parentStyleSheet }) => {
      const [, url] = /url\("?([^")]+)"?\)/.exec(style.getPropertyValue('src')) ?? [];
      if (url === undefined) return '';
      const answer = await fetch(new URL(url, parentStyleSheet?.href ?? location.href));
      if (!answer.ok)
        throw new Error(
          `A font that belongs into the picture could not be fetched: the host answered ${answer.status}. Try again.`,
        );
      const bytes = new Uint8Array(await answer.arrayBuffer());
      let text = '';
      for (let i = 0; i < bytes.length; i += 0x8000)
        text += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
      const family = style.getPropertyValue('font-family');
      const weight = style.getPropertyValue('font-weight');
      return `@font-face{font-family:${family};font-weight:${weight};src:url(data:font/woff2;base64,${btoa(text)})}`;
    }),
  );
  return `<style>${rules.join('')}</style>`;
}
