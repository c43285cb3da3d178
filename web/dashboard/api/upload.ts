/** Sends a file to where the server says it should go, telling how far it is. */
import { post, proof } from "./client";
import type { Source, Upload } from "./types";

/** The server's own store, which it names by its public address: the page may have come by another one. */
const OWN_STORE = "/v1/uploads/";

/** Where the bytes go, by the address that this page came from wherever that is the server's own. */
function placeOf(upload: Upload): string {
  const { pathname, search } = new URL(upload.url, location.href);
  return pathname.startsWith(OWN_STORE) ? pathname + search : upload.url;
}

/** Puts the bytes; `XMLHttpRequest`, as `fetch` can't tell the progress of what it sends. */
function put(upload: Upload, file: File, progressed: (share: number) => void): Promise<void> {
  const place = placeOf(upload);
  const isOwn = place.startsWith("/");
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(upload.method || "PUT", place);
    for (const [name, value] of Object.entries({ ...upload.headers, ...(isOwn && proof()) })) request.setRequestHeader(name, value);
    request.upload.onprogress = ({ loaded, total }) => progressed(total ? loaded / total : 0);
    request.onload = () => (request.status < 300 ? resolve() : reject(new Error(`The storage answered ${request.status}. Please try again.`)));
    request.onerror = () => reject(new Error("The upload broke off. Please try again."));
    request.send(file);
  });
}

/** Uploads `file` and makes it a source of the chatbot. */
export async function uploadSource(chatbot: string, file: File, progressed: (share: number) => void): Promise<Source> {
  const upload = await post<Upload>(`/v1/chatbots/${chatbot}/uploads`, {
    filename: file.name,
    content_type: file.type || "application/octet-stream",
    size: file.size,
  });
  await put(upload, file, progressed);
  return post<Source>(`/v1/chatbots/${chatbot}/sources`, { kind: "file", upload_id: upload.upload_id });
}
