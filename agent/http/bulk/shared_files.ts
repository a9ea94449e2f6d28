import { basename } from "node:path";
import { MeshError } from "../../core/errors.ts";
import { logger } from "../../core/log.ts";
import type { Digests } from "../../files/digests.ts";
import type { FileSubject } from "../../files/download_tickets.ts";
import type { OpenedFile } from "../../files/opened_file.ts";
import type { Share } from "../../files/share.ts";
import { FileBody } from "./file_body.ts";
import type { Offer, OfferSource } from "./offer.ts";
import type { SystemSending } from "./system_sending.ts";

const log = logger("bulk");

export interface SharedFileParts {
  /** Where the files are: the shared folder, or outputs. */
  readonly share: Pick<Share, "open">;
  readonly digests: Digests;
  /** Undefined where this system has no such thing. */
  readonly system?: SystemSending | undefined;
}

/** Files of this device, in the very state in which their tickets were made. */
export function sharedFiles({ share, digests, system }: SharedFileParts): OfferSource<FileSubject> {
  return async ({ path, identity }) => {
    const file = await openedAs(share, path);
    if (!file) return undefined;
    if (file.identity !== identity) {
      await file.close();
      log.debug("a ticket is for a file that was changed since: {path}", { path });
      return undefined;
    }
    return offerOf(file, path, digests, system);
  };
}

/** Undefined where it cannot be had as a ticket promised: it is gone, or something else. */
async function openedAs(share: Pick<Share, "open">, path: string): Promise<OpenedFile | undefined> {
  try {
    return await share.open(path);
  } catch (error) {
    if (!(error instanceof MeshError)) throw error;
    log.debug("a ticket is for a file that is not there any more: {error}", { error });
    return undefined;
  }
}

function offerOf(file: OpenedFile, path: string, digests: Digests, system: SystemSending | undefined): Offer {
  return {
    filename: basename(path),
    size: file.size,
    etag: file.etag,
    modifiedAt: file.modifiedAt,
    sha256: digests.known(file.identity),
    body: (range, signal) => new FileBody(file, range, { signal, system }),
    close: () => file.close(),
  };
}
