#!/usr/bin/env node
// The command line of the agent: finds the command and loads only what that command needs.
const help = `myspinbot: your own talking bot, made on your own machine

  myspinbot start     run the agent and serve the app
  myspinbot render    make one video from the command line
  myspinbot pair      let one new device in: a QR code and a typed code
  myspinbot open      an address that opens the app on this machine, paired
  myspinbot devices   who is paired; remove, rename, change roles
  myspinbot token     tokens for scripts
  myspinbot ca        the certificate authority that devices trust
  myspinbot backup    everything in one file; restore brings it back
  myspinbot restore   bring back what a backup holds
  myspinbot export    one project in one file, for another machine
  myspinbot import    bring in a project from such a file
  myspinbot gc        remove files that nothing names any more
  myspinbot doctor    look whether everything is as it should be; mend what can be mended

Each has --help. Also: --version, --help.
`;

/** Runs one command and returns the exit code: 0 done, 1 failed, 2 bad usage. */
async function run(argv: readonly string[]): Promise<number> {
  const [command, ...rest] = argv;
  switch (command) {
    case 'start': {
      const { start } = await import('./start.ts');
      return start(rest);
    }
    case 'render': {
      const { runRender } = await import('./render/run.ts');
      return runRender(rest);
    }
    case 'pair':
    case 'open': {
      const [{ runCommand }, commands] = await Promise.all([
        import('./commands/command.ts'),
        import('./commands/pair.ts'),
      ]);
      return runCommand(commands[command], rest);
    }
    case 'devices': {
      const [{ runCommand }, { devices }] = await Promise.all([
        import('./commands/command.ts'),
        import('./commands/devices.ts'),
      ]);
      return runCommand(devices, rest);
    }
    case 'token': {
      const [{ runCommand }, { token }] = await Promise.all([
        import('./commands/command.ts'),
        import('./commands/token.ts'),
      ]);
      return runCommand(token, rest);
    }
    case 'ca': {
      const [{ runCommand }, { ca }] = await Promise.all([
        import('./commands/command.ts'),
        import('./commands/ca.ts'),
      ]);
      return runCommand(ca, rest);
    }
    case 'gc':
    case 'doctor':
    case 'backup':
    case 'restore': {
      const [{ runCommand }, commands] = await Promise.all([
        import('./commands/command.ts'),
        import('./commands/housekeeping.ts'),
      ]);
      return runCommand(commands[command], rest);
    }
    case 'export':
    case 'import': {
      const [{ runCommand }, { exporting, importing }] = await Promise.all([
        import('./commands/command.ts'),
        import('./commands/housekeeping.ts'),
      ]);
      return runCommand(command === 'export' ? exporting : importing, rest);
    }
    case '--version':
    case '-V': {
      const { default: record } = await import('./package.json', { with: { type: 'json' } });
      process.stdout.write(`${record.version}\n`);
      return 0;
    }
    case undefined:
    case 'help':
    case '--help':
    case '-h':
      process.stdout.write(help);
      return command === undefined ? 2 : 0;
    default:
      process.stderr.write(`There is no command "${command.slice(0, 60)}".\n\n${help}`);
      return 2;
  }
}

process.exitCode = await run(process.argv.slice(2));

export {};
