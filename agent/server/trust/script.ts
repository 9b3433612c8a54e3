// What the page does by itself: it opens the visitor's own system, asks again and again whether HTTPS works, and goes
// on when it does. What came in a fragment over plain HTTP goes no further: anybody could have read it. Sent as it
// stands here: no bundler touches it, so that its hash is the same everywhere.
import { ARRIVAL } from '@myspinbot/shared/pairing/invitation.ts';

export const script = `(() => {
  const root = document.documentElement;
  const by = (id) => document.getElementById(id);
  const links = JSON.parse(root.dataset.links);
  const agent = navigator.userAgent;

  const isApple = /macintosh|mac os x/i.test(agent);
  const system = /android/i.test(agent) ? 'android'
    : /iphone|ipad|ipod/i.test(agent) || (isApple && navigator.maxTouchPoints > 1) ? 'ios'
    : /windows/i.test(agent) ? 'windows'
    : isApple ? 'macos'
    : /firefox/i.test(agent) ? 'firefox'
    : 'linux';
  const own = document.querySelector('[data-system="' + system + '"]');
  if (own) {
    own.parentNode.prepend(own);
    own.open = true;
  }

  const go = by('go');
  let base = '';
  const isPlain = root.dataset.state === 'waiting';
  const aim = () => {
    if (isPlain && location.hash.startsWith('#pair=')) {
      history.replaceState(null, '', location.pathname + location.search);
      by('dropped').hidden = false;
    }
    go.href = base + '/' + (isPlain ? '${ARRIVAL}' : location.hash);
  };
  addEventListener('hashchange', aim);
  aim();
  if (root.dataset.state !== 'waiting') return;

  let timer;
  let isLooking = false;
  const works = async (link, limitMs) => {
    const stop = new AbortController();
    const late = setTimeout(() => stop.abort(), limitMs);
    try {
      const answer = await fetch(link + root.dataset.check, { cache: 'no-store', credentials: 'omit', signal: stop.signal });
      return answer.status === 204;
    } catch {
      return false;
    } finally {
      clearTimeout(late);
    }
  };
  const arrive = (link) => {
    base = link;
    aim();
    root.dataset.state = 'ready';
    by('status').innerHTML = '<b>Trusted</b> <span>Now the code. The curtain goes up.</span>';
    go.hidden = false;
    setTimeout(() => location.replace(go.href), 1200);
  };
  const look = async () => {
    if (isLooking || base !== '' || document.hidden) return;
    isLooking = true;
    clearTimeout(timer);
    // The name and the address that led here at once: a name that nobody answers for must not hold up the other.
    const answers = await Promise.all(links.slice(0, 2).map((link) => works(link, 2000)));
    if (answers.includes(true)) return arrive(links[answers.indexOf(true)]);
    for (const link of links.slice(2)) {
      if (await works(link, 4000)) return arrive(link);
    }
    isLooking = false;
    timer = setTimeout(look, 2000);
  };
  // Somebody who comes back from the settings does not wait.
  document.addEventListener('visibilitychange', look);
  addEventListener('focus', look);
  addEventListener('pageshow', look);
  look();
})();`;
