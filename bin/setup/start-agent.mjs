// Starts the agent, waits for the address it prints, and opens the app where there is a screen to open it on.
import { spawn } from 'node:child_process';
import { hand } from './command.mjs';
import { agentEntry } from './place.mjs';
import { prepare } from './prepare.mjs';
import { orExplain } from './trouble.mjs';

/**
 * Runs `myspinbot start ARGS` and ends this process with its exit code. Signals are passed on.
 * @param {readonly string[]} args
 */
export async function startAgent(args) {
  await orExplain(async () => {
    const { env } = await prepare();
    let opening = wantsBrowser(args);
    let seen = '';
    const onStdout = (text) => {
      process.stdout.write(text);
      if (!opening) return;
      seen += text;
      const address = /\bhttps?:\/\/[^\s"']+(?=[\s"'])/.exec(seen);
      if (address === null) return;
      opening = false;
      openBrowser(address[0]);
    };
    process.exitCode = await hand(process.execPath, [agentEntry, 'start', ...withoutOpening(args)], {
      env,
      ...(opening ? { onStdout } : {}),
    });
  });
}

/** The agent itself never opens a browser when it is started from here. */
function withoutOpening(args) {
  return args.includes('--no-open') ? args : [...args, '--no-open'];
}

/** Whether a browser window is wanted and there is somebody to see it. */
function wantsBrowser(args) {
  if (['--no-open', '--json', '--help', '-h'].some((option) => args.includes(option))) return false;
  const { CI, SSH_CONNECTION, SSH_TTY, DISPLAY, WAYLAND_DISPLAY } = process.env;
  if (CI || SSH_CONNECTION || SSH_TTY) return false;
  return process.platform === 'darwin' || process.platform === 'win32' || Boolean(DISPLAY || WAYLAND_DISPLAY);
}

function openBrowser(address) {
  const [program, ...args] =
    process.platform === 'darwin'
      ? ['open', address]
      : process.platform === 'win32'
        ? ['rundll32', 'url.dll,FileProtocolHandler', address]
        : ['xdg-open', address];
  const child = spawn(program, args, { stdio: 'ignore', detached: true });
  // Without an opener the printed address is enough: nothing more to say.
  child.on('error', () => undefined);
  child.unref();
}
