// Housekeeping from the command line: asked of the agent where one runs, else done here on the stores it left. What it
// prints is in words.ts beside this; how anything is done is not known here.
import { resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { endpoints } from '@myspinbot/shared/wire/endpoints.ts';
import {
  type HousekeepingReport,
  type HousekeepingWish,
  housekeepingTaskSchema,
} from '@myspinbot/shared/wire/housekeeping.ts';
import type { Progress } from '../housekeeping/stores.ts';
import { type Agent, nothing } from './ask-agent.ts';
import type { LoneCommand } from './command.ts';
import {
  backedUpInWords,
  collectedInWords,
  exportedInWords,
  findingInWords,
  importedInWords,
  restoredInWords,
} from './housekeeping-words.ts';

type Asked = Parameters<LoneCommand['run']>[0];
type ReportOf<What extends HousekeepingWish['what']> = Extract<HousekeepingReport, { what: What }>;

/** Between two looks how far the agent is. */
const LOOK_MS = 150;

export const gc: LoneCommand = {
  worksAlone: true,
  help: `myspinbot gc: removes files that nothing names any more

Results are kept. What the stages in between have made goes when nobody has used it for as many days as the rules say
(30 by default), and so do jobs that were taken out of the history, and deleted projects. A file that came within the
last day is left. A running agent does this once a day by itself.

  --dry-run        only says what would go
  --json           the report as JSON
  --data DIR       the agent's data folder
  --help           this
`,
  options: { 'dry-run': { type: 'boolean' }, json: { type: 'boolean' } },
  async run(asked) {
    const report = await perform(asked, { what: 'collect', dryRun: asked.values['dry-run'] === true });
    asked.say(asked.values.json === true ? JSON.stringify(report) : collectedInWords(report));
    return 0;
  },
};

export const backup: LoneCommand = {
  worksAlone: true,
  words: ['FILE'],
  help: `myspinbot backup FILE: everything that cannot be made again, in one file

Projects, jobs, results, photos and voices; who is paired, the keys of this workstation, its certificates and settings.
It is taken while the agent runs, as of one moment. Whoever has the file can be this workstation: keep it as you would
keep the data folder. It is a plain tar file, not packed: its videos and pictures are small already.

  --json           the report as JSON
  --data DIR       the agent's data folder
  --help           this
`,
  options: { json: { type: 'boolean' } },
  async run(asked) {
    const report = await perform(asked, { what: 'backup', file: fileOf(asked, 0) });
    if (asked.values.json === true) asked.say(JSON.stringify(report));
    else asked.say(backedUpInWords(report));
    return 0;
  },
};

export const restore: LoneCommand = {
  worksAlone: true,
  words: ['FILE'],
  help: `myspinbot restore FILE: brings back what backup has put into FILE

Everything in the file is checked before anything is changed. The data folder that was there is moved aside, not removed.
The agent must not run meanwhile. Afterwards its queue waits until somebody lets it go on (in the app, or the API): jobs
that had not ended may be running where the backup came from.

  --json           the report as JSON
  --data DIR       the folder to restore into
  --help           this
`,
  options: { json: { type: 'boolean' } },
  async run(asked) {
    const { agent, dataDir, values, say, hint } = asked;
    if (agent !== undefined) {
      throw new Failure({
        code: 'refused',
        message: `An agent is running on the data folder ${dataDir}.`,
        hint: 'Stop it first, or restore into another folder: --data DIR.',
      });
    }
    const { restoreAt } = await import('../at-rest.ts');
    const report = await interruptible((signal, progress) =>
      restoreAt(dataDir, fileOf(asked, 0), { signal, progress }),
    );
    if (values.json === true) say(JSON.stringify(report));
    else {
      say(restoredInWords(report, dataDir));
      hint('Its queue waits until you let it go on: look in the app which jobs it shall still do.');
    }
    return 0;
  },
};

export const exporting: LoneCommand = {
  worksAlone: true,
  words: ['PROJECT', 'FILE'],
  help: `myspinbot export PROJECT FILE: one project in one file, to be opened on another machine

Its words and settings, photos and sounds, and the jobs that have ended with their videos. PROJECT is an id (p_…, as in
its address in the app) or a title. Faces and voices are in it: give it to those alone who may have them.

  --json           the report as JSON
  --data DIR       the agent's data folder
  --help           this
`,
  options: { json: { type: 'boolean' } },
  async run(asked) {
    const project = asked.words[0]!;
    const report = await perform(asked, { what: 'export', project, file: fileOf(asked, 1) });
    asked.say(asked.values.json === true ? JSON.stringify(report) : exportedInWords(report));
    return 0;
  },
};

export const importing: LoneCommand = {
  worksAlone: true,
  words: ['FILE'],
  help: `myspinbot import FILE: a project that export has put into FILE

Everything in the file is checked before anything is kept. A project that is here already comes a second time, with an
id of its own.

  --json           the report as JSON
  --data DIR       the agent's data folder
  --help           this
`,
  options: { json: { type: 'boolean' } },
  async run(asked) {
    const report = await perform(asked, { what: 'import', file: fileOf(asked, 0) });
    asked.say(asked.values.json === true ? JSON.stringify(report) : importedInWords(report));
    return 0;
  },
};

export const doctor: LoneCommand = {
  worksAlone: true,
  help: `myspinbot doctor: looks whether everything is as it should be

The data folder and who may look into it, the ledger, the documents, every file (by its hash), what was left half-written,
the disk, ffmpeg and the engines. One line each, with what to do. Exit code 1 when something is bad.

  --quick          sizes of files alone, not every byte
  --repair         mends what can be mended: rights of folders; damaged files go, so that devices that have them send them
                   again; what was left half-written goes
  --json           what was found as JSON
  --data DIR       the agent's data folder
  --help           this
`,
  options: { quick: { type: 'boolean' }, repair: { type: 'boolean' }, json: { type: 'boolean' } },
  async run(asked) {
    const { agent, dataDir, values, say } = asked;
    const wish = { what: 'doctor', quick: values.quick === true, repair: values.repair === true } as const;
    const { findings } =
      agent === undefined
        ? await interruptible(async (signal, progress) => {
            const { doctorAtRest } = await import('../at-rest.ts');
            return { findings: await doctorAtRest(dataDir, { ...wish, signal, progress }) };
          })
        : await perform(asked, wish);
    if (values.json === true) say(JSON.stringify(findings));
    else {
      const where = agent === undefined ? 'No agent runs here.' : `The agent answers at ${agent.url}.`;
      say([`ok      ${where}`, ...findings.map(findingInWords)].join('\n'));
    }
    return findings.some(({ state }) => state === 'bad') ? 1 : 0;
  },
};

/** Does it, wherever it is to be done. Ctrl+C stops it. */
async function perform<Wish extends HousekeepingWish>(
  asked: Asked,
  wish: Wish,
): Promise<ReportOf<Wish['what']>> {
  const { agent, dataDir } = asked;
  const report = await interruptible((signal, progress) =>
    agent === undefined ? alone(dataDir, wish, signal, progress) : askedOf(agent, wish, signal, progress),
  );
  if (report.what !== wish.what) throw new Error(`asked for ${wish.what}, got ${report.what}`);
  return report as ReportOf<Wish['what']>;
}

/** Work that Ctrl+C stops, and that shows how far it is where somebody looks. */
async function interruptible<T>(work: (signal: AbortSignal, progress: Progress) => Promise<T>): Promise<T> {
  const stop = new AbortController();
  const onSignal = () =>
    stop.abort(new Failure({ code: 'refused', message: 'Stopped.', hint: 'Nothing was left half done.' }));
  process.once('SIGINT', onSignal);
  process.once('SIGTERM', onSignal);
  const shown = showProgress();
  try {
    return await work(stop.signal, shown.progress);
  } finally {
    shown.end();
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
  }
}

async function alone(
  dataDir: string,
  wish: HousekeepingWish,
  signal: AbortSignal,
  progress: Progress,
): Promise<HousekeepingReport> {
  const { keepHouseAtRest } = await import('../at-rest.ts');
  return await keepHouseAtRest(dataDir, (housekeeping) => housekeeping.run(wish, { signal, progress }));
}

async function askedOf(
  agent: Agent,
  wish: HousekeepingWish,
  signal: AbortSignal,
  progress: Progress,
): Promise<HousekeepingReport> {
  const { id } = await agent.ask(endpoints.housekeeping, housekeepingTaskSchema, {
    method: 'POST',
    body: wish,
  });
  const path = `${endpoints.housekeeping}/${id}`;
  let isStopped = false;
  for (;;) {
    if (signal.aborted && !isStopped) {
      isStopped = true;
      await agent.ask(path, nothing, { method: 'DELETE' });
    }
    const { state } = await agent.ask(path, housekeepingTaskSchema);
    if (state.state === 'done') return state.report;
    if (state.state === 'failed') throw Failure.fromRecord(state.failure);
    progress(state.done, state.total);
    await wait(LOOK_MS, undefined, isStopped ? {} : { signal }).catch(() => undefined);
  }
}

/** A line that is drawn anew in its place, where somebody looks at it. */
function showProgress(): { progress: Progress; end(): void } {
  const { stderr } = process;
  if (stderr.isTTY !== true) return { progress: () => {}, end: () => {} };
  let shown = '';
  return {
    progress(done, total) {
      const now = total === 0 ? '' : `${Math.floor((100 * done) / total)} %`;
      if (now === shown) return;
      shown = now;
      stderr.write(`\r\x1b[K${now}`);
    },
    end: () => void (shown !== '' && stderr.write('\r\x1b[K')),
  };
}

/** As it was meant where the command was called; the agent may run elsewhere. */
function fileOf({ words }: Asked, index: number): string {
  return resolve(words[index]!);
}
