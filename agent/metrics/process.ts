// Figures of the agent's own process and of the machine around it. prom-client brings most of them; here are those that
// several readers must see alike.
import { availableParallelism, freemem, loadavg, totalmem } from 'node:os';
import { collectDefaultMetrics, type Registry } from 'prom-client';
import type { Figures } from './figures.ts';

export function processFigures(
  figures: Figures,
  world: { registry: Registry; version: string; startedAt: number; worstLoopSeconds(): number },
): void {
  collectDefaultMetrics({ register: world.registry, prefix: 'myspinbot_' });
  figures.readEach('myspinbot_agent_version_info', 'Version of the agent, as a label.', ['version'], () => [
    [{ version: world.version }, 1],
  ]);
  figures.read(
    'myspinbot_agent_start_time_seconds',
    'When the agent started, in seconds since 1970.',
    () => world.startedAt / 1000,
  );
  // prom-client's own is of the time since anybody last looked: with two who look, each sees half.
  figures.read(
    'myspinbot_process_loop_delay_seconds',
    'The longest that the event loop was held up within the last half minute.',
    world.worstLoopSeconds,
  );
  figures.read('myspinbot_machine_load_average', 'Load of the last minute, all programs together.', () =>
    // Windows has no such figure and says 0.
    process.platform === 'win32' ? undefined : loadavg()[0],
  );
  figures.read('myspinbot_machine_processors', 'Processors that the agent may use.', () =>
    availableParallelism(),
  );
  figures.read('myspinbot_machine_memory_free_bytes', 'Memory of the machine that is free.', () => freemem());
  figures.read('myspinbot_machine_memory_size_bytes', 'Memory of the machine.', () => totalmem());
}
