// What the page does by itself: opens the steps of this system, asks every two seconds whether HTTPS works now, and
// goes on to the app when it does. It is the same text always, so that a policy can name it by its hash; what is asked
// for stands in the page. Without it every word and link of the page works all the same.
export const selfCheck = `
(() => {
  const main = document.querySelector('main');
  const bases = JSON.parse(main.dataset.bases);
  const check = main.dataset.check;
  const state = document.querySelector('.state');
  const go = document.querySelector('.go');
  const agent = navigator.userAgent;
  const system =
    /Firefox|FxiOS/.test(agent) && !/Android|iPhone|iPad/.test(agent) ? 'firefox'
    : /Android/.test(agent) ? 'android'
    : /iPhone|iPad/.test(agent) || (/Macintosh/.test(agent) && navigator.maxTouchPoints > 1) ? 'ios'
    : /Windows/.test(agent) ? 'windows'
    : /Macintosh/.test(agent) ? 'macos'
    : 'linux';
  const own = document.getElementById(system);
  if (own) { own.open = true; own.parentNode.prepend(own); }
  const host = (base) => new URL(base).hostname;
  // A name stays when addresses change, and with it what the app keeps; then the address that led here.
  const rank = (base) => host(base) === 'myspinbot.local' ? 0 : host(base) === location.hostname ? 1 : 2;
  bases.sort((a, b) => rank(a) - rank(b));
  const works = async (base) => {
    try {
      const answer = await fetch(base + check, { cache: 'no-store', credentials: 'omit', signal: AbortSignal.timeout(1800) });
      return answer.status === 204;
    } catch { return false; }
  };
  let over = false;
  const look = async () => {
    const first = bases.filter((base) => rank(base) < 2);
    const answers = await Promise.all(first.map(works));
    let found = first[answers.indexOf(true)];
    for (const base of bases.filter((one) => rank(one) === 2)) found ??= (await works(base)) ? base : undefined;
    if (!found || over) return void (over || setTimeout(look, 2000));
    over = true;
    const there = found + '/' + location.hash;
    state.classList.add('yes');
    state.querySelector('b').textContent = 'This device trusts your workstation.';
    state.querySelector('span:last-child').textContent = location.protocol === 'http:' ? 'On to the app …' : 'The app is ready.';
    go.href = there;
    go.hidden = false;
    if (location.protocol === 'http:') setTimeout(() => location.assign(there), 900);
  };
  if (bases.length > 0) look();
  document.addEventListener('visibilitychange', () => { if (!document.hidden && !over && bases.length > 0) look(); });
})();
`.trim();
