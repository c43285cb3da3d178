import { useState } from "preact/hooks";
import { signIn } from "../api/client";
import { Field } from "../parts/field";
import { Icon } from "../parts/icon";

export function SignInPage() {
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  const submit = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    await signIn(email, password).catch((refusal: Error) => setError(refusal.message));
    setBusy(false);
  };
  return (
    <main class="door">
      <form class="card" onSubmit={submit}>
        <h1 class="brand">
          <Icon name="bots" />
          <span>aihio</span>
        </h1>
        <p>Sign in to your chatbots.</p>
        <Field label="Email" type="email" autocomplete="username" required value={email} onValue={setEmail} />
        <Field label="Password" type="password" autocomplete="current-password" required value={password} onValue={setPassword} />
        <p class="error" role="alert">{error}</p>
        <button class="button primary" disabled={busy}>{busy ? "Signing in…" : "Sign in"}</button>
      </form>
    </main>
  );
}
