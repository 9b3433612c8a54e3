/** What the page asks the browser to call its worker for, when something still lies in the outbox. */
export const SEND_TAG = 'outbox/send';
