// How the page looks: the app's own colours (web/design/tokens.css; a test holds both to be the same), on one dark
// stage above and paper below. Sent as it stands here, so that its hash is the same everywhere.

export const style = `
:root {
  color-scheme: light dark;
  --paper: oklch(0.985 0.008 85);
  --sheet: oklch(1 0 0);
  --sunken: oklch(0.958 0.012 85);
  --ink: oklch(0.23 0.025 280);
  --ink-soft: oklch(0.43 0.025 280);
  --ink-faint: oklch(0.52 0.022 280);
  --line: oklch(0.9 0.014 85);
  --line-strong: oklch(0.62 0.02 280);
  --curtain: oklch(0.56 0.2 25);
  --curtain-pressed: oklch(0.5 0.19 25);
  --on-curtain: oklch(1 0 0);
  --spotlight: oklch(0.8 0.15 80);
  --leaf: oklch(0.55 0.12 160);
  --leaf-ink: oklch(0.46 0.1 160);
  --sky-ink: oklch(0.47 0.11 245);
  --house: oklch(0.2 0.03 290);
  --on-house: oklch(0.95 0.012 85);
  --on-house-soft: oklch(0.78 0.02 85);
  --drape: oklch(0.47 0.17 25);
  --drape-fold: oklch(0.37 0.14 24);
  --drape-light: oklch(0.55 0.185 26);
  --fringe: oklch(0.8 0.15 80);
  --boards: oklch(0.55 0.07 60);
  --boards-dark: oklch(0.44 0.06 58);
  --display: Georgia, "Noto Serif", "Noto Naskh Arabic", "Songti SC", serif;
  --mono: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace;
}
@media (prefers-color-scheme: dark) { :root {
  --paper: oklch(0.19 0.025 280);
  --sheet: oklch(0.235 0.027 280);
  --sunken: oklch(0.165 0.024 280);
  --ink: oklch(0.95 0.012 85);
  --ink-soft: oklch(0.79 0.016 85);
  --ink-faint: oklch(0.69 0.018 280);
  --line: oklch(0.315 0.026 280);
  --line-strong: oklch(0.56 0.025 280);
  --curtain: oklch(0.68 0.18 25);
  --curtain-pressed: oklch(0.73 0.16 25);
  --on-curtain: oklch(0.19 0.04 25);
  --spotlight: oklch(0.84 0.15 82);
  --leaf: oklch(0.75 0.13 160);
  --leaf-ink: oklch(0.8 0.12 160);
  --sky-ink: oklch(0.8 0.09 240);
  --house: oklch(0.15 0.025 285);
  --on-house: oklch(0.95 0.012 85);
  --on-house-soft: oklch(0.76 0.02 85);
  --drape: oklch(0.44 0.16 25);
  --drape-fold: oklch(0.34 0.13 24);
  --drape-light: oklch(0.51 0.175 26);
  --fringe: oklch(0.8 0.14 82);
  --boards: oklch(0.42 0.055 58);
  --boards-dark: oklch(0.33 0.045 56);
} }
* { box-sizing: border-box; margin: 0; }
html { background: var(--paper); color: var(--ink); -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body { font: 17px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; padding-bottom: calc(104px + env(safe-area-inset-bottom)); }
h1, h2 { font-family: var(--display); font-weight: 700; letter-spacing: -0.01em; text-wrap: balance; }
h1 { font-size: 28px; line-height: 1.18; }
h2 { font-size: 21px; line-height: 1.3; }
p, li, dd { overflow-wrap: anywhere; }
a { color: var(--sky-ink); text-underline-offset: 0.2em; text-decoration-thickness: 1px; }
:focus-visible { outline: 2px solid var(--ink); outline-offset: 2px; box-shadow: 0 0 0 6px var(--spotlight); }
code { font-family: var(--mono); font-size: 0.88em; }

.house { position: relative; overflow: hidden; isolation: isolate; background: var(--house); color: var(--on-house); }
.scene { max-width: 640px; margin: auto; padding: calc(20px + env(safe-area-inset-top)) 60px 56px; text-align: center; display: grid; gap: 8px; justify-items: center; }
.mark { width: 64px; height: 64px; }
.bill { font-size: 15px; color: var(--on-house-soft); }
.lead { color: var(--on-house-soft); font-size: 15px; line-height: 1.4; text-wrap: pretty; }
.drape { position: absolute; z-index: -1; inset-block: 0 0; width: clamp(56px, 17%, 240px); background: repeating-linear-gradient(to right, var(--drape-fold) 0, var(--drape) 9px, var(--drape-light) 17px, var(--drape) 25px, var(--drape-fold) 34px); }
.drape::after { content: ""; position: absolute; inset: calc(66% - 6px) 0 auto; height: 10px; background: var(--fringe); }
.drape.left { left: 0; clip-path: polygon(0 0, 100% 0, 97% 16%, 89% 32%, 76% 46%, 60% 57%, 44% 64%, 44% 68%, 52% 80%, 57% 100%, 0 100%); }
.drape.right { right: 0; clip-path: polygon(100% 0, 0 0, 3% 16%, 11% 32%, 24% 46%, 40% 57%, 56% 64%, 56% 68%, 48% 80%, 43% 100%, 100% 100%); }
.boards { position: absolute; z-index: -2; inset: auto 0 0; height: 32px; background: repeating-linear-gradient(to right, var(--boards) 0 62px, var(--boards-dark) 62px 64px); }

main { max-width: 1120px; margin: auto; padding: 24px 20px; display: grid; gap: 40px; }
.dropped { grid-column: 1 / -1; padding: 14px 16px; border-radius: 10px; background: var(--sunken); border: 1px solid var(--line); font-size: 15px; }
.dropped[hidden] { display: none; }
main section { display: grid; gap: 16px; align-content: start; min-width: 0; }
.beside { display: grid; gap: 40px; align-content: start; min-width: 0; }
.system { border-top: 1px solid var(--line); }
#systems { border-bottom: 1px solid var(--line); }
summary { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 10px; min-height: 56px; padding: 14px 36px 14px 2px; cursor: pointer; position: relative; list-style: none; }
summary::-webkit-details-marker { display: none; }
summary span { font-family: var(--display); font-weight: 700; }
summary em { font-style: normal; font-size: 15px; color: var(--ink-faint); }
summary::after { content: ""; position: absolute; right: 10px; top: 21px; width: 9px; height: 9px; border: solid var(--ink-soft); border-width: 0 1.75px 1.75px 0; transform: rotate(45deg); }
[open] > summary::after { top: 25px; transform: rotate(225deg); }
ol { list-style: none; padding: 0 0 24px; display: grid; gap: 28px; counter-reset: step; }
ol li { counter-increment: step; display: grid; gap: 14px; padding-left: 44px; position: relative; }
ol li::before { content: counter(step); position: absolute; left: 0; top: -1px; width: 30px; height: 30px; border-radius: 50%; display: grid; place-items: center; background: var(--house); color: var(--on-house); font: 700 15px/1 var(--display); }
.words { display: grid; gap: 10px; align-content: start; min-width: 0; }
.get { display: inline-flex; align-items: center; min-height: 48px; padding: 8px 24px; border-radius: 10px; background: var(--curtain); color: var(--on-curtain); font: 700 17px/1.2 var(--display); text-decoration: none; }
.get:hover { background: var(--curtain-pressed); }
.undo { padding: 0 0 24px 44px; font-size: 15px; color: var(--ink-soft); }
.command { display: block; padding: 12px 14px; border-radius: 10px; background: var(--sunken); border: 1px solid var(--line); user-select: all; -webkit-user-select: all; }
dl { display: grid; grid-template-columns: auto 1fr; gap: 8px 20px; font-size: 15px; }
dt { color: var(--ink-faint); }
dd { min-width: 0; }
.print { font-family: var(--mono); font-size: 13px; line-height: 1.7; }
.print span { white-space: nowrap; }
.known, .links { padding-left: 20px; display: grid; gap: 12px; }
.known { font-size: 15px; color: var(--ink-soft); }
.known b { color: var(--ink); }
.links { font-size: 15px; gap: 0; list-style: none; padding: 0; }
.links a { display: inline-flex; align-items: center; min-height: 44px; }

.picture { width: 100%; max-width: 240px; height: auto; display: block; }
.picture text { font: 12px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; fill: var(--ink); }
.picture .title { font-weight: 700; font-size: 11.5px; fill: var(--ink-soft); }
.picture .strong { font-weight: 650; }
.picture .on-act { font-weight: 650; fill: var(--on-curtain); }
.picture .typed { font-family: var(--mono); font-size: 12px; fill: var(--on-house); }
.ground { fill: var(--sunken); }
.sheet { fill: var(--sheet); }
.edge { stroke: var(--line-strong); }
.lit { fill: var(--spotlight); fill-opacity: 0.28; }
.faint { fill: var(--line); }
.act { fill: var(--curtain); }
.leaf { fill: var(--leaf); }
.gold { fill: var(--fringe); }
.dim { opacity: 0.35; }
.dark { fill: var(--house); }
.tap { fill: var(--spotlight); fill-opacity: 0.35; }
.tip { fill: var(--spotlight); stroke: var(--ink); stroke-width: 1.25; }
.line { fill: none; stroke: var(--ink-soft); stroke-width: 3; stroke-linecap: round; stroke-linejoin: round; }
.thin { stroke-width: 1.75; }
.hair { stroke: var(--line); }
.on { stroke: var(--sheet); stroke-width: 2; }
.leafy { stroke: var(--leaf-ink); stroke-width: 1.75; }
.m-face { fill: var(--on-house); }
.m-cloth { fill: var(--drape-light); }
.m-house { fill: var(--house); }
.m-track, .m-ring { fill: none; stroke-width: 7; stroke: var(--line-strong); stroke-opacity: 0.45; }
.m-ring { stroke: var(--fringe); stroke-opacity: 1; stroke-linecap: round; }

.bar { position: fixed; z-index: 2; inset: auto 0 0; background: var(--sheet); border-top: 1px solid var(--line); padding: 12px 20px calc(12px + env(safe-area-inset-bottom)); }
.inner { max-width: 1080px; margin: auto; min-height: 56px; display: flex; align-items: center; gap: 14px; }
.bar p { flex: 1; min-width: 0; font-size: 15px; line-height: 1.35; color: var(--ink-soft); }
.bar b { color: var(--ink); display: block; }
.ring { flex: none; width: 44px; height: 44px; border-radius: 50%; display: grid; place-items: center; position: relative; }
.ring::before { content: ""; position: absolute; inset: 0; border-radius: 50%; border: 3px solid var(--line); border-top-color: var(--spotlight); border-right-color: var(--spotlight); animation: spin 2s linear infinite; }
.ring svg { width: 24px; fill: none; stroke: var(--ink-soft); stroke-width: 1.75; stroke-linecap: round; stroke-linejoin: round; }
.ring .shackle { transform: rotate(-24deg); transform-origin: 15.5px 10.5px; transition: transform 180ms; }
.ring .tick { opacity: 0; }
:root:not([data-state="waiting"]) .ring::before { border-color: var(--leaf); animation: none; }
:root:not([data-state="waiting"]) .ring .shackle { transform: none; }
:root:not([data-state="waiting"]) .ring .tick { opacity: 1; }
:root:not([data-state="waiting"]) .ring svg { stroke: var(--leaf-ink); }
.go { flex: none; display: inline-flex; align-items: center; min-height: 48px; padding: 8px 24px; border-radius: 10px; background: var(--curtain); color: var(--on-curtain); font: 700 17px/1.2 var(--display); text-decoration: none; }
.go:hover { background: var(--curtain-pressed); }
.go[hidden] { display: none; }
.noscript { max-width: 1120px; margin: auto; padding: 0 20px 24px; }
@keyframes spin { to { transform: rotate(360deg); } }
@media (prefers-reduced-motion: reduce) { .ring::before { animation: none; } .ring .shackle { transition: none; } }
@media (min-width: 44rem) {
  ol li { grid-template-columns: 1fr 240px; gap: 24px; }
  .scene { padding-block: 40px 80px; gap: 12px; }
  .mark { width: 76px; height: 76px; }
  h1 { font-size: 40px; line-height: 1.08; }
  .lead { font-size: 17px; line-height: 1.5; }
  .boards { height: 44px; }
}
@media (min-width: 64rem) {
  main { grid-template-columns: minmax(0, 1.5fr) minmax(0, 1fr); gap: 64px; padding-block: 48px; }
}
`;
