// Before the first paint: the theme the person chose, so that a dark room does not flash white, and the colour of the
// browser's own bar with it. See design/theme.ts.
(() => {
  let theme = 'auto';
  try {
    theme = localStorage.getItem('theme') ?? 'auto';
  } catch {
    // Storage is closed to us: the system's theme holds.
  }
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
  const isDark =
    theme === 'dark' || (theme !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  const bar = document.querySelector('meta[name="theme-color"]');
  if (isDark && bar !== null) bar.setAttribute('content', '#11131f');
})();
