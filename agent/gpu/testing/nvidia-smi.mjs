#!/usr/bin/env node
// Speaks like nvidia-smi, with lines that real ones printed. What it does is in the file that FAKE_NVIDIA_SMI names, read
// anew at each start: {"values": {field: value} per card, "refuses": [field], "says": text, "exit": code, "rounds": n}.
// After its rounds it stays silent, unless it is told to exit.
import { readFileSync, writeFileSync } from 'node:fs';

const path = process.env.FAKE_NVIDIA_SMI;
const script = JSON.parse(readFileSync(path, 'utf8'));
writeFileSync(`${path}.asked`, JSON.stringify(process.argv.slice(2)));
if (process.argv.some((one) => one.startsWith('--query-compute-apps='))) {
  process.stdout.write(`${(script.holders ?? []).join('\n')}\n`);
  process.exit(0);
}
const query = process.argv.find((one) => one.startsWith('--query-gpu='));
const fields = query.slice('--query-gpu='.length).split(',');
for (const field of script.refuses ?? []) {
  if (!fields.includes(field)) continue;
  process.stdout.write(`Field "${field}" is not a valid field to query.\n\n`);
  process.exit(2);
}
if (script.says !== undefined) process.stdout.write(`${script.says}\n`);
for (let round = 0; round < (script.rounds ?? 1); round++) {
  for (const card of script.cards ?? []) {
    process.stdout.write(`${fields.map((field) => card[field] ?? '[N/A]').join(', ')}\n`);
  }
}
if (script.exit !== undefined) process.exit(script.exit);
// As the real one with -l: it stays until its reader is gone.
if (process.argv.includes('-l')) setInterval(() => {}, 1000);
