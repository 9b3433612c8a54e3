#!/usr/bin/env node
// The `myspinbot` command: sets up what is missing (on stderr), then runs the agent's command line.
import { requireNode } from './setup/node-version.mjs';

requireNode();
const args = process.argv.slice(2);
if (args[0] === 'start') {
  const { startAgent } = await import('./setup/start-agent.mjs');
  await startAgent(args.slice(1));
} else {
  const { runAgent } = await import('./setup/run-agent.mjs');
  await runAgent(args);
}
