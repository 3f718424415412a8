import { Origin } from '../../ui/Origin';
import { procedureOrigin } from '../../views/xen/origins';

/** The commit and the function that the procedure on show follows, if there is one. */
export default function Source({ procedure }: { readonly procedure: string }) {
  const words = procedureOrigin(procedure);
  return words === undefined ? null : (
    <p className="code-source">
      Follows <Origin words={words} />
    </p>
  );
}
