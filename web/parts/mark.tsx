// The sign of the house: a medallion with a puppet's face whose ring is a third of the way round.
export function Mark() {
  return (
    <svg viewBox="0 0 32 32" aria-hidden="true">
      <circle cx="16" cy="16" r="14" fill="none" stroke="var(--track)" stroke-width="3.5" />
      <path
        d="M16 2a14 14 0 0 1 12.12 21"
        fill="none"
        stroke="var(--spotlight)"
        stroke-width="3.5"
        stroke-linecap="round"
      />
      <circle cx="16" cy="16" r="10.2" fill="var(--curtain)" />
      <circle cx="12.6" cy="13.8" r="1.5" fill="var(--on-curtain)" />
      <circle cx="19.4" cy="13.8" r="1.5" fill="var(--on-curtain)" />
      <path
        d="M11.4 18.2c1 3.6 8.200 3.6 9.200 0z"
        fill="var(--on-curtain)"
        stroke="var(--on-curtain)"
        stroke-width="1"
        stroke-linejoin="round"
      />
    </svg>
  );
}
