// A phone on the sofa: it scans the first QR code, learns to trust the workstation, types the code, is installed and
// works offline. Others come by the second QR code and by the code, and one is removed again; somebody in between, and
// one whom nobody invited, get nothing.
// The network is the loopback's other address, which the agent treats as any address of a network.
import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { endpoints } from '@myspinbot/shared/wire/endpoints.ts';
import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunningAgent, startAgent } from '../harness/agent.ts';
import { castSample, spin, videoPlays, workstationIsHere } from '../harness/app.ts';
import {
  agentAway,
  expectNoComplaints,
  openProfile,
  type Profile,
  phone,
  screenshot,
} from '../harness/browser.ts';
import { launchProfile } from '../harness/chromium.ts';
import { myspinbot } from '../harness/command-line.ts';
import { inRepo } from '../harness/place.ts';
import { scratchFolder } from '../harness/scratch.ts';
import { homeFolder, missingTrustTools } from '../harness/trust.ts';

const NETWORK = '127.0.0.2';
const missing = process.platform === 'linux' ? missingTrustTools() : ['a Linux machine'];
if (missing.length > 0) console.log(`left out, because there is no ${missing.join(' and no ')}`);

interface Invited {
  id: string;
  code: string;
  trustLinks: string[];
  links: string[];
}

