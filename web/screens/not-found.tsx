// An address with nothing behind it.
import { LinkButton } from '../parts/button.tsx';
import { EmptyState } from '../parts/empty-state.tsx';

export default function NotFound() {
  return (
    <EmptyState
      title="Nobody on this stage"
      text="This address leads to nothing on this device. It may have been deleted, or made on another one."
      action={
        <LinkButton tone="quiet" href="/">
          Home
        </LinkButton>
      }
    />
  );
}
