import type { Report } from '../../homework';

/** Points by student and exercise, and how the class did in each. */
export function MarksTable({ report: { students } }: { readonly report: Report }) {
  if (students.length === 0) return null;
  const most = Math.max(...students.map(({ exercises }) => exercises.length));
  const numbers = Array.from({ length: most }, (_, i) => i + 1);
  const share = (n: number): string => {
    const all = students.flatMap(({ exercises }) => exercises[n - 1] ?? []);
    const of = all.reduce((sum, one) => sum + one.of, 0);
    const points = all.reduce((sum, one) => sum + one.points, 0);
    return of === 0 ? '' : `${Math.round((100 * points) / of)} %`;
  };
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a wide table is scrolled by keys as well
    <div className="homework-table homework-long" tabIndex={0}>
      <table>
        <caption>Points</caption>
        <thead>
          <tr>
            <th scope="col">student</th>
            <th scope="col">points</th>
            {numbers.map((n) => (
              <th key={n} scope="col">
                {n}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {students.map(({ file, student, points, of, exercises }, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: one name may be there twice; the list only grows
            <tr key={i}>
              <th scope="row">{student === '' ? file : student}</th>
              <td>
                {points} of {of}
              </td>
              {numbers.map((n) => (
                <td key={n}>{exercises[n - 1]?.points ?? ''}</td>
              ))}
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">of all points</th>
            <td />
            {numbers.map((n) => (
              <td key={n}>{share(n)}</td>
            ))}
          </tr>
        </tfoot>
      </table>
    </div>
  );
}
