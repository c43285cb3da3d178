import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";

/** A question that must be answered before the page goes on. */
export function Dialog({ title, close, children }: { title: string; close(): void; children: ComponentChildren }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} aria-label={title} onClose={close}>
      <h2>{title}</h2>
      {children}
    </dialog>
  );
}

/** Asks before something that can't be undone. */
export function Confirm({ title, text, action, confirm, close }: { title: string; text: string; action: string; confirm(): void; close(): void }) {
  return (
    <Dialog title={title} close={close}>
      <p>{text}</p>
      <div class="actions">
        <button type="button" class="button" onClick={close}>
          Cancel
        </button>
        <button type="button" class="button danger" onClick={() => { close(); confirm(); }}>
          {action}
        </button>
      </div>
    </Dialog>
  );
}
