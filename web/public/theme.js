// Before the first paint: the theme the person chose, so that a dark room does not flash white. See design/theme.ts.
(() => {
  try {
    const theme = localStorage.getItem('theme');
    if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
  } catch {
    // Storage is closed to us: the system's theme holds.
  }
})();
