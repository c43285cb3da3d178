/** The parts of an OpenAPI 3.1 document that the reference shows, and how to read them. */

export interface Schema {
  $ref?: string;
  type?: string | string[];
  format?: string;
  description?: string;
  enum?: unknown[];
  const?: unknown;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  oneOf?: Schema[];
  anyOf?: Schema[];
  allOf?: Schema[];
  additionalProperties?: Schema | boolean;
  example?: unknown;
  default?: unknown;
}

interface Media {
  schema?: Schema;
  example?: unknown;
}

export interface Parameter {
  name: string;
  in: string;
  required?: boolean;
  description?: string;
  schema?: Schema;
}

export interface Reply {
  description?: string;
  content?: Record<string, Media>;
}

interface RawOperation {
  tags?: string[];
  summary?: string;
  description?: string;
  operationId?: string;
  parameters?: Parameter[];
  requestBody?: { required?: boolean; content?: Record<string, Media> };
  responses?: Record<string, Reply>;
  security?: unknown[];
}

export interface Document {
  info?: { title?: string; version?: string; description?: string };
  tags?: { name: string; description?: string }[];
  paths?: Record<string, Record<string, RawOperation> & { parameters?: Parameter[] }>;
  components?: { schemas?: Record<string, Schema> };
}

/** One call of the API. */
export interface Operation extends RawOperation {
  /** Where it stands on the page. */
  anchor: string;
  method: string;
  path: string;
}

export interface Group {
  name: string;
  description?: string;
  operations: Operation[];
}

const METHODS = ["get", "post", "put", "patch", "delete", "head", "options"];

/** All operations, grouped by their first tag in the document's own order. */
export function groupsOf(document: Document): Group[] {
  const groups = new Map<string, Group>((document.tags ?? []).map((tag) => [tag.name, { ...tag, operations: [] }]));
  for (const [path, item] of Object.entries(document.paths ?? {})) {
    for (const method of METHODS) {
      const operation = item[method];
      if (!operation) continue;
      const name = operation.tags?.[0] ?? path.split("/")[2] ?? "other";
      const group = groups.get(name) ?? { name, operations: [] };
      groups.set(name, group);
      const anchor = `${method}-${path.replace(/\W+/g, "-")}`;
      group.operations.push({ ...operation, anchor, method, path, parameters: [...(item.parameters ?? []), ...(operation.parameters ?? [])] });
    }
  }
  return [...groups.values()].filter(({ operations }) => operations.length);
}

/** Keeps what mentions every word of `query`. */
export function filterGroups(groups: Group[], query: string): Group[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = ({ method, path, summary = "", description = "", operationId = "" }: Operation) => {
    const text = `${method} ${path} ${summary} ${description} ${operationId}`.toLowerCase();
    return words.every((word) => text.includes(word));
  };
  return groups.map((group) => ({ ...group, operations: group.operations.filter(fits) })).filter(({ operations }) => operations.length);
}

/** Follows a reference within the document; the last part of its name, too. */
export function resolve(schema: Schema, document: Document): { schema: Schema; name?: string } {
  const name = schema.$ref?.split("/").pop();
  const found = name && document.components?.schemas?.[name];
  return found ? { schema: found, name } : { schema, name };
}

/** A type in a few words: `string (uuid)`, `Source[]`. */
export function typeOf(schema: Schema, document: Document): string {
  const { name } = resolve(schema, document);
  if (name) return name;
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  const choices = schema.oneOf ?? schema.anyOf ?? schema.allOf;
  if (choices) return choices.map((choice) => typeOf(choice, document)).join(schema.allOf ? " & " : " | ");
  if (schema.items) return typeOf(schema.items, document) + "[]";
  const type = [schema.type ?? "any"].flat().join(" | ");
  return schema.format ? `${type} (${schema.format})` : type;
}

const DEEPEST_EXAMPLE = 5;

/** A value that fits the schema, for a first try. */
export function exampleOf(schema: Schema, document: Document, depth = 0): unknown {
  const { schema: found } = resolve(schema, document);
  if (found.example !== undefined) return found.example;
  if (found.default !== undefined) return found.default;
  if (found.const !== undefined) return found.const;
  if (found.enum) return found.enum[0];
  if (depth > DEEPEST_EXAMPLE) return null;
  const choice = (found.oneOf ?? found.anyOf)?.find(({ type }) => type !== "null");
  if (choice) return exampleOf(choice, document, depth + 1);
  if (found.allOf) return Object.assign({}, ...found.allOf.map((part) => exampleOf(part, document, depth + 1)));
  if (found.properties) {
    const needed = Object.entries(found.properties).filter(([name]) => !found.required || found.required.includes(name));
    return Object.fromEntries(needed.map(([name, property]) => [name, exampleOf(property, document, depth + 1)]));
  }
  if (found.items) return [exampleOf(found.items, document, depth + 1)];
  return { string: "…", integer: 1, number: 1, boolean: true, object: {} }[[found.type ?? ""].flat()[0]!] ?? null;
}

const quote = (text: string) => "'" + text.replaceAll("'", "'\\''") + "'";

/** The operation as one command line; the key is read from the environment. */
export function curlOf(operation: Operation, document: Document, origin: string): string {
  const { method, path, requestBody } = operation;
  const [type, media] = Object.entries(requestBody?.content ?? {})[0] ?? [];
  const lines = [`curl -X ${method.toUpperCase()} ${quote(origin + path)}`, `-H "Authorization: Bearer $AIHIO_API_KEY"`];
  if (type) lines.push(`-H ${quote("Content-Type: " + type)}`);
  if (media?.schema) lines.push(`-d ${quote(JSON.stringify(media.example ?? exampleOf(media.schema, document)))}`);
  return lines.join(" \\\n  ");
}
