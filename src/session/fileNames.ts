/** A title as the part of a file name that every system takes; `otherwise` where no letter of it is left. */
export function plainName(title: string, otherwise: string): string {
  const plain = title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
  return plain === '' ? otherwise : plain;
}

export const scenarioFile = (title: string): string => `${plainName(title, 'scenario')}.scenario`;
