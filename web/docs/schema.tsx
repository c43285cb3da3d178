import { Prose } from "./prose";
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
  if (choices && !found.properties) return <Choices choices={choices} areParts={!!found.allOf} document={document} around={inside} />;
  if (!found.properties) return <code>{typeOf(found, document)}</code>;
  return (
    <ul class="schema">
      {Object.entries(found.properties).map(([property, value]) => (
        <Property key={property} name={property} schema={value} isNeeded={!!found.required?.includes(property)} document={document} around={inside} />
      ))}
    </ul>
  );
}

interface ChoicesProps extends Pick<SchemaProps, "document" | "around"> {
  choices: Schema[];
  /** All of them apply, not one. */
  areParts: boolean;
}

/** The schemas that a value may or must follow, one after the other. */
function Choices({ choices, areParts, document, around }: ChoicesProps) {
  return (
    <>
      {choices.map((choice, at) => (
        <div key={at} class="choice">
          {at > 0 && !areParts && <span class="muted">or</span>}
          {choice.description && <p><Prose text={choice.description} /></p>}
          <SchemaView schema={choice} document={document} around={around} />
        </div>
      ))}
    </>
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
      {text && <span class="muted"><Prose text={text} /></span>}
      {isNested && (
        <details>
          <summary class="muted">Properties</summary>
          <SchemaView schema={schema} document={document} around={around} />
        </details>
      )}
    </li>
  );
}
