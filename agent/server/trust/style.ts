// How the page about trust looks: the app's own colours (web/design/tokens.css) and form, in one style sheet without
// anything to be fetched.
export const style = `
:root{color-scheme:light;--paper:oklch(.985 .008 85);--sheet:oklch(1 0 0);--ink:oklch(.23 .025 280);--soft:oklch(.43 .025 280);--line:oklch(.9 .014 85);--strong:oklch(.62 .02 280);--curtain:oklch(.56 .2 25);--on-curtain:oklch(1 0 0);--wash:oklch(.958 .04 85);--spot:oklch(.8 .15 80);--leaf:oklch(.46 .1 160);--leaf-wash:oklch(.96 .025 160);--drape:oklch(.47 .17 25);--fold:oklch(.37 .14 24);--house:oklch(.2 .03 290)}
@media (prefers-color-scheme:dark){:root{color-scheme:dark;--paper:oklch(.19 .025 280);--sheet:oklch(.235 .027 280);--ink:oklch(.95 .012 85);--soft:oklch(.79 .016 85);--line:oklch(.315 .026 280);--strong:oklch(.56 .025 280);--curtain:oklch(.68 .18 25);--on-curtain:oklch(.19 .04 25);--wash:oklch(.29 .04 80);--spot:oklch(.84 .15 82);--leaf:oklch(.8 .11 160);--leaf-wash:oklch(.27 .04 160)}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:17px/1.5 "Figtree",system-ui,sans-serif;-webkit-text-size-adjust:100%}
.drape{height:72px;background:var(--house)}
.drape svg{display:block;width:100%;height:72px}
.drape .d{fill:var(--drape)}.drape .f{fill:var(--fold)}.drape .e{fill:var(--spot)}
main{max-width:40rem;margin:0 auto;padding:24px 20px 64px}
h1{font-size:28px;line-height:1.2;margin:0 0 8px;letter-spacing:-.01em;text-wrap:balance}
h2{font-size:19px;line-height:1.3;margin:32px 0 8px}
p{margin:0 0 12px}.soft{color:var(--soft)}.small{font-size:15px}
a{color:inherit}
.state{display:flex;gap:12px;align-items:center;margin:20px 0;padding:14px 16px;border-radius:14px;background:var(--wash)}
.state b{display:block}.state .dot{flex:none;width:14px;height:14px;border-radius:50%;border:3px solid var(--spot);border-top-color:transparent}
.state.yes{background:var(--leaf-wash);color:var(--leaf)}.state.yes .dot{border-color:var(--leaf);background:var(--leaf)}
@media (prefers-reduced-motion:no-preference){.state:not(.yes) .dot{animation:spin 1.1s linear infinite}@keyframes spin{to{rotate:1turn}}}
.go{display:block;min-height:48px;padding:12px 20px;border-radius:10px;background:var(--curtain);color:var(--on-curtain);text-align:center;text-decoration:none;font-weight:600}
.go:focus-visible,summary:focus-visible,a:focus-visible{outline:3px solid var(--spot);outline-offset:2px}
.get{display:inline-block;min-height:44px;padding:10px 18px;border-radius:10px;border:1.5px solid var(--strong);text-decoration:none;font-weight:600}
details{border-top:1px solid var(--line)}details:last-of-type{border-bottom:1px solid var(--line)}
summary{min-height:48px;padding:12px 4px;cursor:pointer;font-weight:600}
details>div{padding:4px 4px 20px}
ol{margin:16px 0;padding:0;list-style:none;counter-reset:step}
li{counter-increment:step;display:grid;grid-template-columns:28px 1fr;gap:4px 10px;margin:0 0 18px}
li::before{content:counter(step);width:28px;height:28px;border-radius:50%;background:var(--ink);color:var(--paper);font-size:15px;font-weight:600;text-align:center;line-height:28px}
li svg{grid-column:2;margin-top:4px}
@media (min-width:560px){li.with{grid-template-columns:28px 1fr auto}li svg{grid-column:3;grid-row:1;margin:0}}
code{font:14px/1.5 ui-monospace,monospace;overflow-wrap:anywhere;background:var(--line);padding:1px 5px;border-radius:5px}
.key{display:block;padding:10px 12px;margin:4px 0 12px}
svg .frame{fill:var(--sheet);stroke:var(--strong);stroke-width:1.5}svg .ear{fill:var(--line)}
svg text{font:11px "Figtree",system-ui,sans-serif;fill:var(--ink)}svg .title{font-weight:700;font-size:12px}
svg .row{fill:var(--paper);stroke:var(--line)}svg .other text{fill:var(--soft)}
svg .meant .row{fill:var(--wash);stroke:var(--spot);stroke-width:1.5}svg .meant text{font-weight:700}
svg .switch{fill:var(--leaf)}svg .knob{fill:var(--sheet)}svg .halo{fill:none;stroke:var(--curtain);stroke-width:2;opacity:.55}svg .hand{fill:var(--curtain)}
`.trim();
