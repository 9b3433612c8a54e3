// Runs vitest projects and counts what passed and failed from its JSON report, never from its words.
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { relative } from 'node:path';
import { hand } from './command.mjs';
import { inRepo, root } from './place.mjs';

const vitest = inRepo('node_modules/vitest/vitest.mjs');

/**
 * Runs tests of the given projects. A run that ends without a report, or fails outside of any test, counts as
 * one failure.
 * @param {readonly string[]} projects
 * @param {{ name: string, env?: Record<string, string | undefined>, except?: readonly string[] }} options
 * @returns {Promise<{ passed: number, failed: number, skipped: number, failures?: string[] }>}
 */
export async function runVitest(projects, { name, env = {}, except = [] }) {
  const report = inRepo(`test-results/${name}.json`);
  mkdirSync(inRepo('test-results'), { recursive: true });
  rmSync(report, { force: true });
  const args = [
    'run',
    ...projects.flatMap((project) => ['--project', project]),
    ...except.flatMap((glob) => ['--exclude', glob]),
    // By itself it leaves a processor free for a person at work; of two that is half.
    ...(availableParallelism() <= 2 && !projects.includes('e2e') ? ['--maxWorkers=2'] : []),
  ];
  const reporters = [
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    '--passWithNoTests',
  ];
  const code = await hand(process.execPath, [vitest, ...args, ...reporters], { cwd: root, env });
  const counts = read(report);
  if (counts === undefined) return { passed: 0, failed: 1, skipped: 0 };
  if (code !== 0 && counts.failed === 0) counts.failed = 1;
  return counts;
}

const firstLine = (text = '') => text.split('\n', 1)[0];

function read(report) {
  try {
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = JSON.parse(
      readFileSync(report, 'utf8'),
    );
    // A file that could not be loaded has no tests in it to fail.
    const broken = testResults.filter(
      (file) => file.status === 'failed' && file.assertionResults.length === 0,
    );
    return {
      passed: numPassedTests,
      failed: numFailedTests + broken.length,
      skipped: numPendingTests + numTodoTests,
      failures: [
        ...broken.map((file) => `${relative(root, file.name)}: ${firstLine(file.message)}`),
        ...testResults.flatMap((file) =>
          file.assertionResults
            .filter((test) => test.status === 'failed')
            .map(
              (test) =>
                `${relative(root, file.name)} > ${test.fullName}: ${firstLine(test.failureMessages[0])}`,
            ),
        ),
      ],
    };
  } catch {
    return undefined; // vitest ended before it wrote one
  }
}
