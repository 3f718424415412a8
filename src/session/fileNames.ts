/** A title as a file name that every system takes. */
export function scenarioFile(title: string): string {
  const plain = title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
  return `${plain === '' ? 'scenario' : plain}.scenario`;
}
