// A closed mouth in a small smile: the lip line meets the corners of geometry.ts.
import { features } from './geometry.ts';
import { palette as c } from './palette.ts';

const { left, right, top, bottom } = features.mouth;
/** The lip line's middle: the lips touch here. */
const middle = 640;

const line = `M${left.x} ${left.y} C${left.x + 22} ${middle} ${top.x - 30} ${middle - 1} ${top.x} ${middle} C${top.x + 30} ${middle - 1} ${right.x - 22} ${middle} ${right.x} ${right.y}`;
const lineBack = `C${right.x - 22} ${middle} ${top.x + 30} ${middle - 1} ${top.x} ${middle} C${top.x - 30} ${middle - 1} ${left.x + 22} ${middle} ${left.x} ${left.y}`;
const upperLip = `M${left.x} ${left.y} C${left.x + 24} ${top.y + 6} ${top.x - 26} ${top.y - 4} ${top.x - 13} ${top.y - 3} C${top.x - 8} ${top.y - 2} ${top.x - 4} ${top.y + 3} ${top.x} ${top.y + 3} C${top.x + 4} ${top.y + 3} ${top.x + 8} ${top.y - 2} ${top.x + 13} ${top.y - 3} C${top.x + 26} ${top.y - 4} ${right.x - 24} ${top.y + 6} ${right.x} ${right.y} ${lineBack} Z`;
const lowerLip = `${line} C${right.x - 18} ${bottom.y - 12} ${bottom.x + 30} ${bottom.y} ${bottom.x} ${bottom.y} C${bottom.x - 30} ${bottom.y} ${left.x + 18} ${bottom.y - 12} ${left.x} ${left.y} Z`;

export const mouth = `
  <linearGradient id="upperLip" x1="0" x2="0" y1="0" y2="1">
    <stop offset="0" stop-color="${c.lip}"/>
    <stop offset="1" stop-color="${c.lipDark}"/>
  </linearGradient>
  <linearGradient id="lowerLip" x1="0" x2="0" y1="0" y2="1">
    <stop offset="0" stop-color="${c.lip}"/>
    <stop offset="0.45" stop-color="${c.lipLight}"/>
    <stop offset="1" stop-color="${c.lip}"/>
  </linearGradient>
  <ellipse cx="512" cy="${bottom.y + 14}" rx="46" ry="9" fill="${c.skinDeep}" opacity="0.5" filter="url(#soft8)"/>
  <path d="${upperLip}" fill="url(#upperLip)"/>
  <path d="${lowerLip}" fill="url(#lowerLip)"/>
  <ellipse cx="503" cy="649" rx="24" ry="4.5" fill="#fff" opacity="0.35" filter="url(#soft2)"/>
  <path d="${line}" fill="none" stroke="#5d1d24" stroke-width="4" stroke-linecap="round"/>
  <path d="M${left.x} ${left.y} q-6 -3 -8 -9" fill="none" stroke="${c.skinDeep}" stroke-opacity="0.8" stroke-width="4" stroke-linecap="round"/>
  <path d="M${right.x} ${right.y} q6 -3 8 -9" fill="none" stroke="${c.skinDeep}" stroke-opacity="0.8" stroke-width="4" stroke-linecap="round"/>`;
