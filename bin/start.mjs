#!/usr/bin/env node
// `npm start`: sets up what is missing, runs the agent, says where the app is and opens it.
import { requireNode } from './setup/node-version.mjs';

requireNode();
const { startAgent } = await import('./setup/start-agent.mjs');
await startAgent(process.argv.slice(2));
