// How a key is shown to people, the same in the app and in the terminal: somebody compares the two by eye.

/** A fingerprint in groups of four. */
export function fingerprintWords(fingerprint: string): string {
  return fingerprint.replace(/(.{4})(?=.)/g, '$1 ');
}

/** Enough of it to tell two workstations apart. */
export function fingerprintStart(fingerprint: string): string {
  return fingerprintWords(fingerprint.slice(0, 8));
}
