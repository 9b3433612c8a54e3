// Whoever looks after a workstation points Prometheus at it: a real one scrapes a real agent with the files of deploy/,
// and everything its rules and dashboards ask for is there.
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { endpoints } from '@myspinbot/shared/wire/endpoints.ts';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { type RunningAgent, startAgent } from '../harness/agent.ts';
import { drawnPortrait, inRepo } from '../harness/place.ts';
import { missingPrometheus, type Prometheus, promtool, startPrometheus } from '../harness/prometheus.ts';
import { scratchFolder } from '../harness/scratch.ts';
import {
  askedByDashboards,
  dashboard,
  dashboardFiles,
  documentedLabels,
  labelsIn,
  namesIn,
} from './asked-for.ts';

const deploy = inRepo('deploy');
const missing = missingPrometheus();
if (missing.length > 0) console.log(`deploy/ is not tested: no ${missing.join(' and no ')} here`);

test('dashboards have names of their own, and none of their panels lies on another', () => {
  const all = dashboardFiles().map(dashboard);
  expect(all.map(({ uid }) => uid).sort()).toEqual([
    'myspinbot-engines',
    'myspinbot-jobs',
    'myspinbot-links',
    'myspinbot-system',
  ]);
  for (const { title, panels } of all) {
    const cells = panels.flatMap((panel) => {
      const { x, y, w, h } = (panel as unknown as { gridPos: Record<'x' | 'y' | 'w' | 'h', number> }).gridPos;
      expect(x + w, title).toBeLessThanOrEqual(24);
      return Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)},${y + Math.floor(cell / w)}`);
    });
    expect(new Set(cells).size, title).toBe(cells.length);
  }
});

test('what dashboards and rules ask for is documented, with the labels that it has', () => {
  const documented = documentedLabels();
  const rules = readFileSync(join(deploy, 'alerts.yml'), 'utf8');
  const asked = [...askedByDashboards(), { where: 'alerts.yml', expr: rules }];
  for (const { where, expr } of asked) {
    for (const name of namesIn(expr)) expect([...documented.keys()], where).toContain(name);
    for (const { name, label } of labelsIn(expr)) {
      expect(['instance', 'job', 'le', ...(documented.get(name) ?? [])], `${where}: ${expr}`).toContain(
        label,
      );
    }
  }
});

describe.skipIf(missing.length > 0)('with Prometheus', () => {
  test('promtool is content with the config and with the rules, and its examples come out', () => {
    expect(promtool(['check', 'config', 'prometheus.yml'], { cwd: deploy })).toContain('SUCCESS');
    expect(promtool(['test', 'rules', 'alerts.test.yml'], { cwd: deploy })).toContain('SUCCESS');
  });

  let agent: RunningAgent;
  let prometheus: Prometheus;
  beforeAll(async () => {
    const folder = scratchFolder('prometheus');
    agent = await startAgent({ data: scratchFolder('watched'), listen: ['127.0.0.2'] });
    const config = await configFor(agent, folder);
    prometheus = await startPrometheus({ config, folder });
    return async () => {
      await prometheus.stop();
      await agent.stop();
    };
  });
  beforeAll(() => makeVideo(agent), 180_000);

  test('promtool is content with the agent’s own figures', async () => {
    const scrape = await (await agent.ask(endpoints.metrics)).text();
    // prom-client calls a few numbers of the moment totals.
    const own = scrape.split('\n').filter((line) => !line.includes('myspinbot_nodejs_active_'));
    expect(promtool(['check', 'metrics'], { input: `${own.join('\n')}\n` })).toBe('');
  });

  test('both ways to scrape work: on the machine itself, and by a token over the network', async () => {
    const health = async () => {
      const { activeTargets } = await prometheus.ask<{
        activeTargets: { labels: { job: string }; health: string; lastError: string }[];
      }>('targets');
      return activeTargets.map(({ labels, health, lastError }) => `${labels.job}: ${health} ${lastError}`);
    };
    await expect
      .poll(async () => (await health()).sort(), { timeout: 30_000 })
      .toEqual([
        'far: up ',
        'myspinbot: up ',
        // Over the network nothing is told to whoever does not say who asks.
        'stranger: down server returned HTTP status 401 Unauthorized',
      ]);
  });

  test('every figure that a dashboard or a rule asks for is exported, and every expression is understood', async () => {
    const metadata = await prometheus.ask<{ metric: string }[]>('targets/metadata', {
      match_target: '{job="myspinbot"}',
    });
    const exported = new Set(metadata.map(({ metric }) => metric));
    const rules = readFileSync(join(deploy, 'alerts.yml'), 'utf8');
    for (const name of namesIn(rules)) expect([...exported]).toContain(name);
    for (const { where, expr } of askedByDashboards()) {
      for (const name of namesIn(expr)) expect([...exported], where).toContain(name);
      await prometheus.ask('query', { query: expr });
    }
  });

  test('every rule is evaluated', async () => {
    const rules = async () => {
      const { groups } = await prometheus.ask<{
        groups: { rules: { name: string; health: string; lastError?: string }[] }[];
      }>('rules');
      return groups.flatMap((group) => group.rules);
    };
    await expect
      .poll(async () => (await rules()).filter(({ health }) => health !== 'ok'), { timeout: 30_000 })
      .toEqual([]);
    expect((await rules()).map(({ name }) => name)).toEqual(
      expect.arrayContaining(['AgentDown', 'QueueStuck']),
    );
  });

  test.each([
    ['the finished job', 'myspinbot_queue_ended_total{job="myspinbot",outcome="succeeded"}', 1],
    ['nothing that failed', 'myspinbot_queue_ended_total{job="myspinbot",outcome="failed"}', 0],
    ['its claim', 'myspinbot_queue_claims_total{job="myspinbot"}', 1],
    ['its stages', 'count(count by (stage) (myspinbot_stages_runs_total{job="myspinbot"})) >= bool 5', 1],
    [
      'its photo',
      'myspinbot_links_moved_bytes_total{job="myspinbot",link="http",direction="in"} > bool 1000',
      1,
    ],
    ['the token', 'sum(myspinbot_pairing_scripts{job="myspinbot"})', 1],
  ])('Prometheus has seen %s', async (_, query, value) => {
    const seen = async () => {
      const { result } = await prometheus.ask<{ result: { value: [number, string] }[] }>('query', { query });
      return result.map((one) => Number(one.value[1]));
    };
    await expect.poll(seen, { timeout: 30_000 }).toEqual([value]);
  });
});

/**
 * The config of deploy/ as a person would change it: for this agent's port, and the part for another machine
 * commented in.
 */
async function configFor(agent: RunningAgent, folder: string): Promise<string> {
  const made = await agent.ask(endpoints.scriptTokens, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ name: 'prometheus', scope: 'read' }),
  });
  const { token } = (await made.json()) as { token: string };
  writeFileSync(join(folder, 'myspinbot.token'), `${token}\n`);
  copyFileSync(join(agent.data, 'certificates', 'authority.pem'), join(folder, 'myspinbot-ca.pem'));
  copyFileSync(join(deploy, 'alerts.yml'), join(folder, 'alerts.yml'));
  const text = readFileSync(join(deploy, 'prometheus.yml'), 'utf8')
    .replaceAll('interval: 15s', 'interval: 1s')
    .replace('127.0.0.1:7777', `127.0.0.1:${agent.port}`)
    .replace('192.168.1.5:7777', `127.0.0.2:${agent.port}`)
    .replace('# - job_name: myspinbot', '# - job_name: far')
    .replaceAll(/^ {2}# (?=- job_name: far| {2,}(?!npx|cp)\S)/gm, '  ')
    // Its own figures are of no interest here, and it is not at that port.
    .replace(/ {2}- job_name: prometheus[\s\S]*$/, '');
  const config = join(folder, 'prometheus.yml');
  const [, far = ''] = /( {2}- job_name: far[\s\S]*?)\n\n/.exec(text) ?? [];
  const stranger = far.replace('far', 'stranger').replace(/ {4}authorization:\n.*\n/, '');
  writeFileSync(config, `${text}\n${stranger}\n`);
  promtool(['check', 'config', config]);
  return config;
}

async function makeVideo(agent: RunningAgent): Promise<void> {
  const form = new FormData();
  form.set('photo', new Blob([readFileSync(drawnPortrait())]), 'me.png');
  form.set('script', 'Count me.');
  const asked = await agent.ask(endpoints.generate, { method: 'POST', body: form });
  const { jobId } = (await asked.json()) as { jobId: string };
  const state = async () =>
    ((await (await agent.ask(`${endpoints.status}/${jobId}`)).json()) as { state: string }).state;
  await vi.waitFor(async () => expect(await state()).toBe('succeeded'), { timeout: 150_000, interval: 500 });
}
