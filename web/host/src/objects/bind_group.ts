// `gpu-bind-group` — peer: host/src/objects/bind_group.rs — https://www.w3.org/TR/webgpu/#gpubindgroup
import type { Context } from "../context.js";
import { Handle, replace } from "../wit/handle.js";

interface Entry {
  readonly resource: { readonly val: Handle | { readonly buffer: Handle } };
}

/** Counts what bind groups use, and gives them the names that the guest has left for them. */
export function count({ classes, lifetimes, memory }: Context): void {
  replace(classes, "gpu-device", "createBindGroup", (before) => {
    return function (descriptor, ...rest) {
      const name = memory.nameOfNew();
      const group = before.call(this, descriptor, ...rest) as Handle;
      if (name !== 0) memory.name(name, group);
      for (const { resource } of (descriptor as { entries: Entry[] }).entries) {
        lifetimes.hold(group, resource.val instanceof Handle ? resource.val : resource.val.buffer);
      }
      return group;
    };
  });
}
