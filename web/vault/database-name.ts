/** The one database of this origin. By itself, for those who open it without Dexie. */
export const DATABASE_NAME = 'myspinbot';
