// Times, lengths and sizes as people say them. Pure: `now` is a parameter.

/** "4 s", "1 min 20 s": a length, in whole seconds that have passed, as a player's clock counts them. */
export function lengthWords(ms: number): string {
  const seconds = Math.max(1, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const rest = seconds % 60;
  return rest === 0 ? `${seconds / 60} min` : `${Math.floor(seconds / 60)} min ${rest} s`;
}

/** "at once", "0.4 s", "12 s", "1 min 20 s": how long a stage took. */
export function tookWords(ms: number): string {
  if (ms < 50) return 'at once';
  return ms < 9_950 ? `${(ms / 1000).toFixed(1)} s` : lengthWords(ms);
}

/** "a few seconds left", "about 40 seconds left", "about 3 minutes left": an estimate, so never exact. */
export function leftWords(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 5) return 'a few seconds left';
  if (seconds < 55) return `about ${Math.ceil(seconds / 5) * 5} seconds left`;
  const minutes = Math.max(1, Math.round(seconds / 60));
  if (minutes < 60) return `about ${minutes} ${minutes === 1 ? 'minute' : 'minutes'} left`;
  const hours = Math.round(minutes / 60);
  return `about ${hours} ${hours === 1 ? 'hour' : 'hours'} left`;
}

/** "07:00": a time of day, on this device's clock. */
export function timeWords(at: number): string {
  return new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' }).format(at);
}

const units = [
  { ms: 3_600_000, step: 1, one: 'hour', many: 'hours' },
  { ms: 60_000, step: 1, one: 'minute', many: 'minutes' },
  { ms: 1000, step: 5, one: 'second', many: 'seconds' },
] as const;

/** The unit in which `leftWords` says it. */
function unitOf(ms: number): (typeof units)[number] {
  if (ms >= 3_570_000) return units[0];
  return ms >= 55_000 ? units[1] : units[2];
}

/**
 * "between 1 and 4", "between 20 seconds and 3 minutes", "at most 4 minutes": how sure an estimate of `ms` is; undefined
 * when there is nothing to say.
 */
export function rangeWords(ms: number, [low, high]: readonly [number, number]): string | undefined {
  if (ms < 5_000 || high <= low) return undefined;
  const most = unitOf(high);
  const least = unitOf(low);
  const up = Math.ceil(high / most.ms / most.step) * most.step;
  const down = Math.floor(low / least.ms / least.step) * least.step;
  const upWords = `${up} ${up === 1 ? most.one : most.many}`;
  if (down === 0) return `at most ${upWords}`;
  if (most !== least) return `between ${down} ${down === 1 ? least.one : least.many} and ${upWords}`;
  if (up === down) return undefined;
  return most === unitOf(ms) ? `between ${down} and ${up}` : `between ${down} and ${upWords}`;
}

/** "just now", "12 minutes ago", "yesterday", "3 June". */
export function agoWords(at: number, now: number): string {
  const minutes = Math.floor((now - at) / 60_000);
  if (minutes < 1) return 'just now';
  if (minutes < 60) return minutes === 1 ? 'a minute ago' : `${minutes} minutes ago`;
  const day = (time: number) => {
    const date = new Date(time);
    return Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) / 86_400_000;
  };
  const days = day(now) - day(at);
  if (days <= 0) {
    const hours = Math.floor(minutes / 60);
    return hours === 1 ? 'an hour ago' : `${hours} hours ago`;
  }
  if (days === 1) return 'yesterday';
  if (days < 7) return `${days} days ago`;
  const sameYear = new Date(at).getFullYear() === new Date(now).getFullYear();
  return new Intl.DateTimeFormat('en-GB', {
    day: 'numeric',
    month: 'long',
    ...(sameYear ? {} : { year: 'numeric' }),
  }).format(at);
}

/** "640 KB", "3.4 MB", "12 GB": decimal, as browsers and phones count. */
export function bytesWords(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  for (const [unit, size] of [
    ['GB', 1e9],
    ['MB', 1e6],
    ['KB', 1e3],
  ] as const) {
    if (bytes >= size) {
      const value = bytes / size;
      return `${value >= 10 || unit === 'KB' ? Math.round(value) : value.toFixed(1)} ${unit}`;
    }
  }
  return `${bytes} bytes`;
}
