// What housekeeping has done, in words for a terminal. It knows reports, and nobody who makes them.
import {
  type BackedUp,
  type Collected,
  collectedKinds,
  type Exported,
  type Finding,
  type Imported,
} from '@myspinbot/shared/wire/housekeeping.ts';
import type { Restored } from '../housekeeping/restore.ts';
import { columns } from './columns.ts';

export function bytesInWords(bytes: number): string {
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(2)} GB`;
  if (bytes >= 1e6) return `${(bytes / 1e6).toFixed(1)} MB`;
  return bytes >= 1000 ? `${(bytes / 1000).toFixed(1)} kB` : `${bytes} B`;
}

export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

export function collectedInWords(report: Collected): string {
  const rows = collectedKinds.flatMap((kind) => {
    const { files, bytes } = report.kinds[kind];
    return files === 0 ? [] : [[kind, String(files), bytesInWords(bytes)]];
  });
  const all = Object.values(report.kinds);
  const files = all.reduce((sum, one) => sum + one.files, 0);
  const bytes = all.reduce((sum, one) => sum + one.bytes, 0);
  const verb = report.dryRun ? 'would go' : 'removed';
  const lines = rows.length === 0 ? [] : [columns([['KIND', 'FILES', 'SIZE'], ...rows])];
  lines.push(
    `${counted(files, 'file')} (${bytesInWords(bytes)}) ${verb}; ${counted(report.kept.files, 'file')} (${bytesInWords(report.kept.bytes)}) in use, ${counted(report.young.files, 'unused file')} (${bytesInWords(report.young.bytes)}) not a day old.`,
  );
  const forgotten = report.dryRun ? 'would be forgotten' : 'forgotten';
  if (report.artifacts > 0)
    lines.push(`${counted(report.artifacts, 'stage output')} that nobody used for long ${forgotten}.`);
  if (report.jobs > 0)
    lines.push(
      `${counted(report.jobs, 'job')} of deleted projects or taken out of the history ${forgotten}.`,
    );
  if (report.heldBack > 0) {
    lines.push(`${counted(report.heldBack, 'old stage output')} left for now, since a job is running.`);
  }
  return lines.join('\n');
}

export function backedUpInWords({ file, bytes, assets, missing }: BackedUp): string {
  const said = `${file}: ${bytesInWords(bytes)}, with ${counted(assets, 'file')} of projects and jobs.`;
  return said + missingInWords(missing);
}

export function exportedInWords({ file, bytes, title, jobs, assets, missing }: Exported): string {
  const said = `${file}: ${title}, ${bytesInWords(bytes)}, with ${counted(jobs, 'job')} and ${counted(assets, 'file')}.`;
  return said + missingInWords(missing);
}

export function importedInWords({ project, was, title, jobs, assets }: Imported): string {
  const said = `${title} is here as ${project}, with ${counted(jobs, 'job')} and ${counted(assets, 'file')}.`;
  return was === undefined ? said : `${said}\n${was} is the id of another one here, so it got a new one.`;
}

function missingInWords(missing: number): string {
  if (missing === 0) return '';
  const [is, them] = missing === 1 ? ['is', 'it'] : ['are', 'them'];
  return `\n${counted(missing, 'file')} more ${is} named but not on the workstation; a device may have ${them}.`;
}

export function restoredInWords({ madeAt, assets, bytes, aside }: Restored, dataDir: string): string {
  const when = new Date(madeAt).toISOString().slice(0, 16).replace('T', ' ');
  const said = `${dataDir} is as it was at ${when} UTC: ${bytesInWords(bytes)}, with ${counted(assets, 'file')} of projects and jobs.`;
  return aside === undefined ? said : `${said}\nWhat was there before is in ${aside}.`;
}

export function findingInWords({ state, what, hint }: Finding): string {
  return `${state.padEnd(6)}  ${what}${hint === undefined ? '' : ` ${hint}`}`;
}
