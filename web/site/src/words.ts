// Words for what the page shows, and the arguments that are typed into it.

/** A duration, from milliseconds. */
export function duration(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const whole = Math.floor(seconds);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** A number of bytes. */
export function bytes(count: number): string {
  if (count < 1000) return `${count} bytes`;
  if (count < 1_000_000) return `${(count / 1000).toFixed(1)} kB`;
  return `${(count / 1_000_000).toFixed(1)} MB`;
}

/** What an exit status means. */
export function ending(code: number): string {
  switch (code) {
    case 0:
      return "Finished";
    case 101:
      return "Panicked (exit status 101)";
    case 125:
      return "It can't run here (exit status 125)";
    case 134:
      return "Ended by a trap (exit status 134)";
    default:
      return `Ended with exit status ${code}`;
  }
}

/** What a shell makes of a line: words, which quotes and backslashes keep together. */
export function splitArguments(line: string): string[] {
  const words: string[] = [];
  for (const [match] of line.matchAll(/(?:[^\s"'\\]|\\.|"(?:[^"\\]|\\.)*"?|'[^']*'?|\\$)+/gs)) {
    words.push(match.replace(/\\(.)|"((?:[^"\\]|\\.)*)"?|'([^']*)'?/gs, unquote));
  }
  return words;
}

function unquote(_: string, escaped?: string, double?: string, single?: string): string {
  return escaped ?? double?.replace(/\\(["\\])/g, "$1") ?? single ?? "";
}

/** A line of which {@link splitArguments} makes these words. */
export function joinArguments(words: readonly string[]): string {
  const quote = (word: string) => (/^[\w./:=,@%+-]+$/.test(word) ? word : `"${word.replace(/["\\]/g, "\\$&")}"`);
  return words.map(quote).join(" ");
}

/** The type of a file that a page can show as a picture, by its name. */
export function pictureType(path: string): string | null {
  const extension = path.slice(path.lastIndexOf(".") + 1).toLowerCase();
  const types: Readonly<Record<string, string>> = {
    avif: "image/avif",
    bmp: "image/bmp",
    gif: "image/gif",
    jpeg: "image/jpeg",
    jpg: "image/jpeg",
    png: "image/png",
    svg: "image/svg+xml",
    webp: "image/webp",
  };
  return types[extension] ?? null;
}
