// Plain warm paper with a soft pool of light behind the head.
import { VIEW } from './geometry.ts';
import { palette as c } from './palette.ts';

export const backdrop = `
  <radialGradient id="paper" cx="0.44" cy="0.36" r="0.78">
    <stop offset="0" stop-color="${c.spotlight}"/>
    <stop offset="0.5" stop-color="${c.paper}"/>
    <stop offset="1" stop-color="${c.paperShade}"/>
  </radialGradient>
  <rect x="${VIEW.x}" y="${VIEW.y}" width="${VIEW.side}" height="${VIEW.side}" fill="url(#paper)"/>`;
