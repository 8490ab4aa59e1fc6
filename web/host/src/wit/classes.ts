// The classes of the resources, made from the table: each method converts its arguments, calls WebGPU's method of the
// same name, and converts its result.
import { Lifting } from "../convert/lift.js";
import { type Lower, Lowering } from "../convert/lower.js";
import type { Definitions, MethodDefinition, Type } from "./definitions.js";
import { Trap, WitError } from "./errors.js";
import { Handle, type HandleClass, type Method } from "./handle.js";

/** What is called in place of a method of WebGPU, by `resource.method`: arguments and result are WebGPU's. */
// biome-ignore lint/suspicious/noExplicitAny: the arguments have the types of the table
export type Natives = Readonly<Record<string, (native: any, ...args: any[]) => unknown>>;

/** The errors of the WIT by the names of exceptions. */
const ERRORS: Readonly<Record<string, string>> = {
  AbortError: "abort-error",
  OperationError: "operation-error",
  RangeError: "range-error",
  TypeError: "type-error",
};

/** Makes the classes by the names of their resources; `settled` is called when something that took time is done. */
export function makeClasses(definitions: Definitions, natives: Natives, settled: () => void): Map<string, HandleClass> {
  const classes = new Map<string, HandleClass>();
  const lowering = new Lowering(definitions);
  const lifting = new Lifting(definitions, classes);
  for (const [resource, definition] of Object.entries(definitions)) {
    if (definition.kind !== "resource") continue;
    const { name, methods } = definition;
    const Class = { [name]: class extends Handle {} }[name] as HandleClass;
    const prototype = Class.prototype as Record<string, Method>;
    for (const [method, of] of Object.entries(methods)) {
      const call = native(resource, method, of, natives[`${resource}.${method}`]);
      const lowers = of.params.map((type) => lowering.of(type));
      const lift = of.result === null ? () => undefined : lifting.of(of.result);
      const failed = (error: unknown) => witError(definitions, of.result, error);
      prototype[method] = of.async
        ? asynchronous(call, lowers, lift, failed, settled)
        : plain(call, lowers, lift, failed);
    }
    classes.set(resource, Class);
  }
  return classes;
}

type Call = (native: object, args: unknown[]) => unknown;

function plain(call: Call, lowers: Lower[], lift: Lower, failed: (error: unknown) => unknown): Method {
  return function (...args) {
    try {
      return lift(call(this.native, lowered(lowers, args)));
    } catch (error) {
      throw failed(error);
    }
  };
}

function asynchronous(
  call: Call,
  lowers: Lower[],
  lift: Lower,
  failed: (error: unknown) => unknown,
  settled: () => void,
): Method {
  return async function (...args) {
    try {
      return lift(await call(this.native, lowered(lowers, args)));
    } catch (error) {
      throw failed(error);
    } finally {
      settled();
    }
  };
}

function lowered(lowers: Lower[], args: unknown[]): unknown[] {
  const values = lowers.map((lower, index) => lower(args[index]));
  // What is left out at the end has the default of WebIDL.
  while (values.length > 0 && values[values.length - 1] === undefined) values.pop();
  return values;
}

/** How WebGPU has a method of the WIT: as a method, or as an attribute. */
function native(resource: string, method: string, of: MethodDefinition, own: Natives[string] | undefined): Call {
  if (own) return (object, args) => own(object, ...args);
  if (method === "setLabel") {
    return (object, [label]) => {
      (object as { label: unknown }).label = label;
    };
  }
  return (object, args) => {
    const member = (object as Record<string, unknown>)[method];
    if (typeof member === "function") return member.apply(object, args);
    if (of.params.length > 0) throw new Trap(`this browser has no ${method} of ${resource}`);
    return member;
  };
}

/** An exception of WebGPU as the error that the method has in the WIT; one that has none ends the guest. */
function witError(definitions: Definitions, result: Type | null, error: unknown): unknown {
  if (error instanceof Trap || error instanceof WitError || !(error instanceof Error)) return error;
  if (result === null || result[0] !== "result" || typeof result[2] !== "string") return error;
  const record = definitions[result[2]];
  const kinds = record?.kind === "record" ? definitions[record.fields.kind as string] : undefined;
  if (kinds?.kind !== "variant") return error;
  const { message } = error;
  const expected = ERRORS[error.name];
  const tag = expected !== undefined && expected in kinds.cases ? expected : Object.keys(kinds.cases)[0];
  const reason = (error as { reason?: unknown }).reason ?? "validation";
  const kind = kinds.cases[tag as string] === null ? { tag } : { tag, val: reason };
  return new WitError(message, { kind, message });
}
