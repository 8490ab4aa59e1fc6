// What a table of the WIT is made of.

/** Types that are values of JavaScript. */
export type Primitive = "bool" | "u8" | "u16" | "u32" | "u64" | "s8" | "s16" | "s32" | "s64" | "f32" | "f64" | "string";

/** A type: a primitive one, the name of a definition, or one made from others. */
export type Type =
  | string
  | readonly ["option", Type]
  | readonly ["list", Type]
  | readonly ["result", Type | null, Type | null]
  | readonly ["tuple", ...Type[]]
  | readonly ["future", Type]
  | readonly ["stream", Type];

/** Another name of a type. */
export interface AliasDefinition {
  readonly kind: "alias";
  readonly type: Type;
}

/** An enum: what WebGPU calls each of its cases. */
export interface EnumDefinition {
  readonly kind: "enum";
  readonly cases: Readonly<Record<string, string>>;
}

/** Flags, the lowest bit first. */
export interface FlagsDefinition {
  readonly kind: "flags";
  readonly names: readonly string[];
}

/** A record, which is a dictionary in WebGPU. */
export interface RecordDefinition {
  readonly kind: "record";
  readonly fields: Readonly<Record<string, Type>>;
}

/** A variant, which is a union in WebGPU. */
export interface VariantDefinition {
  readonly kind: "variant";
  readonly cases: Readonly<Record<string, Type | null>>;
}

/** A method of a resource. */
export interface MethodDefinition {
  readonly async?: true;
  readonly params: readonly Type[];
  readonly result: Type | null;
}

/** A resource, which is an object of WebGPU. */
export interface ResourceDefinition {
  readonly kind: "resource";
  /** The name of its class. */
  readonly name: string;
  readonly methods: Readonly<Record<string, MethodDefinition>>;
}

export type Definition =
  | AliasDefinition
  | EnumDefinition
  | FlagsDefinition
  | RecordDefinition
  | VariantDefinition
  | ResourceDefinition;

/** Definitions by their names. */
export type Definitions = Readonly<Record<string, Definition>>;
