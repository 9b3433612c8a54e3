// Neck, mustard roll-neck and the red stage jacket with brass buttons.
import { palette as c } from './palette.ts';

const rib = (x: number, top: number, bottom: number) =>
  `<path d="M${x} ${top} q${(x - 512) * 0.05} ${(bottom - top) / 2} ${(x - 512) * 0.1} ${bottom - top}" fill="none" stroke="${c.mustardDark}" stroke-opacity="0.45" stroke-width="5" stroke-linecap="round"/>`;

const NECK = 'M422 660 L420 850 Q512 905 604 850 L602 660 Z';
const JACKET =
  'M60 1030 C70 930 150 890 262 868 C330 854 380 838 404 812 L620 812 C644 838 694 854 762 868 C874 890 954 930 964 1030 Z';

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
  <path d="M262 868 C230 910 226 970 232 1030 L60 1030 C70 930 150 890 262 868 Z" fill="${c.curtainLight}" opacity="0.25" filter="url(#soft12)"/>
  <path d="M786 880 C812 920 818 980 812 1030 L964 1030 C954 930 884 896 786 880 Z" fill="${c.curtainDark}" opacity="0.45" filter="url(#soft12)"/>
  </g>
  <!-- roll-neck -->
  <path d="M398 806 C372 850 380 930 430 1030 L594 1030 C644 930 652 850 626 806 Z" fill="url(#knit)"/>
  <path d="M404 776 C398 800 396 830 402 850 C450 892 574 892 622 850 C628 830 626 800 620 776 C574 812 450 812 404 776 Z" fill="url(#knit)"/>
  <path d="M402 850 C450 892 574 892 622 850 C620 862 618 870 612 878 C566 912 458 912 412 878 C406 870 404 862 402 850 Z" fill="${c.mustardDark}" opacity="0.55" filter="url(#soft4)"/>
  ${[428, 456, 484, 512, 540, 568, 596].map((x) => rib(x, 800 + 14 * (1 - Math.abs(x - 512) / 100), 856 + 22 * (1 - Math.abs(x - 512) / 100))).join('')}
  <!-- lapels -->
  <path d="M396 808 C360 826 330 846 300 858 C340 900 380 960 430 1030 L470 1030 C420 950 396 880 396 808 Z" fill="${c.curtainDark}"/>
  <path d="M396 808 C360 826 330 846 306 856 C346 896 384 950 440 1030 L456 1030 C412 950 392 880 396 808 Z" fill="url(#jacket)"/>
  <path d="M628 808 C664 826 694 846 724 858 C684 900 644 960 594 1030 L554 1030 C604 950 628 880 628 808 Z" fill="${c.curtainDark}"/>
  <path d="M628 808 C664 826 694 846 718 856 C678 896 640 950 584 1030 L568 1030 C612 950 632 880 628 808 Z" fill="url(#jacket)" opacity="0.9"/>
  <path d="M300 858 C340 900 380 960 428 1028" fill="none" stroke="${c.mustard}" stroke-width="6" stroke-linecap="round"/>
  <path d="M724 858 C684 900 644 960 596 1028" fill="none" stroke="${c.mustardDark}" stroke-width="6" stroke-linecap="round"/>
  ${button(330, 958)}${button(694, 958)}`;
