/** Sends a file to where the server says it should go, telling how far it is. */
import { call, post, proof } from "./client";
import { type Part, sendParts } from "./parts";
import type { Source, Upload, UploadParts } from "./types";

/** The server's own store, which it names by its public address: the page may have come by another one. */
const OWN_STORE = "/v1/uploads/";
/** Files up to here are hashed, as that holds them in memory. */
const HASHED_BYTES_MAX = 64 * 1024 * 1024;

/** Where the bytes go, by the address that this page came from wherever that is the server's own. */
function placeOf(url: string): string {
  const { pathname, search } = new URL(url, location.href);
  return pathname.startsWith(OWN_STORE) ? pathname + search : url;
}

/**
 * Puts bytes and gives the tag of what arrived; `XMLHttpRequest`, as `fetch` can't tell the progress of what it sends.
 */
function put({ url, headers }: Omit<Part, "number">, bytes: Blob, sent: (bytes: number) => void): Promise<string> {
  const place = placeOf(url);
  const isOwn = place.startsWith("/");
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("PUT", place);
    for (const [name, value] of Object.entries({ ...headers, ...(isOwn && proof()) })) request.setRequestHeader(name, value);
    request.upload.onprogress = ({ loaded }) => sent(loaded);
    request.onload = () =>
      request.status < 300 ? resolve(request.getResponseHeader("ETag") ?? "") : reject(new Error(`The storage answered ${request.status}. Please try again.`));
    request.onerror = () => reject(new Error("The upload broke off. Check that the storage admits this page (aihio doctor) and try again."));
    // Without a type of its own: the signed one stands among the headers.
    request.send(bytes.slice());
  });
}

/** The SHA-256 of a file in hexadecimal digits, where the browser can work it out here. */
async function hashOf(file: File): Promise<string | undefined> {
  if (file.size > HASHED_BYTES_MAX || !globalThis.crypto?.subtle) return undefined;
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function sendInParts(id: string, file: File, progressed: (bytes: number) => void): Promise<void> {
  const begun = await post<UploadParts>(`/v1/uploads/${id}/parts`);
  try {
    const etags = await sendParts(file, begun.part_bytes, begun.parts, put, progressed);
    await post(`/v1/uploads/${id}/complete`, { etags });
  } catch (broken) {
    await call("DELETE", `/v1/uploads/${id}/parts`).catch(() => {});
    throw broken;
  }
}

/** Uploads `file` and makes it a source of the chatbot. */
export async function uploadSource(chatbot: string, file: File, progressed: (share: number) => void): Promise<Source> {
  const upload = await post<Upload>(`/v1/chatbots/${chatbot}/uploads`, {
    filename: file.name,
    content_type: file.type || "application/octet-stream",
    size: file.size,
    sha256: await hashOf(file),
  });
  const sent = (bytes: number) => progressed(file.size ? Math.min(1, bytes / file.size) : 0);
  if (upload.part_bytes) await sendInParts(upload.upload_id, file, sent);
  else await put(upload, file, sent);
  return post<Source>(`/v1/chatbots/${chatbot}/sources`, { kind: "file", upload_id: upload.upload_id });
}
