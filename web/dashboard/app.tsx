/** The dashboard: who is signed in decides what there is, the address decides which page. */
import { useEffect, useState } from "preact/hooks";
import { me, refreshMe, signOut } from "./api/client";
import { Icon, type IconName } from "./parts/icon";
import { Failure, Loading } from "./parts/states";
import { sayError, Toast } from "./parts/toast";
import { ChatbotPage } from "./pages/chatbot";
import { ChatbotsPage } from "./pages/chatbots";
import { SignInPage } from "./pages/sign-in";
import { SystemPage } from "./pages/system";
import { route } from "./route";
import { Shortcuts } from "./shortcuts";

export function App() {
  const [error, setError] = useState<Error>();
  const start = () => {
    setError(undefined);
    refreshMe().catch(setError);
  };
  useEffect(start, []);
  if (error) return <main><Failure error={error} retry={start} /></main>;
  if (me.value === undefined) return <main><Loading /></main>;
  return (
    <>
      {me.value ? <Signed /> : <SignInPage />}
      <Toast />
    </>
  );
}

function Signed() {
  const { page } = route.value;
  const current = route.value;
  return (
    <div class="shell">
      <a class="skip" href="#content" onClick={(event) => { event.preventDefault(); document.getElementById("content")?.focus(); }}>
        Skip to content
      </a>
      <Navigation />
      <main id="content" tabIndex={-1}>
        {page === "chatbots" && <ChatbotsPage />}
        {page === "system" && <SystemPage />}
        {current.page === "chatbot" && <ChatbotPage key={current.id} {...current} />}
      </main>
      <Shortcuts />
    </div>
  );
}

function Navigation() {
  const { page } = route.value;
  return (
    <nav class="side" aria-label="Main">
      <a class="brand" href="#/chatbots">
        <Icon name="bots" />
        <span>aihio</span>
      </a>
      <Place href="#/chatbots" icon="bots" isHere={page === "chatbots" || page === "chatbot"}>Chatbots</Place>
      {me.value?.operator !== false && <Place href="#/system" icon="tree" isHere={page === "system"}>System</Place>}
      <Place href="/docs" icon="book" isHere={false}>API</Place>
      <div class="account">
        <span>{me.value?.email}</span>
        <button type="button" class="quiet" onClick={() => signOut().catch(sayError)}>
          <Icon name="leave" />
          <span>Sign out</span>
        </button>
      </div>
    </nav>
  );
}

function Place({ href, icon, isHere, children }: { href: string; icon: IconName; isHere: boolean; children: string }) {
  return (
    <a href={href} aria-current={isHere ? "page" : undefined}>
      <Icon name={icon} />
      <span>{children}</span>
    </a>
  );
}
