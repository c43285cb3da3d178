import { resolve, typeOf, type Document, type Schema } from "./openapi";

interface SchemaProps {
  schema: Schema;
  document: Document;
  /** The named schemas around this one: one that contains itself is drawn once. */
  around?: string[];
}

/** A schema: its type and, for objects, each property; nested ones unfold in place. */
export function SchemaView({ schema, document, around = [] }: SchemaProps) {
  const { schema: found, name } = resolve(schema, document);
  const inside = name ? [...around, name] : around;
  if (name && around.includes(name)) return <code>{name}</code>;
  if (found.items) return <><span class="muted">list of</span> <SchemaView schema={found.items} document={document} around={inside} /></>;
  const choices = (found.oneOf ?? found.anyOf ?? found.allOf)?.filter(({ type }) => type !== "null");
  if (choices && !found.properties) return <>{choices.map((choice, at) => <SchemaView key={at} schema={choice} document={document} around={inside} />)}</>;
  if (!found.properties) return <code>{typeOf(found, document)}</code>;
  return (
    <ul class="schema">
      {Object.entries(found.properties).map(([property, value]) => (
        <Property key={property} name={property} schema={value} isNeeded={!!found.required?.includes(property)} document={document} around={inside} />
      ))}
    </ul>
  );
}

function Property({ name, schema, isNeeded, document, around }: SchemaProps & { name: string; isNeeded: boolean }) {
  const { schema: found } = resolve(schema, document);
  const isNested = !!(found.properties ?? resolve(found.items ?? {}, document).schema.properties);
  const text = schema.description ?? found.description;
  return (
    <li>
      <code>{name}</code>
      {isNeeded && <abbr title="required"> *</abbr>}
      <code class="type">{typeOf(schema, document)}</code>
      {text && <span class="muted">{text}</span>}
      {isNested && (
        <details>
          <summary class="muted">Properties</summary>
          <SchemaView schema={schema} document={document} around={around} />
        </details>
      )}
    </li>
  );
}
