import { useState } from "preact/hooks";
import { Copy } from "../dashboard/parts/copy";
import { curlOf, type Document, type Operation, type Parameter, type Reply } from "./openapi";
import { Prose } from "./prose";
import { SchemaView } from "./schema";

/** One operation; what is inside is drawn when it is first unfolded. */
export function OperationView({ operation, document }: { operation: Operation; document: Document }) {
  const { anchor, method, path, summary } = operation;
  const [open, setOpen] = useState(location.hash === "#" + anchor);
  return (
    <details class="operation" id={anchor} open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <span class={"verb " + method}>{method}</span>
        <code>{path}</code>
        <span class="muted">{summary}</span>
      </summary>
      {open && <Details operation={operation} document={document} />}
    </details>
  );
}

function Details({ operation, document }: { operation: Operation; document: Document }) {
  const { description, parameters = [], requestBody, responses = {} } = operation;
  const bodies = Object.entries(requestBody?.content ?? {});
  return (
    <div>
      {description && <p><Prose text={description} /></p>}
      <Copy label="Copy as curl" text={curlOf(operation, document, location.origin)} />
      {!!parameters.length && <Parameters parameters={parameters} document={document} />}
      {bodies.map(([type, { schema }]) => (
        <section key={type}>
          <h3>Body <code class="muted">{type}</code></h3>
          {schema && <SchemaView schema={schema} document={document} />}
        </section>
      ))}
      {Object.entries(responses).map(([status, reply]) => <ReplyView key={status} status={status} reply={reply} document={document} />)}
    </div>
  );
}

function Parameters({ parameters, document }: { parameters: Parameter[]; document: Document }) {
  return (
    <section>
      <h3>Parameters</h3>
      <table>
        <thead>
          <tr><th>Name</th><th>In</th><th>Type</th><th>Meaning</th></tr>
        </thead>
        <tbody>
          {parameters.map((parameter) => (
            <tr key={parameter.in + parameter.name}>
              <td><code>{parameter.name}</code>{parameter.required && " *"}</td>
              <td>{parameter.in}</td>
              <td>{parameter.schema && <SchemaView schema={parameter.schema} document={document} />}</td>
              <td><Prose text={parameter.description ?? ""} /></td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function ReplyView({ status, reply, document }: { status: string; reply: Reply; document: Document }) {
  return (
    <section>
      <h3>{status} <span class="muted"><Prose text={reply.description ?? ""} /></span></h3>
      {Object.entries(reply.content ?? {}).map(([type, { schema }]) => schema && <SchemaView key={type} schema={schema} document={document} />)}
    </section>
  );
}
