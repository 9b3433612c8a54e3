// The silhouette that stands in for the person on small stages and in little frames.
export function Actor(props: { class?: string }) {
  return (
    <svg viewBox="0 0 40 40" fill="currentColor" aria-hidden="true" class={props.class}>
      <circle cx="20" cy="16" r="9" />
      <path d="M2 40c1-9 8-13 18-13s17 4 18 13z" />
    </svg>
  );
}
