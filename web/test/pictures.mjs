// Pictures of a browser against those of the same program outside of it.
import { PNG } from "pngjs";

/** A small picture, as a file. */
export function sample(width, height) {
  const picture = new PNG({ width, height });
  for (let at = 0; at < picture.data.length; at += 4) {
    const [x, y] = [(at / 4) % width, Math.floor(at / 4 / width)];
    picture.data.set([(255 * x) / width, (255 * y) / height, (x * y) % 256, 255], at);
  }
  return PNG.sync.write(picture);
}

/** A picture without its lowest rows. */
export function without(rows, file) {
  const { width, height, data } = PNG.sync.read(file);
  const left = new PNG({ width, height: height - rows });
  data.copy(left.data, 0, 0, left.data.length);
  return PNG.sync.write(left);
}

/** How the sizes of two pictures differ, or null. */
export function sizes(one, two) {
  const [a, b] = [PNG.sync.read(one), PNG.sync.read(two)];
  return a.width === b.width && a.height === b.height
    ? null
    : `${a.width} x ${a.height} and ${b.width} x ${b.height} pixels`;
}

/** How far two pictures are apart, each pixel by the channel that differs most. */
export function difference(one, two) {
  const other = sizes(one, two);
  if (other !== null) throw new Error(other);
  const [a, b] = [PNG.sync.read(one), PNG.sync.read(two)];
  const pixels = a.width * a.height;
  let [sum, most, far] = [0, 0, 0];
  for (let at = 0; at < a.data.length; at += 4) {
    let pixel = 0;
    for (let channel = 0; channel < 4; channel++) {
      pixel = Math.max(pixel, Math.abs(a.data[at + channel] - b.data[at + channel]));
    }
    sum += pixel;
    most = Math.max(most, pixel);
    if (pixel > 32) far++;
  }
  return { most, mean: sum / pixels, far: far / pixels };
}

/**
 * What is wrong with a picture, or null. Firefox draws with the wgpu and on the adapter of the reference, so that its
 * files are the same; Chromium has another shader compiler and another adapter without a GPU. `gate` is what its pictures
 * may differ by: `near` is 1 of 255, for programs whose pictures are exact; `alike` is a mean of 4 and at most 2 % of
 * pixels that differ by more than 32.
 */
export function complaint(browser, gate, got, expected) {
  if (got.equals(expected)) return null;
  const { most, mean, far } = difference(got, expected);
  const figures = `mean difference ${mean.toFixed(3)}, ${(100 * far).toFixed(3)} % above 32, ${most} at most`;
  if (browser === "firefox") return `not the same file: ${figures}`;
  const good = gate === "near" ? most <= 1 : mean < 4 && far <= 0.02;
  return good ? null : figures;
}
