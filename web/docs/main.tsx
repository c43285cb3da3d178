/** The API reference, drawn from the document that the server makes of its own routes. */
import { render } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import { Icon } from "../dashboard/parts/icon";
import { Failure, Loading } from "../dashboard/parts/states";
import { filterGroups, groupsOf, type Document, type Group } from "./openapi";
import { OperationView } from "./operation";
import { Prose } from "./prose";

function Reference() {
  const [document, setDocument] = useState<Document>();
  const [error, setError] = useState<Error>();
  const [query, setQuery] = useState("");
  const load = () => {
    setError(undefined);
    fetch("/openapi.json")
      .then((reply) => (reply.ok ? reply.json() : Promise.reject(new Error(`The server answered ${reply.status}.`))))
      .then(setDocument, setError);
  };
  useEffect(load, []);
  const groups = useMemo(() => filterGroups(groupsOf(document ?? {}), query), [document, query]);
  return (
    <div class="reference">
      <nav class="index" aria-label="Operations">
        <a class="brand" href="/"><Icon name="bots" /><span>aihio</span></a>
        <input type="search" placeholder="Search" aria-label="Search operations" value={query} onInput={(event) => setQuery(event.currentTarget.value)} />
        {groups.map((group) => <GroupLinks key={group.name} group={group} />)}
        {document && !groups.length && <p class="muted">Nothing mentions “{query}”.</p>}
      </nav>
      <main>
        <h1>{document?.info?.title ?? "API reference"} {document?.info?.version && <small class="muted">{document.info.version}</small>}</h1>
        <p class="muted"><Prose text={document?.info?.description ?? ""} /></p>
        {error && <Failure error={error} retry={load} />}
        {!document && !error && <Loading />}
        {document && groups.map((group) => (
          <section key={group.name} aria-label={group.name}>
            <h2>{group.name}</h2>
            {group.description && <p class="muted about"><Prose text={group.description} /></p>}
            {group.operations.map((operation) => <OperationView key={operation.anchor} operation={operation} document={document} />)}
          </section>
        ))}
      </main>
    </div>
  );
}

function GroupLinks({ group }: { group: Group }) {
  return (
    <section>
      <h2>{group.name}</h2>
      <ul>
        {group.operations.map(({ anchor, method, path, summary }) => (
          <li key={anchor}>
            <a href={"#" + anchor} onClick={() => openOperation(anchor)}>
              <span class={"verb " + method}>{method}</span>
              <span class="cut">{summary ?? path}</span>
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** A link to a folded operation unfolds it. */
function openOperation(anchor: string) {
  const details = document.getElementById(anchor);
  if (details instanceof HTMLDetailsElement) details.open = true;
}

render(<Reference />, document.body);
