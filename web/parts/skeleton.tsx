// The quiet shape of what is about to come, in its place, so that nothing jumps.
import './skeleton.css';

export function Skeleton(props: { shape: 'line' | 'block' | 'round' }) {
  return <span class={`skeleton skeleton-${props.shape}`} aria-hidden="true" />;
}

/** A whole screen that is about to come. */
export function ScreenSkeleton() {
  return (
    <div class="grid gap-6 p-4 tablet:p-8" role="status" aria-label="Opening">
      <Skeleton shape="line" />
      <Skeleton shape="block" />
      <Skeleton shape="block" />
    </div>
  );
}
