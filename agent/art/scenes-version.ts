// Changes with any drawing of agent/art/scenes: what is filmed before an old drawing is another video.
export const SCENES_VERSION = '1';
