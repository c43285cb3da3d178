import { useState } from "preact/hooks";
import { list, post } from "../../api/client";
import { useEvery, useResource } from "../../api/resource";
import type { PageState, SitePage, Source } from "../../api/types";
import { Icon } from "../../parts/icon";
import { Badge, Failure, Loading } from "../../parts/states";
import { sayError } from "../../parts/toast";

const REFRESH_MS = 5000;

/** What a page's state means to its owner. */
const STATES: Record<PageState, string> = { waiting: "waiting", read: "read", stale: "kept from last time", failed: "failed", skipped: "left out", gone: "gone", excluded: "taken out" };

/** The pages of a site with what came of each; any of them can be taken out. */
export function SitePages({ source }: { source: Source }) {
  const [state, setState] = useState<PageState | "">("");
  const path = `/v1/sources/${source.id}/pages`;
  const pages = useResource(path + state, () => list<SitePage>(path + (state && `?state=${state}`)));
  useEvery(REFRESH_MS, pages.reload);
  const { value, error } = pages;
  return (
    <>
      <select aria-label="Which pages" value={state} onChange={(event) => setState(event.currentTarget.value as PageState | "")}>
        <option value="">All pages</option>
        {(Object.keys(STATES) as PageState[]).map((name) => <option key={name} value={name}>{STATES[name]}</option>)}
      </select>
      {error && !value && <Failure error={error} retry={pages.reload} />}
      {!value && !error && <Loading />}
      {value?.length === 0 && <p class="muted">None.</p>}
      <ul class="rows" aria-label="Pages">
        {value?.map((page) => <PageRow key={page.id} path={path} page={page} changed={pages.reload} />)}
      </ul>
    </>
  );
}

function PageRow({ path, page, changed }: { path: string; page: SitePage; changed(): void }) {
  const isOut = page.state === "excluded";
  const name = page.title || page.url;
  const turn = () => post(`${path}/${page.id}/${isOut ? "restore" : "exclude"}`).then(changed, sayError);
  return (
    <li>
      <div class="grow">
        <a href={page.url} target="_blank" rel="noreferrer noopener">{name}</a>
        {page.error?.message && <p class="muted">{page.error.message}</p>}
      </div>
      <Badge state={page.state} word={STATES[page.state]} />
      <button type="button" class="quiet" aria-label={`${isOut ? "Restore" : "Take out"} ${name}`} title={isOut ? "Restore" : "Take out"} onClick={turn}><Icon name={isOut ? "plus" : "trash"} /></button>
    </li>
  );
}
