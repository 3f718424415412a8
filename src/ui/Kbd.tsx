import './kbd.css';

/** A key or chord as it is printed on the caps: `Ctrl K`. */
export function Kbd({ keys }: { readonly keys: string }) {
  return (
    <span className="ui-kbd">
      {keys.split(' ').map((key) => (
        <kbd key={key}>{key}</kbd>
      ))}
    </span>
  );
}