describe.skipIf(missing.length > 0)('in the network', () => {
  const folder = scratchFolder('lan');
  const data = join(folder, 'data');
  let agent: RunningAgent;
  let secure: string;
  beforeAll(async () => {
    agent = await startAgent({ data, listen: [NETWORK] });
    secure = agent.addresses[0]!;
  });
  afterAll(async () => {
    await agent.stop();
  });

  const invite = async (...options: string[]): Promise<Invited> => {
    const { code, stdout, stderr } = await myspinbot([
      'pair',
      '--json',
      '--no-wait',
      '--data',
      data,
      ...options,
    ]);
    expect([code, stderr]).toEqual([0, '']);
    return JSON.parse(stdout) as Invited;
  };

  test('the phone: from the QR code to the app that works without the workstation', async () => {
    const { trustLinks } = await invite();
    const link = trustLinks[0]!;
    expect(link).toBe(`http://${NETWORK}:${agent.port}/`);
    const home = homeFolder('phone');

    // It does not know the certificate yet: the page explains it and hands it out.
    const user = join(folder, 'phone');
    const before = await openProfile({ viewport: phone, touch: true, home: home.path, folder: user });
    before.expectComplaints(/ERR_CERT|net::ERR_/);
    const page = await before.newPage();
    // A link of old, with a secret on a plain address: it is thrown away, and said so.
    await page.goto(`${link}#pair=12.${'A'.repeat(22)}.${'A'.repeat(43)}`);
    await page.getByText('It was thrown away').waitFor();
    expect(new URL(page.url()).hash).toBe('');
    await screenshot(page, 'lan/0-secret-thrown-away');
    await page.goto('about:blank');
    await page.goto(link);
    await page.getByRole('heading', { level: 1 }).waitFor();
    expect(new URL(page.url()).protocol).toBe('http:');
    expect(await page.getByText('It was thrown away').isVisible()).toBe(false);
    await screenshot(page, 'lan/1-trust-page');
    const loading = page.waitForEvent('download');
    await page.evaluate((path) => {
      location.href = path;
    }, endpoints.authorityCrt);
    const certificate = join(folder, 'downloaded.crt');
    await (await loading).saveAs(certificate);
    const known = await myspinbot(['ca', '--data', data]);
    const given = new X509Certificate(readFileSync(certificate));
    expect(known.stdout).toContain(given.fingerprint256);
    await before.close();

    // The person installs it, and opens the page again: it notices by itself, and goes on to the app.
    const pem = join(folder, 'downloaded.pem');
    writeFileSync(pem, given.toString());
    home.trust(pem);
    const profile = await openProfile({ viewport: phone, touch: true, home: home.path, folder: user });
    // The page about trust asks every name there is, and not each leads somewhere from here.
    profile.expectComplaints(/\/trust\/check/);
    const app = await profile.newPage();
    await app.goto(link);
    await app.waitForURL((url) => url.protocol === 'https:', { timeout: 20_000 });
    // The code is the one that stands there now, not the one of when it was scanned.
    const { code } = await invite();
    await app.getByRole('heading', { name: 'Trusted. Now the code' }).waitFor();
    await screenshot(app, 'lan/1b-arrived');
    await app.getByLabel('Code').fill(code);
    await pairHere(app, 'Sofa phone');
    await screenshot(app, 'lan/2-paired');
    expect(await app.evaluate(() => isSecureContext)).toBe(true);
    await app.evaluate(async () => {
      await navigator.serviceWorker.ready;
    });
    const devtools = await profile.context.newCDPSession(app);
    const { installabilityErrors } = await devtools.send('Page.getInstallabilityErrors');
    expect(installabilityErrors.map(({ errorId }) => errorId).filter((id) => id !== 'in-incognito')).toEqual(
      [],
    );

    await workstationIsHere(app);
    await castSample(app);
    await spin(app);
    expect(await videoPlays(app)).toBeGreaterThan(3);
    await screenshot(app, 'lan/3-premiere');
    expectNoComplaints(profile);

    profile.expectComplaints(agentAway);
    const { port } = agent;
    await agent.stop();
    await app.reload();
    expect(await videoPlays(app)).toBeGreaterThan(3);
    await screenshot(app, 'lan/4-offline');
    agent = await startAgent({ data, listen: [NETWORK], port });
    await app.goto(secure);
    await workstationIsHere(app);
    expect(new URL(app.url()).origin).toBe(secure);
    await profile.close();
  });

  test('a device that trusts already scans the second picture, and is in', async () => {
    const { links } = await invite();
    expect(links.every((one) => one.startsWith('https://'))).toBe(true);
    const home = homeFolder('laptop');
    home.trust((await myspinbot(['ca', '--path', '--data', data])).stdout.trim());
    const profile = await openProfile({ home: home.path });
    const page = await profile.newPage();
    await page.goto(links[0]!);
    await page.getByRole('heading', { name: 'You are invited' }).waitFor();
    await screenshot(page, 'lan/1c-invited');
    await pairHere(page, 'Laptop');
    await workstationIsHere(page);
    expectNoComplaints(profile);
    await profile.close();
  });

  test('whoever answers in the workstation’s place over plain HTTP learns nothing that pairs', async () => {
    const { id, trustLinks, links } = await invite();
    const secrets = links.map((one) => new URL(one).hash);
    const profile = await openProfile({ viewport: phone, touch: true });
    const page = await profile.newPage();
    // Everything a page at that address can know, told to whoever put it there.
    const told: string[] = [];
    await page.exposeFunction('tell', (text: string) => void told.push(text));
    await page.route('http://**/*', (route) => {
      told.push(
        JSON.stringify([route.request().url(), route.request().headers(), route.request().postData()]),
      );
      return route.fulfill({
        contentType: 'text/html',
        body: '<script>tell(JSON.stringify([location.href, document.referrer, document.cookie, { ...localStorage }, name]))</script>',
      });
    });
    for (const link of trustLinks) {
      expect(link).not.toMatch(/[#?@]/);
      await page.goto(link);
    }
    await expect.poll(() => told.length).toBe(2 * trustLinks.length);
    for (const secret of secrets) {
      const [, password] = /^#pair=\d\d\.([\w-]{22})\./.exec(secret)!;
      expect(told.join()).not.toContain(password);
    }
    expect(told.join()).not.toContain('pair=');
    const answer = await agent.ask(`${endpoints.invitations}/${id}`);
    expect(await answer.json()).toMatchObject({ state: { state: 'open' }, attemptsLeft: 3 });
    await profile.close();
  });

  test('a second device comes by the code, and is removed within a second; a third one gets nothing', async () => {
    const home = homeFolder('tablet');
    home.trust((await myspinbot(['ca', '--path', '--data', data])).stdout.trim());
    const stranger = await watched(home.path);
    const tablet = await watched(home.path);
    const { code } = await invite('--role', 'member');
    const page = tablet.page;
    await page.goto(`${secure}/`);
    await page.getByRole('button', { name: /pair/i }).locator('visible=true').first().click();
    await page.getByLabel('Code').fill(code);
    await page.getByLabel('What this device is called').fill('Tablet');
    await page.getByRole('dialog').getByRole('button', { name: 'Pair this device' }).click();
    await workstationIsHere(page);
    expect(tablet.frames.in).toBeGreaterThan(0);

    await stranger.page.goto(`${secure}/`);
    await stranger.page.getByRole('heading').first().waitFor();
    await stranger.page.waitForLoadState('networkidle');
    await screenshot(stranger.page, 'lan/5-stranger');

    const listed = await myspinbot(['devices', '--json', '--data', data]);
    const devices = JSON.parse(listed.stdout) as { id: string; name: string; role: string }[];
    expect(devices.map(({ name, role }) => [name, role])).toContainEqual(['Tablet', 'member']);
    // Bytes that come for it after it was removed: none, and nothing that was sent before can be asked again.
    const removed = await myspinbot(['devices', '--revoke', 'Tablet', '--data', data]);
    expect([removed.code, removed.stderr]).toEqual([0, 'Tablet was removed.\n']);
    await expect.poll(() => tablet.openSockets(), { timeout: 1_000 }).toBe(0);
    const { in: heard } = tablet.frames;
    await page.getByRole('heading', { name: 'This device was removed' }).waitFor();
    await screenshot(page, 'lan/6-removed');
    expect(tablet.frames.in).toBe(heard);

    // Everything the stranger's browser was ever sent: the program's own files, no socket, no answer of the API.
    expect(stranger.frames).toEqual({ in: 0, out: 0 });
    expect(stranger.answered.filter(({ path, status }) => path.startsWith('/api') && status < 400)).toEqual(
      [],
    );
    expect(stranger.answered.every(({ status }) => status !== 101)).toBe(true);
    await tablet.profile.close();
    await stranger.profile.close();
  });

  test('openssl holds the certificate for good, and only for this machine', async () => {
    const authority = (await myspinbot(['ca', '--path', '--data', data])).stdout.trim();
    const leaf = join(folder, 'leaf.pem');
    const shown = execFileSync(
      'openssl',
      [
        's_client',
        '-connect',
        `${NETWORK}:${agent.port}`,
        '-CAfile',
        authority,
        '-verify_return_error',
        '-showcerts',
      ],
      { input: '', encoding: 'utf8', stdio: ['pipe', 'pipe', 'ignore'] },
    );
    writeFileSync(leaf, /-----BEGIN[\s\S]*?END CERTIFICATE-----/.exec(shown)![0]);
    const verify = (...options: string[]) =>
      execFileSync('openssl', ['verify', '-purpose', 'sslserver', ...options, '-CAfile', authority, leaf], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      });
    expect(verify('-verify_ip', NETWORK)).toContain('OK');
    expect(verify('-verify_ip', '127.0.0.1')).toContain('OK');
    expect(verify('-verify_hostname', 'localhost')).toContain('OK');
    expect(() => verify('-verify_hostname', 'example.com')).toThrow();
    const { validFrom, validTo, subjectAltName } = new X509Certificate(readFileSync(leaf));
    expect((Date.parse(validTo) - Date.parse(validFrom)) / 86_400_000).toBeLessThanOrEqual(398);
    expect(subjectAltName).toContain(`IP Address:${NETWORK}`);
  });

  test('with the authority’s key stolen, the browser still refuses what it signs for the outside world', async () => {
    const stolen = join(folder, 'stolen');
    execFileSync(process.execPath, [
      inRepo('node_modules/tsx/dist/cli.mjs'),
      inRepo('agent/certificates/testing/sign-stolen.ts'),
      join(data, 'certificates'),
      'example.com',
      stolen,
    ]);
    const server = createServer(
      { key: readFileSync(join(stolen, 'key.pem')), cert: readFileSync(join(stolen, 'cert.pem')) },
      (_request, response) => response.end('stolen'),
    ).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    const home = homeFolder('victim');
    home.trust((await myspinbot(['ca', '--path', '--data', data])).stdout.trim());
    const context = await launchProfile(join(folder, 'victim'), {
      viewport: phone,
      hasTouch: false,
      home: home.path,
      args: [`--host-resolver-rules=MAP example.com 127.0.0.1:${port}`],
    });
    const page = await context.newPage();
    await expect(page.goto('https://example.com/')).rejects.toThrow(/ERR_CERT_|ERR_SSL_/);
    // The same browser does trust the agent itself: it was not the authority that it refused.
    const other = await context.newPage();
    await other.goto(`${secure}/`);
    await other.locator('main').waitFor();
    await context.close();
    server.close();
  });
});

/** The scene before the house: named, paired, in. */
async function pairHere(page: Page, name: string): Promise<void> {
  await page.getByLabel('What this device is called').fill(name);
  await page.getByRole('button', { name: 'Pair this device' }).click();
  await page.getByRole('heading', { name: 'You are in' }).waitFor();
  await page.getByRole('button', { name: 'Raise the curtain' }).click();
  await page.locator('main').waitFor();
}

interface Watched {
  profile: Profile;
  page: Page;
  /** Bytes of every WebSocket frame. */
  frames: { in: number; out: number };
  answered: { path: string; status: number }[];
  openSockets(): number;
}

async function watched(home: string): Promise<Watched> {
  const profile = await openProfile({ viewport: phone, touch: true, home });
  profile.expectComplaints(/40[13]|WebSocket/);
  const page = await profile.newPage();
  const frames = { in: 0, out: 0 };
  const answered: Watched['answered'] = [];
  const open = new Set<object>();
  page.on('websocket', (socket) => {
    open.add(socket);
    socket.on('framereceived', ({ payload }) => {
      frames.in += payload.length;
    });
    socket.on('framesent', ({ payload }) => {
      frames.out += payload.length;
    });
    socket.on('close', () => open.delete(socket));
  });
  profile.context.on('response', (response) => {
    answered.push({ path: new URL(response.url()).pathname, status: response.status() });
  });
  return { profile, page, frames, answered, openSockets: () => open.size };
}
