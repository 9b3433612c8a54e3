// Brows and eyes. The lids' corners lie exactly on the spots of geometry.ts.
import { AXIS, features } from './geometry.ts';
import { palette as c } from './palette.ts';

const eye = ({ outer, inner, top, bottom }: (typeof features)['leftEye' | 'rightEye'], id: string) => {
  const toward = Math.sign(inner.x - outer.x);
  // Lids as two curves each, through the top and the bottom spot.
  const upper = `M${outer.x} ${outer.y} C${outer.x + toward * 10} ${top.y + 4} ${top.x - toward * 12} ${top.y} ${top.x} ${top.y} C${top.x + toward * 16} ${top.y} ${inner.x - toward * 12} ${inner.y - 14} ${inner.x} ${inner.y}`;
  const lower = `C${inner.x - toward * 10} ${bottom.y - 2} ${bottom.x + toward * 12} ${bottom.y} ${bottom.x} ${bottom.y} C${bottom.x - toward * 16} ${bottom.y} ${outer.x + toward * 8} ${outer.y + 10} ${outer.x} ${outer.y}`;
  const x = (top.x + bottom.x) / 2 + toward * 2;
  const y = (top.y + bottom.y) / 2 - 1;
  return `
  <clipPath id="${id}"><path d="${upper} ${lower} Z"/></clipPath>
  <path d="${upper} ${lower} Z" fill="${c.eyeWhite}"/>
  <g clip-path="url(#${id})">
    <ellipse cx="${inner.x}" cy="${inner.y}" rx="9" ry="7" fill="#e79a84" opacity="0.8"/>
    <circle cx="${x}" cy="${y}" r="23.5" fill="${c.ink}"/>
    <circle cx="${x}" cy="${y}" r="22" fill="url(#iris)"/>
    <circle cx="${x}" cy="${y}" r="10.5" fill="#140d16"/>
    <path d="${upper}" fill="none" stroke="#3a2430" stroke-opacity="0.55" stroke-width="17" filter="url(#soft4)"/>
    <circle cx="${x - 7}" cy="${y - 8}" r="5.2" fill="#ffffff"/>
    <circle cx="${x + 8}" cy="${y + 8}" r="2.6" fill="#ffffff" opacity="0.7"/>
  </g>
  <path d="${upper}" fill="none" stroke="${c.hairDark}" stroke-width="6.5" stroke-linecap="round" stroke-linejoin="round"/>
  <path d="M${outer.x} ${outer.y} q${-toward * 7} -3 ${-toward * 12} -11" fill="none" stroke="${c.hairDark}" stroke-width="5" stroke-linecap="round"/>
  <path d="M${outer.x + toward * 9} ${outer.y - 11} q${-toward * 6} -4 ${-toward * 10} -11" fill="none" stroke="${c.hairDark}" stroke-width="4" stroke-linecap="round"/>
  <path d="M${inner.x} ${inner.y} ${lower}" fill="none" stroke="#8a4b3c" stroke-opacity="0.65" stroke-width="2.6" stroke-linecap="round"/>
  <path d="M${outer.x + toward * 2} ${outer.y - 20} C${outer.x + toward * 16} ${top.y - 12} ${top.x + toward * 8} ${top.y - 15} ${inner.x - toward * 8} ${inner.y - 24}" fill="none" stroke="${c.skinDeep}" stroke-opacity="0.75" stroke-width="3.4" stroke-linecap="round"/>
  <path d="M${outer.x + toward * 10} ${bottom.y + 12} Q${bottom.x} ${bottom.y + 20} ${inner.x - toward * 6} ${inner.y + 18}" fill="none" stroke="${c.skinDeep}" stroke-opacity="0.35" stroke-width="4" stroke-linecap="round" filter="url(#soft2)"/>`;
};

const brow = (mirror: boolean) => {
  const shape =
    'M474 401 C452 384 416 378 374 404 C371 407 373 411 378 410 C414 395 446 399 466 414 C476 420 482 409 474 401 Z';
  const at = mirror ? `transform="translate(${2 * AXIS} -4) scale(-1 1)"` : '';
  return `<path ${at} d="${shape}" fill="${c.brow}" opacity="0.94"/>`;
};

export const eyes = `
  <radialGradient id="iris" cx="0.5" cy="0.62" r="0.6">
    <stop offset="0" stop-color="${c.irisLight}"/>
    <stop offset="0.65" stop-color="${c.iris}"/>
    <stop offset="1" stop-color="#3f2a16"/>
  </radialGradient>
  ${eye(features.leftEye, 'leftLids')}
  ${eye(features.rightEye, 'rightLids')}
  ${brow(false)}
  ${brow(true)}`;
