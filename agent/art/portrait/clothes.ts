// Neck, mustard roll-neck and the red stage jacket with brass buttons.
import { palette as c } from './palette.ts';

const rib = (x: number, top: number, bottom: number) =>
  `<path d="M${x} ${top} q${(x - 512) * 0.05} ${(bottom - top) / 2} ${(x - 512) * 0.1} ${bottom - top}" fill="none" stroke="${c.mustardDark}" stroke-opacity="0.45" stroke-width="5" stroke-linecap="round"/>`;

const NECK = 'M422 660 L420 850 Q512 905 604 850 L602 660 Z';
const JACKET =
  'M8 1150 C22 1010 70 906 262 868 C330 854 380 838 404 812 L620 812 C644 838 694 854 762 868 C954 906 1002 1010 1016 1150 Z';

const button = (x: number, y: number) => `
  <circle cx="${x}" cy="${y + 3}" r="15" fill="${c.curtainDark}" opacity="0.6"/>
  <circle cx="${x}" cy="${y}" r="14" fill="url(#brass)"/>
  <circle cx="${x}" cy="${y}" r="9" fill="none" stroke="${c.mustardDark}" stroke-opacity="0.7" stroke-width="2"/>`;

export const clothes = `
  <linearGradient id="neck" x1="0" x2="1" y1="0" y2="0.15">
    <stop offset="0" stop-color="${c.skin}"/>
    <stop offset="0.45" stop-color="${c.skin}"/>
    <stop offset="1" stop-color="${c.skinShade}"/>
  </linearGradient>
  <linearGradient id="jacket" x1="0.1" x2="0.9" y1="0" y2="0.6">
    <stop offset="0" stop-color="${c.curtainLight}"/>
    <stop offset="0.4" stop-color="${c.curtain}"/>
    <stop offset="1" stop-color="${c.curtainDark}"/>
  </linearGradient>
  <linearGradient id="lapel" x1="0" x2="1" y1="0" y2="0.4">
    <stop offset="0" stop-color="${c.curtain}"/>
    <stop offset="1" stop-color="${c.curtainDark}"/>
  </linearGradient>
  <linearGradient id="knit" x1="0" x2="1">
    <stop offset="0" stop-color="${c.mustard}"/>
    <stop offset="0.35" stop-color="${c.mustardLight}"/>
    <stop offset="1" stop-color="${c.mustardDark}"/>
  </linearGradient>
  <radialGradient id="brass" cx="0.35" cy="0.3" r="0.8">
    <stop offset="0" stop-color="#fff0c2"/>
    <stop offset="0.5" stop-color="${c.mustard}"/>
    <stop offset="1" stop-color="${c.mustardDark}"/>
  </radialGradient>
  <clipPath id="inNeck"><path d="${NECK}"/></clipPath>
  <clipPath id="inJacket"><path d="${JACKET}"/></clipPath>
  <path d="${NECK}" fill="url(#neck)"/>
  <!-- the chin's shadow on the neck -->
  <g clip-path="url(#inNeck)"><path d="M400 680 Q512 790 624 680 L624 790 Q512 836 400 780 Z" fill="${c.skinDeep}" opacity="0.6" filter="url(#soft12)"/></g>
  <!-- shoulders -->
  <path d="${JACKET}" fill="url(#jacket)"/>
  <g clip-path="url(#inJacket)">
  <path d="M262 868 C214 930 196 1040 204 1160 L0 1160 C22 1010 70 906 262 868 Z" fill="${c.curtainLight}" opacity="0.28" filter="url(#soft12)"/>
  <path d="M214 960 C204 1020 200 1090 206 1160" fill="none" stroke="${c.curtainDark}" stroke-opacity="0.55" stroke-width="9" stroke-linecap="round" filter="url(#soft4)"/>
  <path d="M762 868 C812 930 830 1040 822 1160 L1024 1160 C1002 1010 954 906 762 868 Z" fill="${c.curtainDark}" opacity="0.45" filter="url(#soft12)"/>
  <path d="M810 960 C820 1020 824 1090 818 1160" fill="none" stroke="#5e1418" stroke-opacity="0.6" stroke-width="9" stroke-linecap="round" filter="url(#soft4)"/>
  </g>
  <!-- roll-neck -->
  <path d="M398 806 C380 880 420 1000 512 1130 C604 1000 644 880 626 806 Z" fill="url(#knit)"/>
  <path d="M398 806 C384 880 424 1000 512 1126 C470 1000 440 900 440 830 Z" fill="${c.mustardDark}" opacity="0.35" filter="url(#soft12)"/>
  <path d="M404 776 C398 800 396 830 402 850 C450 892 574 892 622 850 C628 830 626 800 620 776 C574 812 450 812 404 776 Z" fill="url(#knit)"/>
  <path d="M402 850 C450 892 574 892 622 850 C620 862 618 870 612 878 C566 912 458 912 412 878 C406 870 404 862 402 850 Z" fill="${c.mustardDark}" opacity="0.55" filter="url(#soft4)"/>
  ${[428, 456, 484, 512, 540, 568, 596].map((x) => rib(x, 800 + 14 * (1 - Math.abs(x - 512) / 100), 856 + 22 * (1 - Math.abs(x - 512) / 100))).join('')}
  <!-- lapels -->
  <path d="M396 808 C388 890 440 1016 524 1116 L520 1160 L484 1160 C412 1056 352 944 296 858 C336 842 368 828 396 808 Z" fill="${c.curtainDark}"/>
  <path d="M394 810 C382 896 432 1024 516 1124 L512 1160 L490 1160 C418 1056 358 944 304 858 C340 843 368 830 394 810 Z" fill="url(#jacket)"/>
  <path d="M628 808 C636 890 584 1016 500 1116 L508 1160 L540 1160 C612 1056 672 944 728 858 C688 842 656 828 628 808 Z" fill="${c.curtainDark}"/>
  <path d="M630 810 C642 896 592 1024 508 1124 L512 1160 L534 1160 C606 1056 666 944 720 858 C684 843 656 830 630 810 Z" fill="url(#lapel)"/>
  <path d="M298 860 C354 946 414 1058 486 1162" fill="none" stroke="${c.mustard}" stroke-width="6" stroke-linecap="round"/>
  <path d="M726 860 C670 946 610 1058 538 1162" fill="none" stroke="${c.mustardDark}" stroke-width="6" stroke-linecap="round"/>
  ${button(360, 1036)}${button(664, 1036)}${button(404, 1112)}${button(620, 1112)}`;
