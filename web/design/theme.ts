// Which theme the person wants: the system's, light or dark. Kept in localStorage, shown as data-theme on the
// root element and as the colour of the browser's own bar.
import { type Accessor, createSignal } from 'solid-js';

export const themes = ['auto', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

const KEY = 'theme';

/** Reads the kept wish and applies it; called once, before the first paint. */
export function createTheme(
  root: HTMLElement = document.documentElement,
): [Accessor<Theme>, (theme: Theme) => void] {
  const [theme, setTheme] = createSignal<Theme>(kept());
  const apply = (wish: Theme) => {
    if (wish === 'auto') delete root.dataset.theme;
    else root.dataset.theme = wish;
    paintBrowserBar();
  };
  apply(theme());
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', paintBrowserBar);
  return [
    theme,
    (wish) => {
      setTheme(wish);
      keep(wish);
      apply(wish);
    },
  ];
}

function kept(): Theme {
  try {
    const value = localStorage.getItem(KEY);
    return themes.find((theme) => theme === value) ?? 'auto';
  } catch {
    return 'auto'; // storage is closed to us (private window): the system's theme is a fine answer
  }
}

function keep(theme: Theme): void {
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // The choice holds until the page closes; the person sees it applied.
  }
}

function paintBrowserBar(): void {
  const colour = getComputedStyle(document.body).getPropertyValue('--paper').trim();
  if (colour === '') return;
  let bars = [...document.querySelectorAll<HTMLMetaElement>('meta[name="theme-color"]')];
  if (bars.length === 0) {
    const bar = document.createElement('meta');
    bar.name = 'theme-color';
    document.head.append(bar);
    bars = [bar];
  }
  // The page may bring one per system theme; the person's own choice goes before both.
  for (const bar of bars) bar.content = colour;
}
