// Figures of requests: how many, how they were answered and how fast, by route. A route is the pattern it was declared
// with, so that nobody can make up new ones.
import type { FailureCode } from '@myspinbot/shared/failure/failure.ts';
import type { Figures } from './figures.ts';

/** From an answer out of memory to a film that is fetched over a slow network. */
const REQUEST_SECONDS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60];

export interface Answered {
  /** The pattern; undefined where nothing answers to the address. */
  route: string | undefined;
  status: number;
  ms: number;
  /** Why it was not answered as asked. */
  code: FailureCode | undefined;
}

export interface RequestListener {
  answered(answer: Answered): void;
  /** It was not meant for this agent, or from somebody who may not. */
  refused(): void;
}

export function requestFigures(figures: Figures): RequestListener {
  const requests = figures.counter(
    'myspinbot_server_requests_total',
    'Requests that were answered, by route and class of status.',
    ['route', 'status'],
  );
  const durations = figures.histogram(
    'myspinbot_server_request_duration_seconds',
    'Time until an answer was whole on its way.',
    REQUEST_SECONDS,
    ['route'],
  );
  const refused = figures.counter(
    'myspinbot_server_refused_total',
    'Requests and upgrades that were not meant for this agent, or from somebody who may not.',
  );
  return {
    answered({ route, status, ms }) {
      const named = nameOf(route);
      requests.inc({ route: named, status: `${Math.floor(status / 100)}xx` });
      durations.observe({ route: named }, ms / 1000);
    },
    refused: () => refused.inc(),
  };
}

function nameOf(route: string | undefined): string {
  if (route === undefined) return 'unknown';
  // Every file of the app.
  return route === '/*' || route === '/' ? 'app' : route;
}
