// The sign of the house: a puppet's face peeping between two curtains, its ring two thirds of the way round.
// The same drawing as the app's icons (agent/art/icons.ts), on the page's own ground and in its own colours.
import { createUniqueId } from 'solid-js';

export function Mark() {
  const disc = createUniqueId();
  return (
    <svg viewBox="8 8 84 84" aria-hidden="true">
      <clipPath id={disc}>
        <circle cx="50" cy="50" r="33" />
      </clipPath>
      <circle cx="50" cy="50" r="33" fill="var(--on-house)" />
      <g clip-path={`url(#${disc})`} fill="var(--drape-light)">
        <path d="M14 12H36C37 34 33 52 20 70L14 76Z" />
        <path d="M86 12H64C63 34 67 52 80 70L86 76Z" />
      </g>
      <g fill="var(--house)">
        <circle cx="41" cy="45" r="4.6" />
        <circle cx="59" cy="45" r="4.6" />
        <path d="M38 58Q50 55.5 62 58Q60 71 50 71Q40 71 38 58Z" />
      </g>
      <circle cx="50" cy="50" r="38" fill="none" stroke="var(--track)" stroke-width="7" />
      <path
        d="M50 12A38 38 0 1 1 17.1 69"
        fill="none"
        stroke="var(--spotlight)"
        stroke-width="7"
        stroke-linecap="round"
      />
    </svg>
  );
}
