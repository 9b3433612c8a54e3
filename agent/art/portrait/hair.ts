// A dark bob with a side-swept fringe and a bun held by a red ribbon. Two layers: behind and before the face.
import { palette as c } from './palette.ts';

const strand = (d: string, colour: string, width: number, opacity: number) =>
  `<path d="${d}" fill="none" stroke="${colour}" stroke-width="${width}" stroke-opacity="${opacity}" stroke-linecap="round"/>`;

const gradients = `
  <radialGradient id="hair" cx="0.36" cy="0.24" r="0.85">
    <stop offset="0" stop-color="${c.hairLight}"/>
    <stop offset="0.35" stop-color="${c.hair}"/>
    <stop offset="1" stop-color="${c.hairDark}"/>
  </radialGradient>
  <linearGradient id="fringe" x1="0.75" x2="0.1" y1="0" y2="0.9">
    <stop offset="0" stop-color="${c.hairDark}"/>
    <stop offset="0.45" stop-color="${c.hair}"/>
    <stop offset="0.75" stop-color="${c.hairLight}"/>
    <stop offset="1" stop-color="${c.hair}"/>
  </linearGradient>
  <linearGradient id="ribbon" x1="0" x2="0.3" y1="0" y2="1">
    <stop offset="0" stop-color="${c.curtainLight}"/>
    <stop offset="0.5" stop-color="${c.curtain}"/>
    <stop offset="1" stop-color="${c.curtainDark}"/>
  </linearGradient>`;

export const hairBehind = `${gradients}
  <!-- bun -->
  <ellipse cx="536" cy="128" rx="92" ry="80" fill="url(#hair)"/>
  ${strand('M470 128 C486 74 560 60 604 100', c.hairLight, 7, 0.7)}
  ${strand('M480 150 C500 104 556 92 600 126', c.hairWarm, 4, 0.6)}
  ${strand('M500 176 C520 140 560 130 596 150', c.hairLight, 4, 0.5)}
  <!-- the mass behind the face -->
  <path d="M512 172 C350 166 268 280 270 430 C271 540 258 612 276 690 C290 742 352 764 430 716 L600 716 C672 764 736 742 748 690 C766 612 752 540 754 430 C756 280 674 178 512 172 Z" fill="url(#hair)"/>
`;

export const hairBefore = `
  <!-- fringe from a parting on the right, and the sides that frame the cheeks -->
  <path d="M596 206 C660 214 738 284 744 420 C746 500 752 560 742 626 C736 668 722 694 700 706 C716 640 712 560 704 500 C698 440 688 392 664 352 C644 320 616 282 596 206 Z" fill="url(#hair)"/>
  <path d="M606 202 C500 176 296 214 280 420 C272 500 270 560 282 626 C288 668 302 694 324 706 C308 640 310 560 320 500 C326 456 336 420 352 392 C430 378 560 330 606 202 Z" fill="url(#fringe)"/>
  ${strand('M590 216 C540 300 430 350 356 376', c.hairLight, 6, 0.55)}
  ${strand('M574 212 C500 282 400 322 330 390', c.hairWarm, 5, 0.5)}
  ${strand('M548 206 C460 248 370 292 314 410', c.hairLight, 9, 0.45)}
  ${strand('M500 204 C410 226 330 290 300 420', c.hairWarm, 4, 0.4)}
  ${strand('M298 430 C288 520 288 600 304 668', c.hairLight, 7, 0.4)}
  ${strand('M314 470 C304 540 302 610 314 672', c.hairWarm, 4, 0.35)}
  ${strand('M640 236 C700 290 726 360 728 450', c.hairLight, 6, 0.35)}
  ${strand('M728 480 C734 560 732 620 716 680', c.hairLight, 5, 0.3)}
  <path d="M560 214 C572 250 584 262 592 262 C604 262 622 258 616 212 Z" fill="${c.hairDark}"/>
  <!-- the ribbon, tied in a bow -->
  <path d="M452 196 C500 170 574 170 620 196 L616 216 C570 194 506 192 456 216 Z" fill="${c.curtainDark}"/>
  <path d="M536 196 C500 150 440 142 424 170 C412 198 440 232 478 226 C504 222 524 212 536 196 Z" fill="url(#ribbon)"/>
  <path d="M536 196 C572 150 632 142 648 170 C660 198 632 232 594 226 C568 222 548 212 536 196 Z" fill="url(#ribbon)"/>
  <path d="M524 200 C500 222 470 244 452 276 L484 272 L496 292 C508 256 524 230 540 208 Z" fill="${c.curtain}"/>
  <path d="M548 200 C566 224 584 244 606 268 L578 270 L566 292 C556 258 544 232 534 208 Z" fill="${c.curtainDark}"/>
  <path d="M528 194 C500 186 470 180 444 188 M526 204 C504 208 482 212 462 210" fill="none" stroke="${c.curtainDark}" stroke-opacity="0.7" stroke-width="4" stroke-linecap="round"/>
  <path d="M544 194 C572 186 602 180 628 188 M546 204 C568 208 590 212 610 210" fill="none" stroke="${c.curtainDark}" stroke-opacity="0.7" stroke-width="4" stroke-linecap="round"/>
  <rect x="518" y="178" width="36" height="40" rx="14" fill="${c.curtain}"/>
  <path d="M526 186 q10 -5 20 0" fill="none" stroke="${c.curtainLight}" stroke-width="5" stroke-linecap="round"/>`;
