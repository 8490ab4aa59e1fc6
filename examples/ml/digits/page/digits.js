// The net learns when the page is opened, and then reads what is drawn: two runs of one program, `ml-digits train` and
// `ml-digits read`. The second is given the weights that the first has written, and the drawing.
import { missing, run } from "./host.js";

const MODULE = new URL("app/app.js", location.href);
const WORKER = new URL("worker.js", location.href);
const DATA = "data/digits.csv.gz";
/** As few steps as it takes to learn something in a minute without a GPU. */
const TRAIN = ["train", "--small", "--steps", "120", "--data", DATA, "--out", "out"];
const READ = ["read", "--weights", "out/weights.bpk", "drawing.png"];
/** A drawing is read when nothing was added for so many milliseconds. */
const PAUSE = 600;

const element = (id) => document.getElementById(id);
const pad = element("pad");
const ink = pad.getContext("2d");
const output = element("output");

/** Says how things are, also for tests. */
function say(state, text) {
  document.documentElement.dataset.state = state;
  element("status").textContent = text;
  element("progress").hidden = state !== "running";
}

/** Runs the program with these files; returns how it ended, and what it printed. */
async function digits(args, files) {
  const decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() };
  let printed = "";
  const write = (stream) => (bytes) => {
    const text = decoders[stream].decode(bytes, { stream: true });
    if (stream === "stdout") printed += text;
    output.append(text);
    output.scrollTop = output.scrollHeight;
  };
  const result = await run({
    module: MODULE,
    worker: WORKER,
    args: ["ml-digits", ...args],
    files,
    stdout: write("stdout"),
    stderr: write("stderr"),
  });
  return { ...result, printed };
}

async function train() {
  const response = await fetch(DATA);
  if (!response.ok) throw new Error(`${DATA} can't be loaded: ${response.status} ${response.statusText}`);
  const begin = performance.now();
  const seconds = () => `${((performance.now() - begin) / 1000).toFixed(0)} s`;
  say("running", "The net learns …");
  // Apart from the status, which is read aloud.
  const timer = setInterval(() => {
    element("time").textContent = seconds();
  }, 1000);
  try {
    const { code, files, printed } = await digits(TRAIN, { [DATA]: new Uint8Array(await response.arrayBuffer()) });
    if (code !== 0) throw new Error("it did not learn; what it says is below");
    showLoss(files["out/loss.png"]);
    const share = Number(/accuracy: ([\d.]+)/.exec(printed)?.[1]);
    say("ready", `It has learnt for ${seconds()}, and reads ${Math.round(100 * share)} of 100 digits right.`);
    return files["out/weights.bpk"];
  } finally {
    clearInterval(timer);
    element("time").textContent = "";
  }
}

function showLoss(png) {
  const image = document.createElement("img");
  image.src = URL.createObjectURL(new Blob([png], { type: "image/png" }));
  image.alt = "The loss of each step, which falls";
  element("loss").append(image);
  element("loss").hidden = false;
}

/** The pad as a file. */
async function drawing() {
  const blob = await new Promise((resolve) => pad.toBlob(resolve, "image/png"));
  return new Uint8Array(await blob.arrayBuffer());
}

function clear() {
  ink.fillStyle = "#fff";
  ink.fillRect(0, 0, pad.width, pad.height);
  element("answer").textContent = "";
}

/** Has the net read what is on the pad, one drawing after the other; the newest is the one that counts. */
class Reader {
  #weights;
  #running = false;
  #again = false;

  constructor(weights) {
    this.#weights = weights;
  }

  async read() {
    if (this.#running) {
      this.#again = true;
      return;
    }
    this.#running = true;
    do {
      this.#again = false;
      await this.#once().catch((error) => {
        element("answer").textContent = `It can't be read: ${error.message}`;
      });
    } while (this.#again);
    this.#running = false;
  }

  async #once() {
    element("answer").textContent = "Reading …";
    const files = { "out/weights.bpk": this.#weights, "drawing.png": await drawing() };
    const { code, printed } = await digits(READ, files);
    const [, digit, share] = /: (\d) \((\d+) % sure\)/.exec(printed) ?? [];
    if (code !== 0 || digit === undefined) throw new Error("what the program says is below");
    if (!this.#again) element("answer").textContent = `It is a ${digit}. (${share} % sure)`;
  }
}

/** Lines follow the pointer, from when it is pressed. */
function followPointer(reader) {
  let last = null;
  let timer = 0;
  const at = (event) => {
    const { left, top } = pad.getBoundingClientRect();
    return [event.clientX - left - pad.clientLeft, event.clientY - top - pad.clientTop];
  };
  const line = (from, to) => {
    ink.strokeStyle = "#000";
    [ink.lineWidth, ink.lineCap] = [28, "round"];
    ink.beginPath();
    ink.moveTo(...from);
    ink.lineTo(...to);
    ink.stroke();
  };
  pad.addEventListener("pointerdown", (event) => {
    pad.setPointerCapture(event.pointerId);
    clearTimeout(timer);
    last = at(event);
    line(last, last);
  });
  pad.addEventListener("pointermove", (event) => {
    if (last === null) return;
    const next = at(event);
    line(last, next);
    last = next;
  });
  const end = () => {
    if (last === null) return;
    last = null;
    timer = setTimeout(() => reader.read(), PAUSE);
  };
  pad.addEventListener("pointerup", end);
  pad.addEventListener("pointercancel", end);
  element("clear").addEventListener("click", () => {
    clearTimeout(timer);
    clear();
  });
}

/** Puts a picture on the pad, as large as it goes, and has it read. */
async function choose(file, reader) {
  const picture = await createImageBitmap(file);
  clear();
  const scale = Math.min(pad.width / picture.width, pad.height / picture.height);
  const [width, height] = [picture.width * scale, picture.height * scale];
  ink.drawImage(picture, (pad.width - width) / 2, (pad.height - height) / 2, width, height);
  await reader.read();
}

async function open() {
  const lack = await missing();
  if (lack !== null) {
    element("missing").textContent = lack;
    element("missing").hidden = false;
    say("missing", "The program can't run in this browser");
    return;
  }
  const reader = new Reader(await train());
  clear();
  followPointer(reader);
  element("picture").addEventListener("change", ({ target }) => {
    const [file] = target.files;
    if (!file) return;
    choose(file, reader).catch((error) => {
      element("answer").textContent = `${file.name} is no picture: ${error.message}`;
    });
  });
  element("drawing").hidden = false;
}

open().catch((error) => say("failed", `It can't run: ${error.message}`));
