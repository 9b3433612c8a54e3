// Mixing and remuxing through fluent-ffmpeg: for jobs that are files in, file out. It keeps the library's
// builder and gives its ends the same meaning as media/ffmpeg.ts; pipes and measurements stay there.
import ffmpeg, { type FfmpegCommand } from 'fluent-ffmpeg';
import { type FfmpegTools, fullDisk, type RunOptions, timeOut, toolFailure } from './ffmpeg.ts';

/** Two minutes: these jobs copy pictures and encode only sound. */
const DEFAULT_TIMEOUT_MS = 120_000;

/** Builds and runs one command that writes `output`. Throws as runFfmpeg does; rethrows `signal.reason`. */
export function transcode(
  tools: FfmpegTools,
  output: string,
  build: (command: FfmpegCommand) => FfmpegCommand,
  options: RunOptions = {},
): Promise<void> {
  options.signal?.throwIfAborted();
  const limitMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const doing = options.doing ?? 'process the file';
  return new Promise((resolve, reject) => {
    const command = build(ffmpeg().setFfmpegPath(tools.ffmpeg).setFfprobePath(tools.ffprobe));
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      command.kill('SIGKILL');
    }, limitMs);
    const abort = () => command.kill('SIGKILL');
    options.signal?.addEventListener('abort', abort, { once: true });
    const settle = (end: () => void) => {
      clearTimeout(timer);
      options.signal?.removeEventListener('abort', abort);
      end();
    };
    command.on('end', (_stdout, stderr) => {
      settle(() => {
        if (fullDisk.test(stderr ?? '')) reject(toolFailure(doing, 0, null, stderr ?? ''));
        else resolve();
      });
    });
    command.on('error', (error: Error, _stdout, stderr) => {
      settle(() => {
        if (options.signal?.aborted) reject(options.signal.reason);
        else if (timedOut) reject(timeOut(doing, limitMs));
        else reject(toolFailure(doing, exitCode(error), null, stderr || error.message));
      });
    });
    command.outputOptions('-y').save(output);
  });
}

function exitCode(error: Error): number | null {
  const code = /exited with code (\d+)/.exec(error.message)?.[1];
  return code === undefined ? null : Number(code);
}
