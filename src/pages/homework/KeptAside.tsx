import { Banner } from '../../ui/Banner';
import { Button } from '../../ui/Button';

interface KeptAsideProps {
  readonly onSave: () => void;
  readonly onForget: () => void;
}

/** Told as long as something is put aside that was kept of somebody's homework and cannot be read. */
export function KeptAside({ onSave, onForget }: KeptAsideProps) {
  return (
    <Banner
      tone="wrong"
      actions={
        <>
          <Button look="outline" onClick={onSave}>
            Save it as a file
          </Button>
          <Button onClick={onForget}>Forget it</Button>
        </>
      }
    >
      Something that this browser kept of your homework cannot be read, or not all of it: another version of
      this page may have written it. It was put aside, and nothing is written over it.
    </Banner>
  );
}
