/** What the page says to a waiting version when the person wants it now. */
export const TAKE_OVER = 'version/take-over';
