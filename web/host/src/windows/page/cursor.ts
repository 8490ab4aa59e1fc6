// The pointer's looks, as CSS has them.
import type { Cursor, CursorImage } from "../wit.js";

/** Shapes that CSS has no name for. */
const OTHERS: Readonly<Record<string, string>> = { "all-resize": "all-scroll", "dnd-ask": "copy" };

/** The value of the property `cursor`. */
export function cssCursor({ tag, val }: Cursor): string {
  if (tag === "shape") return OTHERS[val as string] ?? (val as string);
  const { image, hotspotX, hotspotY } = val as CursorImage;
  const canvas = document.createElement("canvas");
  canvas.width = image.size.width;
  canvas.height = image.size.height;
  const pixels = new Uint8ClampedArray(image.rgba);
  canvas.getContext("2d")?.putImageData(new ImageData(pixels, image.size.width, image.size.height), 0, 0);
  return `url(${canvas.toDataURL()}) ${hotspotX} ${hotspotY}, default`;
}
