// What a process and everything it started use of the machine, sampled from the system while they run.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

interface Entry {
  pid: number;
  parent: number;
  program: string;
  rssBytes: number;
  cpuMs: number;
}

/** Linux counts processor time in hundredths of a second, whatever the machine. */
const tickMs = 10;

function processes(): Entry[] {
  return process.platform === 'linux' ? fromProc() : fromPs();
}

function fromProc(): Entry[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      // The program's name stands in brackets and may hold anything, brackets too.
      const end = stat.lastIndexOf(')');
      const program = stat.slice(stat.indexOf('(') + 1, end);
      const fields = stat.slice(end + 2).split(' ');
      const rssKib = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${name}/status`, 'utf8'))?.[1];
      return [
        {
          pid: Number(name),
          parent: Number(fields[1]),
          program,
          rssBytes: Number(rssKib ?? 0) * 1024,
          cpuMs: (Number(fields[11]) + Number(fields[12])) * tickMs,
        },
      ];
    } catch {
      return []; // it ended between the listing and the reading
    }
  });
}

function fromPs(): Entry[] {
  const text = execFileSync('ps', ['-axo', 'pid=,ppid=,rss=,time=,comm='], { encoding: 'utf8' });
  return text
    .trim()
    .split('\n')
    .map((line) => {
      const [pid = '', parent = '', kib = '', time = '', ...program] = line.trim().split(/\s+/);
      const seconds = time.split(/[:-]/).reduce((sum, part) => sum * 60 + Number(part), 0);
      return {
        pid: Number(pid),
        parent: Number(parent),
        program: program.join(' ').split('/').at(-1) ?? '',
        rssBytes: Number(kib) * 1024,
        cpuMs: seconds * 1000,
      };
    });
}

/** `root` and all its descendants now. */
function tree(root: number): Entry[] {
  const all = processes();
  const inTree = new Set([root]);
  for (let grew = true; grew; ) {
    grew = false;
    for (const { pid, parent } of all) {
      if (!inTree.has(pid) && inTree.has(parent)) {
        inTree.add(pid);
        grew = true;
      }
    }
  }
  return all.filter(({ pid }) => inTree.has(pid));
}

/** Ids of `root` and its descendants in whose command line the argument stands. */
export function pidsWith(root: number, argument: string): number[] {
  return tree(root)
    .map(({ pid }) => pid)
    .filter((pid) => commandLine(pid).includes(argument));
}

function commandLine(pid: number): readonly string[] {
  try {
    if (process.platform === 'linux') return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split(/[\0 ]/);
    return execFileSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8' })
      .trim()
      .split(' ');
  } catch {
    return []; // it has ended
  }
}

export interface TreeUse {
  /** Highest sum of resident memory; pages shared between processes count more than once. */
  peakBytes: number;
  /** Processor time of the whole tree while it was watched, and of the programs called `program` in it. */
  cpuMs(program?: string): number;
}

/** Watches until stopped. A process is seen up to one sample before its end, so its last moments are missed. */
export function watchTree(root: number, everyMs = 50): { stop(): TreeUse } {
  const seen = new Map<number, { program: string; firstMs: number; lastMs: number }>();
  let peakBytes = 0;
  let isFirst = true;
  const sample = () => {
    let bytes = 0;
    for (const { pid, program, rssBytes, cpuMs } of tree(root)) {
      bytes += rssBytes;
      const known = seen.get(pid);
      // What ran before the watch began counts from now; what starts later counts whole.
      if (known === undefined) seen.set(pid, { program, firstMs: isFirst ? cpuMs : 0, lastMs: cpuMs });
      else seen.set(pid, { program, firstMs: known.firstMs, lastMs: cpuMs });
    }
    isFirst = false;
    peakBytes = Math.max(peakBytes, bytes);
  };
  sample();
  const timer = setInterval(sample, everyMs);
  return {
    stop() {
      clearInterval(timer);
      sample();
      return {
        peakBytes,
        cpuMs: (program) =>
          [...seen.values()]
            .filter((one) => program === undefined || one.program === program)
            .reduce((sum, { firstMs, lastMs }) => sum + lastMs - firstMs, 0),
      };
    },
  };
}
