// The subcommand `render`: words and signals of the shell around render.ts.
import { join } from 'node:path';
import type { EngineCatalog } from '../engines/registry.ts';
import type { Logger } from '../log/logger.ts';
import type { HostWorld } from '../process/messages.ts';
import { parseRender, renderHelp } from './options.ts';
import { render } from './render.ts';
import { jsonReport, type Screen, textReport } from './report.ts';

export interface Shell {
  /** Arguments after the word `render`. */
  argv: readonly string[];
  dataDir: string;
  catalog: EngineCatalog;
  log: Logger;
  out: Screen;
  err: Screen;
  signal: AbortSignal;
  tools?: Partial<HostWorld>;
}

/** Returns the exit code: 0 done, 1 failed or stopped, 2 bad usage or input. */
export async function renderCommand(shell: Shell): Promise<0 | 1 | 2> {
  const parsed = parseRender(shell.argv);
  if (parsed.kind === 'help') {
    shell.out.write(renderHelp);
    return 0;
  }
  if (parsed.kind === 'wrong') {
    if (shell.argv.includes('--json')) {
      jsonReport(shell.out).failed({
        code: 'bad-input',
        message: parsed.message,
        hint: 'myspinbot render --help lists every option.',
        retry: 'never',
      });
    } else shell.err.write(`${parsed.message}\nmyspinbot render --help lists every option.\n`);
    return 2;
  }
  const { plan } = parsed;
  return render(plan, {
    scratchDir: join(shell.dataDir, 'renders'),
    catalog: shell.catalog,
    log: shell.log,
    // The bar is talk, not output: a script that reads stdout sees the last line only when it asks for JSON.
    report: plan.json ? jsonReport(shell.out) : textReport(shell.err),
    signal: shell.signal,
    now: Date.now,
    ...(shell.tools === undefined ? {} : { tools: shell.tools }),
  });
}
