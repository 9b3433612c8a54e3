// Memory of a process with everything it started, read from the system while it runs.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

interface Entry {
  pid: number;
  parent: number;
  rssBytes: number;
}

/** Every process of the machine: from /proc where there is one, else from ps. */
function processes(): Entry[] {
  return process.platform === 'linux' ? fromProc() : fromPs();
}

function fromProc(): Entry[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const status = readFileSync(`/proc/${name}/status`, 'utf8');
      const parent = Number(/^PPid:\s+(\d+)/m.exec(status)?.[1]);
      const rssBytes = Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0) * 1024;
      return [{ pid: Number(name), parent, rssBytes }];
    } catch {
      return []; // it ended between the listing and the reading
    }
  });
}

function fromPs(): Entry[] {
  const text = execFileSync('ps', ['-axo', 'pid=,ppid=,rss='], { encoding: 'utf8' });
  return text
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .map(([pid = 0, parent = 0, kib = 0]) => ({ pid, parent, rssBytes: kib * 1024 }));
}

/** Resident bytes of `root` and all its descendants now; pages shared between them count more than once. */
export function treeBytes(root: number): number {
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
  return all.reduce((sum, { pid, rssBytes }) => (inTree.has(pid) ? sum + rssBytes : sum), 0);
}

/** Watches a tree's memory until stopped; `stop` returns the peak in bytes. */
export function watchMemory(root: number, everyMs = 100): { stop(): number } {
  let peak = treeBytes(root);
  const timer = setInterval(() => {
    peak = Math.max(peak, treeBytes(root));
  }, everyMs);
  return {
    stop() {
      clearInterval(timer);
      return Math.max(peak, treeBytes(root));
    },
  };
}
