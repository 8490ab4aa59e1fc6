// Written by `cargo xtask wit` from wit/tables/commands.rs. Don't edit it.

import { cutShort, format, malformed, name, named, namedOrNull, offset, setImmediates, size } from "../commands/words.js";

type Named = readonly (object | undefined)[];

/** Does the commands in `words` from `at` to `end` with the encoder of a compute pass; returns the name at their end, or 0. */
export function doComputeCommands(encoder: GPUComputePassEncoder, words: Uint32Array, at: number, end: number, names: Named): number {
  while (at < end) {
    switch (words[at]) {
      case 1:
        return name(words, at, end);
      case 2:
        if (at + 2 > end) cutShort();
        encoder.setPipeline(named(names, words[at + 1]));
        at += 2;
        break;
      case 3:
        if (at + 4 > end || at + 4 + words[at + 3] > end) cutShort();
        encoder.setBindGroup(words[at + 1], namedOrNull(names, words[at + 2]), words, at + 4, words[at + 3]);
        at += 4 + words[at + 3];
        break;
      case 4:
        if (at + 3 > end || at + 3 + words[at + 2] > end) cutShort();
        setImmediates(encoder, words[at + 1], words, at + 3, words[at + 2]);
        at += 3 + words[at + 2];
        break;
      case 5:
        if (at + 4 > end) cutShort();
        encoder.dispatchWorkgroups(words[at + 1], words[at + 2], words[at + 3]);
        at += 4;
        break;
      case 6:
        if (at + 4 > end) cutShort();
        encoder.dispatchWorkgroupsIndirect(named(names, words[at + 1]), offset(words[at + 2], words[at + 3]));
        at += 4;
        break;
      default:
        malformed(`${words[at]} is no command of a compute pass`);
    }
  }
  return 0;
}

/** Does the commands in `words` from `at` to `end` with the encoder of a render pass; returns the name at their end, or 0. */
export function doRenderCommands(encoder: GPURenderPassEncoder, words: Uint32Array, at: number, end: number, names: Named): number {
  while (at < end) {
    switch (words[at]) {
      case 1:
        return name(words, at, end);
      case 2:
        if (at + 2 > end) cutShort();
        encoder.setPipeline(named(names, words[at + 1]));
        at += 2;
        break;
      case 3:
        if (at + 4 > end || at + 4 + words[at + 3] > end) cutShort();
        encoder.setBindGroup(words[at + 1], namedOrNull(names, words[at + 2]), words, at + 4, words[at + 3]);
        at += 4 + words[at + 3];
        break;
      case 4:
        if (at + 3 > end || at + 3 + words[at + 2] > end) cutShort();
        setImmediates(encoder, words[at + 1], words, at + 3, words[at + 2]);
        at += 3 + words[at + 2];
        break;
      case 7:
        if (at + 7 > end) cutShort();
        encoder.setIndexBuffer(named(names, words[at + 1]), format(words[at + 2]), offset(words[at + 3], words[at + 4]), size(words[at + 5], words[at + 6]));
        at += 7;
        break;
      case 8:
        if (at + 7 > end) cutShort();
        encoder.setVertexBuffer(words[at + 1], namedOrNull(names, words[at + 2]), offset(words[at + 3], words[at + 4]), size(words[at + 5], words[at + 6]));
        at += 7;
        break;
      case 9:
        if (at + 5 > end) cutShort();
        encoder.draw(words[at + 1], words[at + 2], words[at + 3], words[at + 4]);
        at += 5;
        break;
      case 10:
        if (at + 6 > end) cutShort();
        encoder.drawIndexed(words[at + 1], words[at + 2], words[at + 3], words[at + 4] | 0, words[at + 5]);
        at += 6;
        break;
      case 11:
        if (at + 4 > end) cutShort();
        encoder.drawIndirect(named(names, words[at + 1]), offset(words[at + 2], words[at + 3]));
        at += 4;
        break;
      case 12:
        if (at + 4 > end) cutShort();
        encoder.drawIndexedIndirect(named(names, words[at + 1]), offset(words[at + 2], words[at + 3]));
        at += 4;
        break;
      case 13:
        if (at + 5 > end) cutShort();
        encoder.setScissorRect(words[at + 1], words[at + 2], words[at + 3], words[at + 4]);
        at += 5;
        break;
      default:
        malformed(`${words[at]} is no command of a render pass`);
    }
  }
  return 0;
}
