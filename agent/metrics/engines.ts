// Figures of engines: which are ready, as they said of themselves last.
import type { EngineEntry } from '@myspinbot/shared/document/agent-entry.ts';
import type { Figures } from './figures.ts';

export function engineFigures(figures: Figures, offers: () => readonly EngineEntry[]): void {
  figures.readEach(
    'myspinbot_engines_ready',
    'Whether an engine can work now: 1, or 0. The app and `GET /api/capabilities` say why not.',
    ['engine', 'capability', 'tier'],
    function* ready() {
      for (const { id, capability, tier, readiness } of offers()) {
        yield [{ engine: id, capability, tier }, readiness.ready ? 1 : 0];
      }
    },
  );
}
