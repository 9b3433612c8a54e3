// Several faces in one photo: the person points at the one who speaks. Radio buttons over the picture, walked from
// left to right by the arrow keys.
import './photo-drop.css';
import { createUniqueId, Index } from 'solid-js';

export interface FaceOption {
  /** Pixels of the upright photo. */
  box: { x: number; y: number; width: number; height: number };
  /** Why this face cannot speak, in a sentence. */
  unfit?: string | undefined;
}

export function FaceChoice(props: {
  src: string;
  width: number;
  height: number;
  faces: readonly FaceOption[];
  /** Index in `faces`; null = not chosen yet. */
  chosen: number | null;
  onChoose: (face: number) => void;
}) {
  const group = createUniqueId();
  const percent = (part: number, whole: number) => `${(100 * part) / whole}%`;
  // Half again as wide as the measured face, so that the circle holds the whole head.
  const grow = (box: FaceOption['box']) => {
    const side = Math.max(box.width, box.height) * 1.3;
    return { x: box.x + box.width / 2 - side / 2, y: box.y + box.height / 2 - side / 2, side };
  };
  return (
    <div class="faces" role="radiogroup" aria-label="Which face speaks?">
      <img src={props.src} alt="" />
      <Index each={props.faces}>
        {(face, index) => (
          <label
            class="face"
            classList={{ 'face-unfit': face().unfit !== undefined }}
            title={face().unfit}
            style={{
              left: percent(grow(face().box).x, props.width),
              top: percent(grow(face().box).y, props.height),
              width: percent(grow(face().box).side, props.width),
              height: percent(grow(face().box).side, props.height),
            }}
          >
            <input
              type="radio"
              name={group}
              checked={props.chosen === index}
              disabled={face().unfit !== undefined}
              aria-label={`Face ${index + 1} from the left${face().unfit === undefined ? '' : `. ${face().unfit}`}`}
              onChange={() => props.onChoose(index)}
            />
            <span class="face-number" aria-hidden="true">
              {index + 1}
            </span>
          </label>
        )}
      </Index>
    </div>
  );
}
