import { EMBED_PROTOCOL } from '../../session/embed/protocol';
import { ASKED_ROWS, TOLD_ROWS } from './words';

/** What the two pages say to each other. */
export function Protocol() {
  return (
    <>
      <p>
        Your page asks by <code>frame.contentWindow.postMessage(message, '*')</code>, where{' '}
        <code>message</code> is an object with <code>shadowscope: {EMBED_PROTOCOL}</code>, one of these, and
        an <code>id</code> (a string or a number) if you want to find the answer again.
      </p>
      <div className="embedding-table">
        <table>
          <thead>
            <tr>
              <th scope="col">do</th>
              <th scope="col">with</th>
              <th scope="col">what it does</th>
            </tr>
          </thead>
          <tbody>
            {ASKED_ROWS.map(({ asked, beside, does }) => (
              <tr key={asked[0]}>
                <th scope="row">
                  <code>{asked.join(', ')}</code>
                </th>
                <td>{beside}</td>
                <td>{does}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p>
        The frame says, by <code>message</code> events of your window, objects with{' '}
        <code>shadowscope: {EMBED_PROTOCOL}</code> and one of these:
      </p>
      <div className="embedding-table">
        <table>
          <thead>
            <tr>
              <th scope="col">say</th>
              <th scope="col">with</th>
              <th scope="col">when</th>
            </tr>
          </thead>
          <tbody>
            {TOLD_ROWS.map(({ say, beside, when }) => (
              <tr key={say}>
                <th scope="row">
                  <code>{say}</code>
                </th>
                <td>{beside}</td>
                <td>{when}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
