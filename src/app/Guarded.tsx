import { Component, type ErrorInfo, type ReactNode } from 'react';
import { Banner } from '../ui/Banner';
import { Button } from '../ui/Button';

interface GuardedProps {
  /** What it guards, as a person would call it. */
  readonly name: string;
  readonly children: ReactNode;
}

/** Nothing that goes wrong in one panel takes the page down: it says so in its own place and can be begun again. */
export class Guarded extends Component<GuardedProps, { readonly error: Error | undefined }> {
  override state: { readonly error: Error | undefined } = { error: undefined };

  static getDerivedStateFromError(error: unknown) {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  override componentDidCatch(error: Error, info: ErrorInfo): void {
    console.error(`The ${this.props.name} panel stopped:`, error, info.componentStack);
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (error === undefined) return this.props.children;
    return (
      <Banner
        tone="wrong"
        actions={
          <Button look="outline" onClick={() => this.setState({ error: undefined })}>
            Reset
          </Button>
        }
      >
        The {this.props.name} panel stopped: {error.message}. The rest of the page goes on; Reset draws it
        again.
      </Banner>
    );
  }
}
