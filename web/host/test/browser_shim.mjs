// Has Node take the browser's half of preview2-shim, which is what is shipped. Node would take its own.
import { register } from "node:module";

const SHIM = "@bytecodealliance/preview2-shim";

/** A hook of Node's loader. */
export function resolve(specifier, context, next) {
  if (specifier !== SHIM && !specifier.startsWith(`${SHIM}/`)) return next(specifier, context);
  const file = specifier.slice(SHIM.length + 1) || "index";
  const url = new URL(`../../node_modules/${SHIM}/dist/browser/${file}.js`, import.meta.url);
  return { url: url.href, shortCircuit: true };
}

// The hooks are loaded in a thread of their own, from this file as well.
if (!import.meta.url.includes("?hooks")) register(`${import.meta.url}?hooks`);
