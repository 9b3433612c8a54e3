// Head, ears, cheeks, nose, freckles: the shading from which the eye, and the face mesh, read a shape.
import { palette as c } from './palette.ts';

const OUTLINE =
  'M512 214 C400 214 326 300 320 430 C317 500 322 560 340 614 C362 678 432 752 512 756 C592 752 662 678 684 614 C702 560 707 500 704 430 C698 300 624 214 512 214 Z';

const freckles = [
  [402, 545, 3.2],
  [420, 556, 2.6],
  [388, 562, 2.6],
  [412, 574, 2.2],
  [436, 542, 2.4],
  [446, 562, 2],
  [590, 543, 2.4],
  [608, 556, 3],
  [628, 547, 2.6],
  [618, 572, 2.2],
  [640, 563, 2.4],
  [580, 562, 2],
  [498, 528, 1.8],
  [524, 534, 2],
] as const;

export const face = `
  <clipPath id="inFace"><path d="${OUTLINE}"/></clipPath>
  <radialGradient id="skin" cx="0.38" cy="0.36" r="0.78">
    <stop offset="0" stop-color="${c.skinLight}"/>
    <stop offset="0.5" stop-color="${c.skin}"/>
    <stop offset="1" stop-color="${c.skinShade}"/>
  </radialGradient>
  <path d="${OUTLINE}" fill="url(#skin)"/>
  <g clip-path="url(#inFace)">
    <!-- the side away from the light, and the turn of the jaw -->
    <path d="M720 300 C660 420 676 560 600 690 C570 740 540 760 512 770 L760 780 Z" fill="${c.skinDeep}" opacity="0.34" filter="url(#soft24)"/>
    <path d="M300 560 C340 660 420 742 512 748 C604 742 684 660 724 560 L760 800 L264 800 Z" fill="${c.skinDeep}" opacity="0.30" filter="url(#soft24)"/>
    <path d="M300 240 C300 400 310 500 340 600 L290 620 L270 240 Z" fill="${c.skinDeep}" opacity="0.35" filter="url(#soft12)"/>
    <!-- the fringe's shadow -->
    <path d="M620 250 C570 350 440 400 330 420 L330 380 L600 200 Z" fill="${c.skinDeep}" opacity="0.45" filter="url(#soft12)"/>
    <path d="M600 230 C650 320 690 400 706 520 L740 520 L740 200 Z" fill="${c.skinDeep}" opacity="0.4" filter="url(#soft12)"/>
    <!-- brow, cheek and chin catch the light -->
    <ellipse cx="500" cy="382" rx="86" ry="34" fill="#fff0dc" opacity="0.45" filter="url(#soft24)"/>
    <ellipse cx="408" cy="540" rx="46" ry="26" fill="#ffe9d2" opacity="0.6" filter="url(#soft12)"/>
    <ellipse cx="612" cy="538" rx="38" ry="22" fill="#ffe3c8" opacity="0.4" filter="url(#soft12)"/>
    <ellipse cx="504" cy="712" rx="36" ry="18" fill="#ffe9d2" opacity="0.55" filter="url(#soft12)"/>
    <!-- blush -->
    <ellipse cx="400" cy="574" rx="52" ry="34" fill="${c.blush}" opacity="0.34" filter="url(#soft24)"/>
    <ellipse cx="626" cy="574" rx="52" ry="34" fill="${c.blush}" opacity="0.34" filter="url(#soft24)"/>
    <!-- eye sockets -->
    <ellipse cx="432" cy="446" rx="60" ry="34" fill="${c.skinDeep}" opacity="0.32" filter="url(#soft12)"/>
    <ellipse cx="592" cy="446" rx="60" ry="34" fill="${c.skinDeep}" opacity="0.36" filter="url(#soft12)"/>
    <ellipse cx="478" cy="470" rx="14" ry="30" fill="${c.skinDeep}" opacity="0.30" filter="url(#soft8)"/>
    <ellipse cx="548" cy="470" rx="14" ry="30" fill="${c.skinDeep}" opacity="0.34" filter="url(#soft8)"/>
    <!-- smile folds -->
    <path d="M462 580 C444 596 432 612 428 634" fill="none" stroke="${c.skinDeep}" stroke-opacity="0.34" stroke-width="6" stroke-linecap="round" filter="url(#soft4)"/>
    <path d="M562 580 C580 596 592 612 596 634" fill="none" stroke="${c.skinDeep}" stroke-opacity="0.40" stroke-width="6" stroke-linecap="round" filter="url(#soft4)"/>
  </g>
  ${freckles.map(([x, y, r]) => `<circle cx="${x}" cy="${y}" r="${r}" fill="${c.freckle}" opacity="0.5"/>`).join('')}`;

export const nose = `
  <path d="M530 440 C536 490 546 520 552 552 C556 572 548 582 534 586 L520 586 C532 540 524 490 520 440 Z" fill="${c.skinDeep}" opacity="0.42" filter="url(#soft8)"/>
  <path d="M505 430 C501 480 500 520 500 550" fill="none" stroke="#fff3e2" stroke-opacity="0.55" stroke-width="11" stroke-linecap="round" filter="url(#soft8)"/>
  <ellipse cx="512" cy="586" rx="40" ry="9" fill="${c.skinDeep}" opacity="0.5" filter="url(#soft8)"/>
  <ellipse cx="508" cy="556" rx="20" ry="16" fill="#fff0dd" opacity="0.65" filter="url(#soft8)"/>
  <path d="M476 562 C468 574 472 586 484 586" fill="none" stroke="${c.skinDeep}" stroke-opacity="0.7" stroke-width="4" stroke-linecap="round" filter="url(#soft2)"/>
  <path d="M548 562 C556 574 552 586 540 586" fill="none" stroke="${c.skinDeep}" stroke-opacity="0.8" stroke-width="4" stroke-linecap="round" filter="url(#soft2)"/>
  <path d="M484 585 C490 577 500 578 504 585 C498 588 490 589 484 585 Z" fill="#6d3426" opacity="0.75"/>
  <path d="M520 585 C524 578 534 577 540 585 C534 589 526 588 520 585 Z" fill="#6d3426" opacity="0.8"/>
  <path d="M504 586 C509 590 515 590 520 586" fill="none" stroke="${c.skinDeep}" stroke-opacity="0.6" stroke-width="3" stroke-linecap="round"/>
  <path d="M506 596 L504 612 M518 596 L520 612" fill="none" stroke="${c.skinDeep}" stroke-opacity="0.28" stroke-width="5" stroke-linecap="round" filter="url(#soft2)"/>`;
