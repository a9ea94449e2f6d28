import type { ListFilesResponse } from "../../proto/messages.ts";
import type { MeshFiles } from "./mesh_files.ts";

/** Entries of a page. */
const A_PAGE = 2000;

export interface FileQuery {
  readonly device_id: string;
  readonly path: string;
  readonly recursive: boolean;
}

/** What lies in a folder of a device, page by page. */
export async function* filePages(
  mesh: Pick<MeshFiles, "list">,
  query: FileQuery,
): AsyncGenerator<ListFilesResponse, void, void> {
  let page_token = "";
  do {
    const { device_id, path, recursive } = query;
    const page = await mesh.list({ device_id, path, recursive, limit: A_PAGE, page_token });
    yield page;
    page_token = page.next_page_token;
  } while (page_token !== "");
}
