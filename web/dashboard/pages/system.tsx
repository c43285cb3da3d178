import { get } from "../api/client";
import { useEvery, useResource } from "../api/resource";
import type { ActorNode } from "../api/types";
import { counted } from "../parts/counted";
import { Badge, Failure, Loading } from "../parts/states";

const REFRESH_MS = 1000;
/** The id of an actor that there is one of. */
const ONLY_ONE = "00000000-0000-0000-0000-000000000000";

/** How many actors stand in a tree. */
const count = (node: ActorNode): number => 1 + (node.more ?? 0) + (node.children ?? []).reduce((sum, child) => sum + count(child), 0);
const restarts = (node: ActorNode): number => (node.restarts ?? 0) + (node.children ?? []).reduce((sum, child) => sum + restarts(child), 0);

/** The supervision tree, live. */
export function SystemPage() {
  const tree = useResource("tree", () => get<ActorNode | null>("/v1/system/tree"));
  useEvery(REFRESH_MS, tree.reload);
  const { value, error } = tree;
  return (
    <>
      <header class="top">
        <h1>System</h1>
        {value && <p class="muted">{counted(count(value), "actor")} · {counted(restarts(value), "restart")}</p>}
      </header>
      {error && !value && <Failure error={error} retry={tree.reload} />}
      {!value && !error && <Loading />}
      {error && value && <p class="error" role="alert">Not up to date: {error.message}</p>}
      {value && (
        <>
          <p class="muted">Every conversation, job and account is an actor under a supervisor. One that fails is started again from its last snapshot; the others do not notice.</p>
          <ul class="tree"><Actor node={value} /></ul>
        </>
      )}
    </>
  );
}

function Actor({ node }: { node: ActorNode }) {
  const { kind, id, state = "running", generation, restarts: again, mailbox, children = [], more } = node;
  return (
    <li>
      <div class="actor">
        <strong>{kind}</strong>
        {id !== ONLY_ONE && <code>{id}</code>}
        <Badge state={state} />
        {!!mailbox && <span class="muted">mailbox {mailbox}</span>}
        {!!again && <span class="muted">restarted {again}×, generation {generation}</span>}
      </div>
      {!!children.length && <ul>{children.map((child) => <Actor key={child.kind + child.id} node={child} />)}</ul>}
      {!!more && <p class="muted">and {more} more</p>}
    </li>
  );
}
